import numpy as np
import pytest
from scipy.stats import spearmanr

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.attention import reasons_of
from fairmoe.analysis.methods import _rank_correlation, compare_methods, sample_by_group
from fairmoe.names import ATTRIBUTION_METHODS


@pytest.fixture(scope="module")
def comparison(demo_run):
    run, labelled = demo_run
    rows, train = (rows_of_run(run, labelled, split) for split in ("test", "train"))
    return compare_methods(rows, train, "utility", limit=120)


def test_the_methods_own_column_is_the_attention_of_the_same_rows(demo_run, comparison):
    run, labelled = demo_run
    rows = rows_of_run(run, labelled, "test")
    sample = sample_by_group(rows.record.group, 120, min_group_rows=50, seed=0)
    own = reasons_of(rows, "utility").attention[sample].mean(axis=0)
    found = comparison.attention[run.settings.attribution_method]
    assert found[list(run.encoder.columns)].to_numpy() == pytest.approx(own, abs=1e-6)
    assert comparison.rows == len(sample)


def test_four_methods_are_compared_and_mostly_agree(comparison):
    assert list(comparison.attention) == list(ATTRIBUTION_METHODS)
    assert comparison.attention.sum().to_numpy() == pytest.approx(1, abs=1e-6)
    assert np.diag(comparison.agreement) == pytest.approx(1)
    assert np.diag(comparison.same_top) == pytest.approx(1)
    assert comparison.agreement.loc["integrated_gradients", "shap"] > 0.9
    assert comparison.agreement.loc["gradient_shap", "shap"] < 0.999
    assert (comparison.divergence >= 0).all()


def test_rank_correlation_is_scipys():
    attention = np.random.default_rng(0).dirichlet(np.ones(6), (2, 5))
    expected = np.mean([spearmanr(*pair).statistic for pair in attention.transpose(1, 0, 2)])
    assert _rank_correlation(attention)[0, 1] == pytest.approx(expected)


def test_a_single_column_has_no_rank_correlation():
    assert np.isnan(_rank_correlation(np.ones((2, 5, 1)))).all()


def test_samples_keep_proportions_and_enough_of_each_group():
    group = np.repeat([0, 1, 2], [800, 195, 5])
    sample = sample_by_group(group, 100, min_group_rows=10, seed=0)
    assert np.bincount(group[sample]).tolist() == [80, 20, 5]
    assert (np.diff(sample) > 0).all()
    assert sample_by_group(group, 5000, min_group_rows=10, seed=0).tolist() == list(range(1000))
