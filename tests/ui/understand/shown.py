"""What a page shows."""

import pandas as pd
from streamlit.testing.v1 import AppTest


def first_table(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def specs(app: AppTest) -> list[str]:
    assert not app.exception
    return [chart.proto.spec for chart in app.get("plotly_chart")]
