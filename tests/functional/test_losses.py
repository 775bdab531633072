"""Equations (4) to (18) and (22) to (28): hand values, oracles, properties, gradients."""

import math

import pytest
import torch
from fairlearn.metrics import demographic_parity_difference, equal_opportunity_difference
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.functional.groups import averaging_matrix, estimable
from fairmoe.functional.losses import (
    adversarial_loss,
    cross_entropy_loss,
    demographic_parity_loss,
    equal_opportunity_loss,
    fairness_loss,
    procedural_expert_loss,
    representation_loss,
    result_expert_loss,
)

GROUP = torch.tensor([0, 0, 1, 1, 1])
Y = torch.tensor([1, 0, 1, 1, 0])


def averaging(group, n_groups=2, among=None):
    return estimable(averaging_matrix(group, n_groups, among=among, dtype=torch.float64))


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.equation(4, 5, 6)
def test_cross_entropy_by_hand():
    # p = (0.25, 0.75) for the row of class 1 and (0.5, 0.5) for the row of class 0
    logits = torch.tensor([[0.0, math.log(3.0)], [2.0, 2.0]])
    expected = -(math.log(0.75) + math.log(0.5)) / 2
    assert cross_entropy_loss(logits, torch.tensor([1, 0])).item() == pytest.approx(expected)


@pytest.mark.equation(4, 5, 6)
def test_cross_entropy_of_logits_not_of_probabilities():
    logits = draws(3, 5, 2) * 30
    of_stack = cross_entropy_loss(logits, Y)
    for member in range(3):
        oracle = torch.nn.functional.cross_entropy(logits[member], Y)
        assert of_stack[member].item() == pytest.approx(oracle.item(), rel=1e-12)
        wrong = torch.nn.functional.cross_entropy(logits[member].softmax(-1), Y)
        assert of_stack[member].item() != pytest.approx(wrong.item(), rel=1e-3)


@pytest.mark.equation(8, 9, 10)
def test_representation_loss_by_hand():
    # mu_0 = (1, 1), mu_1 = (4, 5): squared distance 9 + 16
    hidden = torch.tensor([[0.0, 2.0], [2.0, 0.0], [4.0, 5.0], [3.0, 5.0], [5.0, 5.0]])
    assert representation_loss(hidden.double(), averaging(GROUP)).item() == pytest.approx(25.0)


@pytest.mark.equation(10)
def test_representation_loss_is_the_mean_over_pairs_of_groups():
    # means 0, 3 and 7: pairs 9, 49 and 16
    hidden = torch.tensor([[0.0], [3.0], [7.0]]).double()
    loss = representation_loss(hidden, averaging(torch.tensor([0, 1, 2]), 3))
    assert loss.item() == pytest.approx((9 + 49 + 16) / 3)


@pytest.mark.equation(12, 13, 14)
def test_demographic_parity_loss_by_hand():
    proba = torch.tensor([0.2, 0.4, 0.5, 0.9, 0.7]).double()
    # p_0 = 0.3, p_1 = 0.7
    assert demographic_parity_loss(proba, averaging(GROUP)).item() == pytest.approx(0.4)


@pytest.mark.equation(15, 16, 17)
def test_equal_opportunity_loss_by_hand():
    proba = torch.tensor([0.2, 0.4, 0.5, 0.9, 0.7]).double()
    # positives: row 0 of group 0 (0.2), rows 2 and 3 of group 1 (mean 0.7)
    loss = equal_opportunity_loss(proba, averaging(GROUP, among=Y == 1))
    assert loss.item() == pytest.approx(0.5)


@pytest.mark.equation(11)
def test_fairness_loss_is_the_mean_of_the_gaps():
    assert fairness_loss(torch.tensor([0.4]), torch.tensor([0.5])).item() == pytest.approx(0.45)


@pytest.mark.equation(14, 17)
@pytest.mark.parametrize("n_groups", [2, 3])
@given(seed=st.integers(0, 10_000))
def test_gaps_of_hard_predictions_are_fairlearns(n_groups, seed):
    generator = torch.Generator().manual_seed(seed)
    group = torch.arange(60) % n_groups
    y = torch.randint(0, 2, (60,), generator=generator)
    y[: 2 * n_groups] = 1
    hard = torch.randint(0, 2, (60,), generator=generator).double()
    parity = demographic_parity_loss(hard, averaging(group, n_groups))
    oracle = demographic_parity_difference(
        y.numpy(), hard.numpy(), sensitive_features=group.numpy()
    )
    assert parity.item() == pytest.approx(oracle, abs=1e-12)
    opportunity = equal_opportunity_loss(hard, averaging(group, n_groups, among=y == 1))
    oracle = equal_opportunity_difference(y.numpy(), hard.numpy(), sensitive_features=group.numpy())
    assert opportunity.item() == pytest.approx(oracle, abs=1e-12)


