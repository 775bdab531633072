"""The distinct experts of a sweep are trained once, and travel as plain bytes."""

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError
from fairmoe.sweep import MemoryStore, grid_settings, run_sweep
from fairmoe.sweep.experts import (
    check_fit,
    compute_experts,
    experts_name,
    group_shards,
    make_expert_stacks,
    names_of,
    read_experts,
    write_experts,
)
from fairmoe.sweep.plan import make_shards
from fairmoe.sweep.sealed import seal, unseal
from fairmoe.sweep.shard import compute_shard, read_trained
from fairmoe.training import distinct_experts
from fairmoe.training.experts import ExpertTrainer


def lambdas():
    grid = {"lambda_fair": [0, 1, 10, 100], "lambda_attention": [0, 1, 10, 100]}
    return grid_settings(Settings(device="cpu"), grid, seeds=3)


@pytest.mark.parametrize(("workers", "utility", "others"), [(1, [3], [24]), (2, [1, 2], [12, 12])])
def test_each_distinct_expert_is_in_one_stack_of_about_the_same_size(
    prepared, workers, utility, others
):
    first, second = make_expert_stacks(lambdas(), prepared.data, {}, workers=workers)

    assert sorted(len(stack[0]) for stack in first) == utility
    assert sorted(len(stack[1]) + len(stack[2]) for stack in second) == others
    assert all(stack[1:] == ((), ()) for stack in first)
    assert all(not stack[0] for stack in second)
    for block in (1, 2):
        of_block = [one for stack in second for one in stack[block]]
        assert len(of_block) == len(set(of_block)) == 12


def test_what_is_trained_already_is_left_out_and_no_stack_is_larger_than_asked_for(prepared):
    utility, result, procedural = distinct_experts(prepared.data, lambdas())
    known = {*utility, *result, *list(procedural)[:2]}

    first, second = make_expert_stacks(lambdas(), prepared.data, known, workers=1, max_runs=2)

    assert first == []
    assert [len(stack[1]) + len(stack[2]) for stack in second] == [5, 5]
    assert make_expert_stacks(
        lambdas(), prepared.data, names_of(prepared.data, lambdas()), workers=2
    ) == ([], [])


def test_what_no_stack_shares_parts_experts_too(prepared):
    runs = grid_settings(Settings(device="cpu"), {"learning_rate": [0.01, 0.1]})
    first, second = make_expert_stacks(runs, prepared.data, {}, workers=1)
    assert [len(first), len(second)] == [2, 2]


@pytest.mark.parametrize("workers", [4, 8, 16])
def test_more_workers_than_experts_get_no_empty_stacks(prepared, workers):
    runs = grid_settings(Settings(device="cpu"), {"lambda_fair": [0, 1, 10]})
    first, second = make_expert_stacks(runs, prepared.data, {}, workers=workers)

    assert all(any(stack) for stack in (*first, *second))
    assert sum(len(block) for stack in (*first, *second) for block in stack) == 5


@pytest.mark.parametrize("grid", [{"gate_hidden": [8, 16, 32]}, {"temperature": [0.5, 1.0]}])
def test_experts_that_differ_in_the_gate_alone_are_trained_once(prepared, grid):
    runs = grid_settings(Settings(device="cpu"), grid)
    first, second = make_expert_stacks(runs, prepared.data, {}, workers=2)
    assert [len(block) for stack in first for block in stack] == [1, 0, 0]
    assert sum(len(block) for stack in second for block in stack) == 2


@pytest.mark.parametrize(
    ("max_runs", "groups"),
    [(None, [(16, 27)]), (8, [(12, 24), (4, 3)]), (4, [(5, 9), (6, 12), (5, 6)])],
)
def test_shards_are_grouped_by_what_a_stack_of_their_experts_may_have(prepared, max_runs, groups):
    shards = make_shards(lambdas(), prepared.data, max_runs=3)
    grouped = group_shards(shards, prepared.data, max_runs=max_runs)
    assert [shard for group in grouped for shard in group] == list(shards)
    known, sizes = set(), []
    for group in grouped:
        needed = names_of(prepared.data, [run for shard in group for run in shard])
        sizes.append((len(group), len(needed - known)))
        known |= needed
    assert sizes == groups


def test_shards_that_share_no_stack_are_no_group(prepared):
    runs = grid_settings(Settings(device="cpu"), {"learning_rate": [0.01, 0.1]})
    shards = make_shards(runs, prepared.data)
    assert group_shards(shards, prepared.data) == [[shards[0]], [shards[1]]]


@pytest.fixture(scope="module")
def trained(prepared, runs):
    """Return the bytes of the utility experts, and of the others."""
    (first,), (second,) = make_expert_stacks(runs, prepared.data, {}, workers=1)
    utility = compute_experts(prepared.data, first)
    return utility, compute_experts(prepared.data, second, utility)


