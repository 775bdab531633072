import pytest

from fairmoe.names import BOTH_GAPS
from fairmoe.sweep import finished_runs, run_points, run_sweep, setting_means
from fairmoe.sweep.plan import make_shards
from fairmoe.sweep.stores import MemoryStore


@pytest.mark.parametrize("gap", ["f_res", "f_proc", BOTH_GAPS])
def test_points_are_the_runs_on_the_test_rows(sweep, gap):
    points, frame = run_points(sweep, gap), sweep.frame()
    parts = ["f_res", "f_proc"] if gap == BOTH_GAPS else [gap]

    assert points.index.tolist() == frame["run_id"].tolist()
    assert points["label"].tolist() == ["λ fair 0", "λ fair 0", "λ fair 10", "λ fair 10"]
    assert points["seed"].tolist() == [0, 1, 0, 1]
    for split, prefix in (("test", ""), ("validation", "validation_")):
        expected = sum(frame[f"{split}_{part}"] for part in parts)
        assert points[f"{prefix}gap"].tolist() == pytest.approx(expected.tolist())
        utility = frame[f"{split}_utility"]
        assert points[f"{prefix}utility"].tolist() == utility.tolist()
    assert points["on_front"].tolist() == sweep.front(("utility", gap)).tolist()
    kept = points[points["on_front"]]
    for _, point in points[~points["alarming"]].iterrows():
        # Each run is on the front or beaten there, on the rows that it was chosen on.
        no_worse = (kept["validation_utility"] >= point["validation_utility"]) & (
            kept["validation_gap"] <= point["validation_gap"]
        )
        assert no_worse.any()


def test_means_are_over_the_seeds(sweep):
    points = run_points(sweep, "f_res")
    means = setting_means(points)

    assert means["label"].tolist() == ["λ fair 0", "λ fair 10"]
    assert means["runs"].tolist() == [2, 2]
    assert means["gap"][1] == pytest.approx(points["gap"].iloc[2:].mean())
    assert means["utility_sd"][0] == pytest.approx(points["utility"].iloc[:2].std())


def test_both_gaps_have_a_front_and_a_hypervolume(sweep):
    found = sweep.hypervolume(("utility", BOTH_GAPS))

    assert 0 < found < sweep.hypervolume(("utility", "f_res"))


def test_a_shelf_tells_its_runs_and_skips_what_is_damaged(prepared, runs):
    store = MemoryStore()
    run_sweep(prepared, runs[:2], store=store, max_runs=1)
    assert finished_runs(store) == set(runs[:2])
    assert len(store.names()) == 2
    store.write(store.names()[0], b"damaged")
    assert len(finished_runs(store)) == 1


def test_shards_may_be_kept_small(prepared, runs):
    assert max(map(len, make_shards(runs, prepared.data, max_runs=3))) <= 3
