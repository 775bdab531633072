"""Rewards (37): what is looked up against what is computed anew."""

import dataclasses
import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.functional import reward_tables
from fairmoe.functional.reward import counterfactual_rewards, routed, routing_reward, score_of
from fairmoe.functional.reward_tables import GapContext
from fairmoe.functional.scores import all_scores
from tests.functional.reward_tables import every_routing, make_tables


def assert_exact(tables, actions):
    """Each reward that is looked up is that of the routing in which one row is changed."""
    looked_up = counterfactual_rewards(tables, actions)
    start = score_of(tables, tables.proba[0], tables.masked_proba[0], tables.attention[0])
    for expert, row in itertools.product(range(3), range(actions.shape[-1])):
        changed = actions.clone()
        changed[:, row] = expert
        recomputed = routing_reward(tables, changed) + start
        assert torch.allclose(looked_up[expert, :, row], recomputed, atol=1e-10)


def test_routed_takes_each_row_from_its_expert():
    values = torch.arange(12.0).view(3, 1, 4)
    assert routed(values, torch.tensor([[0, 2, 1, 2]])).tolist() == [[0.0, 9.0, 6.0, 11.0]]


@pytest.mark.equation(37)
def test_the_reward_is_the_gain_in_final_score_over_the_utility_expert():
    tables = make_tables()
    assert routing_reward(tables, torch.zeros(1, 4).long()).item() == pytest.approx(0)
    to_second = routing_reward(tables, torch.ones(1, 4).long())
    gain = score_of(tables, tables.proba[1], tables.masked_proba[1], tables.attention[1])
    gain = gain - score_of(tables, tables.proba[0], tables.masked_proba[0], tables.attention[0])
    assert to_second.item() == pytest.approx(gain.item())
    assert abs(gain.item()) > 0.01


@pytest.mark.equation(37)
def test_the_reward_depends_on_the_actions():
    rewards = routing_reward(make_tables(), every_routing(4)[:, None])
    assert rewards.std() > 0.01


@pytest.mark.equation(37)
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n_groups", [2, 3])
@given(seed=st.integers(0, 10_000), n=st.integers(6, 15))
@pytest.mark.slow
def test_counterfactual_rewards_are_exact(n_groups, ties, seed, n):
    tables = make_tables(seed, runs=2, n=n, n_groups=n_groups, ties=ties)
    actions = torch.randint(0, 3, (2, n), generator=torch.Generator().manual_seed(seed))
    assert_exact(tables, actions)


@pytest.mark.equation(37)
@pytest.mark.parametrize("n_groups", [2, 3])
def test_counterfactual_rewards_need_single_precision_alone(n_groups):
    """What tables of float32 give differs by far less than one row's routing does."""
    n = 2000
    tables = make_tables(3, runs=2, n=n, n_groups=n_groups)
    names = ("proba", "masked_proba", "attention")
    single = dataclasses.replace(tables, **{k: getattr(tables, k).float() for k in names})
    double = dataclasses.replace(tables, **{k: getattr(single, k).double() for k in names})
    actions = torch.randint(0, 3, (2, n), generator=torch.Generator().manual_seed(3))
    found, exact = (counterfactual_rewards(each, actions) for each in (single, double))
    assert (found - exact).abs().max() < 1e-7
    assert exact.std(0).median() > 1e-5


@pytest.mark.equation(37)
@pytest.mark.parametrize("n_groups", [2, 3])
@pytest.mark.parametrize("rows", [slice(None), slice(0, 5)])
def test_counterfactual_rewards_are_exact_where_nothing_is_attributed(n_groups, rows):
    """Attention of a row adds up to 0 there, as that of an expert that says the same to all."""
    tables = make_tables(2, n=12, n_groups=n_groups)
    tables.attention[1, :, rows] = 0
    actions = torch.randint(0, 3, (1, 12), generator=torch.Generator().manual_seed(2))
    assert_exact(tables, actions)


@pytest.mark.parametrize("absent", [0, 2])
def test_counterfactual_rewards_leave_out_the_gaps_of_a_group_without_rows(absent):
    tables = make_tables(1, runs=2, n=12)
    tables = dataclasses.replace(tables, group=(tables.group + (absent == 0)), n_groups=3)
    actions = torch.randint(0, 3, (2, 12), generator=torch.Generator().manual_seed(0))
    start = score_of(tables, tables.proba[0], tables.masked_proba[0], tables.attention[0])
    looked_up = counterfactual_rewards(tables, actions)
    for expert, row in itertools.product(range(3), range(12)):
        changed = actions.clone()
        changed[:, row] = expert
        recomputed = routing_reward(tables, changed) + start
        assert torch.allclose(looked_up[expert, :, row], recomputed, atol=1e-10)


