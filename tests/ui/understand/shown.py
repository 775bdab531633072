"""What a page shows."""

import re
from html import unescape

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.ui.prepare.fields import field


def first_table(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def specs(app: AppTest) -> list[str]:
    """Return all that a page draws: figures as JSON, then bars as markup."""
    assert not app.exception
    bars = [each.proto.body for each in app.get("html") if 'class="fm-bars"' in each.proto.body]
    return [*(chart.proto.spec for chart in app.get("plotly_chart")), *bars]


def alts(app: AppTest) -> list[str]:
    """Return what a screen reader says of all that `specs` returns."""
    bars = [re.search(r'aria-label="([^"]*)"', spec) for spec in specs(app)]
    charts = [chart.proto.alt for chart in app.get("plotly_chart")]
    return [*charts, *(unescape(found[1]) for found in bars if found)]


def texts(app: AppTest) -> list[str]:
    """Return what a page says outside of its sidebar."""
    return [each.value for each in app.main.markdown]


def choose_existing(app: AppTest, column: str | None) -> AppTest:
    """Choose the column of the existing score or decision."""
    return field(app, "selectbox", "Score or decision").set_value(column).run()
