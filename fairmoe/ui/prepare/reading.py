"""How the columns were read, and how the user has them read otherwise."""

import csv
import dataclasses
import io
from collections.abc import Sequence

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import Change, ColumnKind
from fairmoe.data.reading.numbers import Decimal
from fairmoe.errors import InvalidInputError
from fairmoe.ui.frame.state import Session

_KINDS: tuple[tuple[ColumnKind, str, str], ...] = (
    ("category", "categories", "For codes that count nothing, such as postcodes."),
    ("number", "numbers", "For numbers that a few texts made look like categories."),
    ("date", "dates", "Models see the year, the month, the weekday and the days since the first."),
    ("text", "long texts", "They are left out of the features."),
)
_SIGNS: dict[Decimal, str] = {"point": "Point: 1.5", "comma": "Comma: 1,5"}


def show_changes(changes: Sequence[Change]) -> None:
    """Show what was done to the columns, with the texts concerned."""
    if not changes:
        return
    with st.expander(
        f"What was done to your columns ({len(changes)})",
        expanded=True,
        icon=":material/edit_note:",
        key="changes",
    ):
        st.markdown("\n".join(f"- {_line(change)}" for change in changes))


def reading_form(state: Session) -> None:
    """Let the user overrule what the reader found out, and take it into use if it can be.

    Raises:
        InvalidInputError: A column cannot be what it is to be taken as; nothing is changed.
    """
    assert state.source is not None
    source = state.source
    decimal = _decimal(state, source.changes)
    kinds = _kinds(state)
    told = _missing(state, source.changes)
    alike = _alike(state, source.changes)
    options = dataclasses.replace(
        source.reading.options, decimal=decimal, kinds=kinds, missing=told, alike=alike
    )
    # What stands above this form is drawn of the table before.
    if state.overrule(options):
        st.rerun()


def _line(change: Change) -> str:
    texts = ""
    if change.values and change.code in ("missing", "alike", "mixed"):
        shown = ", ".join(f"“{value}”" for value in change.values[:12])
        texts = f" ({shown}{', …' if len(change.values) > 12 else ''})"
    return escape_markdown(change.sentence + texts)


def _decimal(state: Session, changes: Sequence[Change]) -> Decimal | None:
    if not any(change.code == "doubt" for change in changes):
        return None
    chosen: Decimal | None = st.segmented_control(
        "Which is the decimal sign?",
        list(_SIGNS),
        format_func=_SIGNS.__getitem__,
        help="Some numbers can be read in two ways, such as 8.920, and no column decides.",
        key=f"decimal-{state.version}",
        persist_state="session",
    )
    return chosen


def _kinds(state: Session) -> dict[str, ColumnKind]:
    assert state.source is not None
    found = state.source.kinds
    chosen: dict[str, ColumnKind] = {}
    # Two beside each other: one below the other they are half a screen.
    halves = st.columns(2)
    for place, (kind, words, text) in enumerate(_KINDS):
        columns = halves[place % 2].multiselect(
            f"Columns to take as {words}",
            [column for column in found if found[column] != kind],
            placeholder="None",
            help=text,
            key=f"kind-{kind}-{state.version}",
            persist_state="session",
        )
        for column in columns:
            if column in chosen:
                raise InvalidInputError(
                    "Each column is taken as one kind",
                    however=f"column '{column}' was chosen twice",
                )
            chosen[column] = kind
    return chosen


def _missing(state: Session, changes: Sequence[Change]) -> dict[str, tuple[str, ...]]:
    offers = {
        f"{change.column}: {change.values[0]}": change
        for change in changes
        if change.code == "sentinel"
    }
    told: dict[str, tuple[str, ...]] = {}
    if offers:
        for name in st.multiselect(
            "Numbers that mean missing",
            list(offers),
            placeholder="None",
            key=f"sentinels-{state.version}",
            persist_state="session",
        ):
            told[offers[name].column] = offers[name].values
    text = st.text_input(
        "Texts that mean missing in any column",
        placeholder="Comma-separated, such as unknown, 999",
        key=f"missing-{state.version}",
        persist_state="session",
    )
    # A text of several lines can come with a project.
    lines = io.StringIO(text or "", newline="")
    words = next(csv.reader(lines, skipinitialspace=True), [])
    texts = tuple(word.strip() for word in words if word.strip())
    return told | ({"": texts} if texts else {})


def _alike(state: Session, changes: Sequence[Change]) -> tuple[str, ...]:
    columns = [change.column for change in changes if change.code == "alike"]
    if not columns:
        return ()
    return tuple(
        st.multiselect(
            "Merge levels that differ only in case, blanks or Unicode form",
            columns,
            placeholder="None",
            key=f"alike-{state.version}",
            persist_state="session",
        )
    )
