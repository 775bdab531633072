"""The site is built without a warning, holds every equation, and loads nothing from elsewhere."""

import html
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(pytestconfig, tmp_path_factory):
    """The pages by their folder."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder]
    done = subprocess.run(
        command, cwd=pytestconfig.rootpath, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    pages = {path.parent.name: path.read_text("utf-8") for path in folder.glob("*/index.html")}
    assert (folder / "assets" / "screenshot-experts.png").is_file()
    return pages


def test_every_page_is_there(site):
    told = {"guide", "method", "losses", "api", "hosting", "evidence", "performance"}

    assert set(site) == told | {"reliability", "decisions"}


def test_every_equation_stands_above_its_code_as_mathml(site):
    page = html.unescape(site["method"])
    shown = re.findall(r"<mo[^>]*>\(</mo><mn>(\d+)</mn><mo[^>]*>\)</mo>", page)

    assert set(range(1, 48)) <= {int(number) for number in shown}
    assert "arithmatex" not in page
    assert "def cross_entropy_loss" in re.sub(r"<[^>]+>", "", page)


def test_no_page_loads_anything_from_elsewhere(site):
    for page in site.values():
        loaded = re.findall(r"<(?:script|img|iframe)[^>]* src=\"?([^\" >]+)", page)
        loaded += re.findall(r"<link[^>]* href=\"?([^\" >]+)", page)
        assert loaded
        assert not [address for address in loaded if "//" in address]
