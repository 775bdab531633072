"""The attention loss of integrated gradients by hand, against autograd in float64."""

import pytest
import torch

from fairmoe.functional import path_attention as module
from fairmoe.functional.attention import attention_loss
from fairmoe.functional.attributions import average_slope, sum_by_column
from fairmoe.functional.groups import averaging_matrix
from fairmoe.functional.path_attention import path_attention

SLOPE = 0.1


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_autograd(weight, bias, direction, rows, baseline, averaging, columns, n_columns):
    before = rows @ weight.mT + bias[:, None]
    start = (weight @ baseline + bias)[:, None]
    gradients = (average_slope(before, start, slope=SLOPE) * direction[:, None]) @ weight
    attributions = sum_by_column((rows - baseline) * gradients, columns, n_columns)
    return attention_loss(attributions, averaging)


@pytest.mark.equation(19, 20, 21)
@pytest.mark.parametrize("column_of", [[0, 1, 2, 3], [0, 1, 1, 0]])
@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize("at_once", [5, 12])
def test_loss_and_gradients_are_autograds(monkeypatch, column_of, groups, at_once):
    monkeypatch.setattr(module, "LEAST_ROWS", at_once)
    monkeypatch.setattr(module, "VALUES_AT_ONCE", 1)
    weights = [draw(2, 3, 4), draw(2, 3, seed=1), draw(2, 3, seed=2)]
    rows, baseline = draw(12, 4, seed=3), draw(4, seed=4)
    averaging = averaging_matrix(torch.arange(12) % groups, groups, dtype=torch.float64)
    columns, n_columns = torch.tensor(column_of), max(column_of) + 1
    apart = n_columns == len(columns)
    weight, bias, direction = weights
    strength = torch.tensor([1.0, 3.0]).double()
    found = path_attention(
        weight,
        (rows @ weight.mT + bias[:, None]).mT,
        (weight @ baseline + bias)[..., None],
        direction,
        (rows - baseline).T.contiguous(),
        averaging,
        strength=strength,
        indicator=None if apart else torch.nn.functional.one_hot(columns, n_columns).double(),
        slope=SLOPE,
    )
    into_bias = found.into_before.sum(-1) + found.into_start[..., 0]
    into_weight = found.into_weight + found.into_before @ rows + found.into_start * baseline
    for one in weights:
        one.requires_grad_()
    loss = by_autograd(*weights, rows, baseline, averaging, columns, n_columns)
    assert torch.allclose(found.loss, loss, atol=1e-12)
    assert loss.max() > 0.005 or groups == 1
    gradients = torch.autograd.grad(strength @ loss, weights)
    for ours, theirs in zip((into_weight, into_bias, found.into_direction), gradients, strict=True):
        assert theirs.abs().max() > 1e-3 or groups == 1
        assert torch.allclose(ours, theirs, atol=1e-10)
