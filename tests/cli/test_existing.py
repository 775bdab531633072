"""`fairmoe train --score` and `--decision`: what is in use today as one more model."""

import json

import numpy as np
import pytest

from fairmoe.data import make_demo
from fairmoe.runs import load_run
from fairmoe.sentences.audits import may_go_the_other_way
from tests.cli.shell import shell

pytestmark = pytest.mark.slow

ROLES = ("--target", "hired", "--sensitive", "sex", "--outcome", "good", "--drop", "applicant_id")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    frame = make_demo(400)
    score = (frame["interview_score"] / 5).round(3)
    scored = frame.drop(columns="interview_score").assign(
        score=score,
        decile=np.ceil(10 * score),
        level=np.where(score > 0.5, "high", "low"),
        decision=np.where(score > 0.4, "yes", "no"),
    )
    path = tmp_path_factory.mktemp("scored") / "scored.csv"
    scored.to_csv(path, index=False)
    return path


def train(path, *options):
    return shell("train", path, *ROLES, "--set", "epochs=4", *options)


def test_a_score_stands_beside_the_mixture_and_repeats_with_its_file(path, tmp_path):
    told = ("--score", "decile", "--cutoff", "6", "--falling", "--out", tmp_path / "run")
    code, out, err = train(path, *told)
    assert code == 0
    assert "“decile” is left out of the features" in err
    # Of people with a low decile fewer were hired.
    assert may_go_the_other_way("decile", "hired", falling=True) in " ".join(err.split())
    assert out.splitlines()[1].split()[-1].rstrip("*") == "existing"
    assert "otherwise than the score “decile”" in " ".join(out.split())
    run = load_run(tmp_path / "run")
    assert run.roles.existing.cutoff == 6
    assert not run.roles.existing.rises
    beside = tmp_path / "run.toml"
    code, _, _ = shell("train", "--config", beside, "--out", tmp_path / "again")
    assert code == 0
    assert load_run(tmp_path / "again").run_id == run.run_id


def test_a_decision_decides_by_the_words_of_the_target_or_as_told(path):
    code, out, err = train(path, "--decision", "decision", "--json")
    assert code == 0
    document = json.loads(out)
    assert document["roles"]["existing"] == {
        "column": "decision",
        "cutoff": None,
        "rises": True,
        "positive": ["yes"],
    }
    assert document["test"]["existing"]["acc"] is not None
    assert document["beside_existing"]["everyone"]["n"] > 0
    code, _, err = train(path, "--decision", "level")
    assert code == 2
    assert "none is called like the positive class" in err
    assert "--decides granted" in err
    code, out, _ = train(path, "--decision", "level", "--decides", "high", "--json")
    assert (code, json.loads(out)["roles"]["existing"]["positive"]) == (0, ["high"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--score", "score", "--decision", "decision"), "Either --score or --decision is needed"),
        (("--cutoff", "3"), "Option --cutoff needs a column; however, --score was not given"),
        (("--falling",), "Option --falling needs a column"),
        (("--decides", "yes"), "Option --decides needs a column; however, --decision was not"),
        (("--score", "decile"), "A cut-off is needed for scores that are no probabilities"),
        (("--score", "level"), "Column 'level' needs numbers to be a score"),
        (("--score", "nothing"), "nothing"),
        (("--decision", "level", "--decides", "mid"), "one was named that there is not"),
    ],
)
def test_what_does_not_fit_is_refused_before_training(path, options, message):
    code, out, err = train(path, *options)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
