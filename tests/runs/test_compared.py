from dataclasses import replace

import numpy as np
import pytest

from fairmoe.analysis import effects
from fairmoe.analysis.cutoffs import EQUAL_COSTS
from fairmoe.analysis.effects import compare_simple_tool, effect_of
from fairmoe.analysis.no_gap import who_is_not_compared, why_no_gap
from fairmoe.analysis.result import result_of
from fairmoe.dial import choose_point, loss_for_less
from fairmoe.errors import InvalidInputError
from fairmoe.metrics import group_rates, largest_gaps
from fairmoe.runs import (
    as_told,
    compared,
    compared_scores,
    compared_scores_of,
    front_tables,
    told_thresholds,
)

NAMES = ("a", "b", "few", "fewer")


@pytest.fixture
def run_with(demo_run):
    """Return a function from groups, labels and decisions of the mixture to a run."""
    run, _ = demo_run

    def make(group, y_true, decided, names):
        rows = np.arange(len(group))
        record = replace(
            run.splits["test"],
            rows=rows,
            y_true=np.asarray(y_true),
            group=np.asarray(group),
            proba={model: np.asarray(decided, np.float32) for model in run.splits["test"].proba},
            gate=run.splits["test"].gate[rows % len(run.splits["test"].gate)],
            weight=None,
        )
        counts = dict(zip(names, np.bincount(group, minlength=len(names)).tolist(), strict=True))
        return replace(
            run,
            data=replace(run.data, groups=counts),
            splits=dict.fromkeys(run.splits, record),
            front=(),
        )

    return make


@pytest.fixture
def small(run_with):
    """Two groups of 40, one of 12 and one of 3 people; 30, 20, 6 and 0 get the outcome.

    The first 30 of each of the large ones, and all of the small ones, have the label.
    """
    group = np.repeat([0, 1, 2, 3], [40, 40, 12, 3])
    y_true = np.r_[np.repeat([1, 0], [30, 10]), np.repeat([1, 0], [30, 10]), np.ones(15, int)]
    decided = np.r_[
        np.repeat([1, 0], [30, 10]),
        np.repeat([1, 0], [20, 20]),
        np.repeat([1, 0], [6, 6]),
        np.zeros(3),
    ]
    return run_with(group, y_true, decided, NAMES)


def test_groups_that_are_large_enough_have_the_scores_of_the_run(demo_run):
    run, _ = demo_run
    assert compared_scores(run) == run.scores["test"]
    assert as_told(run)[0] is run


def test_who_is_not_compared_depends_on_the_gap(small):
    told, _ = as_told(small)
    assert "smaller groups" in told.data.groups
    assert who_is_not_compared(small) == who_is_not_compared(told) == ("few", "fewer")
    record = small.splits["test"]
    # Of 40 people in the second group 29 have the label.
    y_true = np.where(np.arange(len(record.y_true)) == 40, 0, record.y_true)
    split = {**small.splits, "test": replace(record, y_true=y_true)}
    fewer = replace(small, splits=split)
    assert who_is_not_compared(fewer, "dp") == ("few", "fewer")
    assert who_is_not_compared(fewer, "eo") == ("b", "few", "fewer")
    assert who_is_not_compared(fewer, "f_proc") == ()


def test_gaps_are_between_groups_of_enough_people(small):
    told = compared_scores_of(small)
    # 30 of 40 and 20 of 40; of those with the label 30 of 30 and 20 of 30.
    assert (told["dp"], told["eo"]) == pytest.approx((0.25, 1 / 3))
    assert told["f_res"] == pytest.approx((0.25 + 1 / 3) / 2)
    own = small.scores["test"]["mixture"]
    same = ("acc", "utility", "f_proc", "final_score")
    assert {name: told[name] for name in same} == {name: own[name] for name in same}


def test_small_groups_are_told_of_as_one(small):
    told, _ = as_told(small)
    # Three people alone could be told from the others, so the next smallest are with them.
    assert told.data.groups == {"a": 40, "b": 40, "smaller groups": 15}
    assert compared_scores_of(told)["dp"] == pytest.approx(0.25)
    assert as_told(small, smallest=0)[0] is small


def test_a_merged_group_of_enough_people_is_compared(run_with):
    group = np.repeat([0, 1, 2], [40, 35, 3])
    decided = np.r_[np.repeat([1, 0], [30, 10]), np.repeat([1, 0], [8, 27]), np.zeros(3)]
    run = run_with(group, np.ones(78, int), decided, ("a", "b", "few"))
    assert compared_scores_of(run)["dp"] == pytest.approx(30 / 40 - 8 / 35)
    assert compared_scores_of(as_told(run)[0])["dp"] == pytest.approx(30 / 40 - 8 / 38)


def test_a_run_of_which_one_group_would_be_left_stays_as_it_is(run_with):
    run = run_with(np.repeat([0, 1], [40, 3]), np.ones(43, int), np.ones(43), ("a", "few"))
    assert as_told(run)[0] is run


def test_the_front_has_the_gaps_that_are_told(small):
    points, beside = front_tables([small], small.run_id, "dp")
    assert points["gap"].tolist() == pytest.approx([0.25])
    assert beside["gap"]["utility"] == pytest.approx(0.25)
    assert 0 < points["gap_low"].iloc[0] < 0.25 < points["gap_high"].iloc[0] < 0.5


