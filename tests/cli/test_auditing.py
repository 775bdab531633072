"""`fairmoe audit`."""

import json

import numpy as np
import pytest

from fairmoe.auditing import audit
from fairmoe.data import make_demo
from tests.cli.shell import shell


@pytest.fixture(scope="module")
def frame():
    frame = make_demo(400)
    score = (frame["interview_score"] / 5).round(3)
    return frame.assign(
        score=score,
        decile=np.ceil(10 * score),
        decision=np.where(score > 0.5, "yes", "no"),
        text="fine",
    )


@pytest.fixture(scope="module")
def path(frame, tmp_path_factory):
    path = tmp_path_factory.mktemp("scored") / "scored.csv"
    frame.to_csv(path, index=False)
    return path


def ask(path, score, *options):
    return shell(
        "audit", path, "--label", "hired", "--score", score, "--sensitive", "sex", *options
    )


def test_a_score_is_told_as_python_tells_it(frame, path):
    code, out, _ = ask(path, "score", "--outcome", "good", "--tolerance", "5", "--json")
    assert code == 0
    found = audit(
        frame["hired"] == "yes", frame["score"], frame["sex"], outcome="good", tolerance=0.05
    )
    told = {"cutoff": 0.5, "falling": False} | found.to_dict()
    assert json.loads(out) == json.loads(json.dumps(told))


def test_decisions_and_other_scores_give_the_same(path):
    _, by_score, _ = ask(path, "score")
    code, by_decision, _ = ask(path, "decision")
    assert (code, by_decision) == (0, by_score)
    code, by_decile, _ = ask(path, "decile", "--cutoff", "5")
    assert (code, by_decile) == (0, by_score)


def test_it_says_who_is_wrongly_refused_in_the_words_and_names_given(frame, path):
    names = ("--outcome", "good", "--group-names", "female=women,male=men")
    code, out, err = ask(path, "score", *names, "--words", "in/out")
    assert (code, err) == (0, "The score “score” gives “in” above 0.5, or else “out”.\n")
    assert "Who gets 'in'; wrongly not: labelled 'in' and given 'out'" in out.replace("\n", " ")
    women = frame["sex"] == "female"
    wrongly = (women & (frame["hired"] == "yes") & (frame["score"] <= 0.5)).sum()
    line = next(line for line in out.splitlines() if line.startswith("women")).split()
    assert line[1] == str(women.sum())
    assert line[4] == str(wrongly)


def test_of_a_score_that_falls_what_is_not_above_the_cutoff_is_positive(frame, path, tmp_path):
    rank = frame.assign(rank=11 - frame["decile"])
    turned = tmp_path / "turned.csv"
    rank.to_csv(turned, index=False)
    # Whoever has a decile above 5 has a rank of at most 5.
    _, by_decile, _ = ask(path, "decile", "--cutoff", "5")
    code, by_rank, err = ask(turned, "rank", "--cutoff", "5", "--falling")
    assert (code, by_rank) == (0, by_decile)
    assert err == "The score “rank” gives “not hired” above 5, or else “hired”.\n"
    told = json.loads(ask(turned, "rank", "--cutoff", "5", "--falling", "--json")[1])
    assert (told["cutoff"], told["falling"]) == (5, True)
    found = audit(rank["hired"] == "yes", rank["rank"], rank["sex"], cutoff=5, rises=False)
    assert told == json.loads(json.dumps({"cutoff": 5.0, "falling": True} | found.to_dict()))
    assert np.isnan(found.review.calibration_error).all()


def test_a_score_that_goes_the_other_way_is_told_of_and_not_turned(frame, path, tmp_path):
    turned = tmp_path / "turned.csv"
    frame.assign(rank=11 - frame["decile"]).to_csv(turned, index=False)
    found = audit(frame["hired"] == "yes", 11 - frame["decile"], frame["sex"], cutoff=5)
    _, out, err = ask(turned, "rank", "--cutoff", "5", "--json")
    assert json.loads(out)["rates"] == json.loads(json.dumps(found.to_dict()))["rates"]
    assert err.endswith(
        "\nCareful: people with a higher “rank” have the label “hired” less often. If a lower one "
        "speaks for it, add --falling.\n"
    )
    _, _, err = ask(path, "decile", "--cutoff", "5", "--falling")
    assert err.endswith(
        "\nCareful: people with a lower “decile” have the label “hired” less often. If a higher "
        "one speaks for it, leave out --falling.\n"
    )


