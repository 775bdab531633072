"""What a model changes for people: a hundred dots for each group, and who is wrongly denied."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fairmoe import _units
from fairmoe._escape import Html, escape_html
from fairmoe._units import counted_people
from fairmoe.figures.bars import Row, bar_rows, interval_point
from fairmoe.figures.decisions import largest_groups
from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE
from fairmoe.names import MODELS, PLAIN_LABEL, Model

EVERYONE = "Everyone"
DOTS = 100
_DEEP = 4
"""Dots that stand one below the other; those of a group fill columns, so shares show as lengths."""
_BAND = _DEEP + 1.6
_BAND_PIXELS, _ALL_BANDS = (44, 76), 310
"""How tall a group is drawn, at least and at most, and all of them where they have to share."""

_CHANGE = "#7A8794"

_TOLD = {
    "both": ("#0072B2", "circle"),
    "better": ("#009E73", "triangle-up"),
    "worse": ("#D55E00", "triangle-down"),
    "neither": ("#8C8C8C", "circle-open"),
}
_UNTOLD = _TOLD | {"better": ("#56B4E9", "diamond"), "worse": ("#E69F00", "square")}
"""Where no outcome is good or bad, no change is drawn as for the better or for the worse."""


def hundred_figure(
    account: pd.DataFrame,
    *,
    good: str,
    is_told: bool,
    models: tuple[str, str] = ("the utility expert", "the mixture"),
) -> go.Figure:
    """Draw of 100 people in each group who gets an outcome from both models, from one, from none.

    Args:
        account: `fairmoe.metrics.Account.groups`, and `everyone` as the last row; of more than
            `MOST_GROUPS` groups the largest are drawn.
        good: What the outcome that is counted is called.
        is_told: Whether it is good and the other bad for a person.
        models: What the plain model and the one beside it are called.
    """
    drawn = _drawn(account)
    drawn = drawn[drawn["n"] > 0]
    plain, model = models
    sources = {
        "both": "both",
        "better": f"{model} only",
        "worse": f"{plain} only",
        "neither": "neither",
    }
    figure = go.Figure()
    dots = _dots(drawn)
    least, most = _BAND_PIXELS
    band = min(most, max(least, _ALL_BANDS // max(1, len(drawn))))
    for kind, source in sources.items():
        own = dots[dots["kind"] == kind]
        colour, symbol = (_TOLD if is_told else _UNTOLD)[kind]
        figure.add_scatter(
            name=escape_html(f"“{good}” from {source}"),
            x=own["x"],
            y=own["y"],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": band // 8 + 1},
            customdata=own["hover"],
            hovertemplate="%{customdata}<extra></extra>",
        )
    places = [place * _BAND + (_DEEP - 1) / 2 for place in range(len(drawn))]
    figure.update_layout(
        template=TEMPLATE,
        title=escape_html(f"Of 100 people, who gets “{good}”?"),
        height=144 + band * len(drawn),
        legend={"y": -0.02, "itemclick": False, "itemdoubleclick": False},
    )
    # As far from one another across as down, at the left of whatever room there is.
    figure.update_xaxes(
        visible=False,
        range=[-0.8, DOTS / _DEEP - 0.2],
        fixedrange=True,
        constrain="domain",
        constraintoward="left",
    )
    figure.update_yaxes(
        range=[len(drawn) * _BAND - 1, -1],
        scaleanchor="x",
        constrain="domain",
        tickvals=places,
        ticktext=_labels(drawn["n"], "people"),
        ticksuffix="  ",
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    return figure


def harm_bars(account: pd.DataFrame, *, plain: Model = "utility", alt: str) -> Html:
    """Draw who is wrongly given the bad outcome, by both models, and the change with its interval.

    Args:
        account: See `hundred_figure`.
        plain: The key of the model that the mixture is compared with.
        alt: What a screen reader says.
    """
    drawn = _drawn(account)
    drawn = drawn[drawn["good_label"] > 0]
    columns = {
        "harmed_plain_rate": MODEL_STYLES[plain].colour,
        "harmed_model_rate": MODEL_STYLES["mixture"].colour,
        "harmed_change": _CHANGE,
    }
    rows = []
    for name, own in drawn.iterrows():
        bars = []
        for column, colour in columns.items():
            value, low, high = (100 * float(own[f"{column}{end}"]) for end in ("", "_low", "_high"))
            bar = interval_point(value, (low, high), colour, unit="")
            is_change = column == "harmed_change" and bar.is_point
            bars.append(replace(bar, text=_units.signed(value)) if is_change else bar)
        rows.append(Row(str(name), bars, counted_people(own["good_label"])))
    return bar_rows(
        [PLAIN_LABEL if plain == "utility" else MODELS[plain], MODELS["mixture"], "Change"],
        rows,
        foot="",
        alt=alt,
        notes=["of 100 people", "of 100 people", "of 100 people"],
        axes=(0, 0, 1),
    )


def harm_asked(bad: str) -> str:
    """Ask what the picture of wrong denials answers."""
    return f"Who is wrongly given “{bad}”?"


def _drawn(account: pd.DataFrame) -> pd.DataFrame:
    groups = account.iloc[:-1]
    kept = [name in largest_groups(groups["n"]) for name in groups.index]
    return pd.concat([groups[kept], account.iloc[-1:]])


def _dots(drawn: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for band, (name, row) in enumerate(drawn.iterrows()):
        counts = {
            "both": max(0, int(row["good_plain"] - row["worse"])),
            "better": int(row["better"]),
            "worse": int(row["worse"]),
            # Of weighted rows counts are rounded, each for itself.
            "neither": max(0, int(row["n"] - row["good_plain"] - row["better"])),
        }
        edges = np.cumsum([0, *of_hundred(list(counts.values()))])
        for (kind, count), (start, end) in zip(counts.items(), pairwise(edges), strict=True):
            hover = f"{escape_html(str(name))}: {count:,} of {row['n']:,.0f} people"
            rows += [(kind, i // _DEEP, band * _BAND + i % _DEEP, hover) for i in range(start, end)]
    return pd.DataFrame(rows, columns=["kind", "x", "y", "hover"])


def of_hundred(counts: Sequence[float]) -> list[int]:
    """Return counts or shares in whole percent that add up to 100, by largest remainders.

    Example:
        >>> of_hundred([1, 1, 1]), of_hundred([0, 994, 6]), of_hundred([0.335, 0.665, 0.0])
        ([34, 33, 33], [0, 99, 1], [34, 66, 0])
    """
    total = sum(counts)
    whole = [int(DOTS * count // total) for count in counts]
    left = sorted(range(len(counts)), key=lambda i: -(DOTS * counts[i] % total))
    for i in left[: DOTS - sum(whole)]:
        whole[i] += 1
    return whole


def _labels(counts: "pd.Series[Any]", of: str) -> list[Html]:
    return [
        Html(f"{escape_html(str(name))}<br>{count:,.0f} {of}") for name, count in counts.items()
    ]
