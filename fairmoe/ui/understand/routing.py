"""What the gate of a run does: its weights, its rows, and what changes if it is overridden."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data.people import people_of
from fairmoe.figures.curves import Line
from fairmoe.figures.points import sampled
from fairmoe.figures.routing import WEIGHTS_ASKED, column_figure, usage_figure, weights_bars
from fairmoe.figures.whatif import (
    disagreement_figure,
    flow_figure,
)
from fairmoe.names import EXPERTS, MODELS, SplitName
from fairmoe.sentences.routing import (
    column_takeaway,
    disagreement_takeaway,
    flow_takeaway,
    gate_reading,
    usage_takeaway,
    weights_takeaway,
)
from fairmoe.sentences.training import kept_moment
from fairmoe.ui.frame.components import (
    percent_column,
    show_chart,
    show_note,
    show_picture,
    show_table,
)
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.mixture_map import show_map
from fairmoe.ui.understand.results import describe, show_curve_numbers
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    from fairmoe.analysis.routing import Outcome

_INTERVALS = "Bars are 95% intervals of the mean."
_OUTCOMES: "dict[Outcome, str]" = {"predicted": "Predicted outcome", "right": "Right or wrong"}


def show_reading(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Say what routing is, and how much the gate of the run decides."""
    rows = routed(state, kept, split)
    show_note(escape_markdown(gate_reading(rows)), icon=":material/alt_route:")
    show_map(kept.run, split, "routing")


