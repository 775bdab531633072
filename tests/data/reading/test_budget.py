"""Files that take too much are refused before memory is asked for."""

import gzip
import io
import tracemalloc
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from fairmoe.data import ReadOptions, read_table
from fairmoe.errors import InvalidInputError
from tests.odd_places import ODD_PLACES

MIB = 2**20
SMALL = ReadOptions(max_bytes=8 * MIB)
TOO_LARGE = (
    "A table of at most 8 MiB is needed, decompressed; however, this one is larger. Load a sample "
    "of its rows."
)


def refusal(source, options=SMALL) -> str:
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInputError) as caught:
            read_table(source, options=options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Decoding and a copy are allowed, what a bomb holds is not.
    assert peak < 6 * options.max_bytes
    return str(caught.value)


def parquet_of(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pyarrow.parquet.write_table(table, content)
    return content.getvalue()


def archive_of(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return content.getvalue()


BOMB = b"a,b\n" + b"1,2\n" * (25 * MIB)


def test_gzip_that_holds_more():
    packed = gzip.compress(BOMB)
    assert len(packed) < MIB
    assert refusal(packed) == TOO_LARGE


def test_archive_that_holds_more():
    assert refusal(archive_of(a_csv=BOMB)) == TOO_LARGE


def test_archive_that_says_it_holds_less():
    packed = bytearray(archive_of(a_csv=BOMB))
    size = len(BOMB).to_bytes(4, "little")
    assert packed.count(size) == 2
    lying = bytes(packed).replace(size, (1000).to_bytes(4, "little"))
    assert "damaged or cut short" in refusal(lying)


def test_workbook_that_holds_more():
    members = {"xl/workbook_xml": b"<x/>", "xl/worksheets/sheet1_xml": b" " * (20 * MIB)}
    assert refusal(archive_of(**members)) == TOO_LARGE


def test_workbook_of_two_cells_far_apart():
    sheet = b'<worksheet><c r="A1"><v>1</v></c><c r="XFD1048576"><v>2</v></c></worksheet>'
    packed = archive_of(**{"xl/workbook_xml": b"<x/>", "xl/worksheets/sheet1_xml": sheet})
    assert refusal(packed) == (
        "A table of at most 1,048,576 cells is needed; however, this one has 1,048,576 rows of "
        "16,384 columns. Load a sample of its rows."
    )


def test_spreadsheet_that_repeats_a_cell():
    body = (
        b'<table:table><table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        b'table:number-columns-repeated="1024" office:value-type="float" office:value="1"/>'
        b"</table:table-row></table:table>"
    )
    assert "1,048,576 rows of 1,024 columns" in refusal(archive_of(content_xml=body))


def test_parquet_is_refused_by_its_footer():
    rows = 5 * MIB
    content = parquet_of(pa.table({"a": pa.repeat(1, rows), "b": pa.repeat("x", rows)}))
    assert len(content) < 100_000
    assert refusal(content) == (
        "A table of at most 1,048,576 cells is needed; however, this one has 5,242,880 rows of 2 "
        "columns. Load a sample of its rows."
    )


@pytest.mark.slow
def test_parquet_of_long_texts_is_counted_as_it_comes():
    texts = pa.array([f"{i}" * 300_000 for i in range(100)])
    content = parquet_of(pa.table({"a": texts, "b": texts}))
    assert refusal(content) == TOO_LARGE


def test_csv_of_more_cells():
    assert "2,097,152 rows of 3 columns" in refusal(b"a,b,c\n" + b",,\n" * (2 * MIB))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_cell_that_is_too_long(kind):
    frame = pd.DataFrame({"a": ["x" * (2 * MIB), "y"], "b": [1, 2]})
    content = frame.to_csv(index=False).encode()
    if kind == "parquet":
        content = parquet_of(pa.Table.from_pandas(frame))
    assert refusal(content) == (
        "Cells of at most 1,048,576 letters are needed; however, column 'a' has a longer one. "
        "Shorten it, or leave the column out of the file."
    )


def test_a_file_is_refused_by_its_size(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(9 * MIB)
    assert refusal(path) == TOO_LARGE


def test_a_budget_takes_what_fits():
    assert len(read_table(b"a,b\n" + b"1,2\n" * 1000, options=SMALL).frame) == 1000


@pytest.mark.parametrize("what", ["folder", "pipe", "device"])
def test_what_is_no_plain_file_is_refused_at_once(what, tmp_path):
    path = tmp_path / "table.csv"
    ODD_PLACES[what](path)
    kind = "a folder" if what == "folder" else "no plain file"
    assert refusal(path) == (
        f"A file that can be read is needed; however, '{path}' is {kind}. Give the path of a "
        "file; a single dash reads standard input."
    )


def test_the_index_that_pandas_put_into_parquet_is_left_out():
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}, index=["p", "q"])
    content = io.BytesIO()
    frame.to_parquet(content)
    table = read_table(content.getvalue())
    assert list(table.frame.columns) == ["a", "b"]
    assert [change.sentence for change in table.changes] == [
        "'__index_level_0__' is the index that pandas wrote, and is left out."
    ]


def test_parquet_with_texts_that_are_none_is_refused():
    broken = pa.StringArray.from_buffers(
        2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")
    )
    content = parquet_of(pa.table({"a": broken, "b": [1, 2]}))
    assert "A complete Parquet file is needed" in refusal(content)


def test_parquet_with_a_time_zone_that_nobody_knows_is_read():
    times = pa.array([0, 86_400, 172_800], pa.timestamp("s", tz="Mars/Olympus"))
    table = read_table(parquet_of(pa.table({"a": times, "b": [1, 2, 3]})))
    assert table.frame["a"].tolist() == ["1970-01-01", "1970-01-02", "1970-01-03"]
