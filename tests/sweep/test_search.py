"""A search for the front, with the real sampler."""

import numpy as np
import pytest

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES
from fairmoe.errors import CancelledError, InvalidInputError, UnavailableError
from fairmoe.experiment import prepare
from fairmoe.names import METRICS
from fairmoe.sweep import MemoryStore, grid_settings, search, search_front
from fairmoe.sweep.search import SPACE
from tests.cli.shell import shell

pytestmark = pytest.mark.slow

optuna = pytest.importorskip("optuna")
BASE = Settings(epochs=4, seed=3)


@pytest.fixture(scope="module")
def prepared(demo_run):
    (base,) = grid_settings(BASE, {})
    return prepare(demo_run[1].table, DEMO_ROLES, base)


@pytest.fixture(scope="module")
def store():
    return MemoryStore()


@pytest.fixture(scope="module")
def found(prepared, store):
    told = []
    result = search_front(prepared, BASE, 13, store=store, at_once=4, on_progress=told.append)
    return result, told


def test_it_finds_so_many_runs_that_begin_with_the_settings_as_given(found):
    result, told = found
    assert (len(result), result.computed) == (13, 13)
    (base,) = grid_settings(BASE, {})
    assert result.settings[0] == base
    assert set(result.varied) == set(SPACE)
    for one in result.settings:
        for name, (low, high) in SPACE.items():
            assert low <= getattr(one, name) <= high
        assert (one.seed, one.epochs, one.split_seed) == (3, 4, 3)
    assert result.front().any()
    assert [report.done for report in told] == sorted(report.done for report in told)
    assert {report.total for report in told} == {13}
    assert told[-1].done == 13


def test_the_same_search_goes_on_from_what_is_there(prepared, store, found):
    again = search_front(prepared, BASE, 13, store=store, at_once=4)
    assert again.settings == found[0].settings
    assert again.computed == 0
    # A longer one begins alike.
    longer = search_front(prepared, BASE, 14, store=store, at_once=4)
    assert longer.settings[:13] == found[0].settings
    assert longer.computed == 1


def test_the_sampler_is_told_what_the_runs_cost(prepared, store, found, monkeypatch):
    studies = []
    make = search._study
    monkeypatch.setattr(search, "_study", lambda *about: studies.append(make(*about)) or studies[0])
    search_front(prepared, BASE, 13, store=store, at_once=4)
    trials = studies[0].get_trials(states=[optuna.trial.TrialState.COMPLETE])
    assert len(trials) == 12
    result = found[0]
    costs = np.nan_to_num(result.costs(("utility", "f_res", "f_proc"), "mixture", "validation"))
    costs[result.alarming["validation"][0]] = 1.0
    assert [trial.values for trial in trials] == costs[:12].tolist()
    utility = result.scores["validation"][0, :, list(METRICS).index("utility")]
    assert (costs[:, 0] == 1 - utility).any()


def test_a_run_that_raises_an_alarm_counts_as_the_worst(prepared, store, monkeypatch):
    from fairmoe.sweep.search import run_sweep

    def alarming(*args, **options):
        result = run_sweep(*args, **options)
        result.alarming["validation"][0, 1] = True
        return result

    told = []
    monkeypatch.setattr(search, "run_sweep", alarming)
    monkeypatch.setattr(
        optuna.study.Study, "tell", lambda _, trial, values: told.append((trial.number, values))
    )
    search_front(prepared, BASE, 8, store=store, at_once=4, objectives=("utility", "dp"))
    assert dict(told)[1] == [1.0, 1.0]
    assert dict(told)[0] != [1.0, 1.0]


def test_it_is_stopped_between_runs(prepared):
    def stop(_):
        raise CancelledError

    with pytest.raises(CancelledError):
        search_front(prepared, BASE, 8, on_progress=stop)


def test_what_cannot_be_searched_is_refused(prepared, monkeypatch):
    with pytest.raises(InvalidInputError, match="A search needs at least one run; however, 0 were"):
        search_front(prepared, BASE, 0)
    monkeypatch.setattr(search, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match=r"needs the package optuna.*'fairmoe\[optuna\]'"):
        search_front(prepared, BASE, 4)


@pytest.mark.slow
def test_the_shell_searches(demo_file, tmp_path):
    file = tmp_path / "demo.csv"
    file.write_bytes(demo_file)
    asked = ("sweep", file, "--target", "hired", "--sensitive", "sex", "--drop", "applicant_id")
    asked += ("--set", "epochs=4", "--out", tmp_path / "kept", "--search", "6")
    code, out, err = shell(*asked)
    assert code == 0, err
    assert "of 6 runs are Pareto-optimal" in out
    assert "6 runs computed" in out
    run_id = next(line.split()[0] for line in out.splitlines()[4:] if "0." in line or "1." in line)
    code, out, err = shell(*asked, "--keep", run_id)
    assert code == 0, err
    assert "All runs were there already." in out
    assert (tmp_path / "kept" / run_id / "run.json").is_file()
    for more in (("--grid", "lambda_fair=1,2"), ("--seeds", "2")):
        code, _, err = shell(*asked, *more)
        assert (code, f"A search chooses the runs itself; however, {more[0]} was" in err) == (
            2,
            True,
        )
