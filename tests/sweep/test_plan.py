import pytest

from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError
from fairmoe.runs.sweep_scores import varied
from fairmoe.sweep import grid_settings, plan
from fairmoe.training import PER_RUN, Size


def test_a_grid_is_every_combination_with_every_seed():
    runs = grid_settings(
        Settings(seed=3), {"lambda_fair": [0, 1], "select": ["best", "last"]}, seeds=2
    )

    assert [(run.lambda_fair, run.select, run.seed) for run in runs] == [
        (0, "best", 3), (0, "best", 4), (0, "last", 3), (0, "last", 4),
        (1, "best", 3), (1, "best", 4), (1, "last", 3), (1, "last", 4),
    ]  # fmt: skip
    assert varied(runs) == ("lambda_fair", "select")


@pytest.mark.parametrize(("given", "shared"), [(None, 3), (9, 9)])
def test_all_seeds_share_the_split_of_the_first(given, shared):
    runs = grid_settings(Settings(seed=3, split_seed=given), {}, seeds=3)

    assert {run.split_seed for run in runs} == {shared}
    assert [run.seed for run in runs] == [3, 4, 5]


def test_the_time_of_a_sweep_follows_from_its_size_and_what_its_runs_share():
    size = Size(rows=6000, validation=2000, scored=10_000, inputs=30, columns=12)

    def told(grid, seeds=1, **settings):
        return plan.estimated_seconds(grid_settings(Settings(**settings), grid, seeds=seeds), size)

    alone = told({})
    assert told({}, epochs=20) < 0.5 * told({}, epochs=250)
    assert 2 * alone < told({}, seeds=5) < 5 * alone
    # Two shards of five cost twice what one does, and what lambdas do not touch is there already.
    assert told({}, seeds=10) == pytest.approx(2 * told({}, seeds=5))
    assert told({"lambda_fair": [0, 1, 10, 100, 3]}) < told({}, seeds=5)


def test_equal_runs_count_once():
    assert len(grid_settings(Settings(), {"lambda_fair": [1, 1.0]})) == 1


@pytest.mark.parametrize(
    ("grid", "seeds", "message"),
    [
        ({"lambda": [1]}, 1, "can differ between the runs of a sweep; however, 'lambda' is none"),
        ({"scale": ["minmax"]}, 1, "however, 'scale' is none"),
        ({"split_seed": [1]}, 1, "however, 'split_seed' is none"),
        ({"seed": [1]}, 1, "'seed' is none. Seeds have an option of their own"),
        ({"lambda_fair": []}, 1, "A grid needs values; however, 'lambda_fair' has none"),
        ({"lambda_fair": [-1]}, 1, "between 0 and 10000; however, -1 was given"),
        ({}, 0, "at least one seed; however, 0 were asked for"),
    ],
)
def test_bad_grids_are_refused(grid, seeds, message):
    with pytest.raises(InvalidInputError, match=message):
        grid_settings(Settings(), grid, seeds=seeds)


def test_a_shard_is_a_stack_and_keeps_seeds_together(prepared, monkeypatch):
    grid = {"lambda_fair": [0, 1, 2], "learning_rate": [0.01, 0.1]}
    runs = grid_settings(Settings(), grid, seeds=2)
    monkeypatch.setattr(plan, "shard_runs", lambda *_: 4)

    shards = plan.make_shards(runs, prepared.data)

    assert sorted(map(len, shards), reverse=True) == [len(shard) for shard in shards]
    assert set().union(*shards) == set(runs)
    assert sum(map(len, shards)) == len(runs)
    assert max(map(len, shards)) <= 4
    for shard in shards:
        assert len({run.learning_rate for run in shard}) == 1
        assert len({run.seed for run in shard}) == 1


def test_only_what_a_stack_shares_parts_runs(prepared):
    grid = {name: [0, 0.5] for name in PER_RUN - {"seed"}}
    runs = grid_settings(Settings(), grid, seeds=1)[:20]

    assert len(plan.make_shards(runs, prepared.data)) == 1


def test_several_workers_get_more_and_smaller_shards(prepared):
    runs = grid_settings(Settings(), {}, seeds=60)

    alone = plan.make_shards(runs, prepared.data)
    together = plan.make_shards(runs, prepared.data, workers=2)
    crowd = plan.make_shards(runs, prepared.data, workers=100)

    assert max(map(len, alone)) > max(map(len, together))
    assert len(together) == plan.SHARDS_PER_WORKER * 2
    assert max(map(len, crowd)) == plan.MIN_RUNS


def test_wide_experts_and_long_tables_make_small_stacks(prepared, monkeypatch):
    narrow = plan.shard_runs(prepared.data, Settings(hidden=8))

    assert plan.shard_runs(prepared.data, Settings(hidden=16)) == narrow // 2
    assert plan.shard_runs(prepared.data, Settings(hidden=512)) >= 1
    monkeypatch.setattr(plan, "TABLE_BYTES", 1)
    assert plan.shard_runs(prepared.data, Settings()) == 1
