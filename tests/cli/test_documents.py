"""What commands print as JSON tells of no group of a few people."""

import json

import numpy as np
import pytest

from fairmoe.data import make_demo
from fairmoe.sentences.cautions import merged_groups
from tests.cli.shell import shell

pytestmark = pytest.mark.slow

ROLES = ("--target", "hired", "--sensitive", "town", "--outcome", "good", "--drop", "applicant_id")
QUICK = ("--set", "epochs=4")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    frame = make_demo(400).assign(
        town=np.repeat(["often", "seldom", "usual", "rarely"], [170, 30, 170, 30])
    )
    path = tmp_path_factory.mktemp("small") / "small.csv"
    frame.to_csv(path, index=False)
    return path


def test_small_groups_of_a_training_are_one_with_a_note(path):
    code, out, err = shell("train", path, *ROLES, *QUICK, "--json", "--compare-aware")
    assert code == 0
    document = json.loads(out)
    names = document.pop("merged_groups")
    assert set(names) == {"seldom", "rarely"}
    assert merged_groups(names, 10) in " ".join(err.split())
    assert set(document["account"]["groups"]) == {"often", "usual", "smaller groups"}
    left = json.dumps(document)
    assert "seldom" not in left
    assert "rarely" not in left


def test_all_are_told_of_if_asked_for_and_a_small_reference_is_told_with_the_others(path):
    code, out, _ = shell("train", path, *ROLES, *QUICK, "--json", "--smallest-group", "0")
    assert (code, json.loads(out)["merged_groups"]) == (0, [])
    assert "seldom" in json.loads(out)["account"]["groups"]
    code, out, _ = shell("train", path, *ROLES, *QUICK, "--json", "--reference", "seldom")
    assert json.loads(out)["review"]["mixture"]["reference"] == "smaller groups"
    code, out, _ = shell("train", path, *ROLES, *QUICK, "--json", "--smallest-group", "300")
    document = json.loads(out)
    assert document["account"]["groups"] == document["routing"]["by_group"] == {}
    assert document["account"]["everyone"]["n"] > 0
    assert document["data"]["groups"] == {"smaller groups": 400}
    assert "often" not in json.dumps(document | {"merged_groups": []})
    assert json.loads(out)["review"] is None


def test_lists_and_comparisons_of_runs_name_no_group(path, tmp_path):
    for name in ("one", "two"):
        shell("train", path, *ROLES, *QUICK, "--seed", len(name), "--out", tmp_path / name)
    shell("sweep", path, *ROLES, *QUICK, "--out", tmp_path / "three.fairmoe")
    _, listed, _ = shell("runs", tmp_path, "--json")
    (swept,) = [each["sweep"] for each in json.loads(listed) if "sweep" in each]
    assert swept["data"]["rows"] == 400
    _, compared, _ = shell("compare", tmp_path / "one", tmp_path / "two", "--json")
    for told in (listed, compared):
        assert json.loads(told)
        assert "seldom" not in told
        assert "often" not in told
