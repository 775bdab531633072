"""Our attributions beside those that other libraries give the same rows."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import Html, escape_html
from fairmoe.figures.attention import GREY
from fairmoe.figures.panels import axes_of, side_by_side
from fairmoe.names import ATTRIBUTION_METHODS, ORACLES

_MARK = {"color": "#0072B2", "size": 7, "opacity": 0.6, "line": {"width": 0}}


def oracles_figure(checked: pd.DataFrame) -> go.Figure:
    """Draw each attribution of ours against that of another library; on the line both are equal.

    Args:
        checked: As `fairmoe.analysis.oracles.check_attributions` returns it.
    """
    both = checked[["ours", "theirs"]].to_numpy()
    reach = 1.08 * float(abs(both).max()) or 1.0
    axis = {"title": "ours", "range": [-reach, reach], "nticks": 4, "zeroline": False}
    figure = side_by_side(
        # Narrow panels stand close together.
        [Html(ATTRIBUTION_METHODS[method].replace(" ", "<br>")) for method in ORACLES],
        title="Do Captum and SHAP say the same?",
        height=400,
        rows={"title": "theirs", "range": [-reach, reach], "nticks": 6, "zeroline": False},
        values=[axis] * len(ORACLES),
    )
    for place, method in enumerate(ORACLES, start=1):
        own = checked[checked["method"] == method]
        figure.add_scatter(
            x=[-reach, reach],
            y=[-reach, reach],
            mode="lines",
            line={"color": GREY, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
            **axes_of(place),
        )
        figure.add_scatter(
            x=own["ours"],
            y=own["theirs"],
            mode="markers",
            marker=_MARK,
            customdata=[escape_html(str(column)) for column in own["column"]],
            hovertemplate="%{customdata}: ours %{x:+.2f}, theirs %{y:+.2f}<extra></extra>",
            **axes_of(place),
        )
    figure.update_layout(yaxis2_title="", yaxis3_title="")
    return figure
