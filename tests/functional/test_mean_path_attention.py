"""Mean attention along paths, in blocks of rows, against attributions that are written out."""

import pytest
import torch

from fairmoe.functional import attention as module
from fairmoe.functional.attention import mean_attention, mean_path_attention
from fairmoe.functional.attributions import sum_by_column
from fairmoe.functional.groups import averaging_matrix


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.equation(21)
@pytest.mark.parametrize("column_of", [[0, 1, 2, 3], [0, 1, 1, 0]])
@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize(("most", "at_once"), [(1, 5), (1, 12), (96, 5)])
def test_values_and_gradients_are_those_of_attributions_in_one_piece(
    monkeypatch, column_of, groups, most, at_once
):
    monkeypatch.setattr(module, "MOST_VALUES", most)
    monkeypatch.setattr(module, "LEAST_ROWS", at_once)
    monkeypatch.setattr(module, "VALUES_AT_ONCE", 1)
    weights = [draw(2, 12, 3).requires_grad_(), draw(2, 3, 4, seed=1).requires_grad_()]
    distance = draw(12, 4, seed=3)
    averaging = averaging_matrix(torch.arange(12) % groups, groups, dtype=torch.float64)
    columns, n_columns = torch.tensor(column_of), max(column_of) + 1
    indicator = torch.nn.functional.one_hot(columns, n_columns).double()
    ours = mean_path_attention(
        *weights,
        distance,
        averaging,
        indicator=None if n_columns == len(columns) else indicator,
    )
    attributions = sum_by_column(distance * (weights[0] @ weights[1]), columns, n_columns)
    plain = mean_attention(attributions, averaging)
    assert ours.shape == (2, groups, n_columns)
    assert torch.allclose(ours, plain, atol=1e-12)
    wanted = draw(*ours.shape, seed=5)
    for our, their in zip(
        torch.autograd.grad((ours * wanted).sum(), weights),
        torch.autograd.grad((plain * wanted).sum(), weights),
        strict=True,
    ):
        assert their.abs().max() > 1e-3
        assert torch.allclose(our, their, atol=1e-12)


@pytest.mark.parametrize(("most", "blocks"), [(96, 0), (95, 3)])
def test_only_what_is_too_large_to_be_kept_is_computed_twice(monkeypatch, most, blocks):
    computed_twice = []
    plain = module.checkpoint
    monkeypatch.setattr(module, "MOST_VALUES", most)
    monkeypatch.setattr(module, "LEAST_ROWS", 5)
    monkeypatch.setattr(module, "VALUES_AT_ONCE", 1)
    monkeypatch.setattr(
        module,
        "checkpoint",
        lambda *args, **how: (computed_twice.append(1), plain(*args, **how))[1],
    )
    # Two members, twelve rows, four columns.
    weights = [draw(2, 12, 3), draw(2, 3, 4, seed=1)]
    averaging = averaging_matrix(torch.arange(12) % 2, 2, dtype=torch.float64)
    mean_path_attention(*weights, draw(12, 4, seed=3), averaging, indicator=None)
    assert len(computed_twice) == blocks


@pytest.mark.equation(21)
def test_mean_attention_by_hand():
    attributions = torch.tensor([[3.0, -1.0], [0.0, 2.0], [1.0, 1.0]])
    averaging = averaging_matrix(torch.tensor([0, 0, 1]), 2)
    means = mean_attention(attributions, averaging)
    assert means.flatten().tolist() == pytest.approx([0.375, 0.625, 0.5, 0.5])
