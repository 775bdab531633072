"""Tables that cannot be read, and what is said of them."""

import gzip
import io
import traceback

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import read_table
from fairmoe.errors import InvalidInputError


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_table(content)
    return str(caught.value)


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_empty_file(content):
    assert refusal(content) == "A table is needed; however, the file is empty."


def test_header_without_rows():
    expected = "Rows below the names of the columns are needed; however, there are none."
    assert refusal(b"a,b\n") == expected


@pytest.mark.parametrize(
    "text", ["39, State-gov, Bachelors\n50, Private, Masters\n", "a,7,c\nb,8,d\n"]
)
def test_numbers_in_place_of_a_header(text):
    message = refusal(text.encode())
    assert message.startswith("The first row needs to name the columns; however, field ")
    assert message.endswith(
        "of row 1 is a number. Add a row of names on top, or rename that column."
    )


def test_texts_in_place_of_a_header():
    assert refusal(b"male,yes,x\nfemale,no,y\nmale,yes,z\n") == (
        "The first row needs to name the columns; however, 2 of its 3 fields are values of their "
        "own columns. Add a row of names on top."
    )


def test_one_column():
    assert refusal(b"age\n38\n41\n") == (
        "At least two columns are needed, a target and a sensitive one; however, the table has "
        "one. Part the columns by comma, semicolon, tab or pipe."
    )


def test_thousands_of_columns():
    names = ",".join(f"c{i}" for i in range(3000))
    assert refusal(f"{names}\n".encode()) == (
        "At most 1,000 columns can be explained one by one; however, the table has 3,000. Keep "
        "the columns that matter and load those."
    )


def test_duplicate_names():
    assert refusal(b"age,sex, age \n1,f,2\n") == (
        "Each column needs a name of its own; however, columns 1 and 3 are both called 'age'. "
        "Rename one of them."
    )


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        ("a,b\n1,2\n1,2,3\n", 3, 3),
        ("a,b,c\n1,2,3\n1,2\n", 3, 2),
        ('a,b\n"x\ny",2\n\n1\n', 4, 1),
        ("\n\na,b\n1,2\n1,2,3\n", 5, 3),
    ],
)
def test_ragged_row_is_named_as_a_spreadsheet_counts(text, row, found):
    assert f"one per column; however, row {row} has {found}." in refusal(text.encode())


def test_quote_that_is_never_closed():
    assert refusal(b'a,b\n1,x\n2,"y\n3,z\n') == (
        "Each quote that is opened needs to be closed; however, one after row 2 is not. Close it, "
        "or double the quotes that belong to the text."
    )


def test_a_lone_quote_within_a_text_is_text():
    assert list(read_table(b'a,b\n5" pipe,1\npipe,2\n').frame["a"]) == ['5" pipe', "pipe"]


def test_nul_byte():
    assert refusal(b"a,b\n1,x\n2,\x00y\n") == (
        "Text without NUL bytes is needed; however, row 3 holds one. The file is damaged; export "
        "it again."
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n" + bytes(range(256)), "a PDF"),
        (b"\x89PNG\r\n" + bytes(range(256)), "a picture"),
        (b"\x89HDF\r\n" + bytes(range(256)), "HDF5"),
        (b"{\\rtf1 a,b}", "a text document"),
        (b'[{"sex": "f", "age": 22},\n{"sex": "m", "age": 46}]', "JSON"),
        (b'{"sex": "f", "age": 22}\n{"sex": "m", "age": 46}', "JSON"),
        (b"\xef\xbb\xbf <!DOCTYPE html><table><tr><td>f</td></tr></table>", "HTML"),
        (b'<?xml version="1.0"?><rows></rows>', "XML"),
        (b"% of a study, 2019\n@RELATION people\n@ATTRIBUTE age NUMERIC\n@DATA\n22", "ARFF"),
    ],
)
def test_other_files_renamed_to_csv(content, what):
    assert refusal(content) == (
        f"A table as text is needed; however, the file is {what}, whatever its name says. Export "
        "it as CSV and load that."
    )


def test_unknown_binary_renamed_to_csv():
    content = np.random.default_rng(0).integers(0, 256, 5000).astype(np.uint8).tobytes()
    assert "the file holds binary data, whatever its name says" in refusal(content)


@pytest.mark.parametrize("kept", [30, -12])
def test_gzip_cut_short(kept):
    assert "A complete gzip file is needed" in refusal(
        gzip.compress(b"name,age\nAnna,38\n" * 20)[:kept]
    )


def test_parquet_cut_short():
    buffer = io.BytesIO()
    pd.DataFrame({"a": [1], "b": [2]}).to_parquet(buffer)
    assert "A complete Parquet file is needed" in refusal(buffer.getvalue()[:-20])


def test_parquet_with_lists():
    buffer = io.BytesIO()
    pd.DataFrame({"a": [[1]], "b": [2]}).to_parquet(buffer)
    assert "Column 'a' needs one number or text in each row" in refusal(buffer.getvalue())


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(InvalidInputError, match=r"cannot be \(No such file or directory\)"):
        read_table(tmp_path / "nothing.csv")


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\nsecret,2,3\n", 'a,b\n1,x\n2,"secret\n3,z\n', "secret,7\nx,8\nsecret,9\n"],
)
def test_no_cell_is_in_a_message_or_its_traceback(text):
    with pytest.raises(InvalidInputError) as caught:
        read_table(text.encode())
    assert "secret" not in "".join(traceback.format_exception(caught.value))
