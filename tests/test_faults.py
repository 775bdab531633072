"""Odd tables and extreme settings: finite figures, or "not estimable", or one sentence."""

import math
import threading
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, assign_roles, read_table
from fairmoe.data.leaks import find_leaks
from fairmoe.errors import CancelledError, FairmoeError
from fairmoe.experiment import prepare, run_experiment
from fairmoe.names import EVERY_RUN, SPLITS, TRAINED_MODELS
from fairmoe.report import make_report
from fairmoe.runs import Run, load_run, save_run
from fairmoe.sweep import FolderStore, grid_settings, run_sweep
from fairmoe.training import expert_losses, forget_experts
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

ROLES = Roles(Target("y", ("1",), outcome="good"), (Sensitive("group"),))
QUICK = Settings(epochs=8)


def table_of(rows: int = 300, **columns):
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    frame = pd.DataFrame({"x": x, "group": np.where(np.arange(rows) % 2, "a", "b")})
    frame["y"] = (x + rng.normal(size=rows) > 0).astype(int)
    for name, make in columns.items():
        frame[name] = make(rng, rows, frame)
    return read_table(frame.to_csv(index=False).encode(), name="odd.csv")


def check(run: Run) -> None:
    """Check that whatever is said of a run is finite or not estimable, and agrees with itself."""
    for split in SPLITS:
        record = run.splits[split]
        for model in EVERY_RUN:
            assert np.isfinite(record.proba[model]).all(), (split, model)
            assert ((record.proba[model] >= 0) & (record.proba[model] <= 1)).all()
            for metric, score in run.scores[split][model].items():
                assert math.isnan(score) or abs(score) <= 3, (split, model, metric)
            assert 0 <= run.scores[split][model]["acc"] <= 1
        np.testing.assert_allclose(record.gate.sum(1), 1, atol=1e-5)
        account = run.account(split=split).everyone
        assert account["n"] == len(record.y_true)
    for tensor in run.mixture.state_dict().values():
        assert torch.isfinite(tensor).all()


