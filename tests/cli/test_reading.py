"""How the shell has a file read, and what it says of that."""

import io
import json
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from fairmoe.runs import load_run
from tests.cli.shell import shell

QUICK = ("--target", "hired", "--sensitive", "sex", "--set", "epochs=4", "--device", "cpu")


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sex": ["F", "f", "m", "m "] * 30,
            "pay": [f"{1 + i % 9}.{100 + i}" for i in range(120)],
            "ward": ["01", "02", "10"] * 40,
            "age": [999 if i % 12 == 0 else 20 + i % 40 for i in range(120)],
            "points": ["n.d." if i % 9 == 0 else str(i) for i in range(120)],
            "hired": ["yes", "no", "no", "yes", "no"] * 24,
        }
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    frame().to_csv(path, index=False, sep=";")
    return path


def test_what_was_done_is_listed_with_what_to_say_otherwise(file):
    code, out, err = shell("train", file, *QUICK, "--json", "--keep", "points")
    assert code == 0
    said = err[err.index("What was done to your columns:") :]
    assert said.splitlines()[1:5] == [
        "  2 levels of 'sex' differ only in case, blanks or Unicode form, and would be 1 if they "
        "were merged. They are kept apart. ('F', 'f') (say --alike 'sex' to merge them)",
        "  Numbers of 'pay' can be read in two ways, and no column decides. The point was taken "
        "as the decimal sign; if it parts thousands, say that the decimal sign is the comma. (say "
        "--decimal point or --decimal comma)",
        "  999 stands far from the other numbers of 'age' in 10 rows. It was taken as a number; "
        "say so if it means missing. (say --missing 'age=999' if it means missing)",
        "  'points' holds numbers; 'n.d.' in 14 rows was taken as missing. ('n.d.') (to keep such "
        "texts, say --kind 'points=category')",
    ]
    changes = json.loads(out)["data"]["changes"]
    assert len(changes) == 4
    assert changes[0].startswith("2 levels of 'sex' differ")


def test_each_is_overruled(file, tmp_path):
    code, _, err = shell(
        *("train", file, *QUICK, "--out", tmp_path / "run", "--positive", "yes"),
        *("--decimal", "comma", "--alike", "sex", "--missing", "age=999", "--missing", "n.d."),
        *("--kind", "ward=category", "--merge", "sex=women: F", "--keep", "points"),
    )
    assert code == 0, err
    assert "can be read in two ways" not in err
    assert "stands far" not in err
    run = load_run(tmp_path / "run")
    assert run.reading.options.decimal == "comma"
    assert run.reading.columns["ward"].kind == "category"
    assert run.reading.columns["pay"].decimal == "comma"
    codes = {code.column: code for code in run.encoder.codes}
    assert codes["pay"].center > 1000
    assert codes["age"].indicator
    assert codes["ward"].levels == ("01", "02", "10")
    assert list(run.data.groups) == ["women", "m"]
    assert run.data.positive == "hired = yes"
    assert run.data.changes == (
        "Levels of 'sex' that differ only in case, blanks or Unicode form were merged: 3 became 2.",
    )


def test_a_report_reads_the_table_as_the_run_did(file, tmp_path):
    options = ("--decimal", "comma", "--alike", "sex", "--kind", "ward=category")
    assert shell("train", file, *QUICK, "--out", tmp_path / "run", *options)[0] == 0
    code, _, err = shell("report", tmp_path / "run", "--data", file, "--out", tmp_path / "r.html")
    assert code == 0, err
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "What was done to the columns" in html
    assert "3 became 2" in html


def test_rows_are_predicted_as_the_run_read_its_own(file, tmp_path):
    options = ("--decimal", "comma", "--kind", "ward=category")
    assert shell("train", file, *QUICK, "--out", tmp_path / "run", *options)[0] == 0
    few = frame().head(6).drop(columns=["hired", "sex"])
    for name, delimiter in (("a", ","), ("b", "\t")):
        few.to_csv(tmp_path / name, index=False, sep=delimiter)
    results = [shell("predict", tmp_path / "run", tmp_path / name) for name in "ab"]
    assert results[0][:2] == results[1][:2]
    few.iloc[[2]].to_csv(tmp_path / "c", index=False)
    alone = shell("predict", tmp_path / "run", tmp_path / "c")[1].splitlines()[1]
    assert alone.split(",")[1:] == results[0][1].splitlines()[3].split(",")[1:]
    few.assign(pay=1.5).to_csv(tmp_path / "d", index=False)
    _, _, err = shell("predict", tmp_path / "run", tmp_path / "d")
    assert "6 rows of 'pay' hold a text that is not a number as in the rows" in err
    _, _, err = shell("predict", tmp_path / "run", tmp_path / "d", "--decimal", "point")
    assert "not a number" not in err


def test_a_file_with_the_other_decimal_sign_is_predicted_as_told(file, tmp_path):
    options = ("--decimal", "comma", "--kind", "ward=category")
    assert shell("train", file, *QUICK, "--out", tmp_path / "run", *options)[0] == 0
    few = frame().head(6).drop(columns=["hired", "sex"]).assign(pay="1234,5", points="2,25")
    few.to_csv(tmp_path / "comma", index=False, sep=";")
    few.assign(pay="1,234.5", points="2.25").to_csv(tmp_path / "point", index=False, sep=";")
    _, as_trained, _ = shell("predict", tmp_path / "run", tmp_path / "comma")
    _, told, err = shell("predict", tmp_path / "run", tmp_path / "point", "--decimal", "point")
    assert told == as_trained
    assert "Careful" not in err
    _, _, err = shell("predict", tmp_path / "run", tmp_path / "point")
    assert (
        "Some of these texts of 'pay' are numbers if the decimal sign is the point; say so if it "
        "is. (say --decimal point or --decimal comma)" in err
    )


def test_a_dash_is_standard_input(file, monkeypatch):
    content = io.BytesIO(file.read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=content))
    code, out, _ = shell("train", "-", *QUICK, "--json")
    assert code == 0
    assert json.loads(out)["data"]["name"] == "standard input"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--decimal", "dot"), "Option --decimal needs to be point or comma"),
        (("--kind", "ward=code"), "Option --kind needs the kind of a column"),
        (("--kind", "ward"), "there is no '=' between them"),
        (("--kind", "wards=category"), "Column 'wards' is needed"),
        (("--alike", "sexes"), "Column 'sexes' is needed"),
        (("--kind", "ward=date"), "Column 'ward' needs dates"),
        (("--encoding", "latin-99"), "'latin-99' is none, or does not fit"),
    ],
)
def test_options_that_cannot_be(file, options, message):
    code, _, err = shell("train", file, *QUICK, *options)
    assert code == 2
    assert message in err


def test_a_file_beyond_what_it_may_take(tmp_path):
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 300_000)
    code, _, err = shell("train", path, *QUICK, "--max-mib", 1)
    assert code == 2
    assert "A table of at most 1 MiB is needed" in err


def test_a_folder_is_one_sentence(tmp_path):
    code, _, err = shell("train", tmp_path, *QUICK)
    assert code == 2
    assert "is a folder. Give the path of a file; a single dash reads standard input." in err
