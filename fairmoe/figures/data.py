"""The data before training."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe.figures.palette import PATTERN, TEMPLATE, group_styles, plain


def label_figure(counts: pd.DataFrame, positive: str) -> go.Figure:
    """Draw how large each group is and how much of it is positive.

    Args:
        counts: As `fairmoe.figures.tables.group_counts` returns it.
        positive: The positive class in words.
    """
    figure = go.Figure()
    styles = group_styles([str(name) for name in counts.index])
    for label, column, solid in ((positive, "positive", True), ("any other", "negative", False)):
        figure.add_bar(
            name=plain(label),
            y=[style.label for style in styles],
            x=counts[column],
            orientation="h",
            marker={
                "color": [style.colour for style in styles],
                "opacity": 1.0 if solid else 0.45,
                "pattern": {**PATTERN, "shape": "" if solid else "/"},
            },
            text=_texts(counts) if solid else None,
            textposition="inside",
            insidetextanchor="start",
            hovertemplate="%{y}: %{x:,} rows<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        template=TEMPLATE,
        title="How large is each group, and how much of it is positive?",
        barmode="stack",
        height=150 + 48 * len(counts),
        showlegend=False,
    )
    figure.update_xaxes(title=f"rows (solid: {plain(positive)}; hatched: any other)")
    figure.update_yaxes(type="category", autorange="reversed", ticksuffix="  ")
    return figure


def label_takeaway(counts: pd.DataFrame) -> str:
    """Say in one sentence what the figure shows."""
    share = {str(name): float(part) for name, part in counts["positive_share"].dropna().items()}
    high, low = max(share, key=share.__getitem__), min(share, key=share.__getitem__)
    return (
        f"{len(counts)} groups of {counts['rows'].min():,} to {counts['rows'].max():,} rows; "
        f"the positive class is most frequent in {high} ({share[high]:.1%}) "
        f"and least in {low} ({share[low]:.1%})."
    )


def _texts(counts: pd.DataFrame) -> list[str]:
    return [
        f"{share:.1%} of {rows:,}"
        for share, rows in zip(counts["positive_share"], counts["rows"], strict=True)
    ]
