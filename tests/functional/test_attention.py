"""Equations (19) to (21), and masking."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from fairmoe.functional.attention import (
    attention_loss,
    attention_weights,
    divergence_by_column,
    group_attention,
    jensen_shannon_divergence,
    mask_top,
    mean_attention,
)
from fairmoe.functional.groups import averaging_matrix


@pytest.mark.equation(21)
def test_attention_by_hand():
    attention = attention_weights(torch.tensor([[2.0, -6.0, 0.0], [0.0, 0.0, 0.0]]))
    assert attention[0].tolist() == pytest.approx([0.25, 0.75, 0.0])
    assert attention[1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.equation(20)
def test_divergence_by_hand():
    # M = (0.75, 0.25); KL((1, 0) | M) = ln 4/3; KL((.5, .5) | M) = .5 ln 2/3 + .5 ln 2
    pair = torch.tensor([[1.0, 0.0], [0.5, 0.5]], dtype=torch.float64)
    expected = (math.log(4 / 3) + 0.5 * math.log(2 / 3) + 0.5 * math.log(2)) / 2
    assert jensen_shannon_divergence(pair).item() == pytest.approx(expected, abs=1e-9)
    in_bits = jensen_shannon_divergence(pair, base=2.0)
    assert in_bits.item() == pytest.approx(expected / math.log(2), abs=1e-9)


@pytest.mark.equation(20)
@given(seed=st.integers(0, 10_000), columns=st.integers(2, 8))
def test_divergence_of_two_is_scipys(seed, columns):
    pair = np.random.default_rng(seed).dirichlet(np.ones(columns), 2)
    ours = jensen_shannon_divergence(torch.tensor(pair), base=2.0).item()
    assert ours == pytest.approx(jensenshannon(*pair, base=2) ** 2, abs=1e-9)
    assert 0 <= ours <= 1


@pytest.mark.equation(20)
def test_divergence_of_many_groups():
    assert jensen_shannon_divergence(torch.eye(3)).item() == pytest.approx(math.log(3), abs=1e-6)
    same = torch.tensor([[0.2, 0.8]] * 3)
    assert jensen_shannon_divergence(same).item() == pytest.approx(0, abs=1e-7)


@pytest.mark.equation(20)
@given(seed=st.integers(0, 10_000), groups=st.integers(2, 5))
def test_no_column_takes_anything_away_from_the_divergence(seed, groups):
    random = np.random.default_rng(seed)
    of_groups = torch.tensor(random.dirichlet(np.full(5, 0.3), groups))
    parts = divergence_by_column(of_groups, base=2.0)
    assert parts.min() >= -1e-10
    expected = jensen_shannon_divergence(of_groups, base=2.0).item()
    assert parts.sum().item() == pytest.approx(expected, abs=1e-12)


def test_group_attention_is_the_mean_and_nan_without_rows():
    attention = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    means = group_attention(attention, torch.tensor([0, 0, 1]), 3)
    assert means[:2].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert means[2].isnan().all()


@pytest.mark.parametrize("weighted", [False, True])
def test_group_attention_of_many_rows_is_averaged_in_parts(monkeypatch, weighted):
    monkeypatch.setattr("fairmoe.functional.attention.ROWS_AT_ONCE", 7)
    random = np.random.default_rng(0)
    attention, group = random.dirichlet(np.ones(3), (2, 50)), random.integers(0, 2, 50)
    weights = random.uniform(0.5, 2, 50) if weighted else np.ones(50)
    means = group_attention(
        torch.tensor(attention, dtype=torch.float32),
        torch.tensor(group),
        2,
        torch.tensor(weights) if weighted else None,
    )
    for g in (0, 1):
        expected = np.average(attention[:, group == g], axis=1, weights=weights[group == g])
        assert means[:, g].numpy() == pytest.approx(expected, abs=1e-7)


@pytest.mark.equation(19)
def test_attention_loss_by_hand_and_its_gradient():
    attributions = torch.tensor([[4.0, 0.0], [1.0, -1.0]], dtype=torch.float64)
    averaging = averaging_matrix(torch.tensor([0, 1]), 2, dtype=torch.float64)
    expected = (math.log(4 / 3) + 0.5 * math.log(2 / 3) + 0.5 * math.log(2)) / 2
    assert attention_loss(mean_attention(attributions, averaging)).item() == pytest.approx(
        expected, abs=1e-7
    )
    moved = (attributions + 0.3).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda a: attention_loss(mean_attention(a, averaging)), (moved,)
    )
    attention_loss(mean_attention(moved, averaging)).backward()
    assert moved.grad.abs().min() > 1e-3


def test_a_column_nobody_attends_to_has_a_finite_gradient():
    attributions = torch.tensor([[1.0, 0.0], [2.0, 0.0]], requires_grad=True)
    averaging = averaging_matrix(torch.tensor([0, 1]), 2)
    attention_loss(mean_attention(attributions, averaging)).backward()
    assert attributions.grad.isfinite().all()


def test_masking_sets_all_parts_of_the_top_columns_to_the_baseline():
    attention = torch.tensor([[[0.7, 0.3], [0.1, 0.9]]])
    x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    column_of = torch.tensor([0, 0, 1])
    baseline = torch.tensor([-1.0, -2.0, -3.0])
    masked = mask_top(attention, x, baseline=baseline, column_of=column_of, top_k=1)
    assert masked.tolist() == [[[-1.0, -2.0, 3.0], [4.0, 5.0, -3.0]]]
    two = torch.tensor([[[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]])
    of_three = mask_top(two, x, baseline=baseline, column_of=torch.arange(3), top_k=2)
    assert of_three.tolist() == [[[-1.0, -2.0, 3.0], [4.0, -2.0, -3.0]]]
    all_masked = mask_top(attention, x, baseline=baseline, column_of=column_of, top_k=9)
    assert all_masked[0].tolist() == [baseline.tolist()] * 2