@pytest.fixture
def tiny(run_with):
    """Two groups of 14 and of 10 people; 8 and 2 get the outcome, and all have the label."""
    decided = np.r_[np.repeat([1, 0], [8, 6]), np.repeat([1, 0], [2, 8])]
    return run_with(np.repeat([0, 1], [14, 10]), np.ones(24, int), decided, ("a", "b"))


def test_no_gap_is_told_anywhere_of_fewer_than_two_groups_of_enough_people(tiny, run_with):
    one = run_with(np.repeat([0, 1], [40, 10]), np.ones(50, int), np.ones(50), ("a", "b"))
    for run in (tiny, one):
        told, record = compared_scores_of(run), run.splits["test"]
        assert np.isnan([told[name] for name in ("dp", "eo", "f_res")]).all()
        points, beside = front_tables([run], run.run_id, "dp")
        assert points[["gap", "gap_low", "gap_high"]].isna().all(axis=None)
        assert beside["gap"].isna().all()
        assert np.isnan(result_of(run).gaps["model"].value)
        assert np.isnan(run.parity_gap()[0])
        decided = record.proba["mixture"] > 0.5
        of = {"group": record.group, "group_names": ["a", "b"]}
        rates = group_rates(record.y_true, decided, decided, **of)
        gaps = largest_gaps(record.y_true, decided, group=record.group, rates=rates)
        assert {(gap.highest, gap.lowest) for gap in gaps.values()} == {("", "")}
        assert np.isnan([gap.test.difference for gap in gaps.values()]).all()
        assert run.review("mixture").differences["value"].isna().all()


def test_why_no_gap_can_be_told_names_the_people_and_what_to_do(tiny, small):
    told = (
        "No DP gap can be told on the test rows: fewer than two groups have 30 people there (a 14 "
        "and b 10), and so few can make any gap. Take a longer table: unless a column names the "
        "test rows, they are one in 5."
    )
    assert why_no_gap(tiny, "dp") == told
    assert "have 30 people labelled “hired” there (a 14 and b 10)" in why_no_gap(tiny, "eo")
    assert why_no_gap(tiny, "f_res").startswith("No result gap can be told on the test rows: ")
    assert why_no_gap(tiny, "f_proc") == ""
    assert {why_no_gap(small, gap) for gap in ("dp", "eo", "f_res", "f_proc")} == {""}


def test_no_point_is_chosen_by_a_gap_that_cannot_be_told(tiny):
    with pytest.raises(InvalidInputError) as refused:
        choose_point([tiny], max_gap=0.5)
    assert str(refused.value) == (
        f"No point can be chosen by this gap. {why_no_gap(tiny, 'dp', split='validation')}"
    )


def test_a_cutoff_of_the_merged_group_is_that_of_each_in_it(small):
    told, _ = as_told(small)
    assert told_thresholds(small, told, (0.3, 0.4, 0.5)) == (0.3, 0.4, 0.5, 0.5)
    assert told_thresholds(small, small, (0.3, 0.4, 0.5, 0.6)) == (0.3, 0.4, 0.5, 0.6)


def test_wishes_are_judged_by_the_gaps_that_are_told(small):
    scores = {
        split: {model: {**own, "dp": 0.9, "acc": 0.8} for model, own in of_models.items()}
        for split, of_models in small.scores.items()
    }
    run = replace(
        small,
        scores=scores,
        roles=replace(small.roles, target=replace(small.roles.target, outcome="neither")),
    )
    assert choose_point([run], max_gap=0.26) is run
    with pytest.raises(InvalidInputError, match=r"the smallest gap there is 25\.0 pp"):
        choose_point([run], max_gap=0.24)
    assert loss_for_less([run], run) is None


def test_cutoffs_have_the_gaps_that_are_told(small):
    record = small.splits["test"]
    decided = record.proba["mixture"] > 0.5
    found = effect_of(record, decided, record.proba["mixture"], n_groups=4, costs=EQUAL_COSTS)
    gaps = [found[name] for name in ("gap", "true_positive_gap", "false_positive_gap")]
    # Nobody of the small groups has the other label, and few of the large ones.
    assert gaps[:2] == pytest.approx([0.25, 1 / 3])
    assert np.isnan(gaps[2])


def test_the_simple_tool_is_held_to_the_gap_of_the_groups_that_it_has(small, monkeypatch):
    allowed, choose = [], effects.choose_cutoffs

    def watch(*rows, max_gap, **options):
        allowed.append(max_gap)
        return choose(*rows, max_gap=max_gap, **options)

    monkeypatch.setattr(effects, "choose_cutoffs", watch)
    compare_simple_tool(small)
    compare_simple_tool(as_told(small)[0])
    # 30 of 40, and none of 3 or, with the next smallest, 6 of 15.
    assert allowed == pytest.approx([30 / 40, 30 / 40 - 6 / 15])


def test_gaps_of_groups_that_can_be_compared_are_found_once(small, monkeypatch):
    asked, gap = [], compared.parity_gap
    monkeypatch.setattr(compared, "parity_gap", lambda *a, **k: asked.append(k) or gap(*a, **k))
    first = compared_scores_of(small)
    as_it_was = dict(first)
    first.clear()
    again = replace(small, front=())
    assert compared_scores_of(again) == as_it_was != small.scores["test"]["mixture"]
    assert len(asked) == 2
    # The same decisions are told by other groups where small ones are merged.
    told, _ = as_told(small, smallest=20)
    assert compared_scores_of(told)["dp"] == pytest.approx(36 / 55 - 20 / 40)
    assert len(asked) == 4
