import math

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, assign_roles, encode, make_demo, table_from_frame
from fairmoe.functional.guard import find_faults
from fairmoe.functional.scores import (
    accuracy,
    demographic_parity_difference,
    f1_score,
)
from fairmoe.functional.scores import equal_opportunity_difference as eo
from fairmoe.nn import ExpertStack
from fairmoe.training import forget_experts, train
from fairmoe.training import thresholds as module
from fairmoe.training.thresholds import _criterion

UTILITY, LESS_GAPS = True, False


def fit_thresholds(log_odds, y, group, n_groups, by_utility, *, guard=True, **told):
    """Fit under the guard; without `plain` an expert is compared with itself."""
    plain = told.pop("plain", None)

    def refuses(yes):
        if not guard:
            return torch.zeros(yes.shape[:-1], dtype=torch.bool)
        return find_faults(
            yes,
            y == 1,
            group=group,
            n_groups=n_groups,
            choosing=True,
            plain=yes if plain is None else plain.expand_as(yes),
            **{"favourable": None} | told,
        ).any

    return module.fit_thresholds(log_odds, y, group, n_groups, refuses, by_utility=by_utility)


@pytest.fixture
def rows():
    """2,000 rows of two groups of which 30% are positive, and log-odds that rank them well."""
    generator = torch.Generator().manual_seed(0)
    group = torch.arange(2000) % 2
    y = (torch.rand(2000, generator=generator) < 0.3).long()
    log_odds = 2 * y - 1 + torch.randn(2000, generator=generator)
    return log_odds, y, group


def test_criterion_is_what_the_scores_say():
    generator = torch.Generator().manual_seed(1)
    log_odds = torch.randn(2, 60, generator=generator)
    y, group = torch.randint(0, 2, (2, 60), generator=generator)
    at = torch.tensor([-0.5, 0.3])
    cell = torch.nn.functional.one_hot(group * 2 + y, 4).double()
    accepted = torch.stack([(log_odds > t).double() @ cell for t in at], 1).view(2, 2, 2, 2)
    worth = [
        _criterion(accepted, cell.sum(0).view(2, 2), by_utility=by_utility)[member]
        for member, by_utility in enumerate((True, False))
    ]
    for column, t in enumerate(at):
        said = log_odds > t
        utility = (accuracy(said, y == 1) + f1_score(said, y == 1)) / 3
        gaps = demographic_parity_difference(said, group, 2) + eo(said, y == 1, group, 2)
        torch.testing.assert_close(worth[0][column], utility[0])
        torch.testing.assert_close(worth[1][column], utility[1] - gaps[1] / 2)


@pytest.mark.parametrize("by_utility", [True, False])
def test_candidates_are_counted_in_parts_as_at_once(monkeypatch, rows, by_utility):
    log_odds, y, group = rows
    of_experts = torch.stack([log_odds - 3, log_odds - 1.5 * group, log_odds])
    at_once = fit_thresholds(of_experts, y, group, 2, by_utility)
    assert at_once[0] < -1
    for values in (1, 4 * of_experts.numel()):
        monkeypatch.setattr(module, "VALUES_AT_ONCE", values)
        assert torch.equal(fit_thresholds(of_experts, y, group, 2, by_utility), at_once)


def test_an_expert_that_says_yes_too_seldom_is_moved(rows):
    log_odds, y, group = rows
    threshold = fit_thresholds(log_odds[None] - 3, y, group, 2, UTILITY)
    said = (log_odds - 3 > threshold) & (y == 1)
    assert -4 < threshold.item() < -2
    assert said.sum() > 0.6 * y.sum()


def test_an_expert_that_decides_well_is_left_alone(rows):
    log_odds, y, group = rows
    assert fit_thresholds(log_odds[None], y, group, 2, LESS_GAPS).item() == 0


