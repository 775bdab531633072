import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mypy import api

from fairmoe._escape import escape_html, escape_markdown

ROOT = Path(__file__).resolve().parents[1]


@given(st.text())
def test_plotly_is_given_no_tag_of_a_table(text):
    assert "<" not in escape_html(text)
    assert ">" not in escape_html(text)


@given(st.text("ab*_`[]<>:$\\", max_size=12))
def test_streamlit_is_given_no_markup_of_a_table(text):
    unescaped = re.sub(r"\\.", "", escape_markdown(text))
    assert not re.search(r"[*`\[\]<>$]|:\S(?<!\u2060)", unescaped)


def test_an_escape_is_of_one_kind():
    assert escape_html("a & *b*") == "a &amp; *b*"
    assert escape_markdown("a & *b*") == r"a \& \*b\*"
    assert escape_markdown("sex_of_x: y :red[z]") == "sex_of_x: y :\u2060red\\[z\\]"


def test_no_address_becomes_a_link_by_itself():
    assert escape_markdown("WWW.a.b") == "WWW\u2060\\.a\\.b"
    assert escape_markdown("a@b.c @ d") == "a@\u2060b\\.c @ d"
    assert escape_markdown("http://a.b") == "http:\u2060//a\\.b"


CALLS = """
from fairmoe._escape import escape_html, escape_markdown
from fairmoe.figures.palette import Style, reserve_room
from fairmoe.figures.panels import side_by_side
from fairmoe.ui.frame.components import show_note, show_warning
import plotly.graph_objects as go

def show(name: str) -> None:
    Style({html}, "", "", "", "")
    reserve_room(go.Figure(), [{html}])
    side_by_side([{html}], title="", height=1, rows={{}}, values=[])
    show_note({markdown}, icon="")
    show_warning({markdown}, icon="")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("html", "markdown", "refused"),
    [
        ("escape_html(name)", "escape_markdown(name)", 0),
        ("escape_markdown(name)", "escape_html(name)", 5),
        ("name", "name", 5),
    ],
)
def test_types_let_only_html_into_a_figure_and_only_markdown_into_a_note(
    html, markdown, refused, tmp_path
):
    calls = tmp_path / "calls.py"
    calls.write_text(CALLS.format(html=html, markdown=markdown))

    found, problems, status = api.run(["--num-workers=0", str(calls)])

    assert status == (refused > 0), found + problems
    assert len(re.findall(r"\[(?:arg-type|list-item)\]", found)) == refused, found


def test_notes_and_warnings_of_pages_are_told_through_what_takes_markdown_only():
    paths = [
        *(ROOT / "fairmoe" / "ui").rglob("*.py"),
        *(ROOT / "pages").glob("*.py"),
        ROOT / "app.py",
    ]
    direct = {
        path.name for path in paths if re.search(r"\bst\.(info|warning)\(", path.read_text("utf-8"))
    }
    assert direct == {"components.py"}
