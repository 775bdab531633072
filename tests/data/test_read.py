"""Reading: every way a table can come, and every way it can be broken."""

import gzip
import hashlib
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.data import read_table, retype, table_from_frame
from fairmoe.errors import InvalidInputError

PLAIN = "name,age,income\nAnna,38,1.5\nBjörn,41,2.25\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiter_encoding_and_line_ends_are_found(delimiter, encoding, newline):
    text = PLAIN.replace(",", delimiter).replace("\n", newline)
    table = read_table(text.encode(encoding), name="people.csv")
    assert list(table.frame["name"]) == ["Anna", "Björn"]
    assert list(table.frame["age"]) == [38, 41]
    assert list(table.frame["income"]) == [1.5, 2.25]
    assert table.kinds == {"name": "category", "age": "number", "income": "number"}
    assert table.sha256 == hashlib.sha256(text.encode(encoding)).hexdigest()
    assert table.name == "people.csv"


def test_notes_say_how_the_file_was_read():
    assert read_table(PLAIN.replace(",", ";").encode("latin-1")).notes == (
        "Latin-1 (guessed), semicolon-separated.",
    )


def test_windows_euro_sign_is_read_with_latin_1():
    table = read_table("paid in,much\n€,1\n£,2\n".encode("cp1252"))
    assert list(table.frame["paid in"]) == ["€", "£"]


def test_gzip_is_unpacked():
    table = read_table(gzip.compress(PLAIN.encode()))
    assert list(table.frame["age"]) == [38, 41]


def test_parquet_keeps_its_types():
    frame = pd.DataFrame(
        {
            "code": ["1", "2", None],
            "member": [True, False, True],
            "score": [1.5, None, 2.5],
            "born": pd.to_datetime(["2000-01-02", "2001-01-02", None]),
            "level": pd.Categorical(["low", "high", "low"]),
        }
    )
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    table = read_table(buffer.getvalue())
    assert table.kinds == {
        "code": "category",
        "member": "category",
        "score": "number",
        "born": "category",
        "level": "category",
    }
    assert list(table.frame["member"]) == ["True", "False", "True"]
    assert table.frame["born"].iloc[0].startswith("2000-01-02")
    assert table.frame.isna().sum().to_dict() == {
        "code": 1,
        "member": 0,
        "score": 1,
        "born": 1,
        "level": 0,
    }


def test_path_gives_the_name(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PLAIN, encoding="utf-8")
    assert read_table(path).name == "people.csv"
    assert read_table(str(path)).name == "people.csv"
    assert read_table(str(path), name="them").name == "them"


def test_a_name_that_is_no_text_can_be_kept_nevertheless(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
    path.write_bytes(b"a,b\n1,2\n")
    assert read_table(path).name == "\N{REPLACEMENT CHARACTER}.csv"


@pytest.mark.parametrize("text", ["a,b\n1,secret\n", "a\0b"])
def test_a_table_given_as_text_is_refused_and_not_told(text):
    with pytest.raises(InvalidInputError, match="The path of a file is needed") as caught:
        read_table(text)
    assert "secret" not in str(caught.value)


def test_missing_words_blanks_and_quotes():
    table = read_table(b'a,b\n ?,"x, y"\n 1 ,NA\n2, x \n,w\n5,null\n3,"x\n\nz"\n4,none\n')
    assert table.kinds == {"a": "number", "b": "category"}
    assert table.frame["a"].isna().tolist() == [True, False, False, True, False, False, False]
    assert table.frame["b"].isna().tolist() == [False, True, False, False, True, False, False]
    assert table.frame["b"].iloc[2] == "x"
    assert table.frame["b"].iloc[5] == "x\n\nz"
    assert table.frame["b"].iloc[6] == "none"


def test_blank_rows_are_left_out_but_counted_in_row_numbers():
    table = read_table(b'\na,b\n1,x\n\n2,"y\n\ny"\n\n\n3,z\n\n\n')
    assert list(table.frame["a"]) == [1, 2, 3]
    assert [table.line(i) for i in range(3)] == [3, 5, 8]


def test_blank_rows_above_the_header_are_counted():
    assert read_table(b"\na,b\n1,x\n2,y\n").line(0) == 3


def test_booleans_are_categories_in_the_words_of_the_file():
    table = read_table(b"a,b\nTRUE,true\nFALSE,false\n")
    assert table.kinds == {"a": "category", "b": "category"}
    assert table.frame.to_numpy().tolist() == [["TRUE", "true"], ["FALSE", "false"]]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a;b\n1,5;x\n-2,25;y\n", [1.5, -2.25]),
        ("a;b\n1.234,5;x\n7;y\n", [1234.5, 7]),
        ("a;b\n1,234;x\n2,345;y\n", [1.234, 2.345]),
        ('a,b\n"1,234",x\n"950",y\n', [1234, 950]),
        ('a,b\n"1,5",x\n"2,25",y\n', [1.5, 2.25]),
        ("a,b\n1e3,x\n-2E-1,y\n", [1000, -0.2]),
        ("a,b\ninf,x\n5,y\n", [np.nan, 5]),
        ("a,b\n1e300,x\n5,y\n", [np.nan, 5]),
        ("a,b\n18446744073709551615,x\n5,y\n", [2.0**64, 5]),
    ],
)
def test_ways_to_write_numbers(text, numbers):
    table = read_table(text.encode())
    assert table.kinds["a"] == "number"
    np.testing.assert_array_equal(table.frame["a"], numbers)


