"""Where routed rows end up, when the gate decides, and what changes if it is overridden."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from fairmoe._escape import Html, escape_html
from fairmoe._units import signed
from fairmoe.figures.decisions import MOST_GROUPS, largest_groups
from fairmoe.figures.palette import MODEL_STYLES, PATTERN, TEMPLATE, Style, group_styles
from fairmoe.figures.points import largest_first, marker_of_rows
from fairmoe.names import EXPERTS, INSUFFICIENT, METRICS

COMPARED = ("utility", "dp", "eo", "f_res", "f_proc", "final_score")
_GREY = "#7A8794"
_OUTCOME_COLOURS = ("#4D5761", "#A9B3BD")
_HEADS = {
    0.0: ("left", "Group"),
    0.5: ("center", "Expert of most weight"),
    1.0: ("right", "Prediction"),
}
"""What stands over the columns of streams, so that a phone has room for what stands in them."""


def flow_figure(
    flows: pd.DataFrame, group_names: Sequence[str], outcomes: tuple[str, str]
) -> go.Figure:
    """Draw the rows as they flow from their group over the expert of most weight to an outcome.

    A stream has nothing but its colour: of more than `MOST_GROUPS` groups the largest are drawn,
    and all others as one.

    Args:
        flows: As `fairmoe.analysis.routing.flows` returns them.
        group_names: A name for each group, with or without rows.
        outcomes: What the outcomes true and false are called; "Prediction" stands over them.
    """
    flows, drawn = _largest_flows(flows, group_names)
    styles = tuple(drawn.values())
    ends = ["true", "false"]
    place = {name: i for i, name in enumerate([*(f"of {g}" for g in drawn), *EXPERTS, *ends])}
    colour_of = {name: _faded(style.colour) for name, style in drawn.items()}
    to_expert = flows.groupby(["group", "expert"], sort=False, as_index=False)["rows"].sum()
    links = [
        (place[f"of {group}"], place[expert], rows, colour_of[group])
        for group, expert, rows in to_expert.itertuples(index=False)
    ] + [
        (place[expert], place["true" if outcome else "false"], rows, colour_of[group])
        for group, expert, outcome, rows in flows[
            ["group", "expert", "outcome", "rows"]
        ].itertuples(index=False)
    ]
    source, target, value, colour = zip(*links, strict=True)
    figure = go.Figure()
    figure.add_sankey(
        arrangement="snap",
        node={
            "label": [
                *(style.label for style in styles),
                *(expert.capitalize() for expert in EXPERTS),
                *(escape_html(outcome) for outcome in outcomes),
            ],
            "color": [
                *(style.colour for style in styles),
                *(MODEL_STYLES[expert].colour for expert in EXPERTS),
                *_OUTCOME_COLOURS,
            ],
            "pad": 18,
            "thickness": 18,
            "line": {"width": 0},
            "hovertemplate": "%{label}: %{value:,} rows<extra></extra>",
        },
        link={
            "source": source,
            "target": target,
            "value": value,
            "color": colour,
            "hovertemplate": ("%{source.label} to %{target.label}: %{value:,} rows<extra></extra>"),
        },
        valueformat=",",
        textfont={"size": 13, "shadow": "none"},
    )
    figure.update_layout(
        template=TEMPLATE,
        title="Who goes to which expert, and how does it end?",
        height=320 + 26 * len(drawn),
        margin={"t": 70, "b": 24},
        annotations=[
            {"text": f"<b>{head}</b>", "x": x, "y": 1, "xref": "paper", "yref": "paper"}
            | {"xanchor": anchor, "yanchor": "bottom", "showarrow": False, "font": {"size": 13}}
            for x, (anchor, head) in _HEADS.items()
        ],
    )
    return figure


def _largest_flows(
    flows: pd.DataFrame, group_names: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, Style]]:
    """Return flows in which the smaller of many groups are one, and the style of each group."""
    drawn = dict(zip(group_names, group_styles(group_names), strict=True))
    if len(drawn) <= MOST_GROUPS:
        return flows, drawn
    largest = largest_groups(flows.groupby("group", observed=True)["rows"].sum())
    others = len(drawn) - len(largest)
    rest = "1 other group" if others == 1 else f"{others} other groups"
    drawn = {name: style for name, style in drawn.items() if name in largest}
    drawn[rest] = Style(Html(rest), _GREY, "solid", "circle", "")
    names = flows["group"].astype(str)
    merged = flows.assign(group=names.where(names.isin(largest), rest))
    keys = ["group", "expert", "outcome"]
    return merged.groupby(keys, sort=False)["rows"].sum().reset_index(), drawn


def disagreement_figure(
    rows: pd.DataFrame, tenths: pd.DataFrame, group_names: Sequence[str]
) -> go.Figure:
    """Draw how undecided the gate is against how far the experts' opinions lie apart.

    Args:
        rows: As `fairmoe.analysis.routing.routed_rows` returns them, not more than are to be drawn.
        tenths: As `fairmoe.analysis.routing.by_disagreement` returns them.
        group_names: A name for each group, with or without rows.
    """
    figure = go.Figure()
    for rank, style, own in largest_first(rows, group_names):
        figure.add_scatter(
            name=style.label,
            legendrank=rank,
            x=100 * own["disagreement"],
            y=100 * own["entropy"],
            mode="markers",
            marker=marker_of_rows(style, len(rows)),
            hovertemplate=(
                "disagreement %{x:.1f} points<br>entropy %{y:.1f}%<extra>%{fullData.name}</extra>"
            ),
        )
    figure.add_scatter(
        name="mean of each tenth of the rows",
        x=100 * tenths["disagreement"],
        y=100 * tenths["entropy"],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": 100 * (tenths["entropy_high"] - tenths["entropy"]),
            "arrayminus": 100 * (tenths["entropy"] - tenths["entropy_low"]),
            "color": _GREY,
            "thickness": 1.6,
        },
        mode="lines+markers",
        line={"color": _GREY, "width": 4},
        marker={"color": "#FFFFFF", "size": 9, "line": {"color": _GREY, "width": 3}},
        hovertemplate="%{y:.1f}% at %{x:.1f} points<extra>%{fullData.name}</extra>",
    )
    figure.update_layout(
        template=TEMPLATE,
        title="Is the gate more decided where the experts disagree?",
        height=440,
        legend={"y": -0.22, "itemsizing": "constant"},
    )
    figure.update_xaxes(
        title="mean difference between the experts' probabilities, percentage points"
    )
    low, high = 100 * float(rows["entropy"].min()), 100 * float(rows["entropy"].max())
    figure.update_yaxes(
        title="entropy of the gate (100%: all alike)",
        ticksuffix="%",
        # Of a gate that hardly moves, rounding would be drawn from edge to edge.
        range=(low - 1, high + 1) if high - low < 1 else None,
    )
    return figure


def differences(scores: pd.DataFrame) -> pd.DataFrame:
    """Return how the scores change when rows are sent to each expert.

    Args:
        scores: As `fairmoe.analysis.overrides.override_scores` returns them.

    Returns:
        Indexed by expert, a column per metric: its score less that of the routing as it is.
    """
    return scores.loc[list(EXPERTS)] - scores.loc["mixture"]


def forced_figure(
    scores: pd.DataFrame, sent: str, scatter: tuple[pd.DataFrame, pd.DataFrame] | None = None
) -> go.Figure:
    """Draw what would change if rows were sent to one expert.

    Args:
        scores: As `fairmoe.analysis.overrides.override_scores` returns them.
        sent: Who is sent, such as "everyone".
        scatter: Between which values the changes lie, as
            `fairmoe.analysis.overrides.override_intervals` returns them; without it no
            intervals are drawn.
    """
    change = 100 * differences(scores)[list(COMPARED)]
    figure = go.Figure()
    names = [f"{METRICS[m].label}<br>({METRICS[m].direction})" for m in COMPARED]
    for expert in EXPERTS:
        style = MODEL_STYLES[expert]
        values = change.loc[expert].to_numpy(dtype=np.float64)
        figure.add_bar(
            name=style.label,
            y=names,
            # A bar of no length carries the words where there is no value to draw.
            x=np.nan_to_num(values),
            orientation="h",
            marker={"color": style.colour, "pattern": {**PATTERN, "shape": style.pattern}},
            # An interval would be drawn across the figures; then they stand in the table only.
            text=[
                INSUFFICIENT if math.isnan(v) else "" if scatter else signed(float(v))
                for v in values
            ],
            textposition="outside",
            cliponaxis=False,
            error_x=_ends(values, scatter, expert) if scatter else None,
            hovertemplate="%{x:+.2f} percentage points<extra>%{fullData.name}</extra>",
        )
    drawn = [change, *(100 * end[list(COMPARED)] for end in scatter or ())]
    ends = np.nan_to_num(np.stack([frame.to_numpy() for frame in drawn]))
    room = 0.2 * max(1.0, float(np.ptp([0.0, *ends.ravel()])))
    figure.update_layout(
        template=TEMPLATE,
        title=f"What if {escape_html(sent)} went to one expert?",
        barmode="group",
        height=620,
        legend={"traceorder": "normal", "y": -0.14},
    )
    figure.update_xaxes(
        title="change against the routing as it is, percentage points",
        range=[min(0.0, float(ends.min())) - room, max(0.0, float(ends.max())) + room],
    )
    figure.update_yaxes(type="category", autorange="reversed", ticksuffix="  ")
    return figure


def _ends(
    values: NDArray[np.float64], scatter: tuple[pd.DataFrame, pd.DataFrame], expert: str
) -> dict[str, object]:
    low, high = (100 * end.loc[expert, list(COMPARED)].to_numpy(np.float64) for end in scatter)
    return {
        "type": "data",
        "symmetric": False,
        # The value of the rows themselves may lie outside of what drawing them anew gives.
        "array": (high - values).clip(0),
        "arrayminus": (values - low).clip(0),
        "color": _GREY,
        "thickness": 1.6,
        "width": 4,
    }


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.28)"
