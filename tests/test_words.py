"""Phrases that a reader stumbled over have gone, and do not come back."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PHRASES = [
    "whom the gate asks",
    "could part the groups",
    "what it would be to overrule",
    "read what to beware of",
    "should care about equal treatment",
    "what would have to differ for another answer",
    "those that no other beats",
    "beaten by no",
    "parted by",
    "what there is to say",
    "percentage points ahead",
    "predicts (almost) only one class",
    "chance alone may",
    "chance alone hardly",
    "gives the group away",
    "give the group away",
    "positive / other",
    "truly positive",
    "truly / predicted",
    "load a table, say what is predicted",
    "model look",
]


def _texts():
    paths = [ROOT / "app.py", ROOT / "README.md", ROOT / "docs" / "guide.md"]
    for folder in ("fairmoe", "pages"):
        paths += (ROOT / folder).rglob("*.py")
    return {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in paths}


def _in_one_line(text: str) -> str:
    """Return a text without line breaks and the quotes with which Python goes on after them."""
    return re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", text)).lower()


def test_a_phrase_is_found_across_the_lines_of_a_literal():
    assert "beaten by no other" in _in_one_line('f"Runs are beaten by no "\n    "other"')


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_page_and_no_code_has(phrase):
    assert [path for path, text in _texts().items() if phrase in _in_one_line(text)] == []
