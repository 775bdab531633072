"""A run's front: accuracy against a gap, for mixtures that count the gaps more and more."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE
from fairmoe.figures.peers import add_peers, fit_accuracy

_ALARM = "#7A8794"
_FAINT = "rgba(0, 114, 178, 0.4)"
_HOVER = "%{text}<br>accuracy %{y:.1f}%, gap %{x:.1f} pp<extra></extra>"


def front_figure(
    points: pd.DataFrame,
    beside: pd.DataFrame,
    gap_label: str,
    *,
    shown_label: str = "Shown on all pages",
    peers: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw the mixtures of a front, a line through the Pareto-optimal, and the plain model.

    Args:
        points: Indexed by run id: `weight`, `gap` and `accuracy` in [0, 1], `alarming`, `on_front`,
            `shown`.
            What has no gap or accuracy is not drawn. Lines reach from `gap_low` to `gap_high` and
            from `accuracy_low` to `accuracy_high`, where these are known.
        beside: Indexed by model: `gap` and `accuracy`.
        gap_label: What the gap is called.
        shown_label: What the legend calls the point that is shown.
        peers: The methods of others, as `fairmoe.figures.peers.add_peers` takes them.

    Returns:
        Points carry their run's id as `customdata`.
    """
    figure = go.Figure()
    known = points.dropna(subset=["gap", "accuracy"]).sort_values("weight")
    style = MODEL_STYLES["mixture"]
    _add_line(figure, known[known["on_front"]].sort_values(["gap", "accuracy"]))
    figure.add_scatter(
        x=100 * known["gap"],
        y=100 * known["accuracy"],
        customdata=known.index,
        text=[f"Gaps count {weight:g} times" for weight in known["weight"]],
        name="Mixtures, by how much fairness counts",
        mode="markers",
        marker={
            "size": 11,
            "color": [_ALARM if alarm else style.colour for alarm in known["alarming"]],
            "symbol": ["x" if alarm else style.symbol for alarm in known["alarming"]],
        },
        error_x=_reach(known, "gap"),
        error_y=_reach(known, "accuracy"),
        hovertemplate=_HOVER,
    )
    shown = known[known["shown"]]
    figure.add_scatter(
        x=100 * shown["gap"],
        y=100 * shown["accuracy"],
        name=shown_label,
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 22,
            "color": "#D55E00",
            "line": {"width": 3, "color": "#D55E00"},
        },
        hoverinfo="skip",
    )
    for model, place in beside.dropna().iterrows():
        own = MODEL_STYLES[str(model)]
        figure.add_scatter(
            x=[100 * place["gap"]],
            y=[100 * place["accuracy"]],
            text=[own.label],
            name=own.label,
            mode="markers",
            marker={"symbol": own.symbol, "size": 13, "color": own.colour},
            hovertemplate=_HOVER,
        )
    figure.update_layout(
        template=TEMPLATE,
        title="What does a smaller gap cost in accuracy?",
        height=420,
        hovermode="closest",
        legend={"y": -0.2},
    )
    figure.update_xaxes(
        title=f"{gap_label}, test rows (lower is better)", ticksuffix=" pp", rangemode="tozero"
    )
    figure.update_yaxes(title="accuracy, test rows<br>(higher is better)", ticksuffix="%")
    others = pd.DataFrame(columns=["gap", "accuracy"], dtype=float) if peers is None else peers
    fit_accuracy(figure, points, beside, others)
    if len(others):
        add_peers(figure, points, beside, others)
    return figure


def _add_line(figure: go.Figure, front: pd.DataFrame) -> None:
    if len(front) < 2:
        return
    figure.add_scatter(
        x=100 * front["gap"],
        y=100 * front["accuracy"],
        name="Pareto-optimal of these on the test rows",
        mode="lines",
        line={"color": MODEL_STYLES["mixture"].colour, "width": 2},
        hoverinfo="skip",
    )


def _reach(points: pd.DataFrame, name: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": 100 * (points[f"{name}_high"] - points[name]),
        "arrayminus": 100 * (points[name] - points[f"{name}_low"]),
        "color": _FAINT,
        "thickness": 1.2,
        "width": 0,
    }