@pytest.mark.equation(37)
@pytest.mark.parametrize("n_groups", [2, 3])
def test_rows_of_a_context_count_in_the_gaps_alone(n_groups):
    """Changes of DP and EO are those of weighted rates of all rows, all else is as without."""
    n, m = 9, 6
    tables = make_tables(1, runs=2, n=n, n_groups=n_groups)
    further = make_tables(2, n=m, runs=2, n_groups=n_groups)
    weights = torch.rand(n + m, generator=torch.Generator().manual_seed(3)) + 0.5
    context = GapContext(further.proba, further.y_true, further.group, weights)
    with_context = dataclasses.replace(tables, context=context)
    actions = torch.randint(0, 3, (2, n + m), generator=torch.Generator().manual_seed(4))
    group, positive = (
        torch.cat([getattr(tables, name), getattr(further, name)]) for name in ("group", "y_true")
    )

    def gaps(actions):
        """Return the mean of DP and EO, **Shape** `(k,)`."""
        said = torch.cat([tables.proba, further.proba], -1) > 0.5
        chosen = said.gather(0, actions[None])[0].double()
        found = []
        for among in (torch.ones_like(positive), positive):
            counted = [weights * (group == g) * among for g in range(n_groups)]
            rates = torch.stack([(chosen * each).sum(-1) / each.sum() for each in counted])
            found.append(rates.amax(0) - rates.amin(0))
        return (found[0] + found[1]) / 2

    own = actions[:, :n]
    without = counterfactual_rewards(tables, own)
    found = counterfactual_rewards(with_context, actions)
    alone = dataclasses.replace(tables, context=GapContext(*context[:3], torch.ones(n + m)))
    assert not torch.allclose(counterfactual_rewards(alone, actions), found)
    for expert, row in itertools.product(range(3), range(n)):
        changed = actions.clone()
        changed[:, row] = expert
        moved = gaps(changed) - gaps(actions)
        kept = own.gather(1, torch.full((2, 1), row))[None]
        as_it_is = found[:, :, row].gather(0, kept[..., 0])[0]
        before = without[:, :, row].gather(0, kept[..., 0])[0]
        # Without the gaps both rewards change alike.
        bare = (
            without[expert, :, row]
            - before
            + (_gaps_of(tables, changed[:, :n]) - _gaps_of(tables, own))
        )
        assert found[expert, :, row] - as_it_is == pytest.approx(bare - moved)


def _gaps_of(tables, actions):
    parts = all_scores(
        routed(tables.proba, actions),
        routed(tables.masked_proba, actions),
        routed(tables.attention, actions),
        y_true=tables.y_true,
        group=tables.group,
        n_groups=tables.n_groups,
        top_ratio=tables.top_ratio,
    )
    return (parts["dp"].nan_to_num() + parts["eo"].nan_to_num()) / 2


def test_runs_of_the_same_experts_are_ranked_once_and_rewarded_as_without(monkeypatch):
    tables = make_tables(3, runs=2, n=12, ties=True)
    runs = torch.tensor([1, 0, 1, 0])
    said = {name: getattr(tables, name)[:, runs] for name in ("proba", "masked_proba", "attention")}
    apart = dataclasses.replace(tables, **said)
    together = dataclasses.replace(apart, same_as=torch.tensor([0, 1, 0, 1]))
    actions = torch.randint(0, 3, (4, 12), generator=torch.Generator().manual_seed(0))
    expected = counterfactual_rewards(apart, actions)
    ranked, rank = [], reward_tables.dense_ranks
    monkeypatch.setattr(
        reward_tables, "dense_ranks", lambda *lists: ranked.append(lists[0]) or rank(*lists)
    )
    assert torch.equal(counterfactual_rewards(together, actions), expected)
    assert [each.shape[1] for each in ranked] == [2, 2]


def test_counterfactual_rewards_agree_with_rewards_in_single_precision():
    tables = make_tables(3, runs=2, n=40)
    single = dataclasses.replace(
        tables,
        proba=tables.proba.float(),
        masked_proba=tables.masked_proba.float(),
        attention=tables.attention.float(),
    )
    actions = torch.randint(0, 3, (2, 40), generator=torch.Generator().manual_seed(0))
    start = score_of(single, single.proba[0], single.masked_proba[0], single.attention[0])
    own = counterfactual_rewards(single, actions).gather(0, actions[None])[0]
    assert torch.allclose(own - start[:, None], routing_reward(single, actions)[:, None], atol=1e-9)
