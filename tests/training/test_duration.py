"""How long work takes, from its size."""

import dataclasses

from fairmoe.config import Settings
from fairmoe.training import Size, expected_seconds, new_experts, sweep_seconds
from fairmoe.training.duration import NewExperts

FIXED = Settings(epochs=100)
SIZE = Size(rows=6000, validation=2000, scored=10_000, inputs=30, columns=12)


def total(*runs, size=SIZE, **more):
    return sum(expected_seconds(size, list(runs) or [Settings()], **more).values())


def test_more_of_anything_takes_longer():
    for field in dataclasses.fields(Size):
        more = dataclasses.replace(SIZE, **{field.name: 3 * getattr(SIZE, field.name)})
        # As many epochs; by itself a schedule has fewer where there are more rows.
        assert total(FIXED, size=more) > total(FIXED), field.name
    assert total(Settings(epochs=40)) < total(Settings(epochs=400))
    assert total(Settings(hidden=64)) > total()
    assert total(Settings(gate_epochs="half")) > total()
    assert total(Settings(attribution_method="shap")) > 2 * total()


def test_runs_of_one_stack_cost_less_than_each_alone():
    seeds = [Settings(seed=seed, split_seed=0) for seed in range(5)]
    assert total() < total(*seeds) < 5 * total()
    assert sweep_seconds(SIZE, [seeds]) < sweep_seconds(SIZE, [[one] for one in seeds])


def test_experts_that_are_there_cost_nothing():
    base = Settings()
    assert new_experts([base]) == NewExperts(1, 1, 1)
    assert new_experts([base.replace(lambda_fair=7.0)], [base]) == NewExperts(0, 1, 0)
    assert new_experts([base.replace(lambda_adv=7.0)], [base]) == NewExperts(0, 0, 1)
    assert new_experts([base.replace(fairness_weight=7.0)], [base]) == NewExperts(0, 0, 0)
    assert new_experts([base.replace(hidden=9)], [base]) == NewExperts(1, 1, 1)
    found = expected_seconds(SIZE, [base], new=NewExperts(0, 0, 0))
    assert found["experts"] == found["warm-up"] == 0
    assert total(new=NewExperts(0, 1, 0)) < 0.8 * total()
