"""The list of rows from which a person is picked: the one that is open first, as wide as a page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from fairmoe._units import digits_beside_one_half
from fairmoe.names import MIXTURE_AND_EXPERTS
from fairmoe.sentences.individual import columns_not_shown
from fairmoe.ui.frame.components import percent_column
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.direction import of_outcome, toward
from fairmoe.ui.understand.person import Person

MOST_PEOPLE = 2000
# Columns of the list beside those of the table, whose names could be any.
LINE, GROUP, PROBA, DECIDED, TRUTH = (
    f"fairmoe:{name}" for name in ("line", "group", "proba", "decided", "truth")
)
_TITLES = {
    LINE: "Row",
    GROUP: "Group",
    PROBA: "Probability",
    DECIDED: "Predicted",
    TRUTH: "Actual",
}
_WIDTH, _LETTER, _PADDING, _MOST_LETTERS = 660, 7, 17, 40
"""In pixels: what fits beside the circles where a page is 768 wide, a letter, what is around."""

_FIRST = "first person of the list"


def begin_with_open(
    state: Session, shown: pd.DataFrame, place: int, key: str
) -> tuple[pd.DataFrame, str]:
    """Return the rows with the one that is open first, which alone is in sight for sure.

    Whoever picks another from the list finds the list as it was.

    Args:
        state: The session.
        shown: The rows that are listed, by their places in the split.
        place: That of the row that is open.
        key: Tells lists of other rows, or in another order, apart.

    Returns:
        The rows, and a key that also tells with which of them the list begins.
    """
    known = state.parts.get(_FIRST)
    if known is not None and known[0] == key:
        listed, list_key = _beginning_with(shown, known[1], key)
        event = st.session_state.get(list_key)
        picked = event["selection"]["rows"] if event else []
        if picked and picked[0] < len(listed) and listed.index[picked[0]] == place:
            return listed, list_key
    state.parts[_FIRST] = (key, place)
    return _beginning_with(shown, place, key)


def _beginning_with(shown: pd.DataFrame, place: int, key: str) -> tuple[pd.DataFrame, str]:
    if place not in shown.index:
        return shown, key
    rest = shown.index[shown.index != place]
    return shown.loc[[place, *rest]], f"{key}-{place}"


def told_alike(listed: pd.DataFrame, person: Person) -> tuple[pd.DataFrame, Person]:
    """Return the rows and the person with one figure of that person, and with as many digits.

    What a run keeps of the probabilities may be less exact than what its model says again.

    Args:
        listed: The rows that are listed, by their places.
        person: The one whose row is open, with its own values.
    """
    said = toward(person.kept.run, person.said[list(MIXTURE_AND_EXPERTS)].astype(float))
    if person.place in listed.index:
        listed = listed.copy()
        own, cutoffs = person.said["mixture"], person.kept.run.cutoffs
        if cutoffs is not None:
            # Those of the others are moved too, as decisions of a variant are.
            own = cutoffs.shift([own], [person.group])[0]
        listed.loc[person.place, PROBA] = 100 * toward(person.kept.run, float(own))
    digits = digits_beside_one_half([*listed[PROBA].iloc[:MOST_PEOPLE] / 100, *said])
    return listed, replace(person, digits=digits)


def show_list(state: Session, listed: pd.DataFrame, person: Person, key: str) -> str:
    """Show the list, of which a row can be picked.

    Args:
        state: The session.
        listed: The rows that are listed, in their order, by their places.
        person: The one whose row is open.
        key: As `begin_with_open` returns it.

    Returns:
        How many columns are not shown, in words; nothing if all are.
    """
    rows, place = person.rows, person.place
    shown = listed.iloc[:MOST_PEOPLE]
    columns = _columns_that_fit(shown, rows.run.encoder.columns)
    at = list(shown.index).index(place) if place in shown.index else None
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=180,
        on_select=_taker(state, key, rows.record.rows[shown.index]),
        selection_mode="single-row" if at is None else "single-row-required",
        selection_default={"selection": {"rows": [at]}} if at is not None else None,
        placeholder="missing",
        alt=f"{len(listed):,} rows to choose from, with their cells.",
        column_config={
            LINE: st.column_config.NumberColumn(_TITLES[LINE], format="localized", pinned=True),
            PROBA: percent_column(
                _TITLES[PROBA],
                f"Of {of_outcome(rows.run)}, by the mixture.",
                digits=person.digits,
            ),
            **{
                name: st.column_config.TextColumn(_TITLES[name]) for name in (GROUP, DECIDED, TRUTH)
            },
        },
        column_order=columns,
    )
    return columns_not_shown(len(_TITLES) + len(rows.run.encoder.columns) - len(columns))


def _columns_that_fit(shown: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return the columns that a page has room for; which are left out can be chosen in the list."""
    fitting, left = list(_TITLES), _WIDTH
    for name in _TITLES:
        left -= _width(shown, name)
    for name in columns:
        left -= _width(shown, name)
        if left < 0:
            break
        fitting.append(name)
    return fitting


def _width(shown: pd.DataFrame, name: str) -> int:
    """Return about how wide a column is drawn, in pixels."""
    title = len(_TITLES.get(name, name))
    cells = 0 if name in (LINE, PROBA) else shown[name].astype(str).str.len().max()
    return _PADDING + _LETTER * int(min(max(title, cells), _MOST_LETTERS))


def _taker(state: Session, key: str, positions: Any) -> Callable[[], None]:
    """Return what takes over the row that was selected in the list."""

    def take() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            state.row = int(positions[chosen[0]])

    return take
