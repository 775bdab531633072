"""Weights and unknown groups, told to the shell and told by it."""

import json

import numpy as np
import pandas as pd
import pytest

from fairmoe.runs import load_run
from tests.cli.shell import shell

QUICK = ("--target", "hired", "--sensitive", "sex", "--set", "epochs=4", "--device", "cpu")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    i = np.arange(600)
    frame = pd.DataFrame(
        {
            "sex": np.where(i % 10 == 0, "", np.where(i % 2, "m", "f")),
            "age": 20 + i % 40,
            "w": 1 + i % 4,
            "hired": np.where((i * 7) % 5 < 2, "yes", "no"),
        }
    )
    path = tmp_path_factory.mktemp("weighted") / "weighted.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_weights_and_unknown_groups_are_said_counted_and_kept(file, tmp_path):
    options = ("--weight", "w", "--unknown-group", "train", "--tolerance", "10")
    code, out, err = shell("train", file, *QUICK, *options, "--json", "--out", tmp_path / "run")
    assert code == 0, err
    told = (
        "60 rows used for training only, and counted in no group, because 'sex' is missing.",
        "Rows count as 'w' says; the 600 rows that count tell as much as 500 that all count the "
        "same.",
    )
    document = json.loads(out)
    for sentence in told:
        assert sentence in err
        assert sentence in document["data"]["changes"]
    assert document["data"]["groups"] == {"f": 240, "m": 300}
    assert (document["roles"]["weight"], document["roles"]["unknown"]) == ("w", "train")
    run = load_run(tmp_path / "run")
    test = run.splits["test"]
    np.testing.assert_array_equal(test.weight, 1 + test.rows % 4)
    # What the review counts are effective rows.
    sizes = [test.weight[test.group == g] for g in (0, 1)]
    effective = sum(w.sum() ** 2 / (w**2).sum() for w in sizes)
    review = document["review"]["mixture"]["differences"]["demographic_parity_difference"]
    assert review["n"] == round(effective) < len(test.rows)
    assert (
        len(run.splits["train"].rows) + len(test.rows) + len(run.splits["validation"].rows) == 540
    )
    code, _, err = shell(
        "report", tmp_path / "run", "--data", file, "--out", tmp_path / "report.html"
    )
    assert code == 0, err
    assert told[0] in (tmp_path / "report.html").read_text("utf-8").replace("&#39;", "'")


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--weight", "hired"), "column 'hired' is both target and weight"),
        (("--weight", "weigth"), "Column 'weigth' is needed"),
        (("--unknown-group", "keep"), "can be left out, be a group, or be for training"),
    ],
)
def test_what_cannot_be_done_is_said(file, option, told):
    code, out, err = shell("train", file, *QUICK, *option)
    assert (code, out) == (2, "")
    assert told in " ".join(err.split())


def test_a_front_and_a_sweep_follow_them_too(file, tmp_path):
    options = ("--weight", "w", "--unknown-group", "train")
    code, out, err = shell("train", file, *QUICK, *options, "--front", "--json")
    assert code == 0, err
    front = json.loads(out)["front"]
    assert front
    code, _, err = shell(
        "sweep", file, *QUICK, *options, "--grid", "lambda_fair=0,1", "--out", tmp_path / "sweep"
    )
    assert code == 0, err