def test_experts_come_back_as_they_were_trained(trained):
    for content in trained:
        experts = read_experts(content)
        again = read_experts(write_experts(experts))
        assert experts.keys() == again.keys()
        for one, other in zip(experts.values(), again.values(), strict=True):
            for weights, others in zip(one.stages, other.stages, strict=True):
                assert all(torch.equal(weights[name], others[name]) for name in weights)
            assert one.curves.keys() == other.curves.keys()
            assert (one.decisions is None) == (other.decisions is None)
    assert [one.decisions is None for one in read_experts(trained[0]).values()] == [False, False]


def test_what_was_given_is_not_trained_again_and_not_returned(trained, prepared, runs, monkeypatch):
    utility, others = map(read_experts, trained)
    by_block = distinct_experts(prepared.data, runs)
    assert utility.keys() == by_block[0].keys()
    assert others.keys() == by_block[1].keys() | by_block[2].keys()

    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr(ExpertTrainer, "train_in_stages", refuse)
    content = compute_shard(prepared.data, runs, write_experts(utility | others))
    weights = read_trained(content).mixture.experts.weight1
    assert weights.shape[0] == 3 * len(runs)


def test_a_sweep_goes_on_with_the_experts_that_are_there(
    trained, prepared, runs, sweep, monkeypatch
):
    store = MemoryStore()
    for content in trained:
        store.write(experts_name(prepared.data.digest, read_experts(content)), content)

    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr(ExpertTrainer, "train_in_stages", refuse)
    found = run_sweep(prepared, runs, store=store)
    assert found.scores["test"] == pytest.approx(sweep.scores["test"], abs=1e-5)
    assert found.unreadable == ()


def shorten(record, _):
    record["experts"][0]["stages"] = 0


def promise(record, _):
    record["experts"][0]["stages"] = 10**9


def rename(_, tensors):
    tensors["0/stages/0/weight"] = tensors.pop("0/stages/0/weight1")


def reshape(_, tensors):
    tensors["0/stages/0/bias1"] = torch.zeros(3)


def flatten(_, tensors):
    tensors["0/stages/0/weight1"] = torch.zeros(3)


def narrow(record, tensors):
    """Add a stage for which there are fewer columns."""
    record["experts"][0]["stages"] = 2
    for name in ("weight1", "bias1", "weight2", "bias2", "threshold"):
        tensors[f"0/stages/1/{name}"] = tensors[f"0/stages/0/{name}"].clone()
    tensors["0/stages/1/weight1"] = tensors["0/stages/1/weight1"][:, :-1].clone()


def prolong(record, _):
    record["experts"][0]["curves"][0][2].append(99)


def poison(_, tensors):
    tensors["0/stages/0/weight2"][0, 0] = torch.nan


def widen(_, tensors):
    tensors["0/stages/0/bias1"] = tensors["0/stages/0/bias1"].double()


@pytest.mark.parametrize(
    "change",
    [shorten, promise, rename, reshape, flatten, narrow, prolong, poison, widen],
    ids=lambda f: f.__name__,
)
def test_experts_of_other_parts_are_damaged_though_the_checksum_is_right(trained, change):
    """A sweep names the file and goes on: none is left to fail where it is used."""
    record, tensors = unseal(trained[1])
    change(record, tensors)
    with pytest.raises(InvalidInputError, match="or it was damaged"):
        read_experts(seal(record, tensors))


def test_damaged_experts_are_named_and_trained_again(trained, prepared, runs):
    store = MemoryStore()
    names = [experts_name(prepared.data.digest, read_experts(content)) for content in trained]
    store.write(names[0], trained[0])
    store.write(names[1], trained[1][:-9])
    record, tensors = unseal(trained[1])
    lose_an_input(tensors)
    # Of the same data by its name, and whole, but of other columns.
    foreign = f"{names[1].removesuffix('.safetensors')}0.safetensors"
    store.write(foreign, seal(record, tensors))
    with pytest.raises(InvalidInputError, match="or it was damaged"):
        read_experts(trained[1][:-9])

    found = run_sweep(prepared, runs, store=store)
    assert set(found.unreadable) == {names[1], foreign}
    assert found.computed == len(runs)


def lose_an_input(tensors):
    for key in [key for key in tensors if key.endswith("weight1")]:
        tensors[key] = tensors[key][:, :-1].clone()


def lose_a_unit(tensors):
    for key in [key for key in tensors if "/stages/" in key and not key.endswith(("2", "old"))]:
        tensors[key] = tensors[key][:-1].clone()
    for key in [key for key in tensors if key.endswith("weight2")]:
        tensors[key] = tensors[key][:, :-1].clone()


def lose_a_row(tensors):
    for key in [key for key in tensors if key.endswith("decisions")]:
        tensors[key] = tensors[key][:, :-1].clone()


@pytest.mark.parametrize(
    "change", [lose_an_input, lose_a_unit, lose_a_row], ids=lambda f: f.__name__
)
def test_experts_that_agree_with_themselves_but_not_with_the_data_are_not_used(
    trained, prepared, runs, change
):
    record, tensors = unseal(trained[0])
    change(tensors)
    forged = read_experts(seal(record, tensors))
    with pytest.raises(InvalidInputError, match="or it was damaged"):
        check_fit(forged, prepared.data, runs)
    check_fit(read_experts(trained[0]), prepared.data, runs)