def test_weights_and_reference_are_those_that_were_told(frame, tmp_path):
    weighted = frame.assign(weight=1 + np.arange(len(frame)) % 5)
    path = tmp_path / "weighted.csv"
    weighted.to_csv(path, index=False)
    asked = ("--weight", "weight", "--reference", "female", "--json")
    code, out, _ = ask(path, "score", *asked)
    found = audit(
        frame["hired"] == "yes",
        frame["score"],
        frame["sex"],
        reference="female",
        sample_weight=weighted["weight"],
    )
    told = {"cutoff": 0.5, "falling": False} | found.to_dict()
    assert (code, json.loads(out)) == (0, json.loads(json.dumps(told)))


def test_an_audit_is_repeated_from_the_file_beside_it(frame, path, tmp_path):
    asked = ("--outcome", "good", "--tolerance", "5", "--words", 'in, "so"/out')
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    code, out, err = ask(path, "decile", *asked, "--cutoff", "5", "--out", first)
    assert (code, out) == (0, ask(path, "decile", *asked, "--cutoff", "5")[1])
    assert f"Written to {first}" in err
    beside = tmp_path / "first.json.toml"
    code, told, err = shell("audit", "--config", beside, "--json", "--quiet", "--out", second)
    assert (code, err) == (0, "")
    assert told == first.read_text() == second.read_text()
    lines = beside.read_text().splitlines()
    assert lines[0].startswith(
        "# fairmoe audit --config first.json.toml --out another repeats this audit"
    )
    assert lines[1:] == (tmp_path / "second.json.toml").read_text().splitlines()[1:]
    # What the command line says counts more.
    told = shell("audit", "--config", beside, "--json", "--cutoff", "7", "--quiet")[1]
    assert json.loads(told)["cutoff"] == 7
    found = audit(frame["hired"] == "yes", frame["decile"], frame["sex"], cutoff=7, outcome="good")
    assert json.loads(told)["people"] == json.loads(json.dumps(found.to_dict()["people"]))


@pytest.mark.parametrize("asked", [("--out", "-"), ("--out", "-", "--json")])
def test_a_dash_stands_for_standard_output_and_leaves_no_file(path, tmp_path, monkeypatch, asked):
    monkeypatch.chdir(tmp_path)
    assert ask(path, "score", *asked)[:2] == (0, ask(path, "score", "--json")[1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["audit.json", "audit.json.toml"])
def test_nothing_is_written_over_by_an_audit(path, tmp_path, there):
    (tmp_path / there).write_text("mine")
    code, out, err = ask(path, "score", "--out", tmp_path / "audit.json")
    assert (code, out) == (2, "")
    assert f"'{tmp_path / there}' exists" in err
    assert [one.name for one in tmp_path.iterdir()] == [there]


def test_columns_that_an_audit_does_not_use_may_be_as_they_are(frame, tmp_path):
    path = tmp_path / "notes.csv"
    frame.assign(notes="", weight=1e-308).to_csv(path, index=False)
    code, out, err = ask(path, "score", "--weight", "weight")
    assert (code, ask(path, "score")[1]) == (0, out)
    assert "the 400 rows that count tell as much as 400" in err


@pytest.mark.parametrize(
    ("score", "options", "message"),
    [
        ("nothing", (), "nothing"),
        ("decile", (), "A cut-off is needed for scores that are no probabilities"),
        ("text", (), "needs numbers, or the values of the label"),
        ("test_score", ("--cutoff", "50"), "needs a score or a decision in each row"),
        ("score", ("--tolerance", "500"), "toleran"),
        ("decision", ("--falling",), "Option --falling is for scores; however, column 'decision'"),
    ],
)
def test_what_cannot_be_audited_is_refused(path, score, options, message):
    code, out, err = ask(path, score, *options)
    assert (code, out) == (2, "")
    assert message in err
