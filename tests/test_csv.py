import io

import numpy as np
import pandas as pd
import pytest

from fairmoe._csv import csv_text

NASTY = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0", "\uff1d1", "\nx"]


def back(text, **options):
    return pd.read_csv(io.StringIO(text), keep_default_na=False, lineterminator="\n", **options)


@pytest.mark.parametrize("cell", NASTY)
@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_no_cell_begins_a_formula_wherever_it_stands(cell, dtype):
    frame = pd.DataFrame({cell: pd.Series([cell, "plain"], dtype=dtype), "n": [-1.5, 2.0]})
    frame.index = pd.Index([cell, "b"], name=cell)
    found = back(csv_text(frame), quotechar='"')
    assert list(found.columns)[:2] == [f"'{cell}", f"'{cell}.1"]
    assert found.iloc[0, 0] == found.iloc[0, 1] == f"'{cell}"
    assert found.iloc[1, :2].tolist() == ["b", "plain"]
    assert found["n"].tolist() == [-1.5, 2.0]


@pytest.mark.parametrize(
    ("cell", "written"),
    [("a;=1+1", "a;'=1+1"), ("a\t@x;-1", "a\t'@x;'-1"), ("\n=1", "'\n'=1"), ("a; b-c", "a; b-c")]
    + [(plain, plain) for plain in ("a\r\nb", "a\n\nb", "a;\tb")],
)
def test_no_formula_begins_where_a_spreadsheet_parts_cells_otherwise(cell, written):
    found = back(csv_text(pd.DataFrame({"a": [cell]}), index=False))
    assert found["a"].tolist() == [written]


def test_what_is_no_formula_is_written_as_pandas_writes_it():
    frame = pd.DataFrame(
        {"text": ["a-b", "", None], "number": [-1, 0, 1], "rate": [0.123456789, np.nan, -np.inf]}
    )
    plain = frame.to_csv(index=False, lineterminator="\n")
    assert csv_text(frame, index=False) == plain
    assert csv_text(frame) == frame.to_csv(lineterminator="\n")
    assert "0.1235" in csv_text(frame, float_format="%.4f")


def test_the_frame_that_is_written_stays_as_it_is():
    frame = pd.DataFrame({"=x": ["=1"]})
    csv_text(frame)
    assert frame.equals(pd.DataFrame({"=x": ["=1"]}))


def test_nothing_else_writes_csv(pytestconfig):
    package = pytestconfig.rootpath / "fairmoe"
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if ".to_csv(" in path.read_text(encoding="utf-8")
    }
    # Numbers only, and the demo's own words.
    assert found == {"_csv.py", "runs/predictions.py", "data/demo.py"}
