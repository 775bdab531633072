"""What the estimator refuses, and in which words."""

import re

import pytest

from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError
from fairmoe.estimator import FairMoEClassifier

MESSAGES = {
    "absent": (
        {"sensitive_features": None},
        "'sensitive_features' are needed to train; however, none were given. "
        "Give fit one value per row, such as the column of sex.",
    ),
    "incomplete": (
        {"sensitive_features": [None, *["f", "m"] * 59, "f"]},
        "'sensitive_features' need a value for each row; however, 1 of 120 have none. "
        "Leave those rows out, or make a group of them.",
    ),
    "one group": (
        {"sensitive_features": ["f"] * 120},
        "Fairness needs two groups to be compared; however, 'sensitive_features' have one value.",
    ),
    "three classes": (
        {"y": [0, 1, 2] * 40},
        "Only binary classification is supported; however, the target is multiclass.",
    ),
    "one class": (
        {"y": [1] * 120},
        "The target needs two classes; however, 'y' has one class.",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_what_cannot_be_trained_on_is_named(numbers, case):
    rows, y, group = numbers
    change, message = MESSAGES[case]
    given = {"y": y, "sensitive_features": group} | change
    with pytest.raises(InvalidInputError) as caught:
        FairMoEClassifier().fit(rows, **given)
    assert str(caught.value) == message


@pytest.mark.parametrize("share", [0, 1, -0.5])
def test_the_validation_fraction_is_checked(numbers, share):
    rows, y, group = numbers
    with pytest.raises(InvalidInputError) as caught:
        FairMoEClassifier(validation_fraction=share).fit(rows, y, sensitive_features=group)
    assert str(caught.value) == (
        f"'validation_fraction' needs a share above 0 and below 1; however, {share:g} was given."
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"lambda_fair": -1}, "Setting 'lambda_fair' needs a value between 0 and"),
        ({"random_state": -1}, "Setting 'seed' needs a value between 0 and"),
        (
            {"settings": {"epochs": 200}},
            "'settings' need to be a fairmoe.Settings; however, dict was given. "
            "Write settings=Settings(epochs=200), for example.",
        ),
    ],
)
def test_parameters_are_checked_when_fitting(numbers, parameters, message):
    rows, y, group = numbers
    with pytest.raises(InvalidInputError, match=re.escape(message)):
        FairMoEClassifier(**parameters).fit(rows, y, sensitive_features=group)


def test_lengths_are_compared(numbers):
    rows, y, group = numbers
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        FairMoEClassifier().fit(rows, y, sensitive_features=group[:-1])


def test_other_columns_than_in_training_are_refused(fitted, applicants):
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(applicants[0].drop(columns="age"))


def test_rows_without_any_value_are_warned_of(fitted, applicants):
    features = applicants[0].iloc[:4].copy()
    fitted.predict(features)
    features.iloc[1:3] = None
    with pytest.warns(UserWarning, match="without any value") as told:
        proba = fitted.predict_proba(features)
    assert [str(each.message) for each in told] == [
        "2 rows of 'X' without any value: what is predicted there is the same for all such rows, "
        "and says nothing of anyone."
    ]
    assert proba[1].tolist() == proba[2].tolist()


def test_what_was_done_to_columns_is_told(applicants):
    features, hired, sex = applicants
    towns = ["North"] * 240 + [f"town {i % 6}" for i in range(60)]
    model = FairMoEClassifier(settings=Settings(epochs=4, rare_level=0.08)).fit(
        features.assign(town=towns), hired, sensitive_features=sex
    )
    assert "Of 7 levels of 'town', 6 are rare and count as one." in model.changes_
