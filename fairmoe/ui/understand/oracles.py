"""Our attributions held against Captum's and shap's, when someone asks."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.oracles import oracles_figure
from fairmoe.jobs import Task
from fairmoe.names import ORACLES
from fairmoe.sentences.oracles import (
    CHECK_OFFERED,
    SAMPLES_DECIDE,
    STOPPED,
    agreement_takeaway,
)
from fairmoe.ui.frame.components import show_chart, show_table
from fairmoe.ui.frame.pages import ATTENTION
from fairmoe.ui.frame.progress import show_end, show_work
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.attention_choice import Asked
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    from fairmoe.jobs import Snapshot

_PART = "oracles"


@dataclass
class _Checks:
    """What was checked in a session, by what it is about, and how the last check ended."""

    found: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict)
    last: "Snapshot[Any] | None" = None


def show_check(state: Session, asked: Asked) -> None:
    """Show what Captum and shap make of a few of the rows, or the button that has it computed."""
    checks: _Checks = state.parts.setdefault(_PART, _Checks())
    checked = checks.found.get(asked.what)
    if checked is not None:
        _show_agreement(asked, checked)
        return
    if state.job_id is not None and state.job_page == ATTENTION:
        show_work(state)
        return
    if checks.last is not None:
        show_end(checks.last, cancelled=escape_markdown(STOPPED))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Check with Captum and SHAP",
            icon=":material/fact_check:",
            key="check-attributions",
            disabled=state.job_id is not None,
        ):
            _start(state, asked, checks)
            st.rerun()
        st.caption(CHECK_OFFERED)


def _start(state: Session, asked: Asked, checks: _Checks) -> None:
    from fairmoe.analysis.oracles import check_attributions  # noqa: PLC0415

    rows = rows_in(state, asked.kept, asked.split)
    work = Task(check_attributions, (rows, asked.model))

    def take_over(end: "Snapshot[Any]") -> None:
        checks.last = end
        if end.result is not None:
            checks.found[asked.what] = end.result

    table = asked.kept.labelled.table
    state.start(work, table=table, queue="cpu", page=ATTENTION, take_over=take_over)
    checks.last = None


def _show_agreement(asked: Asked, checked: pd.DataFrame) -> None:
    from fairmoe.analysis.oracles import agreement_of  # noqa: PLC0415

    agreement = agreement_of(checked)
    takeaway = agreement_takeaway(agreement)
    show_chart(
        oracles_figure(checked),
        takeaway=takeaway,
        source=f"{asked.source} Each point is a column of one of {checked['row'].nunique()} rows. "
        f"{SAMPLES_DECIDE}",
        key=f"oracles-{asked.key}",
    )
    named = agreement.set_axis(agreement.index.map(ORACLES))
    show_table(
        named.rename_axis("Computed by"),
        key=f"oracles-table-{asked.key}",
        alt=takeaway,
        columns={
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "correlation": st.column_config.NumberColumn(
                "Correlation", format="%.4f", help="Of theirs with ours, over rows and columns."
            ),
            "largest": st.column_config.NumberColumn(
                "Largest difference",
                format="%.3f",
                help="In log-odds, the score behind a probability.",
            ),
            "mean": st.column_config.NumberColumn(
                "Mean difference",
                format="%.3f",
                help="Without sign, in log-odds, the score behind a probability.",
            ),
        },
        csv=checked.set_index("method"),
    )