def test_a_text_far_down_makes_a_category_of_the_column():
    rows = "".join(f"{i},{i % 7}\n" for i in range(200_000))
    table = read_table(f"a,b\n{rows}1,text\n".encode())
    assert table.kinds == {"a": "number", "b": "category"}
    assert list(table.frame["b"].cat.categories) == ["0", "1", "2", "3", "4", "5", "6", "text"]


def test_levels_of_numbers_are_in_order_of_size():
    table = retype(read_table(b"a,b\n10,x\n9,y\n"), "a", "category")
    assert list(table.frame["a"].cat.categories) == ["9", "10"]


def test_unnamed_column_gets_a_name():
    assert list(read_table(b",b\n4,x\n2,y\n").frame.columns) == ["column 1", "b"]


fields = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029")
    | st.just("\n"),
    max_size=8,
).map(lambda text: f"v{text}v")


@given(
    rows=st.lists(st.tuples(fields, fields, st.integers(-(2**53), 2**53)), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@pytest.mark.slow
def test_whatever_pandas_writes_is_read_back(rows, delimiter, encoding):
    frame = pd.DataFrame(rows, columns=["first text", "second text", "whole"])
    text = frame.to_csv(index=False, sep=delimiter, quoting=1)
    table = read_table(text.encode(encoding))
    assert table.frame["first text"].tolist() == frame["first text"].tolist()
    assert table.frame["second text"].tolist() == frame["second text"].tolist()
    assert table.frame["whole"].tolist() == frame["whole"].tolist()


def test_retype_there_and_back():
    table = read_table(b"zip,b\n10,x\n9,y\n?,z\n")
    as_text = retype(table, "zip", "category")
    assert as_text.kinds["zip"] == "category"
    assert as_text.frame["zip"].iloc[0] == "10"
    back = retype(as_text, "zip", "number")
    np.testing.assert_array_equal(back.frame["zip"], [10, 9, np.nan])
    assert table.kinds["zip"] == "number"


@pytest.mark.parametrize(
    ("text", "however"),
    [
        ("a,b\n1,x\n\nsome,y\n3,z\n", "row 4 holds text."),
        ("a,b\n1,x\nsome,y\nmore,z\n", "row 3 holds text and so does one other row."),
        ("a,b\n1,x\nsome,y\nsome,y\nmore,z\n", "row 3 holds text and so do 2 other rows."),
    ],
)
def test_text_where_numbers_were_promised(text, however):
    table = read_table(text.encode())
    with pytest.raises(InvalidInputError) as caught:
        retype(table, "a", "number")
    assert str(caught.value) == (
        f"Column 'a' needs numbers; however, {however} Correct that value, say that it "
        "means missing, or take 'a' as a category."
    )


def test_retype_of_an_unknown_column_offers_those_there_are():
    with pytest.raises(InvalidInputError, match="Column 'c' is needed") as caught:
        retype(read_table(b"a,b\n1,x\n2,y\n"), "c", "number")
    assert caught.value.choices == ("a", "b")


def test_frames_are_cleaned_alike_whatever_pandas_calls_their_types():
    frame = pd.DataFrame(
        {
            "whole": pd.Series([1, 2, None], dtype="Int64"),
            "arrow": pd.Series([1, 2, 3], dtype="int64[pyarrow]"),
            "objects": pd.Series([1.5, 2.5, 3.5], dtype=object),
            "mixed": pd.Series(["a", 1.0, None], dtype=object),
            "flag": pd.Series([True, False, True]),
            "unsigned": pd.Series([2**64 - 1, 2, 3], dtype="uint64"),
        }
    ).set_axis([7, 8, 9])
    table = table_from_frame(frame)
    categories = [name for name, kind in table.kinds.items() if kind == "category"]
    assert categories == ["mixed", "flag"]
    assert table.frame["unsigned"].tolist() == [2.0**64, 2, 3]
    assert table.frame["mixed"].tolist()[:2] == ["a", "1"]
    assert table.frame["whole"].dtype == np.float64
    assert table.frame["arrow"].dtype == np.int64
    assert list(table.frame.index) == [0, 1, 2]


def test_digest_of_a_frame_follows_values_and_names():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    digest = table_from_frame(frame).sha256
    assert table_from_frame(frame.copy()).sha256 == digest
    assert table_from_frame(frame.rename(columns={"a": "c"})).sha256 != digest
    assert table_from_frame(frame.assign(b=["x", "z"])).sha256 != digest


@pytest.mark.parametrize(
    ("name", "rows", "columns", "categories", "missing"),
    [
        ("german_data_credit.csv", 1000, 22, 14, 0),
        ("adult.csv", 32561, 15, 9, 1836 + 1843 + 583),
        ("german.csv", 1000, 30, 2, 0),
        ("math.csv", 395, 33, 0, 0),
        ("dutch.csv", 60420, 12, 1, 0),
    ],
)
def test_real_files(real_data, name, rows, columns, categories, missing):
    table = read_table(real_data(name))
    assert table.frame.shape == (rows, columns)
    assert list(table.kinds.values()).count("category") == categories
    assert int(table.frame.isna().sum().sum()) == missing
