"""The commands about a kept run."""

import io
import json
from dataclasses import replace

import pandas as pd
import pytest

from fairmoe.analysis.awareness import other_awareness
from fairmoe.data import demo_table
from fairmoe.runs import save_run
from tests.cli.shell import shell

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(demo_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("kept") / "run"
    save_run(demo_run[0], path)
    return path


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """A file of ten applicants, without the target and the sensitive column."""
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    demo_table().frame.drop(columns=["hired", "sex"]).head(10).to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_report_is_a_page_named_after_the_run(folder, demo_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = shell("report", folder, "--author", "Ann", "--notes", "Mind the <gap>.")
    path = tmp_path / f"report-{demo_run[0].run_id}.html"
    assert (code, out, err) == (0, "", f"Written to {path.name}\n")
    html = path.read_text(encoding="utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert "Ann · " in html
    assert "Mind the &lt;gap&gt;." in html
    assert 'id="routing"' in html


def test_report_takes_sections(folder, tmp_path):
    path = tmp_path / "a.html"
    assert shell("report", folder, "--out", path, "--sections", "groups,limits")[0] == 0
    html = path.read_text(encoding="utf-8")
    assert 'id="limits"' in html
    assert 'id="routing"' not in html


def test_report_takes_what_the_reviewer_decided_and_the_form_of_the_law(folder, tmp_path):
    path = tmp_path / "a.html"
    signed = ("--reviewer", "Ann", "--role", "Board", "--decision", "conditions")
    said = ("--reason", "One year.", "--intended-use", "To invite.", "--out-of-scope", "To fire.")
    assert shell("report", folder, "--out", path, "--ll144", *signed, *said)[0] == 0
    html = path.read_text(encoding="utf-8")
    for told in ("Ann", "Board", "One year.", "To invite.", "To fire."):
        assert f"<dd>{told}</dd>" in html
    assert "☒ Approved under the conditions below".replace(" ", "\u00a0") in html
    assert 'id="ll144"' in html
    assert 'id="routing"' in html


def test_a_report_compares_a_blind_and_an_aware_run(folder, demo_run, tmp_path):
    run = demo_run[0]
    save_run(replace(run, roles=other_awareness(run.roles)), tmp_path / "aware")
    path = tmp_path / "a.html"
    assert shell("report", folder, "--beside", tmp_path / "aware", "--out", path)[0] == 0
    assert 'id="awareness"' in path.read_text(encoding="utf-8")
    code, _, err = shell("report", folder, "--beside", folder, "--out", tmp_path / "b.html")
    assert code == 2
    assert "A blind and an aware run of the same data, roles and settings are needed" in err


def test_a_report_can_be_a_model_card(folder, tmp_path):
    path = tmp_path / "card.md"
    assert shell("report", folder, "--out", path, "--reviewer", "Ann")[0] == 0
    card = path.read_text(encoding="utf-8")
    assert card.startswith("---\nlibrary_name: fairmoe\n")
    assert "- **Reviewer:** Ann" in card


def test_report_with_the_table_tells_what_the_model_looks_at(folder, demo_file, tmp_path):
    data, path = tmp_path / "demo.csv", tmp_path / "a.json"
    data.write_bytes(demo_file)
    named = ("--group-names", "female=women")
    assert shell("report", folder, "--data", data, "--out", path, *named)[0] == 0
    assert set(json.loads(path.read_text())["attention"]["means"]) == {"women", "male"}
    data.write_bytes(demo_file + b"\n")
    code, _, err = shell("report", folder, "--data", data, "--out", tmp_path / "b.json")
    assert code == 2
    assert "The table that the run was trained on is needed" in err


def test_the_report_takes_a_tolerance_and_a_reference(folder, tmp_path):
    path = tmp_path / "a.json"
    code, _, _ = shell("report", folder, "--out", path, "--tolerance", "5", "--reference", "female")
    assert code == 0
    review = json.loads(path.read_text())["review"]["mixture"]
    assert (review["tolerance"], review["reference"]) == (0.05, "female")
    code, _, err = shell("report", folder, "--out", tmp_path / "b.json", "--reference", "nobody")
    assert code == 2
    assert "The reference needs to be one of the groups" in err


def test_the_report_can_tell_what_the_outcomes_are(folder, tmp_path):
    path = tmp_path / "a.json"
    assert shell("report", folder, "--out", path, "--words", "in/out", "--outcome", "good")[0] == 0
    run = json.loads(path.read_text())["run"]
    assert run["data"]["words"] == ["in", "out"]
    assert run["account"]["everyone"]["n"] > 0
    code, _, err = shell("report", folder, "--out", tmp_path / "b.json", "--outcome", "bad")
    assert code == 2
    assert "this one was trained with 'good'" in err


def test_the_ending_decides_the_form(folder, demo_run, tmp_path):
    document, table = tmp_path / "a.json", tmp_path / "a.CSV"
    assert shell("report", folder, "--out", document)[0] == 0
    assert shell("report", folder, "--out", table)[0] == 0
    assert json.loads(document.read_text())["run"]["run_id"] == demo_run[0].run_id
    assert set(pd.read_csv(table)["kind"]) == {
        "score",
        "rate",
        "review",
        "comparison",
        "people",
        "gate weight",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--out", "a.doc"), "A file name that ends in .html, .md, .json or .csv is needed"),
        (
            ("--out", "there.html"),
            "'there.html' cannot be written: there is something",
        ),
        (("--out", "no/a.html"), "'no/a.html' cannot be written: the folder 'no' is not there"),
        (("--sections", "groups,gossip"), "there is none called 'gossip'"),
        (("--decision", "maybe"), "Option --decision needs a known decision"),
    ],
)
def test_report_refuses_what_it_cannot_do(folder, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.html").write_text("mine")
    code, out, err = shell("report", folder, *options)
    assert code == 2
    assert out == ""
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]
    assert (tmp_path / "there.html").read_text() == "mine"


@pytest.mark.parametrize("command", [("report",), ("predict", "rows.csv")])
def test_a_folder_without_a_run_is_refused(command, tmp_path):
    name, *others = command
    code, _, err = shell(name, tmp_path, *others)
    assert code == 2
    assert "A folder with a kept run is needed" in err


def test_predict_writes_a_line_per_row_and_needs_no_target(folder, rows):
    code, out, err = shell("predict", folder, rows)
    found = pd.read_csv(io.StringIO(out))
    assert code == 0
    assert list(found) == [
        "row",
        "probability",
        "decision",
        "gate_utility",
        "gate_result",
        "gate_procedural",
    ]
    assert found["row"].tolist() == list(range(2, 12))
    assert "Decision 1 is hired = yes" in err


def test_predict_writes_what_it_prints(folder, rows, tmp_path):
    path = tmp_path / "out.csv"
    code, out, _ = shell("predict", folder, rows, "--out", path)
    assert (code, out) == (0, "")
    assert path.read_text() == shell("predict", folder, rows)[1]


def test_predict_refuses_rows_that_do_not_fit(folder, rows, tmp_path):
    frame = pd.read_csv(rows)
    frame.drop(columns="age").to_csv(tmp_path / "less.csv", index=False)
    code, out, err = shell("predict", folder, tmp_path / "less.csv")
    assert (code, out) == (2, "")
    assert "Column 'age' is needed" in err


def test_predict_counts_texts_in_place_of_numbers(folder, rows, tmp_path):
    frame = pd.read_csv(rows)
    path = tmp_path / "text.csv"
    frame.astype({"age": object}).assign(age="old").to_csv(path, index=False)
    code, out, err = shell("predict", folder, path)
    assert code == 0
    assert len(out.splitlines()) == 11
    assert "Careful:\n  10 rows of 'age' hold a text that is not a number" in err
    assert "('old')" in err


def test_predict_warns_of_categories_it_does_not_know(folder, rows, tmp_path):
    path = tmp_path / "moon.csv"
    pd.read_csv(rows).assign(department="moon").to_csv(path, index=False)
    code, _, err = shell("predict", folder, path)
    assert code == 0
    assert "10 rows of column 'department' hold a category that no training row had" in err


def test_predict_leaves_empty_what_is_not_estimable_and_names_absurd_numbers(
    folder, rows, tmp_path
):
    frame = pd.read_csv(rows).astype(object)
    frame.loc[3] = None
    frame.loc[4, "age"] = 1e30
    path = tmp_path / "rows.csv"
    frame.to_csv(path, index=False)
    code, out, err = shell("predict", folder, path)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[4] == "5,,,,,"
    assert [line.split(",")[2] in ("0", "1") for line in lines[1:]] == [True] * 3 + [False] + [
        True
    ] * 6
    told = err.replace("\n", " ")
    assert "1 row has no feature that the model knows" in told
    assert "1 row of 'age' holds a number more than 15 standard deviations from the mean" in told