@given(seed=st.integers(0, 10_000), shift=st.floats(-0.3, 0.3))
def test_gaps_ignore_row_order_group_names_and_common_shifts(seed, shift):
    proba = draws(5, seed=seed).sigmoid() * 0.3 + 0.3
    loss = demographic_parity_loss(proba, averaging(GROUP))
    order = torch.randperm(5, generator=torch.Generator().manual_seed(seed))
    assert demographic_parity_loss(proba[order], averaging(GROUP[order])).item() == pytest.approx(
        loss.item()
    )
    assert demographic_parity_loss(proba, averaging(1 - GROUP)).item() == pytest.approx(loss.item())
    shifted = demographic_parity_loss(proba + shift, averaging(GROUP))
    assert shifted.item() == pytest.approx(loss.item(), abs=1e-12)


def test_a_group_without_rows_or_positives_leaves_its_term_out():
    proba = torch.tensor([0.2, 0.4, 0.5, 0.9, 0.7]).double().requires_grad_()
    with_absent = averaging(GROUP, 3)
    assert demographic_parity_loss(proba, with_absent).item() == pytest.approx(0.4)
    only_one = averaging(GROUP, among=(GROUP == 0) & (Y == 1))
    alone = equal_opportunity_loss(proba, only_one)
    assert alone.item() == 0
    alone.backward()
    assert torch.equal(proba.grad, torch.zeros(5).double())
    assert representation_loss(draws(5, 2), averaging(torch.zeros(5).long())).item() == 0


@pytest.mark.equation(22, 25, 28)
def test_adversarial_loss_by_hand():
    # hidden: both rows guessed with 3:1 for their own group; output: 1:1
    own = math.log(3.0)
    hidden_logits = torch.tensor([[own, 0.0], [0.0, own]])
    loss = adversarial_loss(hidden_logits, torch.zeros(2, 2), torch.tensor([0, 1]))
    assert loss.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)


@pytest.mark.equation(25, 28)
def test_adversarial_loss_is_cross_entropy_for_many_groups_and_members():
    hidden, output = draws(2, 5, 4, seed=1), draws(2, 5, 4, seed=2)
    group = torch.tensor([3, 0, 1, 2, 3])
    loss = adversarial_loss(hidden, output, group)
    for member in range(2):
        oracle = sum(
            torch.nn.functional.cross_entropy(logits[member], group) for logits in (hidden, output)
        )
        assert loss[member].item() == pytest.approx(oracle.item() / 2)


@pytest.mark.equation(7, 18)
def test_whole_losses_weigh_their_parts():
    one, two, three = (torch.tensor([value]) for value in (1.0, 10.0, 100.0))
    lambdas = torch.tensor([2.0]), torch.tensor([3.0])
    result = result_expert_loss(one, two, three, lambda_rep=lambdas[0], lambda_fair=lambdas[1])
    assert result.item() == 1 + 2 * 10 + 3 * 100
    procedural = procedural_expert_loss(
        one, two, three, lambda_attention=lambdas[0], lambda_adv=lambdas[1]
    )
    assert procedural.item() == 1 + 2 * 10 + 3 * 100


def test_gradients_of_all_losses():
    two, positives = averaging(GROUP), averaging(GROUP, among=Y == 1)
    logits, hidden, proba = draws(2, 5, 2), draws(2, 5, 3), draws(2, 5).sigmoid()
    for tensor in (logits, hidden, proba):
        tensor.requires_grad_()
    check = torch.autograd.gradcheck
    assert check(lambda x: cross_entropy_loss(x, Y), (logits,))
    assert check(lambda x: representation_loss(x, two), (hidden,))
    assert check(lambda x: demographic_parity_loss(x, two), (proba,))
    assert check(lambda x: equal_opportunity_loss(x, positives), (proba,))
    assert check(lambda x: adversarial_loss(x, x * 2, GROUP), (logits,))
