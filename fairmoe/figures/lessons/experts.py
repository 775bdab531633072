"""Lesson 2: what each of the three experts does."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe.figures.lessons.spread import add_seeds, range_of
from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE
from fairmoe.names import EXPERTS, METRICS

SHOWN = ("utility", "dp", "eo", "att_jsd")
_ORDER = (*EXPERTS, "constant")


def experts_figure(scores: pd.DataFrame, chosen: str) -> go.Figure:
    """Draw utility, both outcome gaps and the attention distance of every seed of every expert.

    Args:
        scores: A row per `model` and `seed`.
        chosen: The expert to stand out.
    """
    figure = make_subplots(
        rows=1,
        cols=len(SHOWN),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=[f"{METRICS[m].label}<br>{METRICS[m].direction}" for m in SHOWN],
    )
    for place, metric in enumerate(SHOWN, start=1):
        for model in _ORDER:
            style = MODEL_STYLES[model]
            values = 100 * scores.loc[scores["model"] == model, metric]
            where = {"row": 1, "col": place}
            bold = model in (chosen, "constant")
            names = [style.label] * len(values)
            add_seeds(figure, values, names, style, chosen=bold, name=style.label, **where)
            mean = range_of(values)[0]
            figure.add_annotation(
                x=mean,
                y=style.label,
                text=f"{mean:.2f}" if metric == "att_jsd" else f"{mean:.1f}",
                yshift=19,
                showarrow=False,
                opacity=1.0 if bold else 0.7,
                **where,
            )
        figure.update_xaxes(ticksuffix=METRICS[metric].suffix, nticks=4, row=1, col=place)
        high = 100 * float(scores[metric].max())
        low = 100 * float(scores[metric].min())
        room = 0.18 * (high - low)
        figure.update_xaxes(range=[low - room, high + room], row=1, col=place)
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="What does each expert reach, and what does it leave?",
        height=400,
        margin={"t": 104},
    )
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=[MODEL_STYLES[model].label for model in reversed(_ORDER)],
        ticksuffix="  ",
    )
    return figure