ODD = {
    "constant": lambda _, n, __: np.full(n, 7.0),
    "duplicate": lambda _, __, frame: frame["x"],
    "tiny": lambda rng, n, _: rng.normal(size=n) * 1e-30,
    "huge": lambda rng, n, _: rng.normal(size=n) * 1e29,
    "near infinity": lambda rng, n, _: rng.choice([1e308, -1e308, 1.0], n),
    "tiny and huge": lambda rng, n, _: rng.choice([1e-300, 1e30, 0.0], n),
    "one outlier": lambda rng, n, _: np.where(np.arange(n) == 5, 1e30, rng.normal(size=n)),
    "perfect": lambda _, __, frame: frame["y"] * 2.0 - 1,
    "missing": lambda rng, n, _: np.where(rng.random(n) < 0.98, np.nan, 1.0),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_columns_give_finite_figures(name):
    run = run_experiment(table_of(odd=ODD[name]), ROLES, QUICK)
    check(run)


def test_one_column_is_enough():
    check(run_experiment(table_of(), ROLES, QUICK))


def wide(columns):
    rng = np.random.default_rng(0)
    more = pd.DataFrame(rng.normal(size=(120, columns)).round(3)).add_prefix("c")
    frame = table_of(120).frame.join(more)
    return read_table(frame.to_csv(index=False).encode())


@pytest.mark.slow
def test_many_columns_are_taken_and_too_many_refused():
    run = run_experiment(wide(300), ROLES, QUICK.replace(epochs=4))
    assert run.resolved["features"] == 301
    check(run)
    with pytest.raises(
        FairmoeError, match=r"At most 1,000 columns .* however, the table has 2,003"
    ):
        run_experiment(wide(2000), ROLES, QUICK)


@pytest.mark.slow
def test_twenty_thousand_levels_are_taken():
    table = table_of(20_000, level=lambda rng, n, _: [f"level {i}" for i in rng.permutation(n)])
    check(run_experiment(table, ROLES, QUICK.replace(epochs=4)))


@pytest.mark.slow
def test_a_hundred_thousand_levels_are_rare_ones_or_one_sentence_before_memory_is_taken():
    n = 100_000
    table = table_of(n, level=lambda *_: [f"level {i:x}" for i in range(n)])
    assert table.kinds["level"] == "category"
    data = prepare(table, ROLES, QUICK).data
    assert np.isfinite(data.train.x).all()
    assert data.train.x.shape[1] < 10
    tracemalloc.start()
    with pytest.raises(FairmoeError, match=r"may take 4,096 MiB; .*leave out column 'level'"):
        prepare(table, ROLES, QUICK.replace(rare_level=0.0))
    assert tracemalloc.get_traced_memory()[1] < 512 * 2**20
    tracemalloc.stop()


def test_thirty_rows_and_hardly_a_positive():
    def few(_, n, __):
        return (np.arange(n) % 10 == 3).astype(int)

    with pytest.raises(FairmoeError, match="however"):
        run_experiment(table_of(30, y=few), ROLES, QUICK)
    check(run_experiment(table_of(30), ROLES, QUICK))


@pytest.mark.filterwarnings("error")
def test_a_positive_of_each_group_is_looked_at_without_a_warning():
    table = table_of(100, y=lambda _, n, __: (np.arange(n) < 2).astype(int))
    assert np.isfinite(find_leaks(assign_roles(table, ROLES)).alone).all()


def test_one_positive_is_one_sentence():
    table = table_of(100, y=lambda _, n, __: (np.arange(n) == 3).astype(int))
    with pytest.raises(FairmoeError, match="however"):
        run_experiment(table, ROLES, QUICK)


EXTREME = {
    "steps of 1": {"learning_rate": 1.0, "adversary_learning_rate": 1.0, "gate_learning_rate": 1.0},
    "weights of 10,000": {
        "lambda_rep": 1e4,
        "lambda_fair": 1e4,
        "lambda_attention": 1e4,
        "lambda_adv": 1e4,
    },
    "a reversal of 1,000": {"lambda_grl": 1e3, "lambda_adv": 1e4, "learning_rate": 1.0},
    "a cold gate": {"temperature": 0.01, "fairness_weight": 1e3, "gate_learning_rate": 1.0},
    "all": {
        "learning_rate": 1.0,
        "lambda_fair": 1e4,
        "lambda_rep": 1e4,
        "lambda_adv": 1e4,
        "lambda_grl": 1e3,
        "temperature": 0.01,
        "select": "last",
        "guard": False,
        "scale": "minmax",
    },
}


@pytest.mark.parametrize("name", EXTREME)
def test_extreme_settings_give_finite_figures(name):
    settings = Settings(epochs=40, **EXTREME[name])
    check(run_experiment(table_of(odd=ODD["one outlier"]), ROLES, settings))


@pytest.mark.parametrize("phase", ["encode", "experts", "gate", "evaluate"])
def test_a_training_that_is_cancelled_in_any_phase_keeps_nothing(phase):
    forget_experts()
    seen = []

    def stop(report):
        seen.append(report.phase)
        if report.phase == phase:
            raise CancelledError

    with pytest.raises(CancelledError):
        run_experiment(table_of(), ROLES, QUICK, on_progress=stop)
    assert seen[-1] == phase
    # The next one is the same as without the one before.
    check(run_experiment(table_of(), ROLES, QUICK))


@pytest.fixture
def diverging(monkeypatch):
    """Have the loss of the last of the result experts be no number."""
    forget_experts()
    real = expert_losses.result_expert_loss

    def loss(*arguments, **more):
        found = real(*arguments, **more)
        return found * torch.where(torch.arange(len(found)) == len(found) - 1, torch.nan, 1.0)

    monkeypatch.setattr(expert_losses, "result_expert_loss", loss)
    yield
    forget_experts()


LAST = QUICK.replace(select="last", guard=False)
"""Else the weights of before the loss was no number are the best."""


@pytest.mark.usefixtures("diverging")
def test_a_loss_that_is_no_number_is_one_sentence_and_no_run():
    with pytest.raises(
        FairmoeError,
        match=r"Training needs losses that stay numbers; however, with these settings they did "
        r"not, and nothing was kept\. Take smaller steps",
    ):
        run_experiment(table_of(), ROLES, LAST)


@pytest.mark.usefixtures("diverging")
def test_of_a_sweep_only_the_run_that_diverges_has_no_scores():
    runs = grid_settings(LAST, {"lambda_fair": [0.5, 2.0]}, seeds=1)
    sweep = run_sweep(prepare(table_of(), ROLES, runs[0]), runs)
    of_mixture = sweep.scores["test"][TRAINED_MODELS.index("mixture")]
    assert np.isfinite(of_mixture[0, :4]).all()
    assert np.isnan(of_mixture[1]).all()
    assert not sweep.front()[1]
    check(sweep.open(0))
    with pytest.raises(FairmoeError, match="stay numbers"):
        sweep.open(1)


def test_figures_of_odd_tables_are_in_reports_and_in_kept_runs(tmp_path):
    run = run_experiment(table_of(odd=ODD["near infinity"]), ROLES, QUICK)
    assert make_report(run, smallest_group=0).sections
    save_run(run, tmp_path / "run")
    check(load_run(tmp_path / "run"))


@pytest.mark.slow
def test_two_sweeps_in_one_folder_are_both_whole(tmp_path):
    table = table_of()
    runs = grid_settings(QUICK.replace(epochs=4), {"lambda_fair": [0.0, 1.0]}, seeds=2)
    prepared = prepare(table, ROLES, runs[0])
    found = []

    def sweep():
        found.append(run_sweep(prepared, runs, store=FolderStore(tmp_path), max_runs=1))

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    one, other = found
    np.testing.assert_array_equal(one.scores["test"], other.scores["test"])
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors"}
    assert run_sweep(prepared, runs, store=FolderStore(tmp_path)).computed == 0
