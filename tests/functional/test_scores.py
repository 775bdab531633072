"""Section 9.2: the twelve scores against hand values, sklearn and fairlearn."""

import pytest
import torch
from fairlearn.metrics import demographic_parity_difference as fairlearn_dp
from fairlearn.metrics import equal_opportunity_difference as fairlearn_eo
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from fairmoe.functional import explanation_scores, scores


def random_case(seed, n=40, n_groups=2, ties=False):
    generator = torch.Generator().manual_seed(seed)
    proba = torch.rand(2, 3, n, generator=generator)
    if ties:
        proba = (proba * 4).round() / 4
    y = torch.rand(n, generator=generator) < 0.5
    group = torch.arange(n) % n_groups
    y[: 2 * n_groups] = torch.arange(2 * n_groups) < n_groups
    return proba, y, group


@pytest.mark.parametrize("ties", [False, True])
@given(seed=st.integers(0, 10_000))
def test_utility_is_sklearns(ties, seed):
    proba, y, _ = random_case(seed, ties=ties)
    hard = proba > 0.5
    for member in [(0, 0), (1, 2)]:
        one, y_pred, y_true = proba[member].numpy(), hard[member].numpy(), y.numpy()
        assert scores.accuracy(hard, y)[member].item() == pytest.approx(
            sklearn_metrics.accuracy_score(y_true, y_pred)
        )
        assert scores.f1_score(hard, y)[member].item() == pytest.approx(
            sklearn_metrics.f1_score(y_true, y_pred)
        )
        assert scores.roc_auc(proba, y)[member].item() == pytest.approx(
            sklearn_metrics.roc_auc_score(y_true, one)
        )


@pytest.mark.parametrize("n_groups", [2, 3])
@given(seed=st.integers(0, 10_000))
@pytest.mark.slow
def test_gaps_are_fairlearns(n_groups, seed):
    proba, y, group = random_case(seed, n_groups=n_groups)
    hard = proba > 0.5
    arrays = (y.numpy(), hard[1, 1].numpy())
    assert scores.demographic_parity_difference(hard, group, n_groups)[1, 1].item() == (
        pytest.approx(fairlearn_dp(*arrays, sensitive_features=group.numpy()))
    )
    assert scores.equal_opportunity_difference(hard, y, group, n_groups)[1, 1].item() == (
        pytest.approx(fairlearn_eo(*arrays, sensitive_features=group.numpy()))
    )


def test_what_cannot_be_estimated_is_nan():
    hard = torch.tensor([[True, False, True]])
    none, group = torch.zeros(3).bool(), torch.tensor([0, 0, 1])
    assert scores.roc_auc(torch.rand(1, 3), none).isnan().all()
    assert scores.f1_score(hard & none, none).isnan().all()
    assert scores.f1_score(hard, none).item() == 0
    assert scores.demographic_parity_difference(hard, group, 3).isnan().all()
    only_first = torch.tensor([True, True, False])
    assert scores.equal_opportunity_difference(hard, only_first, group, 2).isnan().all()
    assert (
        explanation_scores.ratio_explanation_difference(torch.rand(1, 3), group, 3, ratio=0.2)
        .isnan()
        .all()
    )


def test_of_no_rows_none_is_among_the_top():
    assert explanation_scores.top_membership(torch.zeros(2, 0), 0.2).shape == (2, 0)


def test_fidelity_by_hand():
    # 0.9 for the predicted class falls to at most 0.6; 0.7 for the other class rises to 0.8
    kept = explanation_scores.fidelity(torch.tensor([0.9, 0.3]), torch.tensor([0.4, 0.8]))
    assert kept.tolist() == pytest.approx([0.3, -0.1])


@given(seed=st.integers(0, 10_000), ratio=st.floats(0.01, 1.0), n=st.integers(1, 30))
def test_membership_sums_to_the_ratio_and_does_not_depend_on_order(seed, ratio, n):
    generator = torch.Generator().manual_seed(seed)
    values = (torch.rand(2, n, generator=generator) * 5).round() / 5
    member = explanation_scores.top_membership(values, ratio)
    assert member.sum(-1).tolist() == pytest.approx([ratio * n] * 2)
    assert member.min() >= 0
    assert member.max() <= 1
    order = torch.randperm(n, generator=generator)
    assert torch.allclose(
        explanation_scores.top_membership(values[:, order], ratio), member[:, order]
    )
    higher = values[:, :, None] > values[:, None, :]
    assert (member[:, :, None] >= member[:, None, :])[higher].all()


