"""The guard, from the data to what is kept: nobody is treated worse for the sake of equality."""

import dataclasses

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.functional.guard import find_faults
from fairmoe.training import expert_judge, forget_experts, train
from fairmoe.training import experts as experts_module
from fairmoe.training.batches import make_batch
from fairmoe.training.selection import Guard

STRONG = Settings(
    epochs=60,
    gate_epochs="half",
    lambda_rep=30,
    lambda_fair=30,
    lambda_attention=30,
    fine_tune_every=10,
)
SEEDS = range(3)


def faults_of_mixtures(data, settings):
    """Return, for several seeds, what the chosen mixture's faults are on the validation rows."""
    forget_experts()
    mixture = train(data, [settings.replace(seed=seed) for seed in SEEDS]).mixture
    rows = make_batch(data.validation, slice(None), data.n_groups)
    return find_faults(
        mixture.proba(rows.x) > 0.5,
        rows.y == 1,
        group=rows.group,
        n_groups=data.n_groups,
        plain=mixture.expert_proba(rows.x)[0] > 0.5,
        favourable=data.favourable,
        choosing=True,
    )


@pytest.mark.parametrize("favourable", [True, False, None])
@pytest.mark.slow
def test_what_is_chosen_has_no_faults_and_without_a_guard_it_has(demo, favourable):
    data = dataclasses.replace(demo, favourable=favourable)
    assert not faults_of_mixtures(data, STRONG).any.any()
    assert faults_of_mixtures(data, STRONG.replace(guard=False)).any.any()


def test_the_guard_knows_whether_the_outcome_is_good(demo):
    """A model that gives the positive class to one person fewer harms if that is good."""
    rows = make_batch(demo.validation, slice(None), 2)
    plain = (rows.y == 1)[None]
    fewer = plain.clone()
    fewer[0, plain[0].nonzero()[0]] = False
    for favourable in (True, False, None):
        guard = Guard(rows, 2, favourable=favourable, on=True)
        assert guard.refuses(fewer, plain).item() == (favourable is True)
    assert not Guard(rows, 2, favourable=True, on=False).refuses(fewer, plain).item()


@pytest.mark.parametrize("favourable", [True, False, None])
def test_experts_are_guarded_by_what_the_data_tell(demo, favourable, monkeypatch):
    seen = []

    class Spy(Guard):
        def __init__(self, *arguments, **told):
            seen.append(told)
            super().__init__(*arguments, **told)

    monkeypatch.setattr(experts_module, "Guard", Spy)
    data = dataclasses.replace(demo, favourable=favourable)
    train(data, [Settings(epochs=4, guard=bool(favourable))])
    assert seen == [{"favourable": favourable, "on": bool(favourable)}]


def test_thresholds_of_fairness_experts_are_refused_beside_the_fitted_utility_expert(
    demo, monkeypatch
):
    """Candidates are judged by the guard with what the utility expert decides at its threshold."""
    fitted, honest = [], expert_judge.fit_thresholds
    plains = []

    def spy(log_odds, *others, by_utility, **more):
        thresholds = honest(log_odds, *others, by_utility=by_utility, **more)
        thresholds = thresholds + (0.1 if by_utility else 0)
        fitted.append((log_odds, thresholds))
        return thresholds

    def refuses(_, decisions, plain):
        plains.append(plain)
        return torch.zeros(decisions.shape[:-1], dtype=torch.bool)

    monkeypatch.setattr(expert_judge, "fit_thresholds", spy)
    monkeypatch.setattr(Guard, "refuses", refuses)
    train(demo, [Settings(epochs=8, fine_tune_every=0, select="last", gate_start="random")])
    log_odds, thresholds = fitted[0]
    expected = (log_odds > thresholds[:, None]).expand(2, -1)
    # Of each fit 42 candidates are judged: first the utility experts', then the others'.
    of_fits = [plain for plain in plains if plain.ndim == 3]
    of_others = [plain for of_fit in of_fits if of_fit.shape[1] == 2 for plain in of_fit]
    assert len(of_others) >= 40
    assert all(torch.equal(plain, expected) for plain in of_others)
