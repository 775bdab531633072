"""The same rows and settings give the same numbers by every door, to the last bit."""

import threading

import numpy as np
import pandas as pd
import pytest
import torch

from fairmoe import FairMoEClassifier
from fairmoe.config import Settings
from fairmoe.data import ReadOptions, Roles, Sensitive, Target, read_table
from fairmoe.data.split import held_out
from fairmoe.experiment import run_experiment
from fairmoe.runs import Project, ProjectRun, Run, load_run, read_project, write_project
from fairmoe.training import forget_experts
from fairmoe.ui.frame.progress import start_training
from fairmoe.ui.frame.state import Session
from tests.cli.shell import shell
from tests.patience import PATIENCE

SETTINGS = Settings(epochs=12, lambda_fair=2.0, seed=3, device="cpu", fine_tune_every=2)
ROLES = Roles(Target("hired", ("yes",)), (Sensitive("sex"),), split_column="part")
ROWS, TESTED = 260, 60


@pytest.fixture(scope="module")
def frame():
    """Rows whose split is the one that the estimator makes of those that are not tested."""
    rng = np.random.default_rng(5)
    skill = rng.normal(size=ROWS + TESTED).round(3)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], ROWS + TESTED),
            "skill": skill,
            "grade": rng.choice(["a", "b", "c"], ROWS + TESTED),
        }
    )
    frame["hired"] = np.where(skill + rng.normal(size=ROWS + TESTED) > 0, "yes", "no")
    known = frame[:ROWS]
    split = held_out(
        (known["hired"] == "yes").to_numpy().astype(np.int64),
        (known["sex"] == "m").to_numpy().astype(np.int64),
        share=0.2,
        seed=SETTINGS.seed,
    )
    frame["part"] = "test"
    frame.loc[: ROWS - 1, "part"] = np.array(["train", "validation"])[split]
    return frame


@pytest.fixture(scope="module")
def content(frame):
    return frame.to_csv(index=False).encode()


@pytest.fixture(scope="module")
def run(content):
    forget_experts()
    return run_experiment(read_table(content, name="people.csv"), ROLES, SETTINGS)


def same(one: Run, other: Run) -> None:
    assert one.run_id == other.run_id
    for name, weights in one.mixture.state_dict().items():
        assert torch.equal(weights, other.mixture.state_dict()[name]), name
    for split, record in one.splits.items():
        for model, proba in record.proba.items():
            np.testing.assert_array_equal(proba, other.splits[split].proba[model])
        np.testing.assert_equal(dict(one.scores[split]), dict(other.scores[split]))


def test_shell_and_python(run, content, tmp_path):
    forget_experts()
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    code, _, err = shell(
        "train", path, "--target", "hired", "--positive", "yes", "--sensitive", "sex",
        "--split-column", "part", "--seed", 3, "--device", "cpu", "--set", "epochs=12",
        "--set", "lambda_fair=2", "--set", "fine_tune_every=2", "--out", tmp_path / "run",
    )  # fmt: skip
    assert code == 0, err
    same(load_run(tmp_path / "run"), run)


def test_app_and_python(run, content):
    forget_experts()
    session = Session()
    session.load(read_table(content, name="people.csv"), ROLES)
    session.settle(ROLES)
    start_training(session, SETTINGS, "pages/train.py")
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if session.job() is None:
            break
        pause.wait(0.01)
    assert session.run is not None
    same(session.run, run)


def test_estimator_and_python(run, frame):
    forget_experts()
    known = frame[:ROWS]
    model = FairMoEClassifier(settings=SETTINGS)
    model.fit(known[["skill", "grade"]], known["hired"], sensitive_features=known["sex"])
    for name, weights in run.mixture.state_dict().items():
        theirs = model.mixture_.state_dict()[name]
        assert torch.equal(weights, theirs.to(weights.dtype)), name
    tested = model.predict_proba(frame[["skill", "grade"]].iloc[run.splits["test"].rows])[:, 1]
    # It predicts with twice the digits.
    np.testing.assert_allclose(tested, run.splits["test"].proba["mixture"], atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2])
def test_one_thread_and_two(run, content, threads):
    before = torch.get_num_threads()
    forget_experts()
    torch.set_num_threads(threads)
    try:
        table = read_table(content, name="people.csv")
        same(run_experiment(table, ROLES, SETTINGS), run)
    finally:
        torch.set_num_threads(before)


def test_a_project_that_is_opened_again(run):
    opened = read_project(write_project(Project((ProjectRun(run, "One"),), 0)))
    same(opened.runs[0].run, run)


def test_a_file_that_is_read_otherwise_is_another_run(run, content):
    table = read_table(content, name="people.csv", options=ReadOptions(kinds={"skill": "category"}))
    assert run_experiment(table, ROLES, SETTINGS.replace(epochs=4)).run_id != run.run_id