def test_ratio_explanation_by_hand():
    # the top 2 of 10 rows are one of group 0's 4 rows and one of group 1's 6
    group = torch.tensor([0] * 4 + [1] * 6)
    fidelity = torch.tensor([[0.5, 0.1, 0.1, 0.0, 0.4, 0.1, 0.1, 0.0, 0.0, 0.0]])
    gap = explanation_scores.ratio_explanation_difference(fidelity, group, 2, ratio=0.2)
    assert gap.item() == pytest.approx(1 / 4 - 1 / 6)


def test_value_explanation_looks_within_each_group():
    # the best row of group 0 was right and becomes wrong; that of group 1 stays right
    group = torch.tensor([1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
    fidelity = torch.tensor([[0.9, 0.4, 0.0, 0.1, 0.1, 0.2, 0.3, 0.0, 0.1, 0.1]])
    drop = torch.tensor([[0.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 0.0, -1.0, -1.0]])
    gap = explanation_scores.value_explanation_difference(fidelity, drop, group, 2, ratio=0.2)
    assert gap.item() == pytest.approx(1.0)


def test_a_constant_predictor_has_no_procedural_gap():
    # three quarters for everyone, and no column matters
    group, y = torch.tensor([0] * 3 + [1] * 7), torch.tensor([True, False] * 5)
    flat = torch.full((1, 10), 0.75)
    result = scores.all_scores(
        flat, flat, torch.zeros(1, 10, 2), y_true=y, group=group, n_groups=2, top_ratio=0.2
    )
    for name in ("ref", "vef", "att_jsd", "dp", "eo"):
        assert result[name].item() == pytest.approx(0, abs=1e-12)
    assert result["auc"].item() == 0.5


@pytest.mark.equation(47)
def test_the_final_score_by_hand():
    values = map(torch.tensor, [0.8, 0.7, 0.9, 0.1, 0.3, 0.2, 0.4, 0.0])
    parts = dict(zip(scores.PARTS, values, strict=True))
    combined = scores.combine(parts)
    assert combined["utility"].item() == pytest.approx(0.8)
    assert combined["f_res"].item() == pytest.approx(0.2)
    assert combined["f_proc"].item() == pytest.approx(0.2)
    assert combined["final_score"].item() == pytest.approx(0.4)


def test_the_weighted_score_by_hand():
    values = torch.tensor([0.8, 0.7, 0.9, 0.1, 0.3, 0.2, 0.4, 0.0])[:, None].expand(-1, 3)
    parts = dict(zip(scores.PARTS, values, strict=True))
    weights = scores.FairnessWeights(*map(torch.tensor, ([0.0, 0.5, 2.0], [4.0], [0.0], [0.5])))
    # F = (4 * 0.1 + 0 * 0.3) / 2 + 0.5 * 0.2 = 0.3
    weighted = scores.weighted_score(parts, weights)
    assert weighted.tolist() == pytest.approx([0.8, 0.65, 0.2])
    even = scores.weighted_score(parts, scores.EVEN)
    assert all(weight.ndim == 0 for weight in scores.EVEN), "else it fits on one device only"
    assert even.tolist() == pytest.approx(scores.combine(parts)["final_score"].tolist())


def test_many_models_at_once_score_as_one_by_one():
    proba, y, group = random_case(3)
    masked, attention = proba.flip(-1), torch.rand(2, 3, 40, 5).softmax(-1)
    kwargs = {"y_true": y, "group": group, "n_groups": 2, "top_ratio": 0.2}
    together = scores.all_scores(proba, masked, attention, **kwargs)
    alone = scores.all_scores(proba[1, 2], masked[1, 2], attention[1, 2], **kwargs)
    for name, score in alone.items():
        assert together[name][1, 2].item() == pytest.approx(score.item(), abs=1e-7)


def test_groups_with_the_same_attention_are_no_distance_apart():
    attention = torch.rand(1, 1, 7, generator=torch.Generator().manual_seed(0)).softmax(-1)
    y, group = torch.arange(30) % 2 == 0, torch.arange(30) % 3
    proba = torch.rand(1, 30, generator=torch.Generator().manual_seed(1))
    result = scores.all_scores(
        proba,
        proba,
        attention.expand(1, 30, 7),
        y_true=y,
        group=group,
        n_groups=3,
        top_ratio=0.2,
    )
    assert 0 <= result["att_jsd"].item() < 1e-12
