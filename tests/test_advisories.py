"""The comparison with advisories says what it knows, and that it knows nothing where that is so."""

import json
import subprocess
import sys
import zipfile
from importlib.metadata import version

import pytest
import yaml

from tests import advisories
from tests.advisories import NO_FILE, main


def advisory(name="Some_Package", *, events=(), versions=(), **others):
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    about = {"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}
    told = {"id": "PYSEC-1", "modified": "2026-10-01T00:00:00Z", "summary": "A fault."}
    return told | {"affected": [about | {"versions": list(versions)}]} | others


def ask(tmp_path, capsys, told, *pins):
    file = tmp_path / "told.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    lines = tmp_path / "pins.txt"
    lines.write_text("\n".join(pins or ("some-package==1.5",)), "utf-8")
    code = main([str(file), "--requirements", str(lines)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("events", "version", "is_affected"),
    [
        ([{"introduced": "0"}], "0.0.1.dev1", True),
        ([{"introduced": "0"}, {"fixed": "1.5"}], "1.4.9", True),
        ([{"introduced": "0"}, {"fixed": "1.5"}], "1.5", False),
        ([{"introduced": "0"}, {"fixed": "1.5"}], "1.5.0+cpu", False),
        ([{"introduced": "0"}, {"fixed": "1.10"}], "1.9", True),
        ([{"introduced": "1.5"}, {"last_affected": "1.6"}], "1.6+cpu", True),
        ([{"introduced": "1.5"}, {"last_affected": "1.6"}], "1.6.1", False),
        ([{"introduced": "1.5"}], "1.4", False),
        # Two spans, out of order.
        ([{"introduced": "2"}, {"introduced": "0"}, {"fixed": "1"}, {"fixed": "3"}], "1.5", False),
        ([{"introduced": "2"}, {"introduced": "0"}, {"fixed": "1"}, {"fixed": "3"}], "2.5", True),
        # Mended and broken again in the same version.
        ([{"introduced": "0"}, {"fixed": "1"}, {"introduced": "2"}], "2", True),
        ([{"introduced": "0"}, {"fixed": "not a version"}], "1", True),
    ],
)
def test_a_range_of_versions_is_taken_as_osv_defines_it(
    tmp_path, capsys, events, version, is_affected
):
    code, out = ask(tmp_path, capsys, advisory(events=events), f"some.package=={version}")
    assert code == int(is_affected), out


def test_what_is_found_is_named(tmp_path, capsys):
    told = advisory(versions=["1.5.0"], aliases=["CVE-2", "CVE-1"])
    code, out = ask(tmp_path, capsys, [told, advisory("other")], "some_package[a]==1.5 # x", "b==2")
    assert code == 1
    assert out == (
        "some-package 1.5: PYSEC-1, CVE-1, CVE-2 A fault.\n"
        "Compared: packages 2, advisories 2, the newest of 2026-10-01. About what is here: 1.\n"
    )


def test_where_nothing_is_known_it_says_how_much_was_compared(tmp_path, capsys):
    known = [advisory(versions=["1.4"]), advisory("other", events=[{"introduced": "0"}])]
    assert ask(tmp_path, capsys, known) == (
        0,
        "Compared: packages 1, advisories 2, the newest of 2026-10-01. About what is here: none.\n",
    )


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], "holds no advisory about a PyPI package."),
        ([advisory(withdrawn="2026-01-01")], "holds no advisory about a PyPI package."),
        ({"id": "X", "affected": [{"package": {"ecosystem": "npm", "name": "a"}}]}, "no advisory"),
        ("{", "is no advisory in the OSV form."),
        ('{"affected": []}', "is no advisory in the OSV form."),
        ("[1]", "is no advisory in the OSV form."),
    ],
)
def test_what_tells_nothing_is_no_good_news(tmp_path, capsys, told, why):
    code, out = ask(tmp_path, capsys, told)
    assert code == 2
    assert out.startswith("Nothing was compared: ")
    assert why in out


def test_without_a_file_nothing_is_said_to_be_fine(tmp_path, capsys):
    assert main([]) == 2
    assert capsys.readouterr().out == f"{NO_FILE}\n"
    assert main([str(tmp_path / "none.json")]) == 2
    assert "Nothing was compared: " in capsys.readouterr().out
    code, out = ask(tmp_path, capsys, advisory(versions=["1"]), "some-package>=1")
    assert (code, "is not name==version: some-package>=1" in out) == (2, True)
    code, out = ask(tmp_path, capsys, advisory(versions=["1"]), "# none")
    assert (code, "names no package" in out) == (2, True)


def test_a_version_that_cannot_be_ordered_is_not_taken_for_safe(tmp_path, capsys):
    assert ask(tmp_path, capsys, advisory(versions=["1"]), "some-package==odd-one")[0] == 1


def test_the_database_of_pypa_and_a_zip_of_osv_are_read(tmp_path, capsys):
    pins = tmp_path / "pins.txt"
    pins.write_text("some-package==1.5", "utf-8")
    told = advisory(events=[{"introduced": "0"}])
    folder = tmp_path / "vulns" / "some-package"
    folder.mkdir(parents=True)
    (folder / "PYSEC-1.yaml").write_text(yaml.safe_dump(told), "utf-8")
    (folder / "README.md").write_text("not one", "utf-8")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-1.json", json.dumps(told))
    for path in (tmp_path / "vulns", tmp_path / "all.zip"):
        assert main([str(path), "--requirements", str(pins)]) == 1
        assert "the newest of 2026-10-01" in capsys.readouterr().out


def test_this_environment_is_compared_by_default(tmp_path):
    file = tmp_path / "told.json"
    file.write_text(json.dumps(advisory("Torch", events=[{"introduced": "0"}])), "utf-8")
    done = subprocess.run(
        [sys.executable, advisories.__file__, file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"torch {version('torch')}: PYSEC-1")
