"""How far Captum and shap agree with our attributions."""

import math
from typing import cast

import pandas as pd

from fairmoe._units import written
from fairmoe.names import ORACLES, AttributionMethod

CHECK_OFFERED = (
    "Computes the same attributions of a few rows with Captum and shap, which takes some seconds, "
    "and shows both side by side."
)
SAMPLES_DECIDE = (
    "KernelExplainer and Lime draw samples of columns: drawn again, theirs differ from themselves "
    "too. Integrated gradients differ by how finely the path is followed."
)
STOPPED = "Stopped; nothing was checked."
_ALIKE = 0.95


def agreement_takeaway(agreement: pd.DataFrame) -> str:
    """Say how far others agree with ours, whether they do or not.

    Args:
        agreement: As `fairmoe.analysis.oracles.agreement_of` returns it.
    """
    told = "; ".join(
        f"{_label(method)} at most {row['largest']:.2f} log-odds away "
        f"({_correlation(row['correlation'])})"
        for method, row in agreement.iterrows()
    )
    return f"{_verdict(agreement['correlation'])} Beside ours, on the same rows: {told}."


def _verdict(correlation: "pd.Series[float]") -> str:
    known = correlation.dropna()
    if known.empty:
        return "Attributions that do not vary cannot be correlated."
    lowest = known.idxmin()
    if known.min() >= _ALIKE:
        return "All agree with ours on what counts how much."
    return f"{_label(lowest)} differs most from ours."


def _label(method: object) -> str:
    return ORACLES[cast("AttributionMethod", method)]


def _correlation(value: float) -> str:
    return "no correlation to tell" if math.isnan(value) else f"correlation {written(value, 3)}"
