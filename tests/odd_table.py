"""The table that all odd files are made of."""

import csv

import numpy as np
import pandas as pd

MARK = "zqx"
"""Is in each text cell, and in no name: an error that holds it tells a cell."""

N_ROWS = 60


def plain() -> pd.DataFrame:
    """Return the table that all files are made of."""
    rng = np.random.default_rng(0)
    skill = rng.normal(size=N_ROWS).round(2)
    return pd.DataFrame(
        {
            "sex": [f"{MARK} f", f"{MARK} m"] * (N_ROWS // 2),
            "age": rng.integers(20, 60, N_ROWS),
            "income": rng.integers(500, 90_000, N_ROWS),
            "skill": skill,
            "city": [f"{MARK} {name}" for name in rng.choice(["North", "East"], N_ROWS)],
            "hired": np.where(skill + rng.normal(size=N_ROWS) > 0, f"{MARK} yes", f"{MARK} no"),
        }
    )


def text_of(frame: pd.DataFrame, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Return a data frame as CSV."""
    return frame.to_csv(index=False, sep=delimiter, quoting=quoting)
