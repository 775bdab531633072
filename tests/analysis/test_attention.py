import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.attention import (
    Reasons,
    attention_differences,
    attention_histograms,
    attribution_ranges,
    attributions_of,
    divergence_parts,
    mean_attention,
    model_of,
    reasons_of,
)
from fairmoe.errors import InvalidInputError
from fairmoe.metrics import attention_test
from fairmoe.names import SPLITS, TRAINED_MODELS


def made(attention, group, names=("a", "b"), columns=("x", "y")):
    attention = np.array(attention, dtype=np.float32)
    return Reasons(columns, np.array(group), names, attention - 0.5, attention)


# Group a: x has 0.2, 0.4, mean 0.3, deviation sqrt(0.02), error 0.1. Group b: x has 0.9, 0.7.
BY_HAND = made([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1], [0.7, 0.3]], [0, 0, 1, 1])
Z = 1.959964


def random_reasons(seed, groups, n=60, c=4):
    random = np.random.default_rng(seed)
    attention = random.dirichlet(np.ones(c), n)
    group = np.arange(n) % groups
    return made(attention, group, tuple("abcdef"[:groups]), tuple("wxyz"[:c]))


def test_means_and_intervals_by_hand():
    means = mean_attention(BY_HAND)
    first = means.iloc[0]
    assert first["column"] == "x"
    assert [first["group"], first["rows"]] == ["a", 2]
    assert first["mean"] == pytest.approx(0.3)
    assert first["low"] == pytest.approx(0.3 - Z * 0.1)
    assert first["high"] == pytest.approx(0.3 + Z * 0.1)
    assert means["column"].tolist() == ["x", "x", "y", "y"]


def test_columns_with_more_attention_come_first_whatever_the_sizes_of_the_groups():
    # Of all rows y has more attention; of the two groups, each counted once, x has.
    reasons = made([[0.4, 0.6]] * 9 + [[0.9, 0.1]], [0] * 9 + [1])
    assert mean_attention(reasons)["column"].iloc[0] == "x"


def test_one_row_has_no_interval_and_no_rows_no_mean():
    reasons = made([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1]], [0, 0, 1], ("a", "b", "nobody"))
    means = mean_attention(reasons).set_index(["group", "column"])
    assert means.loc[("b", "x"), "mean"] == pytest.approx(0.9)
    assert math.isnan(means.loc[("b", "x"), "low"])
    assert math.isnan(means.loc[("nobody", "x"), "mean"])
    assert divergence_parts(reasons).isna().all()


def test_differences_by_hand():
    differences = attention_differences(BY_HAND, 0)
    error = math.sqrt(0.1**2 + 0.1**2)
    assert differences.loc["x"].tolist() == pytest.approx(
        [-0.5, -0.5 - Z * error, -0.5 + Z * error], abs=1e-6
    )
    assert attention_differences(BY_HAND, 1).loc["x", "difference"] == pytest.approx(0.5)


def test_of_many_groups_the_others_count_the_same_each():
    reasons = made(
        [[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 8 + [[0.5, 0.5]] * 2, [0] * 2 + [1] * 8 + [2] * 2, "abc"
    )
    assert attention_differences(reasons, 0).loc["x", "difference"] == pytest.approx(0.75)


@given(seed=st.integers(0, 1000), groups=st.integers(2, 5))
def test_parts_are_never_negative_and_add_up_to_the_distance(seed, groups):
    reasons = random_reasons(seed, groups)
    parts = divergence_parts(reasons)
    test = attention_test(reasons.attention, group=reasons.group, n_groups=groups, n_permutations=1)
    assert (parts >= 0).all()
    assert parts.sum() == pytest.approx(test.difference, abs=1e-9)
    assert parts.is_monotonic_decreasing


def test_a_column_with_the_same_attention_adds_nothing():
    # M = (0.25, 0.5, 0.25): the groups give x and z all or nothing of 0.5, and y the same.
    reasons = made([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]], [0, 1], columns=("x", "y", "z"))
    parts = divergence_parts(reasons)
    assert parts["y"] == pytest.approx(0, abs=1e-9)
    assert parts[["x", "z"]].tolist() == pytest.approx([0.25, 0.25])


@given(seed=st.integers(0, 1000))
def test_histograms_count_every_row_once(seed):
    reasons = random_reasons(seed, 3)
    histograms = attention_histograms(reasons, ["x", "w"])
    assert histograms["column"].unique().tolist() == ["x", "w"]
    sums = histograms.groupby(["column", "group"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1)
    assert histograms["high"].max() == pytest.approx(reasons.attention[:, :2].max(), rel=1e-6)


def test_ranges_are_quantiles_of_the_signed_attributions():
    reasons = random_reasons(3, 2)
    ranges = attribution_ranges(reasons).set_index(["column", "group"])
    own = reasons.attributions[reasons.group == 1][:, 2]
    found = ranges.loc[("y", "b")]
    assert found["median"] == pytest.approx(np.median(own))
    assert found["q1"] == pytest.approx(np.quantile(own, 0.25))
    assert found["high"] == pytest.approx(np.quantile(own, 0.95))
    assert found["low"] < 0 < found["high"]
    strength = np.abs(reasons.attributions).mean(axis=0)
    first = attribution_ranges(reasons)["column"].iloc[0]
    assert first == reasons.columns[int(strength.argmax())]


def test_ranges_of_a_group_without_rows_are_unknown():
    ranges = attribution_ranges(replace(BY_HAND, group_names=("a", "b", "nobody")))
    assert ranges[ranges["group"] == "nobody"]["median"].isna().all()


@pytest.mark.parametrize("model", TRAINED_MODELS)
def test_models_are_those_of_the_run_and_attributions_are_complete(demo_run, model):
    run, labelled = demo_run
    rows = rows_of_run(run, labelled, "test")
    one = model_of(run, model)
    np.testing.assert_allclose(
        one.log_odds(rows.x).sigmoid()[0].detach().numpy(), rows.record.proba[model], atol=1e-5
    )
    baseline = one.log_odds(run.mixture.explainer.baseline[None]).detach()
    gained = (one.log_odds(rows.x) - baseline)[0].detach().numpy()
    # The path through the gate is integrated by quadrature, across the kinks of its ReLU.
    close = 0.05 if model in ("mixture", "uniform") else 1e-4
    np.testing.assert_allclose(attributions_of(run, model, rows.x).sum(axis=1), gained, atol=close)


def test_the_distance_is_that_of_the_scores(demo_run):
    run, labelled = demo_run
    for split, model in itertools.product(SPLITS, TRAINED_MODELS):
        reasons = reasons_of(rows_of_run(run, labelled, split), model)
        score = run.scores[split][model]["att_jsd"]
        assert divergence_parts(reasons).sum() == pytest.approx(score, abs=1e-6)
        assert reasons.columns == run.encoder.columns


def test_rows_are_explained_the_same_in_parts(demo_run, monkeypatch):
    run, labelled = demo_run
    rows = rows_of_run(run, labelled, "test")
    whole = attributions_of(run, "mixture", rows.x)
    monkeypatch.setattr("fairmoe.analysis.attention._ROWS_AT_ONCE", 100)
    np.testing.assert_allclose(attributions_of(run, "mixture", rows.x), whole, atol=1e-5)


def test_a_model_without_weights_is_refused(demo_run):
    with pytest.raises(InvalidInputError, match="those of 'logistic' were not"):
        model_of(demo_run[0], "logistic")