def lead(log_odds, y):
    """Return by how many standard errors the best threshold beats 0 in utility, and the threshold.

    The error is that of a jackknife that leaves out each tenth row in turn, worked out row by row.
    """
    shares = torch.cat([1 - y.float().mean()[None], torch.linspace(0.02, 0.98, 40)])
    candidates = torch.quantile(log_odds, shares)

    def utility(threshold, kept):
        said, true = log_odds[kept] > threshold, y[kept] == 1
        right = (said == true).double().mean()
        return (right + 2 * (said & true).sum() / (said.sum() + true.sum())) / 3

    everyone, tenth = torch.arange(len(y)) >= 0, torch.arange(len(y)) % 10
    gains = [utility(at, everyone) - utility(0.0, everyone) for at in candidates]
    best = int(torch.stack(gains).argmax())
    left_out = [
        float(utility(candidates[best], tenth != i) - utility(0.0, tenth != i)) for i in range(10)
    ]
    mean = sum(left_out) / 10
    error = math.sqrt(9 / 10 * sum((gain - mean) ** 2 for gain in left_out))
    return float(gains[best]) / error, candidates[best]


@pytest.mark.slow
def test_a_threshold_is_moved_by_a_gain_of_more_than_two_standard_errors():
    generator = torch.Generator().manual_seed(0)
    leads, moved = [], []
    for _ in range(90):
        y = (torch.rand(300, generator=generator) < 0.4).long()
        log_odds = 2 * y - 1.7 + torch.randn(300, generator=generator)
        many, best = lead(log_odds, y)
        found = fit_thresholds(
            log_odds[None], y, torch.arange(300) % 2, 2, UTILITY, guard=False
        ).item()
        assert found == 0 or found == pytest.approx(best.item(), abs=1e-3)
        leads.append(many)
        moved.append(found != 0)
    assert moved == [many > 2 for many in leads]
    # Near enough on both sides that no other number of errors would decide the same.
    assert any(1.8 < many < 2 for many in leads)
    assert any(2 < many < 2.2 for many in leads)


def test_few_rows_leave_doubt(rows):
    log_odds, y, group = rows
    few = fit_thresholds(log_odds[None, :40] - 0.5, y[:40], group[:40], 2, UTILITY)
    assert few.item() == 0


def test_gaps_count_unless_utility_alone_does(rows):
    """Group 1 lies 1.5 lower: yes to most rows costs a little utility and closes the gaps."""
    log_odds, y, group = rows
    lower = (log_odds - 1.5 * group)[None]
    gap = [
        demographic_parity_difference(
            lower > fit_thresholds(lower, y, group, 2, by_utility, guard=False), group, 2
        ).item()
        for by_utility in (True, False)
    ]
    assert gap[1] < gap[0]


def test_gaps_are_not_closed_by_saying_yes_to_all(rows):
    """Group 1 lies so low that nothing but yes to nearly all closes the gaps."""
    log_odds, y, group = rows
    unfair = log_odds - 4 * group
    to_all = accuracy(y[None] < 2, y == 1) + f1_score(y[None] < 2, y == 1)
    said = unfair[None] > fit_thresholds(unfair[None], y, group, 2, LESS_GAPS)
    gaps = demographic_parity_difference(said, group, 2) + eo(said, y == 1, group, 2)
    assert to_all / 3 > (accuracy(said, y == 1) + f1_score(said, y == 1)) / 3 - gaps / 2
    assert said.sum() < 2 * y.sum()
    assert accuracy(said, y == 1) >= (y == 0).double().mean()


def test_gaps_are_not_closed_by_wronging_more_people(rows):
    """Where being positive is bad, fewer wrongly so in one group are no excuse for more in all."""
    log_odds, y, group = rows
    unfair = (log_odds - 1.5 * group)[None]
    plain = unfair > 0
    wronged = {}
    for guard in (False, True):
        threshold = fit_thresholds(
            unfair, y, group, 2, LESS_GAPS, guard=guard, plain=plain, favourable=False
        )
        wronged[guard] = ((unfair > threshold) & (y == 0)).sum()
    before = (plain & (y == 0)).sum()
    assert wronged[True] <= before < wronged[False]


