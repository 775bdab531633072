"""What a release has to agree on, agrees at any time."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_version_is_told_alike():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == PROJECT["version"]


def test_the_changelog_begins_with_what_is_not_released():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    titles = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert titles[0] == "Unreleased"
    assert all(re.match(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d$", title) for title in titles[1:])


def test_what_the_checklist_runs_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    checklist = text[text.index("## Releasing") : text.index("## Glossary")]
    named = re.findall(r"`(?:python )?([\w./]+/[\w./]+)`?[ `)]", checklist)
    assert {".ci/run", "tests/lowest.py", "tests/advisories.py", "docs/evidence.md"} <= set(named)
    assert all((ROOT / name).exists() for name in named)
    targets = re.findall(r"`make (\w+)`", checklist)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert set(targets) <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
