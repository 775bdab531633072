"""Links from one document to another lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    path.relative_to(ROOT)
    for folder in (".", "docs", "examples")
    for path in sorted((ROOT / folder).glob("*.md"))
]


def _anchors(text):
    """Return what headings are called in addresses."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_all_documents_are_read():
    assert {Path("README.md"), Path("docs/evidence.md")} < set(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_and_pictures_are_there(document):
    text = (ROOT / document).read_text(encoding="utf-8")

    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = (ROOT / document).parent / path if path else ROOT / document
            assert target.exists(), link
            assert not anchor or anchor in _anchors(target.read_text(encoding="utf-8")), link
