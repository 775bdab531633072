"""Two runs side by side."""

import dataclasses

import numpy as np

from fairmoe.analysis.comparison import account_between, ask_the_same, compare_runs
from fairmoe.data import Sensitive


def test_pairs_are_counted_and_other_rows_are_not_paired(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    right = (test.proba["mixture"] > 0.5) == (test.y_true == 1)
    wrongs, rights = np.flatnonzero(~right)[:3], np.flatnonzero(right)[:7]
    turned = test.proba["mixture"].copy()
    turned[wrongs], turned[rights] = test.y_true[wrongs], 1 - test.y_true[rights]
    other = dataclasses.replace(test, proba=test.proba | {"mixture": turned})
    second = dataclasses.replace(run, splits=run.splits | {"test": other})

    found = compare_runs(run, second).decisions
    assert found is not None
    assert (found.rows, found.first_right, found.second_right) == (len(test.rows), 7, 3)
    assert found.differ == 10
    assert found.accuracy_interval[0] < -4 / found.rows < found.accuracy_interval[1]

    moved = dataclasses.replace(test, rows=test.rows + 1)
    elsewhere = dataclasses.replace(run, splits=run.splits | {"test": moved})
    assert compare_runs(run, elsewhere).decisions is None
    changed = dataclasses.replace(run, settings=run.settings.replace(seed=9))
    comparison = compare_runs(run, changed)
    assert comparison.settings == {"seed": (run.settings.seed, 9)}
    assert comparison.roles == {}
    assert (comparison.scores["difference"].dropna() == 0).all()


def test_whom_a_second_run_decides_about_otherwise(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    everyone = dataclasses.replace(
        test, proba=test.proba | {"mixture": np.ones_like(test.proba["mixture"])}
    )
    second = dataclasses.replace(run, splits=run.splits | {"test": everyone})
    found = account_between(run, second).everyone
    refused = test.proba["mixture"] <= 0.5
    assert found["better"] == refused.sum()
    assert found["worse"] == 0
    assert found["better_right"] == (refused & (test.y_true == 1)).sum()


def test_what_may_be_compared(demo_run):
    run, _ = demo_run
    assert ask_the_same(run, dataclasses.replace(run, settings=run.settings.replace(seed=9)))
    aware = dataclasses.replace(run.roles, include_sensitive=True)
    assert ask_the_same(run, dataclasses.replace(run, roles=aware))
    target = dataclasses.replace(run.roles.target, positive=("no",))
    for roles in (
        dataclasses.replace(run.roles, target=target),
        dataclasses.replace(run.roles, sensitive=(Sensitive("region_of_birth"),)),
    ):
        assert not ask_the_same(run, dataclasses.replace(run, roles=roles))
    other = dataclasses.replace(run.data, sha256="0" * 64)
    assert not ask_the_same(run, dataclasses.replace(run, data=other))
    above = dataclasses.replace(run.roles.target, positive=(), threshold=50.0)
    roles = dataclasses.replace(run.roles, target=above)
    assert not ask_the_same(run, dataclasses.replace(run, roles=roles))


def test_the_outcome_that_is_counted_is_the_one_that_the_second_run_calls_good(demo_run):
    """It may have been told of one run only, after both were trained."""
    run, _ = demo_run
    test = run.splits["test"]
    everyone = dataclasses.replace(
        test, proba=test.proba | {"mixture": np.ones_like(test.proba["mixture"])}
    )
    untold, bad = (
        dataclasses.replace(
            run,
            roles=dataclasses.replace(
                run.roles, target=dataclasses.replace(run.roles.target, outcome=outcome)
            ),
        )
        for outcome in (None, "bad")
    )
    second = dataclasses.replace(bad, splits=run.splits | {"test": everyone})
    found = account_between(untold, second).everyone
    assert second.good_and_bad[0] == run.data.words[1]
    assert found["better"] == 0
    assert found["worse"] == (test.proba["mixture"] <= 0.5).sum()
