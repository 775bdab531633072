"""Columns that the shell leaves out of training, and those it trains with twice."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from fairmoe.runs import load_run
from tests.cli.conftest import QUICK, ROLES
from tests.cli.shell import shell


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    """A file with a copy of the target, a value given to the hired only, names and ids."""
    rng = np.random.default_rng(0)
    hired = rng.integers(0, 2, 400)
    path = tmp_path_factory.mktemp("leaky") / "leaky.csv"
    pd.DataFrame(
        {
            "id": np.arange(400),
            "name": [f"name {i}" for i in range(400)],
            "sex": rng.choice(["f", "m"], 400),
            "skill": rng.normal(size=400),
            "copy": np.where(hired, "in", "out"),
            "contract": np.where(hired == 1, rng.integers(1, 9, 400), np.nan),
            "hired": hired,
        }
    ).to_csv(path, index=False)
    return path


def test_train_says_what_it_leaves_out_and_what_may_give_the_answer_away(leaky):
    code, out, err = shell("train", leaky, *ROLES, *QUICK, "--json")
    assert code == 0
    assert (
        "Left out by default: id and name (only names the row). --keep COL takes a column in."
        in err
    )
    assert "These columns may give the answer away:\n" in err
    assert "  copy: alone it tells the outcome with an AUC of 100%.\n" in err
    assert ("  contract: where it has a value, 100% are “hired”; where it is missing, 0%.\n") in err
    assert "--drop COL leaves a column out." in err
    assert json.loads(out)["roles"]["dropped"] == ["id", "name"]


def test_a_column_that_would_be_left_out_is_kept_when_asked_for(leaky, asked):
    shell("train", leaky, *ROLES, "--keep", "id", "--drop", "copy")
    assert asked[0][0].dropped == ("copy", "name")
    shell("train", leaky, *ROLES, "--keep", "id,name")
    assert asked[1][0].dropped == ()
    code, _, err = shell("train", leaky, *ROLES, "--keep", "idd")
    assert code == 2
    assert "idd" in err


def test_columns_with_a_role_are_not_left_out(leaky, asked):
    shell("train", leaky, "--target", "hired", "--sensitive", "name", "--drop", "id")
    assert asked[0][0].dropped == ("id",)


@pytest.mark.slow
def test_a_blind_and_an_aware_run_are_trained_and_compared(file, tmp_path):
    options = (*ROLES, *QUICK, "--outcome", "good", "--compare-aware", "--out", tmp_path / "run")
    code, out, err = shell("train", file, *options)
    assert code == 0
    assert f"Kept in {tmp_path / 'run'}\n" in err
    assert f"Kept in {tmp_path / 'run-aware'}\n" in err
    blind, aware = load_run(tmp_path / "run"), load_run(tmp_path / "run-aware")
    assert not blind.roles.include_sensitive
    assert aware.roles == dataclasses.replace(blind.roles, include_sensitive=True)
    told = " ".join(out[out.index("The mixture, blind and aware, on the test rows") :].split())
    assert "Blind: the models do not see sex." in told
    assert "Aware: the models see sex" in told
    code, out, _ = shell("train", file, *ROLES, *QUICK, "--compare-aware", "--json")
    document = json.loads(out)
    assert code == 0
    assert set(document["awareness"]) == {"blind", "aware"}
    assert document["awareness"]["blind"]["harmed"] is None
    assert document["other"]["run_id"] != document["run_id"]
    (tmp_path / "run3-aware").mkdir()
    (tmp_path / "run3-aware" / "x").touch()
    code, _, err = shell("train", file, *options[:-1], tmp_path / "run3")
    assert code == 2
    assert "run3-aware" in err
    assert not (tmp_path / "run3").exists()
