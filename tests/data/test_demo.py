"""The demo: the biases it is said to have, and the file that ships."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from fairmoe.data import (
    DEMO_ROLES,
    assign_roles,
    demo_csv,
    demo_table,
    encode,
    make_demo,
    suggest_roles,
    table_from_frame,
)

ASSET = Path(__file__).resolve().parents[2] / "assets" / "demo_hiring.csv"


def raw_gap(frame):
    hired = (frame["hired"] == "yes").groupby(frame["sex"]).mean()
    return hired["male"] - hired["female"]


def learnt(frame):
    """Return the AUC and the gap in predictions of a logistic regression on the test rows."""
    data = encode(assign_roles(table_from_frame(frame), DEMO_ROLES))
    model = LogisticRegression(max_iter=1000).fit(data.train.x, data.train.y)
    chosen = model.predict(data.test.x)
    auc = roc_auc_score(data.test.y, model.predict_proba(data.test.x)[:, 1])
    male = data.test.group == data.group_names.index("male")
    return auc, chosen[male].mean() - chosen[~male].mean()


def test_shipped_file_is_what_the_generator_makes():
    assert ASSET.read_bytes() == demo_csv()


def test_table_is_the_shipped_file():
    table = demo_table()
    assert table.frame.shape == (12_000, 13)
    assert table.name == "demo_hiring.csv"
    back = pd.read_csv(ASSET)
    np.testing.assert_array_equal(table.frame["commute_km"], back["commute_km"])
    assert set(table.kinds.values()) == {"number", "category"}
    missing = table.frame.isna().mean()
    assert missing[["education", "test_score", "commute_km"]].between(0.01, 0.06).all()
    assert missing.drop(["education", "test_score", "commute_km"]).eq(0).all()


def test_same_seed_same_table():
    pd.testing.assert_frame_equal(make_demo(100, seed=3), make_demo(100, seed=3))
    assert not make_demo(100, seed=3).equals(make_demo(100, seed=4))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_there_is_something_to_learn_and_something_to_mend(seed):
    auc, gap = learnt(make_demo(seed=seed))
    assert 0.82 < auc < 0.9
    assert 0.18 < gap < 0.28


def test_a_career_break_counts_against_women_only():
    hired = (frame := make_demo(20_000))["hired"] == "yes"
    rates = hired.groupby([frame["sex"], frame["career_break_months"] > 0]).mean()
    assert rates["female", False] - rates["female", True] > 0.3
    assert abs(rates["male", False] - rates["male", True]) < 0.03
    assert abs(rates["male", False] - rates["female", False]) < 0.03


def test_bias_against_breaks_widens_the_gap_in_hiring():
    gaps = [raw_gap(make_demo(20_000, break_bias=bias)) for bias in (0, 0.75, 1.5, 3)]
    assert abs(gaps[0]) < 0.02
    assert all(np.diff(gaps) > 0.05)


def test_label_bias_widens_the_gap_in_hiring():
    gaps = [raw_gap(make_demo(20_000, break_bias=0, label_bias=bias)) for bias in (0, 0.75, 1.5, 3)]
    assert abs(gaps[0]) < 0.02
    assert all(np.diff(gaps) > 0.05)


@pytest.mark.parametrize("bias", [0, 0.3, 0.8])
def test_representation_bias_makes_women_fewer(bias):
    share = (make_demo(20_000, representation_bias=bias)["sex"] == "female").mean()
    assert abs(share - (1 - bias) / 2) < 0.015


def test_proxy_carries_the_bias_into_predictions_without_the_sensitive_column():
    gaps = [learnt(make_demo(20_000, proxy=proxy))[1] for proxy in (0, 0.6, 1)]
    assert abs(gaps[0]) < 0.03
    assert all(np.diff(gaps) > 0.04)


def test_without_a_proxy_no_column_knows_the_sex():
    frame = make_demo(20_000, proxy=0, break_bias=0)
    roles = DEMO_ROLES
    data = encode(assign_roles(table_from_frame(frame), roles))
    model = LogisticRegression(max_iter=1000, C=0.01).fit(data.train.x, data.train.group)
    auc = roc_auc_score(data.test.group, model.predict_proba(data.test.x)[:, 1])
    assert abs(auc - 0.5) < 0.03


def test_skill_is_equal_in_both_sexes():
    frame = make_demo(20_000)
    scores = frame.groupby("sex")[["test_score", "interview_score", "years_of_experience"]].mean()
    deviation = frame[["test_score", "interview_score", "years_of_experience"]].std()
    assert ((scores.loc["male"] - scores.loc["female"]).abs() / deviation < 0.06).all()


def test_roles_are_what_a_newcomer_would_be_offered():
    table = demo_table()
    suggestion = suggest_roles(table)
    assert suggestion.targets[0] == DEMO_ROLES.target.column
    assert suggestion.sensitive[0] == DEMO_ROLES.sensitive_columns[0]
    assert tuple(suggestion.left_out) == DEMO_ROLES.dropped
    labelled = assign_roles(table, DEMO_ROLES)
    assert labelled.positive == "hired = yes"
    assert labelled.group_names == ("female", "male")
    assert labelled.notes == ()