def show_weights(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show the mean weights by group, and how the use of the experts came about."""
    from fairmoe.analysis.routing import weights_by_group  # noqa: PLC0415

    run, record = kept.run, kept.run.splits[split]
    weights = weights_by_group(record.gate, record.group, list(run.data.groups), record.weight)
    told = weights_takeaway(weights.rename(index=people_of(run.data.groups, run.roles)))
    show_picture(
        weights_bars(weights, alt=told),
        title=WEIGHTS_ASKED,
        takeaway=told,
        source=f"{describe(run, split)} Whiskers are 95% intervals of the mean. The dotted line is "
        "a third.",
    )
    _show_weights_table(weights, of="Group", key=f"weights-table-{split}", alt=told)
    lines = [Line(curve.name, curve.phase, curve.epochs, curve.values) for curve in run.curves]
    moment = kept_moment(select=run.settings.select, gate_start=run.settings.gate_start)
    figure = state.drawn(("usage", run.run_id), lambda: usage_figure(lines))
    if figure is not None:
        show_chart(
            figure,
            takeaway=usage_takeaway(lines),
            source=f"{run.data.name or 'Unnamed table'}, training rows, seed {run.settings.seed}, "
            f"moving average over the steps. {moment}",
            key="usage",
        )
        show_curve_numbers(
            [line for line in lines if line.name.startswith("usage")],
            key="usage-table",
            alt=usage_takeaway(lines),
        )


def show_columns(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show the weights along a column of the user's choice."""
    from fairmoe.analysis.routing import most_telling_column, weights_by_column  # noqa: PLC0415

    found, columns = rows_in(state, kept, split), list(kept.labelled.kinds)
    first = state.once(
        ("telling-column", kept.run.run_id, split),
        lambda: most_telling_column(found.frame[_judged(kept)], found.record.gate),
    )
    column = st.selectbox(
        "Column",
        columns,
        index=columns.index(first),
        key=f"routing-column-{kept.run.run_id}",
        width=320,
        persist_state="session",
        help="At first the feature, or sensitive column, along which the weights move most.",
    )
    weights = weights_by_column(found.frame[column], found.record.gate, found.record.weight)
    show_chart(
        column_figure(weights, ordered=kept.labelled.kinds[column] == "number"),
        takeaway=column_takeaway(weights),
        source=f"{describe(kept.run, split)} {_INTERVALS} Numbers are cut so that the parts have "
        "about equally many rows.",
        key=f"column-{split}-{column}",
    )
    _show_weights_table(
        weights, of="Value", key=f"column-table-{split}", alt=column_takeaway(weights)
    )


def _judged(kept: KeptRun) -> list[str]:
    """Return the columns that a reader would look along first: features and sensitive ones."""
    run = kept.run
    looked_at = {*run.encoder.columns, *run.roles.sensitive_columns}
    return [column for column in kept.labelled.kinds if column in looked_at]


def show_disagreement(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show whether the gate is more decided where the experts disagree."""
    from fairmoe.analysis.routing import by_disagreement  # noqa: PLC0415

    rows = routed(state, kept, split)
    drawn, tenths = sampled(rows), by_disagreement(rows)
    show_chart(
        disagreement_figure(drawn, tenths, list(kept.run.data.groups)),
        takeaway=disagreement_takeaway(rows),
        source=f"{source_of_rows(kept, split, len(drawn))} {_INTERVALS}",
        key=f"disagreement-{split}",
    )
    shares = ["disagreement", "entropy", "entropy_low", "entropy_high"]
    show_table(
        tenths.assign(**{name: 100 * tenths[name] for name in shares}).rename_axis("Tenth"),
        key=f"disagreement-table-{split}",
        alt=disagreement_takeaway(rows),
        columns={
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "disagreement": percent_column("Disagreement", "Mean over the tenth.", "pp"),
            "entropy": percent_column("Entropy", "100%: the gate weighs all experts alike."),
            "entropy_low": percent_column("from", "Entropy: lower end of the interval."),
            "entropy_high": percent_column("to", "Entropy: upper end of the interval."),
        },
        csv=tenths,
    )


def show_flows(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show who goes to which expert and how it ends."""
    from fairmoe.analysis.routing import flows  # noqa: PLC0415

    outcome: Outcome = st.segmented_control(
        "Outcome",
        list(_OUTCOMES),
        default="predicted",
        format_func=_OUTCOMES.__getitem__,
        required=True,
        key="routing-outcome",
        bind="query-params",
        persist_state="session",
    )
    ends = kept.run.data.words if outcome == "predicted" else ("right", "wrong")
    counts = flows(routed(state, kept, split), outcome)
    people = people_of(kept.run.data.groups, kept.run.roles)
    takeaway = flow_takeaway(counts.assign(group=[people[str(name)] for name in counts["group"]]))
    show_chart(
        flow_figure(counts, list(kept.run.data.groups), ends),
        takeaway=takeaway,
        source=f"{describe(kept.run, split)} Every row counts for the expert of most weight, "
        "however little more it has; the prediction is the mixture's.",
        key=f"flow-{split}-{outcome}",
    )
    named = counts.assign(
        expert=[MODELS[expert] for expert in counts["expert"]],
        outcome=[ends[0] if came else ends[1] for came in counts["outcome"]],
    ).set_index("group")
    show_table(
        named.rename_axis("Group"),
        key=f"flow-table-{split}-{outcome}",
        alt=takeaway,
        columns={
            "expert": st.column_config.TextColumn("Expert of most weight"),
            "outcome": st.column_config.TextColumn("Prediction"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
        },
        csv=named,
    )


def routed(state: Session, kept: KeptRun, split: SplitName) -> pd.DataFrame:
    """Return how each row is routed, as `fairmoe.analysis.routed_rows` does."""
    from fairmoe.analysis.routing import routed_rows  # noqa: PLC0415

    run = kept.run
    return state.once(
        ("routed", run.run_id, split),
        lambda: routed_rows(run.splits[split], list(run.data.groups)),
    )


def source_of_rows(kept: KeptRun, split: SplitName, drawn: int) -> str:
    """Say what a figure of single rows is drawn from."""
    rows = len(kept.run.splits[split].y_true)
    some = f" Drawn are {drawn:,} of them, chosen at random." if drawn < rows else ""
    return f"{describe(kept.run, split)}{some}"


def _show_weights_table(weights: pd.DataFrame, *, of: str, key: str, alt: str) -> None:
    columns: dict[str, Any] = {"rows": st.column_config.NumberColumn("Rows", format="localized")}
    for expert in EXPERTS:
        label = MODELS[expert]
        columns[expert] = percent_column(label, "Mean gate weight.")
        columns[f"{expert}_low"] = percent_column("from", f"{label}: lower end of the interval.")
        columns[f"{expert}_high"] = percent_column("to", f"{label}: upper end of the interval.")
    shares = [name for name in columns if name != "rows"]
    percent = weights.assign(**{name: 100 * weights[name] for name in shares})
    show_table(
        percent.rename_axis(of),
        key=key,
        alt=alt,
        columns=columns,
        csv=weights,
    )
