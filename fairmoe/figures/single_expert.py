"""What each expert scores where the gate was chosen, beside the gate at its best."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import escape_html
from fairmoe._units import written
from fairmoe.figures.palette import MODEL_STYLES, PATTERN, TEMPLATE


def single_expert_figure(scores: "pd.Series[float]") -> go.Figure:
    """Draw final scores, a bar each.

    Args:
        scores: In [-1, 1], by name: of experts, and of the gate.
    """
    of_models = {str(style.label): style for style in MODEL_STYLES.values()}
    styles = [of_models.get(str(name), MODEL_STYLES["mixture"]) for name in scores.index]
    figure = go.Figure(
        go.Bar(
            y=[escape_html(str(name)) for name in scores.index],
            x=100 * scores,
            orientation="h",
            text=[written(100 * score) for score in scores],
            textposition="outside",
            cliponaxis=False,
            marker={
                "color": [style.colour for style in styles],
                "pattern": {**PATTERN, "shape": [style.pattern for style in styles]},
            },
            hovertemplate="%{y}: %{x:.1f}<extra></extra>",
        )
    )
    figure.update_layout(
        template=TEMPLATE,
        title="What did each have on the validation rows?",
        height=120 + 40 * len(scores),
    )
    low, high = min(0.0, 100 * float(scores.min())), max(0.0, 100 * float(scores.max()))
    # Room for the figure beside the longest bar.
    room = 0.15 * (high - low)
    figure.update_xaxes(title="final score", range=(low - room * (low < 0), high + room))
    figure.update_yaxes(autorange="reversed", ticksuffix="  ")
    return figure
