"""What a reader has to beware of."""

import math
from collections.abc import Mapping

import pandas as pd

from fairmoe.names import METRICS

FEW_ROWS = 100
FEW_POSITIVES = 20


def too_few(rates: pd.DataFrame) -> str:
    """Say which groups are too small to judge by; nothing if none is."""
    small = rates[(rates["n"] < FEW_ROWS) | (rates["positives"] < FEW_POSITIVES)]
    told = "; ".join(
        f"{group}: {row.n:,.0f} rows, {row.positives:,.0f} of them positive"
        for group, row in small.iterrows()
    )
    if not told:
        return ""
    return f"Little to go by. {told}. Gaps that rest on so few rows are mostly chance."


def not_estimable(scores: Mapping[str, float]) -> str:
    """Say which validation scores nothing could be chosen by; nothing if all are there."""
    missing = [METRICS[name].label for name, value in scores.items() if math.isnan(value)]
    if not missing:
        return ""
    return (
        f"Not estimable on the validation rows: {', '.join(missing)}. Some group has too few rows "
        "or positives among them, so models were chosen by the scores that are left. Merge groups, "
        "or cut numbers elsewhere."
    )