@pytest.mark.parametrize("shift", [-9, 9])
def test_an_expert_that_says_the_same_of_all_says_yes_to_as_many_as_there_are(rows, shift):
    """Though no gain is sure, and the answer to all has the least gaps."""
    log_odds, y, group = rows
    healthy, same = log_odds[:100] - 0.2, log_odds[:100] + shift
    both = torch.stack([healthy, same])
    thresholds = fit_thresholds(both, y[:100], group[:100], 2, LESS_GAPS)
    assert thresholds[0] == 0
    assert (same > thresholds[1]).sum() == y[:100].sum()


def test_a_rare_outcome_is_not_given_to_many():
    generator = torch.Generator().manual_seed(0)
    y = (torch.arange(5000) % 500 == 0).long()
    log_odds = 2 * y - 9 + torch.randn(5000, generator=generator)
    threshold = fit_thresholds(log_odds[None], y, torch.arange(5000) % 2, 2, LESS_GAPS)
    assert 1 <= (log_odds > threshold).sum() <= 20


def test_where_every_threshold_says_the_same_of_all_it_stays(rows):
    _, y, group = rows
    assert fit_thresholds(torch.full((1, 2000), -1.0), y, group, 2, UTILITY) == 0


def test_without_positives_it_stays(rows):
    log_odds, y, group = rows
    assert fit_thresholds(log_odds[None] - 9, 0 * y, group, 2, UTILITY) == 0


def test_no_threshold_lies_on_rows_that_many_share():
    """As an expert decides, with its rounding, not as log-odds are compared with a threshold."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 2, (1000, 3), generator=generator).float()
    y = (torch.rand(1000, generator=generator) < 0.1 + 0.2 * x[:, 0]).long()
    group = torch.randint(0, 2, (1000,), generator=generator)
    generators = [torch.Generator().manual_seed(i) for i in range(30)]
    experts = ExpertStack(3, 8, slope=0.01, generators=generators)
    experts.eval()
    with torch.no_grad():
        log_odds = experts.part().log_odds(x)
        thresholds = fit_thresholds(log_odds, y, group, 2, LESS_GAPS)
        experts.threshold.copy_(thresholds)
        decided = experts.part().log_odds(x) > 0
    assert thresholds.count_nonzero() > 5
    torch.testing.assert_close(decided, log_odds > thresholds[:, None])


@pytest.mark.slow
def test_a_run_of_a_stack_has_the_thresholds_and_the_gate_of_the_run_alone(in_float64):
    data = in_float64(encode(assign_roles(table_from_frame(make_demo(6000)), DEMO_ROLES)))
    base = Settings(epochs=16, batch_size=4096, fine_tune_every=4, device="cpu")
    runs = [base, base.replace(seed=2, lambda_fair=30, lambda_rep=10)]
    stack = train(data, runs).mixture
    forget_experts()
    alone = train(data, runs[1:]).mixture
    assert stack.experts.threshold.view(3, 2)[:, 1].count_nonzero() >= 2
    of_stack = stack.select(1).state_dict()
    for name, value in alone.state_dict().items():
        torch.testing.assert_close(of_stack[name], value, rtol=1e-6, atol=1e-8)


def test_without_two_groups_there_is_no_gap():
    cell = torch.tensor([[20.0, 10.0], [0, 0]])
    by_utility, less_gaps = (
        _criterion(cell[None, None], cell, by_utility=each) for each in (True, False)
    )
    assert by_utility == less_gaps


def test_a_group_without_positives_is_left_out(rows):
    log_odds, y, group = rows
    group = group + 2 * ((torch.arange(2000) < 40) & (y == 0))
    assert fit_thresholds(log_odds[None] - 3, y, group, 5, LESS_GAPS).item() < -1
