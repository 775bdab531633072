"""Small tables as bytes, and what is said of them."""

import pandas as pd


def csv_of(**columns) -> bytes:
    return (
        pd.DataFrame({"name": [f"n{i}" for i in range(60)], **columns}).to_csv(index=False).encode()
    )


def sentences(table) -> list[str]:
    return [change.sentence for change in table.changes]
