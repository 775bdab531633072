"""Existing scores, alone and beside a mixture."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fairmoe.analysis.audits import audit_rows, audited_beside, audited_rows, rows_without_score
from fairmoe.auditing import audit
from fairmoe.data import Existing, Outcome
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.errors import InvalidInputError

SCORE = Existing("interview_score", 3.0)


@pytest.fixture(scope="module")
def rows(demo_run):
    return audited_rows(demo_run[1], SCORE)


def told(labelled, outcome: Outcome | None):
    target = replace(labelled.roles.target, outcome=outcome)
    return replace(labelled, roles=replace(labelled.roles, target=target))


def test_alone_it_is_the_audit_of_python(demo_run, rows):
    _, labelled = demo_run
    found = audit_rows(rows, tolerance=0.05)
    expected = audit(
        labelled.y,
        labelled.table.frame["interview_score"].iloc[labelled.rows],
        np.array(labelled.group_names)[labelled.group],
        cutoff=3.0,
        outcome="good",
        tolerance=0.05,
    )
    assert found.audit.to_dict() == expected.to_dict()
    assert found.to_dict()["beside_mixture"] is None
    assert found.account.everyone[["better", "worse"]].tolist() == [0, 0]
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("outcome", ["good", "bad", "neither", None])
def test_harm_and_gaps_follow_what_the_outcome_is_for_the_person(demo_run, outcome):
    _, labelled = demo_run
    rows = audited_rows(told(labelled, outcome), SCORE)
    found = audit_rows(rows)
    is_bad = outcome == "bad"
    good = (rows.y_true == 1) != is_bad
    given_good = (rows.scored.decided == 1) != is_bad
    assert found.account.everyone["good_model"] == given_good.sum()
    assert found.account.everyone["harmed_model"] == (good & ~given_good).sum()
    assert (found.audit.people is None) == (outcome in ("neither", None))
    rates = [given_good[rows.group == g].mean() for g in (0, 1)]
    assert found.gaps["model"].value == pytest.approx(max(rates) - min(rates))
    assert found.gaps["model"].most_rate == pytest.approx(max(rates))
    assert found.gaps["label"].value == pytest.approx(
        abs(np.diff([good[rows.group == g].mean() for g in (0, 1)]).item())
    )


def test_beside_the_mixture_the_same_people_are_decided_about_twice(demo_run):
    run, labelled = demo_run
    found = audit_rows(audited_beside(run, labelled, SCORE))
    record = run.splits["test"]
    score = labelled.table.frame["interview_score"].iloc[record.rows].to_numpy(float)
    today, mixture = score > 3, record.proba["mixture"] > 0.5
    assert found.account.everyone["n"] == len(record.y_true)
    assert found.account.everyone["better"] == (~today & mixture).sum()
    assert found.account.everyone["worse"] == (today & ~mixture).sum()
    right = (~today & mixture & (record.y_true == 1)).sum()
    assert found.account.everyone["better_right"] == right
    assert found.to_dict()["beside_mixture"]["everyone"]["better"] == (~today & mixture).sum()
    for source, decided in (("plain", today), ("model", mixture)):
        rates = [decided[record.group == g].mean() for g in (0, 1)]
        assert found.gaps[source].value == pytest.approx(max(rates) - min(rates))


def test_rows_without_a_score_are_left_out_and_counted(demo_run):
    run, labelled = demo_run
    frame = labelled.table.frame.copy()
    frame.loc[frame.index[::7], "interview_score"] = np.nan
    holes = replace(labelled, table=replace(labelled.table, frame=frame))
    rows = audited_rows(holes, SCORE)
    unscored = frame["interview_score"].iloc[labelled.rows].isna().sum()
    assert rows_without_score(holes, SCORE) == frame["interview_score"].isna().sum() >= unscored > 0
    assert len(rows.y_true) + unscored == len(labelled.y)
    beside = audited_beside(run, holes, SCORE)
    assert len(beside.mixture) == len(beside.y_true) == len(beside.scored.score)
    known = beside.scored.known
    record = run.splits["test"]
    assert np.array_equal(beside.y_true, record.y_true[known])
    assert np.array_equal(beside.group, record.group[known])
    assert np.array_equal(beside.mixture, record.proba["mixture"][known] > 0.5)


def test_weights_count_people(rows):
    weighted = replace(rows, weight=np.where(rows.y_true == 1, 3.0, 1.0))
    everyone = audit_rows(weighted).account.everyone
    share = 3 * rows.y_true.sum() / (3 * rows.y_true.sum() + (rows.y_true == 0).sum())
    assert everyone["good_label_rate"] == pytest.approx(share)


def test_where_some_small_groups_are_one_all_that_are_too_small_to_compare_are(rows):
    sizes = {"x": 100, "y": 60, "eleven": 11, "ten": 10, "four": 4}
    group = np.repeat(np.arange(5), list(sizes.values()))
    told = replace(rows, group=group, group_names=tuple(sizes))
    assert told.as_told(10).group_names == ("x", "y", "eleven", SMALL_GROUPS)
    alike = told.as_told(10, enough=30)
    assert alike.group_names == ("x", "y", SMALL_GROUPS)
    assert np.bincount(alike.group).tolist() == [100, 60, 25]
    # None is merged for others alone, nor so that one group is left.
    assert told.as_told(4, enough=30) is told
    assert told.as_told(10, enough=1000).group_names == ("x", "y", "eleven", SMALL_GROUPS)


def test_small_groups_are_one_in_what_is_handed_on(rows):
    group = np.where(np.arange(len(rows.group)) < 4, 2, rows.group)
    few = replace(rows, group=group, group_names=("x", "y", "a handful"))
    fewer = min((group == 0).sum(), (group == 1).sum())
    merged = few.without_small_groups(10)
    assert set(few.small_groups(10)) == {"a handful", "x" if (group == 0).sum() == fewer else "y"}
    assert len(merged.group_names) == 2
    assert "a handful" not in merged.group_names
    assert np.bincount(merged.group).min() >= 10
    assert "a handful" not in json.dumps(audit_rows(merged).to_dict())
    assert rows.without_small_groups(10) is rows
    with pytest.raises(InvalidInputError, match="Two groups of at least 10 people"):
        replace(rows, group=np.minimum(np.arange(len(group)) // 4, 1)).without_small_groups(10)
