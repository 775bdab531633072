"""What would change if the gate of a run were overridden."""

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.points import SAME
from fairmoe.figures.whatif import COMPARED, differences, forced_figure
from fairmoe.names import EXPERTS, METRICS, MODELS, SplitName
from fairmoe.sentences.routing import forced_takeaway
from fairmoe.ui.frame.components import percent_column, show_chart, show_table
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.results import describe
from fairmoe.ui.understand.rows import rows_in

RESAMPLES = 200


def show_forced(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show what would change if the gate were overruled for everyone or for one group."""
    from fairmoe.analysis.overrides import explain_routes, override_intervals, override_scores  # noqa: PLC0415
    from fairmoe.analysis.result import who_counts_in_scores  # noqa: PLC0415

    # What is told of are scores, which count each group that the run was trained with.
    kept = state.kept or kept
    run, groups = kept.run, list(kept.run.data.groups)
    who: int = st.selectbox(
        "Who is sent to one expert?",
        [-1, *range(len(groups))],
        format_func=lambda i: "Everyone" if i < 0 else groups[i],
        key=f"forced-{run.run_id}",
        width=320,
        persist_state="session",
    )
    sent = None if who < 0 else who
    with st.spinner("Explaining every row"):
        routes = state.once(
            ("routes", run.run_id, split), lambda: explain_routes(rows_in(state, kept, split))
        )
    scores = state.once(
        ("forced", run.run_id, split, who),
        lambda: override_scores(routes, sent),
    )
    scatter = None
    if st.toggle(
        "Show how far chance scatters the changes",
        key="forced-scatter",
        bind="query-params",
        persist_state="session",
        help=f"Draws the rows anew {RESAMPLES} times; that takes a few seconds on large tables.",
    ):
        with st.spinner("Drawing the rows anew"):
            scatter = state.once(
                ("scatter", run.run_id, split, who),
                lambda: override_intervals(routes, sent, n_resamples=RESAMPLES),
            )
    told = "everyone" if sent is None else f"the group {groups[sent]}"
    rest = "" if sent is None else "All others stay with the mixture. "
    bars = f"Bars: 95% of {RESAMPLES} draws of the rows, with replacement. " if scatter else ""
    show_chart(
        forced_figure(scores, told, scatter),
        takeaway=forced_takeaway(scores, told),
        source=f"{describe(run, split)} {rest}{bars}Models and rows are the same, so the routing "
        "alone makes the difference; another training may give another.",
        key=f"forced-{split}-{who}-{scatter is not None}",
    )
    counted = who_counts_in_scores(run, split=split)
    if counted:
        st.caption(escape_markdown(counted))
    _show_forced_table(scores, key=f"forced-table-{split}-{who}", alt=forced_takeaway(scores, told))


def _show_forced_table(scores: pd.DataFrame, *, key: str, alt: str) -> None:
    names = ["As routed", *(f"To the {MODELS[expert].lower()}" for expert in EXPERTS)]
    change = differences(scores)
    shown, columns = {}, {}
    for metric in COMPARED:
        about = METRICS[metric]
        shown[metric] = 100 * scores[metric]
        columns[metric] = percent_column(
            about.label, f"{about.help} {about.direction}.", about.unit
        )
        changed = change[metric].reindex(scores.index, fill_value=0.0)
        # Else some would read as a negative zero.
        shown[f"{metric}_change"] = 100 * changed.where(~(changed.abs() < SAME), 0.0)
        columns[f"{metric}_change"] = percent_column(
            "change", f"{about.label}: change against the routing as it is.", "pp"
        )
    table = pd.DataFrame(shown).set_axis(pd.Index(names, name="Routing"))
    everything = scores.join(change.add_suffix("_change"))
    show_table(table, key=key, alt=alt, columns=columns, csv=everything)
