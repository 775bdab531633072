"""How far others agree with ours, word by word, whether they do or not."""

import math

import pandas as pd
import pytest

from fairmoe.sentences.oracles import CHECK_OFFERED, SAMPLES_DECIDE, STOPPED, agreement_takeaway


@pytest.mark.parametrize(
    ("correlations", "told"),
    [
        ((1.0, 0.951), "All agree with ours on what counts how much."),
        ((0.99, 0.2), "Captum’s Lime differs most from ours."),
        ((-0.5, math.nan), "Captum’s IntegratedGradients differs most from ours."),
        ((math.nan, math.nan), "Attributions that do not vary cannot be correlated."),
    ],
)
def test_whether_they_agree(correlations, told):
    first, second = (
        "no correlation to tell" if math.isnan(c) else f"correlation {c:.3f}".replace("-", "−")
        for c in correlations
    )
    agreement = pd.DataFrame(
        {"correlation": correlations, "largest": [0.012, 1.5], "mean": [0.0, 0.1]},
        index=["integrated_gradients", "lime"],
    )
    assert agreement_takeaway(agreement) == (
        f"{told} Beside ours, on the same rows: Captum’s IntegratedGradients at most 0.01 log-odds "
        f"away ({first}); Captum’s Lime at most 1.50 log-odds away ({second})."
    )


def test_what_the_check_does_and_what_it_rests_on():
    assert CHECK_OFFERED == (
        "Computes the same attributions of a few rows with Captum and shap, which takes some "
        "seconds, and shows both side by side."
    )
    assert SAMPLES_DECIDE == (
        "KernelExplainer and Lime draw samples of columns: drawn again, theirs differ from "
        "themselves too. Integrated gradients differ by how finely the path is followed."
    )
    assert STOPPED == "Stopped; nothing was checked."
