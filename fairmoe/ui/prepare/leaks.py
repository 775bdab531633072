"""Which columns know the answer, or only name the row, each with a button that leaves it out."""

from collections.abc import Sequence

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.data import LabelledTable, Leaks, find_leaks
from fairmoe.figures.data import leaks_figure
from fairmoe.sentences.data import LEAVE_OUT_LEAKS, leaks_in_words, leaks_takeaway, names_the_row
from fairmoe.ui.frame.components import percent_column, show_chart, show_table, show_warning
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.roles import dropped_key

FEW, MOST_BUTTONS = 2, 6
"""Of so many columns the buttons stand beside the warning; beside one for all, so many have one."""


def leaks_of(state: Session, labelled: LabelledTable) -> Leaks:
    """Return how well the features tell the target, measured at the first asking only."""
    key = ("leaks", labelled.table.sha256, labelled.roles, tuple(labelled.kinds.items()))
    return state.once(key, lambda: find_leaks(labelled))


def warn_of_columns(state: Session, labelled: LabelledTable) -> None:
    """Warn of columns that name the row or a person, and of those that may know the answer."""
    assert state.suggestion is not None
    naming = [
        column
        for column in labelled.kinds
        if state.suggestion.left_out.get(column) in ("id", "name")
    ]
    if naming:
        _warn(state, naming, "naming", escape_markdown(names_the_row(naming)), ":material/badge:")
    told = leaks_in_words(leaks_of(state, labelled), labelled.words[0])
    if told:
        lines = [escape_markdown(each) for each in told.values()]
        text = Markdown("\n- ".join([escape_markdown(LEAVE_OUT_LEAKS), *lines]))
        _warn(state, list(told), "leaks", text, ":material/water_drop:")


def show_leaks(state: Session, labelled: LabelledTable) -> None:
    """Show how well each feature, its being missing, and all together tell the target."""
    found = leaks_of(state, labelled)
    takeaway = leaks_takeaway(found.alone, found.together, len(found.suspects))
    name = labelled.table.name or "Your table"
    show_chart(
        leaks_figure(found.alone, found.together, found.chance, found.missing["auc"]),
        takeaway=takeaway,
        source=f"{name}, {len(labelled.y):,} rows, all splits. Learnt on a part of "
        f"{found.rows:,} of them and judged on the rest, in turn (seed 0). The grey band is what "
        "features that say nothing give.",
        key="leaks",
    )
    table = found.alone.rename("auc").to_frame()
    # Where nothing is missing, that says nothing.
    table["missing"] = found.missing["auc"].reindex(table.index, fill_value=0.5)
    show_table(
        100 * table.rename_axis("Feature"),
        key="leaks-table",
        alt=takeaway,
        columns={
            "auc": percent_column("AUC for the outcome", "50% is chance, 100% gives it away."),
            "missing": percent_column("AUC of being missing", "Of whether it has a value."),
        },
        csv=table.rename_axis("Feature"),
    )


def _warn(state: Session, columns: Sequence[str], what: str, text: Markdown, icon: str) -> None:
    """Warn of columns, with buttons that leave them out: beside it, or below it where many are."""
    if len(columns) > FEW:
        show_warning(text, icon=icon)
        with st.container(horizontal=True):
            _leave_out_buttons(state, columns, what)
        return
    told, buttons = st.columns([4, 1], vertical_alignment="center")
    with told:
        show_warning(text, icon=icon)
    with buttons, st.container(gap="xsmall"):
        _leave_out_buttons(state, columns, what)


def _leave_out_buttons(state: Session, columns: Sequence[str], what: str) -> None:
    parts = [[column] for column in columns[:MOST_BUTTONS]]
    if len(columns) > 1:
        parts.insert(0, list(columns))
    for i, part in enumerate(parts):
        label = escape_markdown(part[0]) if len(part) == 1 else f"all {len(part)}"
        st.button(
            f"Leave out {label}",
            key=f"leave-out-{what}-{state.version}-{i}",
            on_click=_leave_out,
            args=(dropped_key(state), part),
        )


def _leave_out(key: str, columns: Sequence[str]) -> None:
    st.session_state[key] = [*st.session_state.get(key, ()), *columns]
