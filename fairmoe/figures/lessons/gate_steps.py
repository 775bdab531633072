"""Lesson 6: what one step of the gate sees and does, and where many steps lead."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from fairmoe._escape import Html, escape_html
from fairmoe._units import signed
from fairmoe.figures.lessons.gate import ESTIMATORS
from fairmoe.figures.lessons.spread import GREY
from fairmoe.figures.palette import MODEL_STYLES, PATTERN, TEMPLATE, Style, reserve_room
from fairmoe.figures.panels import axes_of, side_by_side
from fairmoe.names import EXPERTS

CREDITS: dict[str, Style] = {
    "batch": replace(ESTIMATORS["baseline"], label=Html("REINFORCE (38)")),
    "rollouts": replace(ESTIMATORS["rollouts"], label=Html("Eight rollouts")),
    "counterfactual": replace(
        ESTIMATORS["counterfactual"], label=Html("Rao-Blackwellised (default)")
    ),
}
"""The values of the setting `credit`, as the lesson calls and draws them."""

STAGES = {
    "people": "Six people",
    "sample": "Sample",
    "reward": "Reward",
    "baseline": "Baseline",
    "step": "One step",
    "spread": "Spread",
    "more": "Ten more steps",
    "rows": "All rows",
}
"""What the lesson shows one after the other."""

MORE = 10
"""How many steps follow the first one on the six."""

_SAMPLED = ("sample", "reward", "baseline", "step")
_ROW = 52


class Moment(NamedTuple):
    """What one step saw and did; `n` people, `s` routings.

    Attributes:
        proba: `(n, 3)`. The gate's probabilities before it.
        actions: `(s, n)`. The experts that were sampled.
        rewards: `(s,)`. What each routing earned.
        baseline: What the first routing's reward is compared with; NaN where each person has one.
        credit: `(n, 3)`. By how much each choice did better than expected, in the mean of the
            routings that tried it; NaN where none did.
        after: `(n, 3)`. The probabilities after it.
    """

    proba: NDArray[np.float64]
    actions: NDArray[np.int64]
    rewards: NDArray[np.float64]
    baseline: float
    credit: NDArray[np.float64]
    after: NDArray[np.float64]


def people_labels(people: pd.DataFrame, words: Sequence[str]) -> list[str]:
    """Return what each person is called: a letter, the group, the label.

    Args:
        people: A row each, with `group` and `label`.
        words: What label 1 and label 0 are called.
    """
    return [
        f"{chr(ord('A') + place)}: {group}, {words[0] if label else words[1]}"
        for place, (group, label) in enumerate(zip(people["group"], people["label"], strict=True))
    ]


def step_figure(people: pd.DataFrame, moment: Moment, stage: str) -> go.Figure:
    """Draw each person's chances of each expert, and what the step has come to so far.

    Args:
        people: A row each, with `group`, `label` (1 or 0), and the probability of each expert.
        moment: The step.
        stage: One of `STAGES` that shows people: "more" shows what comes after the step.
    """
    words = ("hired", "not hired")
    labels = [escape_html(label) for label in people_labels(people, words)]
    shown = moment.after if stage == "more" else moment.proba
    height = 140 + _ROW * len(people)
    axis: dict[str, Any] = {
        "range": [0, 124],
        "tickvals": [0, 50, 100],
        "ticktext": ["0", "50", "100%"],
    }
    figure = side_by_side(
        [MODEL_STYLES[expert].label for expert in EXPERTS],
        title=_TITLES[stage],
        height=height,
        rows={
            "type": "category",
            "ticksuffix": "  ",
            "categoryorder": "array",
            "categoryarray": labels,
            "range": [len(labels) - 0.5, -0.5],
        },
        values=[axis] * len(EXPERTS),
    )
    for e, expert in enumerate(EXPERTS):
        style, sampled = MODEL_STYLES[expert], moment.actions[0] == e
        is_asked = sampled & (stage in _SAMPLED)
        figure.add_bar(
            y=labels,
            x=100 * shown[:, e],
            orientation="h",
            width=0.5,
            marker={
                "color": style.colour,
                "opacity": np.where(is_asked | (stage not in _SAMPLED), 1.0, 0.3),
                "pattern": {**PATTERN, "shape": style.pattern},
                "line": {"color": GREY, "width": np.where(is_asked, 3, 0)},
            },
            text=_texts(people, moment, stage, e),
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.0f}%<extra></extra>",
            **axes_of(e + 1),
        )
        if stage == "step":
            _add_arrows(figure, labels, moment, e)
    reserve_room(figure, labels)
    return figure


_TITLES = {
    "people": "Whom should the gate ask about whom?",
    "sample": "One expert is drawn for each person",
    "reward": "One reward for all six",
    "baseline": "What is each choice credited with?",
    "step": "Where do the probabilities move?",
    "more": f"After {MORE} more steps",
}


def _texts(people: pd.DataFrame, moment: Moment, stage: str, e: int) -> list[str]:
    """Return what stands behind each bar of an expert."""
    if stage == "baseline":
        return ["" if np.isnan(value) else signed(value, 3) for value in moment.credit[:, e]]
    if stage in ("step", "more"):
        return [f"{100 * value:.0f}%" for value in moment.after[:, e]]
    says = people[EXPERTS[e]] > 0.5
    told = [
        f"{'✓' if yes == bool(label) else '✗'} {'hire' if yes else 'refuse'}"
        for yes, label in zip(says, people["label"], strict=True)
    ]
    if stage == "people":
        return told
    return [text if drawn else "" for text, drawn in zip(told, moment.actions[0] == e, strict=True)]


def _add_arrows(figure: go.Figure, labels: Sequence[str], moment: Moment, e: int) -> None:
    axes = axes_of(e + 1)
    for label, before, after in zip(labels, moment.proba[:, e], moment.after[:, e], strict=True):
        figure.add_annotation(
            x=100 * after,
            ax=100 * before,
            y=label,
            ay=label,
            xref=axes["xaxis"],
            yref=axes["yaxis"],
            axref=axes["xaxis"],
            ayref=axes["yaxis"],
            yshift=-20,
            showarrow=True,
            text="",
            arrowhead=2,
            arrowsize=1.1,
            arrowwidth=2.5,
            arrowcolor="#D55E00" if after < before else "#0072B2",
        )


def spread_figure(estimates: pd.DataFrame, truth: float, chosen: str) -> go.Figure:
    """Draw how widely single estimates of one figure scatter, by estimator.

    Args:
        estimates: A row per `credit` and draw, with its `estimate`.
        truth: What they aim at.
        chosen: The credit that is looked at.
    """
    figure = go.Figure()
    for credit, style in CREDITS.items():
        values = estimates.loc[estimates["credit"] == credit, "estimate"]
        figure.add_violin(
            x=values,
            y=[style.label] * len(values),
            orientation="h",
            name=style.label,
            line={"color": style.colour, "width": 3 if credit == chosen else 1.2},
            fillcolor=style.colour,
            opacity=0.9 if credit == chosen else 0.45,
            points=False,
            meanline={"visible": True},
            spanmode="hard",
            hoverinfo="skip",
        )
    figure.add_vline(x=truth, line={"color": "#D55E00", "dash": "dash", "width": 2})
    figure.update_layout(
        template=TEMPLATE,
        title="How far from the truth (dashed) is one estimate?",
        height=360,
        showlegend=False,
    )
    figure.update_xaxes(title="estimated gradient")
    figure.update_yaxes(ticksuffix="  ", autorange="reversed")
    return figure


def climb_figure(rewards: pd.DataFrame, chosen: str, *, title: str) -> go.Figure:
    """Draw the reward over the steps, a line for each estimator.

    Args:
        rewards: A row per `credit` and `step`, with the `reward`.
        chosen: The credit that is looked at.
        title: What the figure shows.
    """
    figure = go.Figure()
    for credit, style in CREDITS.items():
        own = rewards[rewards["credit"] == credit]
        figure.add_scatter(
            x=own["step"],
            y=own["reward"],
            mode="lines",
            name=style.label,
            line={"color": style.colour, "dash": style.dash, "width": 4 if credit == chosen else 2},
            opacity=1 if credit == chosen else 0.6,
            hovertemplate="step %{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        template=TEMPLATE, title=title, height=380, legend={"y": -0.2, "traceorder": "normal"}
    )
    # A little more than the last step, or its tick would be left out.
    figure.update_xaxes(title="step", nticks=9, range=[0, 1.02 * float(rewards["step"].max())])
    figure.update_yaxes(title="reward")
    return figure
