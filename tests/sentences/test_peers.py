import numpy as np
import pandas as pd
import pytest

from fairmoe.sentences.peers import (
    ONLY_OF_ONE_CRITERION,
    fit_within,
    older_fits,
    peers_outside,
    peers_takeaway,
)

POINTS = pd.DataFrame(
    {
        "gap": [0.2, 0.1, 0.0],
        "accuracy": [0.8, 0.76, 0.9],
        "alarming": [False, False, True],
        "shown": [True, False, False],
    }
)
PEERS = pd.DataFrame(
    {
        "method": ["exponentiated_gradient", "adversarial", "adversarial"],
        "gap": [0.1, 0.15, np.nan],
        "accuracy": [0.81, 0.7, 0.7],
    }
)


def test_how_the_fits_of_others_and_ours_stand_is_said():
    assert peers_takeaway(PEERS, POINTS, "dp", "DP gap") == (
        "Fairlearn's methods were fitted for demographic parity in 3 settings, and are judged by "
        "it here. On the test rows 1 of these fits has a smaller DP gap and a higher accuracy than "
        "the mixture shown (exponentiated gradient). Against 1 of the 2 a mixture of this front "
        "has both; its gates count all gaps, not this one alone."
    )
    told = peers_takeaway(
        PEERS.assign(method="threshold_optimizer", accuracy=0.5), POINTS, "eo", "EO gap"
    )
    assert "On the test rows none of these has a smaller EO gap" in told
    assert told.endswith(
        "The threshold optimizer needs to know the group of each person whom it decides about. The "
        "adversarial network knows equalized odds only, and is fitted for these."
    )
    unknown = POINTS.assign(gap=np.nan)
    assert peers_takeaway(PEERS, unknown, "dp", "DP gap").endswith("cannot be estimated.")


def test_fits_of_an_earlier_version_are_said_to_count_other_groups():
    assert older_fits(["Asian", "Other"]) == (
        "These fits were kept by an earlier version: their gaps may count every group, also Asian "
        "and Other, while those of the mixtures do not. Fit them again to compare alike."
    )


JUDGED = PEERS.assign(gap_test=[0.12, 0.1504, 0.1], accuracy_test=[0.82, 0.71, 0.72])


def test_the_most_accurate_fit_that_keeps_to_a_wish_is_named_on_which_rows():
    told = (
        "Of Fairlearn's methods the exponentiated gradient keeps to this limit on the validation "
        "rows: DP gap 10.0 pp, accuracy 81.0%. On the test rows, which the chart shows, it has "
        "12.0 pp and 82.0%."
    )
    assert fit_within(JUDGED, 0.16, "DP gap") == told
    assert fit_within(JUDGED, 0.05, "DP gap") == ""
    missed = fit_within(JUDGED.iloc[1:], 0.15, "DP gap")
    assert missed.endswith("has 15.04 pp and 71.0%, and misses the limit.")


@pytest.mark.parametrize(
    ("accuracy", "gap_test", "accuracy_test", "is_told"),
    [
        # It is as accurate on both rows.
        (0.81, 0.1, 0.82, False),
        (0.8096, 0.1, 0.8196, False),
        # It is less accurate on the one or the other.
        (0.80, 0.1, 0.83, True),
        (0.82, 0.1, 0.81, True),
        # It misses the limit on the test rows.
        (0.82, 0.17, 0.83, True),
    ],
)
def test_a_fit_is_named_where_the_mixture_within_a_wish_does_no_better(
    accuracy, gap_test, accuracy_test, is_told
):
    mixture = pd.Series(
        {"accuracy": accuracy, "gap_test": gap_test, "accuracy_test": accuracy_test}
    )
    assert bool(fit_within(JUDGED, 0.16, "DP gap", mixture)) is is_told


def test_a_fit_that_misses_a_wish_on_test_rows_is_judged_by_the_validation_rows_only():
    mixture = pd.Series({"accuracy": 0.81, "gap_test": 0.05, "accuracy_test": 0.5})
    assert fit_within(JUDGED, 0.11, "DP gap", mixture) == ""
    less = mixture.replace({0.81: 0.8})
    assert fit_within(JUDGED, 0.11, "DP gap", less).endswith("and misses the limit.")


def test_fits_beyond_the_axes_are_named():
    assert peers_outside(PEERS.iloc[:0]) == ""
    assert peers_outside(PEERS.iloc[:1]) == (
        " Beyond the axes: Exponentiated gradient (10.0 pp at 81.0% accuracy)."
    )


def test_for_which_gaps_they_are_fitted():
    assert ONLY_OF_ONE_CRITERION == (
        "Fairlearn's methods are fitted for demographic parity or for equal opportunity, and are "
        "shown with these gaps."
    )
