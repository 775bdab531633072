"""Each row between the three experts: select some, list them, open one."""

from typing import Any

import pandas as pd
import streamlit as st

from fairmoe._csv import csv_text
from fairmoe._escape import escape_markdown
from fairmoe.figures.points import sampled
from fairmoe.figures.routing import triangle_figure
from fairmoe.names import EXPERTS, MODELS, SplitName
from fairmoe.sentences.routing import triangle_takeaway
from fairmoe.ui.frame.components import (
    percent_column,
    show_download,
    show_selectable_chart,
    without_small,
)
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.pages import INDIVIDUAL
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.direction import direction, file_note, of_outcome, toward
from fairmoe.ui.understand.routing import routed, source_of_rows


def show_triangle(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show each row between the experts, and list the selected ones, or else all."""
    rows = routed(state, kept, split)
    drawn = sampled(rows)
    zoom = st.toggle(
        "Zoom in on the points",
        value=True,
        key="triangle-zoom",
        bind="query-params",
        persist_state="session",
        help="Off: the whole triangle, in which a gate that hardly decides is a dot in the middle.",
    )
    picked = show_selectable_chart(
        triangle_figure(drawn, list(kept.run.data.groups), zoom=zoom),
        takeaway=triangle_takeaway(rows),
        source=f"{source_of_rows(kept, split, len(drawn))} Click a point, or draw around "
        "some with the lasso.",
        key=f"triangle-{kept.run.run_id}-{split}-{zoom}",
    )
    position = _pick_from_list(kept, rows, {int(position) for position in picked})
    if position is not None:
        state.row = position
        line = kept.labelled.table.line(position)
        st.markdown(f"Row {line:,} of the file is picked.")
        link(INDIVIDUAL, f"Look at row {line:,} closely")


def _pick_from_list(kept: KeptRun, rows: pd.DataFrame, picked: set[int]) -> int | None:
    listed = rows[rows["row"].isin(picked)] if picked else rows
    listed = listed.sort_values("disagreement", ascending=False, kind="stable")
    told = (
        f"{len(listed):,} selected {'row' if len(listed) == 1 else 'rows'}"
        if picked
        else f"No point is selected: all {len(listed):,} rows"
    )
    st.markdown(f"**{told}**, the most disputed first. Tick a row to open it.")
    percent = [f"{kind}_{expert}" for kind in ("weight", "proba") for expert in EXPERTS]
    percent += ["proba", "disagreement"]
    table = kept.labelled.table
    shown = listed.assign(
        line=[table.line(int(position)) for position in listed["row"]],
        **{
            name: 100 * (toward(kept.run, listed[name]) if "proba" in name else listed[name])
            for name in percent
        },
        # Where the positive outcome is bad, the other one is told of.
        **{name: listed[name] == (direction(kept.run) > 0) for name in ("positive", "predicted")},
    )
    columns = _columns(of_outcome(kept.run))
    event: Any = st.dataframe(
        shown,
        # A new list is another table, so that no tick of the list before points at its rows.
        key=f"routed-{kept.run.run_id}-{hash(tuple(listed['row']))}",
        alt=f"{told}, with the weights and the opinions of the experts.",
        hide_index=True,
        height=250,
        column_config=columns,
        column_order=list(columns),
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
    )
    csv, note = without_small(listed.set_index("row")), file_note(kept.run)
    if note:
        st.caption(escape_markdown(note))
    show_download("Table as CSV", lambda: csv_text(csv).encode(), "fairmoe-routed-rows.csv")
    ticked = event.selection.rows or ([0] if len(picked) == 1 else [])
    return int(listed["row"].iloc[ticked[0]]) if ticked else None


def _columns(outcome: str) -> dict[str, Any]:
    columns = {
        "line": st.column_config.NumberColumn(
            "Row", help="As a spreadsheet counts it: the first row is the header.", format="%d"
        ),
        "group": st.column_config.TextColumn("Group"),
        "positive": st.column_config.CheckboxColumn(
            "Actual", help=f"Actually {outcome}, by label."
        ),
        "predicted": st.column_config.CheckboxColumn(
            "Predicted", help=f"Predicted {outcome} by the mixture."
        ),
        "proba": percent_column("Mixture", f"The mixture's probability of {outcome}."),
    }
    for expert in EXPERTS:
        label = MODELS[expert]
        name = label.removesuffix(" expert")
        columns[f"weight_{expert}"] = percent_column(f"Weight: {name.lower()}", f"Of the {label}.")
        columns[f"proba_{expert}"] = percent_column(
            f"Says: {name.lower()}", f"The {label.lower()}'s probability of {outcome}."
        )
    columns["disagreement"] = percent_column(
        "Dispute", "Mean difference between the experts' probabilities.", "pp"
    )
    return columns
