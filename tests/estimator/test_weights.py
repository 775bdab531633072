"""The estimator takes weights of rows."""

import numpy as np
import pytest

from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError
from fairmoe.estimator import FairMoEClassifier

QUICK = Settings(epochs=4)


def test_rows_weigh_as_much_as_they_are_given(numbers_of_two):
    rows, y, group = numbers_of_two

    def mean(weight):
        model = FairMoEClassifier(settings=Settings(epochs=40, threshold="half"))
        return model.fit(rows, y, weight, sensitive_features=group).predict_proba(rows)[:, 1].mean()

    assert mean(None) == pytest.approx(mean(np.full(len(y), 1.0)))
    assert mean(np.where(y == 1, 9.0, 1.0)) > mean(None) + 0.1
    # A row of no weight might as well not be there.
    half = np.arange(len(y)) % 2 == 0
    without = FairMoEClassifier(settings=QUICK).fit(
        rows[half], y[half], np.ones(half.sum()), sensitive_features=group[half]
    )
    zeros = FairMoEClassifier(settings=QUICK).fit(
        rows, y, half.astype(float), sensitive_features=group
    )
    np.testing.assert_array_equal(zeros.predict_proba(rows), without.predict_proba(rows))


@pytest.fixture(scope="module")
def numbers_of_two():
    random = np.random.default_rng(0)
    rows = random.normal(size=(120, 2))
    y = (rows[:, 0] + random.normal(size=120) > 0).astype(int)
    return rows, y, np.repeat(["a", "b", "a"], 40)


@pytest.mark.parametrize(
    ("weight", "however"),
    [
        (np.ones(119), "there are 119 for 120 rows"),
        (np.full(120, -1), "some are missing, infinite, negative or no numbers"),
        (["secret"] * 120, "some are missing, infinite, negative or no numbers"),
    ],
)
def test_weights_that_are_none_are_refused(numbers_of_two, weight, however):
    rows, y, group = numbers_of_two
    with pytest.raises(InvalidInputError) as caught:
        FairMoEClassifier(settings=QUICK).fit(rows, y, weight, sensitive_features=group)
    assert str(caught.value) == (
        f"'sample_weight' needs a finite number of 0 or more for each row; however, {however}."
    )
