"""A table for the Data page, and the fields that are found there."""

import pandas as pd
from streamlit.testing.v1 import AppTest


def table(rows: int = 60) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": [20 + i % 40 for i in range(rows)],
            "sex": ["f", "m", "f"] * (rows // 3),
            "region": ["north", "south", "east", "west"] * (rows // 4),
            "score": [i % 7 for i in range(rows)],
            "hired": ["yes", "no", "no", "yes", "no"] * (rows // 5),
        }
    )


def upload(app: AppTest, frame: pd.DataFrame, name: str = "people.csv") -> None:
    app.file_uploader[0].upload(name, frame.to_csv(index=False).encode(), "text/csv").run()


def field(app: AppTest, kind: str, label: str):
    return next(widget for widget in app.get(kind) if widget.label == label)


def groups_table(app: AppTest) -> pd.DataFrame:
    return next(d.value for d in app.dataframe if "positive_share" in d.value)


def groups(app: AppTest) -> list[str]:
    return list(groups_table(app).index)


def roles(data):
    return data.session_state["fairmoe"].labelled.roles
