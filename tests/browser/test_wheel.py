"""What `pip install` gives, away from the checkout: the app, the shell and the library."""

import csv
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import TRAINED, heading
from tests.browser.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
SHORT = ("--set", "epochs=8")


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel, and an empty folder to be in."""

    programs: Path
    folder: Path

    def command(self, *words: str) -> list[str]:
        """Return a command whose program is the environment's."""
        return [str(self.programs / words[0]), *words[1:]]

    def run(self, *words: str) -> str:
        """Return what a command prints, in the folder."""
        return _run(self.command(*words), self.folder)


def _run(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _build(project: Path, target: str, into: Path) -> Path:
    _run([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)], project)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel alone is installed; what it needs is lent by the environment of the tests."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place)
    programs = place / "bin"
    pip = (sys.executable, "-m", "pip", "--python", str(programs / "python"))
    _run([*pip, "install", "--no-deps", "--no-index", str(wheel)], place)
    lent = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (own,) = place.glob("lib/python*/site-packages")
    # Folders that such a file names are searched, but files of this kind in them are not read:
    # one that leads to the checkout has no effect.
    (own / "lent.pth").write_text("\n".join(lent))
    return Installed(programs, tmp_path_factory.mktemp("empty"))


def test_the_wheel_of_the_source_distribution_is_the_wheel(wheel: Path, tmp_path: Path):
    packed = _build(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(packed) as archive:
        # The first releases of Python 3.11 know no filters.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path / "source", **safely)
    (source,) = (tmp_path / "source").iterdir()
    again = _build(source, "wheel", tmp_path / "wheel")
    assert _contents(again) == _contents(wheel)


def _contents(archive: Path) -> dict[str, int]:
    with zipfile.ZipFile(archive) as files:
        return {file.filename: file.CRC for file in files.infolist()}


def test_the_checkout_has_no_part_in_it(installed: Installed):
    printed = installed.run("python", "-c", "import fairmoe; print(fairmoe.__file__)")
    assert Path(printed).is_relative_to(installed.programs.parent)
    assert (Path(printed).parent / "py.typed").is_file()


def test_the_app_opens_with_its_settings_and_a_click_trains_the_demo(
    installed: Installed, page: Page, tmp_path: Path
):
    command = installed.command("fairmoe", "app")
    with serving(command, tmp_path / "log", cwd=installed.folder, env=ENVIRONMENT) as address:
        page.goto(address)
        page.get_by_role("button", name="Try the demo").click()
        heading(page, "Result").wait_for(timeout=2 * TRAINED)
        page.get_by_role("link", name="Experts", exact=True).first.click()
        expect(heading(page, "Experts")).to_be_visible()
        expect(page.get_by_text("Mixture against utility expert: accuracy")).to_be_visible()
        # Streamlit's own list of pages, which the configuration takes away.
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        page.get_by_role("link", name="Learn", exact=True).click()
        page.get_by_role("button", name="What it is worth on other data").click()
        expect(page.get_by_role("dialog")).to_contain_text("ten seeds")


def test_the_module_opens_the_app_too(installed: Installed, page: Page, tmp_path: Path):
    command = installed.command("python", "-m", "fairmoe", "app")
    with serving(command, tmp_path / "log", cwd=installed.folder, env=ENVIRONMENT) as address:
        page.goto(f"{address}/data")
        expect(heading(page, "Data")).to_be_visible()


def test_the_shell_trains_reports_and_predicts(installed: Installed):
    installed.run("fairmoe", "demo", "hiring.csv")
    roles = ("--target", "hired", "--sensitive", "sex", "--drop", "applicant_id")
    installed.run("fairmoe", "train", "hiring.csv", *roles, *SHORT, "--out", "run")
    installed.run("fairmoe", "report", "run", "--data", "hiring.csv", "--out", "report.html")
    installed.run("fairmoe", "predict", "run", "hiring.csv", "--out", "predictions.csv")
    report = (installed.folder / "report.html").read_text(encoding="utf-8")
    assert report.startswith("<!DOCTYPE html>")
    with (installed.folder / "predictions.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 12_000
