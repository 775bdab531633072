"""Which person the page is about: picked from the rows of a split, with values to change."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import MISSING
from fairmoe.data.kinds import level_text
from fairmoe.names import SplitName
from fairmoe.ui.frame.components import percent_column, show_note
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.results import split_switch
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    from torch import Tensor

    from fairmoe.analysis.rows import RunRows

MOST_PEOPLE = 2000
MOST_FIELDS = 48
_LARGEST_WHOLE = 2**53
# Columns of the list beside those of the table, whose names could be any.
_LINE, _GROUP, _PROBA, _DECIDED, _TRUTH = (
    f"fairmoe:{name}" for name in ("line", "group", "proba", "decided", "truth")
)
_ORDERS = {"file": "As in the file", "close": "Closest calls first"}


@dataclass(frozen=True, eq=False)
class Person:
    """A person, perhaps with changed values.

    Attributes:
        kept: The run.
        split: The split that the person is of.
        rows: The rows of that split.
        place: Which of these rows it is.
        frame: The person's cells, one row.
        x: **Shape** `(1, d)`. The same, encoded.
        changed: The columns whose values the user changed.
    """

    kept: KeptRun
    split: SplitName
    rows: "RunRows"
    place: int
    frame: pd.DataFrame
    x: "Tensor"
    changed: tuple[str, ...] = ()

    @property
    def position(self) -> int:
        """The position of the row in the table."""
        return int(self.rows.record.rows[self.place])

    @property
    def group(self) -> int:
        """The id of the person's group."""
        return int(self.rows.record.group[self.place])

    @cached_property
    def said(self) -> "pd.Series[float]":
        """What the models say: one row of what `fairmoe.analysis.individual.predict` returns."""
        from fairmoe.analysis.individual import predict  # noqa: PLC0415

        return predict(self.kept.run, self.x).iloc[0]

    @property
    def key(self) -> str:
        """Tells the person from others in the keys of widgets."""
        return f"{self.kept.run.run_id}-{self.position}"

    def line(self, place: int | None = None) -> str:
        """Name the person's row, or another of the split, as a spreadsheet does."""
        rows = self.rows.record.rows
        position = int(rows[self.place if place is None else place])
        return f"row {self.kept.labelled.table.line(position):,}"


def pick_person(state: Session, kept: KeptRun) -> Person:
    """Let the user pick a row of a split, from a list that can be filtered."""
    with st.container(horizontal=True):
        split = split_switch()
        group, decided, errors, order = _filters(kept)
    rows = rows_in(state, kept, split)
    people = state.once(("people", kept.run.run_id, split), lambda: _people(rows, kept))
    shown = _filtered(people, kept, group, decided, errors, order)
    key = f"people-{kept.run.run_id}-{split}-{group}-{decided}-{errors}-{order}"
    st.dataframe(
        shown.iloc[:MOST_PEOPLE],
        key=key,
        hide_index=True,
        height=180,
        on_select=_taker(state, key, rows.record.rows[shown.index]),
        selection_mode="single-row",
        placeholder="missing",
        alt=f"{len(shown):,} rows to choose from, with their cells.",
        column_config={
            _LINE: st.column_config.NumberColumn("Row", format="localized", pinned=True),
            _GROUP: st.column_config.TextColumn("Group"),
            _PROBA: percent_column("Probability", "By the mixture."),
            _DECIDED: st.column_config.TextColumn("Predicted"),
            _TRUTH: st.column_config.TextColumn("Truth"),
        },
        column_order=[_LINE, _GROUP, _PROBA, _DECIDED, _TRUTH, *rows.run.encoder.columns],
    )
    cut = f" The first {MOST_PEOPLE:,} are listed." if len(shown) > MOST_PEOPLE else ""
    st.caption(
        f"{len(shown):,} of {len(people):,} rows.{cut} Select one by the box at its left; rows are "
        "counted as a spreadsheet does, with the names of the columns as row 1."
    )
    places = np.flatnonzero(rows.record.rows == state.row)
    if len(places) == 0:
        places = shown.index.to_numpy() if len(shown) else np.array([0])
    place = int(places[0])
    return Person(kept, split, rows, place, rows.frame.iloc[[place]], rows.x[[place]])


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
    return Person(kept, person.split, person.rows, person.place, frame, x, changed)


def cell_text(value: Any) -> str:
    """Return a cell as a reader sees it."""
    return "missing" if pd.isna(value) else level_text(value)


def _people(rows: "RunRows", kept: KeptRun) -> pd.DataFrame:
    """Return the rows of a split for the list: their cells, and what was predicted."""
    record, table = rows.record, kept.labelled.table
    proba = record.proba["mixture"]
    words = np.array(kept.run.data.words[::-1], dtype=object)
    about = pd.DataFrame(
        {
            _LINE: [table.line(int(position)) for position in record.rows],
            _GROUP: np.array(list(kept.run.data.groups), dtype=object)[record.group],
            _PROBA: 100 * proba,
            _DECIDED: words[(proba > 0.5).astype(int)],
            _TRUTH: words[record.y_true],
        }
    )
    cells = rows.frame[list(rows.run.encoder.columns)].reset_index(drop=True)
    return pd.concat([about, cells], axis=1)


def _ends(kept: KeptRun) -> dict[str, tuple[Any, Any]]:
    """Return the least and the greatest value of each number in the table."""
    table = kept.labelled.table
    numbers = [column for column, kind in table.kinds.items() if kind == "number"]
    return {column: (table.frame[column].min(), table.frame[column].max()) for column in numbers}


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
        listed &= (people[_GROUP] == group).to_numpy()
    words = _decisions(kept)
    if decided != "any":
        listed &= (people[_DECIDED] == words[decided]).to_numpy()
    if errors != "any":
        right = (people[_DECIDED] == people[_TRUTH]).to_numpy()
        listed &= right == (errors == "right")
        if errors.startswith("wrong-"):
            listed &= (people[_DECIDED] == words[errors.removeprefix("wrong-")]).to_numpy()
    shown = people[listed]
    if order == "close":
        shown = shown.iloc[np.argsort((shown[_PROBA] - 50).abs().to_numpy(), kind="stable")]
    return shown


def _choice(label: str, options: dict[str, str], key: str) -> str:
    return st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        format_func=options.__getitem__,
        required=True,
        key=key,
        bind="query-params",
        persist_state="session",
    )


def _taker(state: Session, key: str, positions: Any) -> Callable[[], None]:
    """Return what takes over the row that was selected in the list."""

    def take() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            state.row = int(positions[chosen[0]])

    return take


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
