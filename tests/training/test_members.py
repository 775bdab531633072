"""Which experts some runs need, each once."""

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.training.members import Members

CPU = torch.device("cpu")


def grid():
    return [
        Settings(seed=seed, lambda_fair=fair, lambda_adv=adv)
        for seed in (0, 1, 2)
        for fair in (0, 1, 10, 100)
        for adv in (0, 1, 10, 100)
    ]


def test_a_grid_of_lambdas_needs_each_expert_once():
    members = Members.of_runs(grid(), CPU)
    # s (1 + a + b) experts, not 3 s a b; and 3 s in the warm-up
    assert members.sizes == [3, 12, 12]
    beginnings, places = members.beginnings()
    assert beginnings.sizes == [3, 3, 3]
    for member, place in zip(members.settings, places.tolist(), strict=True):
        assert member.seed == beginnings.settings[place].seed


def test_each_run_finds_its_own_experts():
    runs = grid()
    members = Members.of_runs(runs, CPU)
    for run, places in zip(runs, members.places_of(runs).T.tolist(), strict=True):
        utility, result, procedural = places
        of_run = [members.settings[place] for place in (utility, result, procedural)]
        assert {one.seed for one in of_run} == {run.seed}
        assert of_run[1].lambda_fair == run.lambda_fair
        assert of_run[2].lambda_adv == run.lambda_adv
        assert members.block_of[[utility, result, procedural]].tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", ["seed", "dropout", "weight_decay"])
def test_what_the_warm_up_depends_on_parts_all_experts(name):
    base = Settings(weight_decay=0.5)
    changed = base.replace(**{name: 1 if name == "seed" else 0})
    members = Members.of_runs([base, changed], CPU)
    assert members.sizes == [2, 2, 2]
    assert members.beginnings()[0].sizes == [2, 2, 2]


def test_of_what_is_wanted_the_rest_is_left_out():
    members = Members.of_runs(grid(), CPU)
    wanted = (members.block_of == 1).tolist()
    assert members.only(wanted).sizes == [0, 12, 0]
    assert members.only(wanted).settings == members.blocks[1]
