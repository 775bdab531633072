"""Gradients of losses by hand, against autograd in float64."""

import pytest
import torch

from fairmoe.functional.attention import jensen_shannon_divergence
from fairmoe.functional.gradients import (
    cross_entropy_gradient,
    divergence_with_gradient,
    gap_gradient,
    representation_gradient,
)
from fairmoe.functional.groups import averaging_matrix, estimable
from fairmoe.functional.losses import (
    cross_entropy_loss,
    demographic_parity_loss,
    representation_loss,
)


def draw(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.equation(6)
def test_cross_entropy():
    log_odds, y = draw(3, 9).requires_grad_(), torch.arange(9) % 2
    logits = torch.stack([torch.zeros_like(log_odds), log_odds], -1)
    (theirs,) = torch.autograd.grad(cross_entropy_loss(logits, y).sum(), log_odds)
    assert torch.allclose(cross_entropy_gradient(log_odds.detach().sigmoid(), y), theirs)


@pytest.mark.equation(14, 17)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_gap_of_means(groups):
    log_odds = draw(3, 9).requires_grad_()
    averaging = averaging_matrix(torch.arange(9) % groups, groups, dtype=torch.float64)
    loss = demographic_parity_loss(log_odds.sigmoid(), averaging)
    (theirs,) = torch.autograd.grad(loss.sum(), log_odds)
    assert theirs.abs().max() > 0.01 or groups == 1
    assert torch.allclose(gap_gradient(log_odds.detach().sigmoid(), averaging), theirs)


@pytest.mark.equation(14)
def test_groups_that_all_tie_have_no_gradient():
    same = torch.full((1, 3), 0.5, dtype=torch.float64)
    assert gap_gradient(same, torch.eye(3, dtype=torch.float64)).abs().max() == 0


@pytest.mark.equation(17)
def test_without_positives_there_is_no_gradient():
    none = averaging_matrix(
        torch.tensor([0, 1, 1]), 2, among=torch.zeros(3).bool(), dtype=torch.float64
    )
    assert gap_gradient(draw(2, 3).sigmoid(), estimable(none)).abs().max() == 0


@pytest.mark.equation(20)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_divergence_of_attention(groups):
    given = draw(4, groups, 5).square()
    given[0, 0, 2] = 0
    given[1, :, 3] = 0
    distributions = (given / given.sum(-1, keepdim=True)).requires_grad_()
    loss = jensen_shannon_divergence(distributions)
    (theirs,) = torch.autograd.grad(loss.sum(), distributions)
    divergence, gradient = divergence_with_gradient(distributions.detach())
    assert theirs.abs().max() > 0.1 or groups == 1
    assert torch.allclose(divergence, loss)
    assert torch.allclose(gradient, theirs)


@pytest.mark.equation(10)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_representation(groups):
    hidden = draw(3, 9, 4).requires_grad_()
    averaging = averaging_matrix(torch.arange(9) % groups, groups, dtype=torch.float64)
    (theirs,) = torch.autograd.grad(representation_loss(hidden, averaging).sum(), hidden)
    assert theirs.abs().max() > 0.01 or groups == 1
    assert torch.allclose(representation_gradient(hidden.detach(), averaging), theirs)
