"""Which person the page is about: picked from the rows of a split."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data.people import people_of
from fairmoe.names import SplitName
from fairmoe.sentences.individual import opened_on, where_in_list
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.direction import toward
from fairmoe.ui.understand.person import Person
from fairmoe.ui.understand.person_list import (
    DECIDED,
    GROUP,
    LINE,
    MOST_PEOPLE,
    PROBA,
    TRUTH,
    begin_with_open,
    show_list,
    told_alike,
)
from fairmoe.ui.understand.results import split_switch
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    from fairmoe.analysis.rows import RunRows

_ORDERS = {"file": "As in the file", "close": "Closest calls first"}


def pick_person(state: Session, kept: KeptRun) -> Person:
    """Let the user pick a row of a split, from a list that can be filtered."""
    with st.container(horizontal=True):
        split = split_switch()
        group, decided, errors, order = _filters(kept)
    rows = rows_in(state, kept, split)
    people = state.once(("people", kept.run.run_id, split), lambda: _people(rows, kept))
    shown = _filtered(people, kept, group, decided, errors, order)
    picked = np.flatnonzero(rows.record.rows == state.row)
    place, why = (int(picked[0]), "") if len(picked) else _opened(kept, split, shown)
    person = Person(kept, split, rows, place, rows.frame.iloc[[place]], rows.x[[place]])
    filtered = f"people-{kept.run.run_id}-{split}-{group}-{decided}-{errors}-{order}"
    listed, key = begin_with_open(state, shown, place, filtered)
    listed, person = told_alike(listed, person)
    hidden = show_list(state, listed, person, key)
    cut = f" The first {MOST_PEOPLE:,} are listed." if len(shown) > MOST_PEOPLE else ""
    st.caption(
        f"{len(shown):,} of {len(people):,} rows.{cut} Select one by the circle at its left; rows "
        f"are counted as a spreadsheet does, with the names of the columns as row 1.{hidden}"
    )
    is_moved = len(shown) > 0 and listed.index[0] != shown.index[0]
    first = person.line(int(listed.index[0])) if is_moved else ""
    where = where_in_list(person.line(), first, is_listed=place in shown.index)
    if why or where:
        st.caption(escape_markdown(f"{why} {where}".strip()))
    return person


def _opened(kept: KeptRun, split: SplitName, shown: pd.DataFrame) -> tuple[int, str]:
    """Return at whom the page looks before anyone was picked, and why."""
    from fairmoe.analysis.individual import THRESHOLD, closest_refusal  # noqa: PLC0415

    run = kept.run
    refusal = closest_refusal(run, split)
    if refusal not in shown.index:
        return (int(shown.index[0]), "") if len(shown) else (0, "")
    record = run.splits[split]
    proba = record.proba["mixture"][refusal]
    group = list(run.data.groups)[int(record.group[refusal])]
    told = opened_on(
        people_of([group], run.roles)[group],
        run.data.words[0 if proba > THRESHOLD else 1],
        is_refused=(proba > THRESHOLD) == (run.roles.target.favourable is False),
        is_wrong=(proba > THRESHOLD) != bool(record.y_true[refusal]),
    )
    return refusal, told


def _people(rows: "RunRows", kept: KeptRun) -> pd.DataFrame:
    """Return the rows of a split for the list: their cells, and what was predicted."""
    record, table = rows.record, kept.labelled.table
    proba = record.proba["mixture"]
    words = np.array(kept.run.data.words[::-1], dtype=object)
    about = pd.DataFrame(
        {
            LINE: [table.line(int(position)) for position in record.rows],
            GROUP: np.array(list(kept.run.data.groups), dtype=object)[record.group],
            PROBA: 100 * toward(kept.run, proba.astype(np.float64)),
            DECIDED: words[(proba > 0.5).astype(int)],
            TRUTH: words[record.y_true],
        }
    )
    cells = rows.frame[list(rows.run.encoder.columns)].reset_index(drop=True)
    return pd.concat([about, cells], axis=1)


def _filters(kept: KeptRun) -> tuple[str, str, str, str]:
    """Let the user say which rows are listed, and in which order."""
    group: str = st.selectbox(
        "Group",
        ["", *kept.run.data.groups],
        format_func=lambda name: name or "All groups",
        key=f"individual-group-{kept.run.run_id}",
        persist_state="session",
        width=180,
    )
    return (
        group,
        _choice("Predicted", _decisions(kept), "individual-decided"),
        _choice("Prediction", _errors(kept), "individual-errors"),
        _choice("Order", _ORDERS, "individual-order"),
    )


def _decisions(kept: KeptRun) -> dict[str, str]:
    """Return the outcomes to filter by, the good one first if there is one."""
    positive, other = kept.run.data.words
    words = {"positive": positive, "other": other}
    is_bad = kept.run.roles.target.favourable is False
    return {"any": "Any"} | dict(list(words.items())[:: -1 if is_bad else 1])


def _errors(kept: KeptRun) -> dict[str, str]:
    """Return the errors to filter by, first that which denies the good outcome if there is one."""
    named = {f"wrong-{key}": f"Wrongly “{word}”" for key, word in _decisions(kept).items()}
    del named["wrong-any"]
    right = {"any": "Right or wrong", "right": "Right", "wrong": "Wrong"}
    return right | dict(list(named.items())[::-1])


def _filtered(
    people: pd.DataFrame, kept: KeptRun, group: str, decided: str, errors: str, order: str
) -> pd.DataFrame:
    listed = np.ones(len(people), dtype=bool)
    if group:
        listed &= (people[GROUP] == group).to_numpy()
    words = _decisions(kept)
    if decided != "any":
        listed &= (people[DECIDED] == words[decided]).to_numpy()
    if errors != "any":
        right = (people[DECIDED] == people[TRUTH]).to_numpy()
        listed &= right == (errors == "right")
        if errors.startswith("wrong-"):
            listed &= (people[DECIDED] == words[errors.removeprefix("wrong-")]).to_numpy()
    shown = people[listed]
    if order == "close":
        shown = shown.iloc[np.argsort((shown[PROBA] - 50).abs().to_numpy(), kind="stable")]
    return shown


def _choice(label: str, options: dict[str, str], key: str) -> str:
    return st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        format_func=lambda option: escape_markdown(options[option]),
        required=True,
        key=key,
        bind="query-params",
        persist_state="session",
    )
