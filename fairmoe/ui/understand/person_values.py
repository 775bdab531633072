"""What a person's values are changed to, within what the table holds."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import MISSING
from fairmoe.ui.frame.components import show_note
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.person import Person, cell_text

MOST_FIELDS = 48
_LARGEST_WHOLE = 2**53


def change_values(state: Session, person: Person) -> Person:
    """Let the user change the person's values, within what the table holds."""
    kept, own = person.kept, person.frame
    table = kept.labelled.table
    columns = list(person.rows.run.encoder.columns)
    keys = {c: f"value-{person.key}-{place}" for place, c in enumerate(columns[:MOST_FIELDS])}
    ends = state.once(("ends", kept.run.run_id), lambda: _ends(kept))
    fields = st.expander(
        "Change this person's values",
        icon=":material/tune:",
        key="person-values",
        on_change="rerun",
    )
    # Drawing them takes a browser longer than all else on the page.
    if fields.open:
        with fields:
            if len(columns) > MOST_FIELDS:
                st.caption(f"The first {MOST_FIELDS} of {len(columns)} columns can be changed.")
            with st.grid(4, min_column_width=190):
                for column, key in keys.items():
                    if table.kinds[column] == "number":
                        _number(column, own[column].iloc[0], ends[column], key)
                    else:
                        _level(column, own[column].iloc[0], table.frame[column], key)
            st.button(
                "Back to the real values",
                icon=":material/undo:",
                key=f"back-{person.key}",
                on_click=_forget,
                args=(f"value-{person.key}-",),
            )
    values = {column: _entered(key) for column, key in keys.items() if key in st.session_state}
    changed = tuple(
        column for column, value in values.items() if not _same(value, own[column].iloc[0])
    )
    if not changed:
        return person
    frame = own.copy()
    for column in changed:
        frame[column] = pd.Series([values[column]], index=own.index)
    show_note(
        escape_markdown(f"Changed: {', '.join(changed)}. All below is about the changed values."),
        icon=":material/tune:",
    )
    x = person.x.new_tensor(kept.run.encoder.transform(frame))
    return replace(person, frame=frame, x=x, changed=changed)


def _ends(kept: KeptRun) -> dict[str, tuple[Any, Any]]:
    """Return the least and the greatest value of each number in the table."""
    table = kept.labelled.table
    numbers = [column for column, kind in table.kinds.items() if kind == "number"]
    return {column: (table.frame[column].min(), table.frame[column].max()) for column in numbers}


def _number(column: str, own: Any, ends: tuple[Any, Any], key: str) -> None:
    low, high = ends
    whole = isinstance(low, (int, np.integer)) and max(abs(low), abs(high)) < _LARGEST_WHOLE
    kind: Any = int if whole else float
    span = float(high) - float(low)
    step = 10.0 ** math.floor(math.log10(span / 20)) if span > 0 else 1.0
    st.number_input(
        escape_markdown(column),
        kind(low),
        kind(high),
        None if pd.isna(own) else kind(own),
        step=kind(max(1, step)) if whole else step,
        format=None if whole else "%g",
        key=key,
        placeholder="missing",
        help=f"From {cell_text(low)} to {cell_text(high)} in the table.",
        persist_state="session",
        disabled=span == 0,
    )


def _level(column: str, own: Any, cells: "pd.Series[Any]", key: str) -> None:
    levels = [str(level) for level in cells.cat.categories]
    if cells.isna().any():
        levels.append(MISSING)
    st.selectbox(
        escape_markdown(column),
        levels,
        index=levels.index(MISSING if pd.isna(own) else str(own)),
        key=key,
        persist_state="session",
    )


def _entered(key: str) -> Any:
    """Return the value of a field, which stays when the fields are folded away."""
    value = st.session_state[key]
    return math.nan if value is None or value == MISSING else value


def _forget(prefix: str) -> None:
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def _same(value: Any, own: Any) -> bool:
    return bool(pd.isna(value) and pd.isna(own)) or bool(value == own)
