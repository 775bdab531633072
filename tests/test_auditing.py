"""Audits of scores and decisions that are there already."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, demographic_parity_difference, selection_rate
from fairlearn.reductions import DemographicParity, ExponentiatedGradient
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

import fairmoe
from fairmoe.auditing import audit, audit_model
from fairmoe.errors import InvalidInputError
from fairmoe.model_attributions import NO_SCORES


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    group = np.where(rng.random(600) < 0.4, "b", "a")
    y = rng.random(600) < np.where(group == "a", 0.6, 0.4)
    score = np.clip(0.5 + 0.2 * (y - 0.5) + rng.normal(0, 0.2, 600) - 0.1 * (group == "b"), 0, 1)
    return y.astype(int), score, group


def test_rates_and_gaps_are_fairlearns(rows):
    y, score, group = rows
    found = audit(y, score, group, cutoff=0.55)
    decided = score > 0.55
    expected = MetricFrame(
        metrics=selection_rate, y_true=y, y_pred=decided, sensitive_features=group
    ).by_group
    assert found.rates["selection_rate"].to_dict() == pytest.approx(expected.to_dict())
    gap = demographic_parity_difference(y, decided, sensitive_features=group)
    value = found.review.differences.loc["demographic_parity_difference", "value"]
    assert value == pytest.approx(gap, abs=1e-9)
    assert found.people is None


@pytest.mark.parametrize("outcome", ["good", "bad"])
def test_harm_is_the_bad_outcome_for_those_with_the_good_label(rows, outcome):
    y, score, group = rows
    people = audit(y, score, group, outcome=outcome).people
    good = y == (outcome == "good")
    given_bad = (score > 0.5) != (outcome == "good")
    for name in ("a", "b"):
        own = group == name
        assert people.loc[name, "harmed_model"] == (good & given_bad & own).sum()
        share = (good & given_bad & own).sum() / (good & own).sum()
        assert people.loc[name, "harmed_model_rate"] == pytest.approx(share)
        low, high = (people.loc[name, f"harmed_model_rate_{end}"] for end in ("low", "high"))
        assert low < share < high
    assert people.loc["everyone", "harmed_model"] == (good & given_bad).sum()


def test_decisions_are_scores_of_zero_and_one(rows):
    y, score, group = rows
    by_score, by_decision = audit(y, score, group), audit(y, score > 0.5, group)
    assert by_score.review.differences.equals(by_decision.review.differences)


def test_scores_that_are_no_probabilities_have_no_calibration(rows):
    y, score, group = rows
    found = audit(y, 10 * score - 3, group, cutoff=2.0)
    same = audit(y, score, group)
    assert found.review.differences.equals(same.review.differences)
    assert found.review.calibration_error.isna().all()
    assert same.review.calibration_error.notna().all()
    assert set(found.to_dict()["review"]["expected_calibration_error"].values()) == {None}


@pytest.mark.filterwarnings("error")
def test_a_score_that_is_the_same_for_all_is_one_answer(rows):
    y, _, group = rows
    found = audit(y, np.full(600, 5.0), group, cutoff=2.0)
    assert found.rates["selection_rate"].tolist() == [1, 1]
    assert found.alarm.lopsided


def test_a_group_may_be_called_as_everyone_is(rows):
    y, score, group = rows
    named = np.where(group == "a", "everyone", group)
    found = audit(y, score, named, outcome="good", reference="everyone").to_dict()
    same = audit(y, score, group, outcome="good", reference="a").to_dict()
    assert list(found["people"]) == ["b", "everyone (group)", "everyone"]
    for name, other in (("b", "b"), ("everyone (group)", "a"), ("everyone", "everyone")):
        assert found["people"][name] == same["people"][other]
    model = LogisticRegression().fit(score[:, None], y)
    told = audit_model(model, score[:, None], y, named)
    assert set(told.attributions) == {"b", "everyone (group)", "everyone"}
    alike = np.where(group == "a", "everyone", "everyone (group)")
    found = audit(y, score, alike, outcome="good", reference="everyone").to_dict()
    assert list(found["people"]) == ["everyone (group)*", "everyone (group)", "everyone"]
    assert list(found["rates"]) == ["everyone (group)*", "everyone (group)"]
    for name, other in (("everyone (group)", "b"), ("everyone (group)*", "a")):
        assert found["people"][name] == same["people"][other]


def test_an_answer_for_all_raises_an_alarm(rows):
    y, score, group = rows
    assert audit(y, np.ones(600), group).alarm.lopsided
    assert audit(y, score, group).alarm is None
    assert audit(y, score, group, tolerance=0.01).review.differences["verdict"].notna().all()


def test_weights_count_people(rows):
    y, score, group = rows
    twice = np.where(np.arange(600) < 100, 2.0, 1.0)
    weighted = audit(y, score, group, sample_weight=twice)
    again = audit(*(np.concatenate([each, each[:100]]) for each in rows))
    assert weighted.rates["selection_rate"].to_list() == pytest.approx(
        again.rates["selection_rate"].to_list()
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e-308, 1e308])
def test_only_the_proportion_of_weights_counts(rows, size):
    found, plain = audit(*rows, sample_weight=np.full(600, size)), audit(*rows)
    np.testing.assert_allclose(found.rates, plain.rates)


def test_a_model_is_audited_by_what_it_predicts(rows):
    y, score, group = rows
    X = np.c_[score, np.arange(600) % 7]
    texts = np.where(y == 1, "yes", "no")
    model = LogisticRegression().fit(X[:300], texts[:300])
    rest = slice(300, None)
    found = audit_model(model, X[rest], texts[rest], group[rest], outcome="good")
    decided = model.predict(X[rest]) == "yes"
    assert found.rates["selected"].sum() == decided.sum()
    at = fairmoe.audit_model(model, X[rest], texts[rest], group[rest], cutoff=0.7)
    assert at.rates["selected"].sum() == (model.predict_proba(X[rest])[:, 1] > 0.7).sum()
    margins = LinearSVC().fit(X, y)
    found = audit_model(margins, X, y, group, cutoff=0.2)
    assert found.rates["selected"].sum() == (margins.decision_function(X) > 0.2).sum()


def test_frames_and_two_crossed_columns_are_taken(rows):
    y, score, group = rows
    frame = pd.DataFrame({"y": y, "s": score, "g": group, "h": np.arange(600) % 2})
    found = fairmoe.audit(frame["y"], frame["s"], frame[["g", "h"]], reference="b & 1")
    assert list(found.rates.index) == ["a & 0", "a & 1", "b & 0", "b & 1"]
    assert found.review.reference == "b & 1"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"score": ["high"] * 600}, "'score' needs a number for each row"),
        ({"score": [np.nan] + [0.5] * 599}, "1 of 600 have none"),
        ({"score": [0.5] * 599}, "there are 600, 599 and 600"),
        (
            {"score": np.linspace(0, 100, 600)},
            r"no probabilities; however, 'score' reaches from 0 to",
        ),
        ({"score": pd.date_range("2020", periods=600)}, "'score' needs a number for each row"),
        ({"score": np.full(600, 1j)}, "^Complex data not supported in 'score'.$"),
        ({"score": np.ma.masked_equal(np.arange(600) / 600, 0)}, "1 of 600 have none"),
        ({"sensitive_features": ["\ud800", "b"] * 300}, "needs texts that are Unicode"),
        ({"cutoff": "high"}, "The cut-off needs to be a finite number"),
        ({"cutoff": np.nan}, "The cut-off needs to be a finite number"),
        ({"outcome": "fine"}, "good, bad or neither"),
        ({"tolerance": 5}, "A tolerance needs to be a gap from 0 to 1"),
        ({"reference": "c"}, "The reference needs to be one of the groups"),
        ({"sensitive_features": ["a"] * 600}, "have one value"),
        ({"y": [1] * 600}, "'y' has one class"),
    ],
)
def test_what_cannot_be_audited_is_refused_in_words(rows, changes, message):
    y, score, group = rows
    given = {"y": y, "score": score, "sensitive_features": group} | changes
    with pytest.raises(InvalidInputError, match=message):
        audit(**given)


def test_what_is_no_classifier_of_two_classes_is_refused(rows):
    y, score, group = rows
    with pytest.raises(InvalidInputError, match="this one has none"):
        audit_model(object(), score[:, None], y, group)
    three = LogisticRegression().fit(score[:, None], np.arange(600) % 3)
    with pytest.raises(InvalidInputError, match="this one has 3"):
        audit_model(three, score[:, None], y, group)
    two = LogisticRegression().fit(score[:, None], y)
    with pytest.raises(InvalidInputError, match="of the model's classes"):
        audit_model(two, score[:, None], y + 1, group)
    with pytest.raises(InvalidInputError, match="The decisions need to be of the model's classes"):
        audit_model(LinearRegression().fit(score[:, None], y), score[:, None], y, group)


def test_a_method_of_fairlearn_is_audited_by_its_decisions(rows):
    y, score, group = rows
    X = pd.DataFrame({"score": score, "other": np.arange(600) % 7})
    mitigated = ExponentiatedGradient(LogisticRegression(), DemographicParity(), max_iter=3)
    mitigated.fit(X, y, sensitive_features=group)

    class Fixed:
        # Its own predictions are drawn at random.
        def predict(self, X):
            return mitigated.predict(X, random_state=0)

    found = audit_model(Fixed(), X, y, group)
    assert found.rates["selected"].sum() == mitigated.predict(X, random_state=0).sum()
    assert found.attributions is None
    assert found.attributions_note == NO_SCORES
    assert audit_model(mitigated, X, y, group).attributions_note == NO_SCORES


def test_the_score_of_a_model_does_not_fall():
    with pytest.raises(InvalidInputError, match="Option 'rises' is for scores without their model"):
        audit_model(object(), [[0.0]], [0], ["a"], rises=False)
