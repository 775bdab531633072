"""Workbooks, archives and layouts: the same table in every dress."""

import gzip
import io
import zipfile
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from fairmoe.data import ReadOptions, read_table
from fairmoe.errors import InvalidInputError

ROWS = [
    ["sex", "age", "income", "city"],
    ["f", 22, 940.5, "North"],
    ["m", 46, 8920.25, "East"],
    ["f", 30, 19360, "East"],
    ["m", 51, 41, "North"],
]
FRAME = pd.DataFrame(ROWS[1:], columns=ROWS[0])


def xlsx(**sheets) -> bytes:
    """Return a workbook of sheets of rows, written as Excel does."""
    content = io.BytesIO()
    space = "http://schemas.openxmlformats.org"
    names = list(sheets)
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{space}/package/2006/content-types"/>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{space}/officeDocument/2006/relationships/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(
            f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>'
            for i, name in enumerate(names, start=1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{space}/spreadsheetml/2006/main" '
            f'xmlns:r="{space}/officeDocument/2006/relationships">'
            f"<sheets>{listed}</sheets></workbook>",
        )
        related = "".join(
            f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.xml" '
            f'Type="{space}/officeDocument/2006/relationships/worksheet"/>'
            for i in range(1, len(names) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{space}/package/2006/relationships">{related}</Relationships>',
        )
        for i, rows in enumerate(sheets.values(), start=1):
            body = "".join(
                f'<row r="{r}">{"".join(_cell(r, c, v) for c, v in enumerate(row))}</row>'
                for r, row in enumerate(rows, start=1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<worksheet xmlns="{space}/spreadsheetml/2006/main">'
                f"<sheetData>{body}</sheetData></worksheet>",
            )
    return content.getvalue()


def _cell(row: int, column: int, value) -> str:
    at = f'r="{chr(65 + column)}{row}"'
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c {at} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c {at}><v>{value}</v></c>"


def ods(rows) -> bytes:
    """Return an OpenDocument spreadsheet of one sheet."""

    def cell(value) -> str:
        if isinstance(value, str):
            return (
                f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p>'
                "</table:table-cell>"
            )
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    return ods_of(body)


def ods_of(body: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"/>'
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{space}:office:1.0" '
            f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="Data">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return content.getvalue()


def text(rows=ROWS, delimiter=",") -> str:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows)


def zipped(**files) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return content.getvalue()


PLAIN = text()
DRESSES = {
    "comma": PLAIN,
    "sep line": "sep=;\n" + text(delimiter=";"),
    "sep line in capitals, another delimiter": '"SEP=|"\r\n' + text(delimiter="|"),
    "comment": "# made 2024-01-01, by hand\n" + PLAIN,
    "two comments": "// a\n# b\n\n" + PLAIN,
    "title": "Loan audit,,,\n,,,\n" + PLAIN,
    "title alone": "Loan audit\n\n" + PLAIN,
    "title of two fields": "Loan audit,2024,,\n" + PLAIN,
    "names as a comment": "#" + PLAIN,
    "units below": PLAIN.replace("city\n", "city\n,years,EUR,\n"),
    "questions below": PLAIN.replace("city\n", "city\nYour sex?,How old?,Paid?,Where?\n"),
    "totals": PLAIN + "Total,149,29261.75,\n",
    "totals and a note": PLAIN + "\nTotal,149,29261.75,\nSource: the registry\n",
    "note": PLAIN + ",,,\nPreliminary figures,,,\n",
    "index": "".join(
        f"{'' if i == 0 else i - 1},{line}\n" for i, line in enumerate(PLAIN.splitlines())
    ),
    "named index": "".join(
        f"{'Unnamed: 0' if i == 0 else i},{line}\n" for i, line in enumerate(PLAIN.splitlines())
    ),
    "index of R": "".join(
        (f"{i}," if i else "") + line + "\n" for i, line in enumerate(PLAIN.splitlines())
    ),
    "delimiter at the end of rows": PLAIN.replace("North\n", "North,\n").replace(
        "East\n", "East,\n"
    ),
    "delimiter at the end of lines": PLAIN.replace("\n", ",,\n"),
    "pasted": text(delimiter="\t"),
    "Markdown": "".join(
        f"| {' | '.join(map(str, row))} |\n" + ("| --- | --: | --- | --- |\n" if i == 0 else "")
        for i, row in enumerate(ROWS)
    ),
    "blank rows between": PLAIN.replace("f,30", ",,,\n\nf,30"),
}
FILES = {
    "Excel": xlsx(Data=ROWS),
    "Excel, title": xlsx(Data=[["Loan audit", None, None, None], [], *ROWS]),
    "Excel, second sheet": xlsx(About=[["made by hand"]], Data=ROWS),
    "Excel, numbers as texts": xlsx(
        Data=[row if i != 2 else ["m", "46", "8920,25", "East"] for i, row in enumerate(ROWS)]
    ),
    "Excel, totals": xlsx(Data=[*ROWS, ["Total", 149, 29261.75, None]]),
    "OpenDocument": ods(ROWS),
    "ZIP": zipped(people_csv=PLAIN, readme_md="x"),
    "ZIP with folders of a Mac": zipped(people_csv=PLAIN, **{"__MACOSX/._people_csv": "x"}),
    "ZIP of a workbook": zipped(people_xlsx=xlsx(Data=ROWS)),
    "gzip": gzip.compress(PLAIN.encode()),
}
DRESSED = {**{name: dress.encode() for name, dress in DRESSES.items()}, **FILES}


@pytest.mark.parametrize("dress", DRESSED)
def test_the_same_table_comes_out_of_every_dress(dress):
    frame = read_table(DRESSED[dress]).frame
    assert list(frame.columns) == ROWS[0]
    for column in ROWS[0]:
        assert frame[column].astype(object).tolist() == FRAME[column].tolist()


@pytest.mark.parametrize(
    ("dress", "lines"),
    [
        ("comma", [2, 3, 4, 5]),
        ("sep line", [3, 4, 5, 6]),
        ("two comments", [5, 6, 7, 8]),
        ("title alone", [4, 5, 6, 7]),
        ("units below", [3, 4, 5, 6]),
        ("blank rows between", [2, 3, 6, 7]),
        ("Excel, title", [4, 5, 6, 7]),
    ],
)
def test_rows_are_counted_as_a_spreadsheet_does(dress, lines):
    table = read_table(DRESSED[dress])
    assert [table.line(position) for position in range(4)] == lines


@pytest.mark.parametrize(
    ("dress", "sentence"),
    [
        ("comment", "Row 1 stands above the names and is left out."),
        ("title alone", "Rows 1 to 2 stand above the names and are left out."),
        ("units below", "Row 2 describes the columns and is left out."),
        ("totals", "The last row holds a total or a note and is left out."),
        ("totals and a note", "The last 2 rows hold totals or notes and are left out."),
        ("Excel, second sheet", "Sheet 'Data', number 2 of 2."),
        ("index", "'column 1' only counts the rows and is left out."),
        ("named index", "'Unnamed: 0' only counts the rows and is left out."),
        (
            "delimiter at the end of lines",
            "2 columns without a name and without values are left out.",
        ),
    ],
)
def test_what_was_passed_over_is_said(dress, sentence):
    table = read_table(DRESSED[dress])
    assert sentence in [*table.notes, *(change.sentence for change in table.changes)]


def test_two_rows_of_names_are_joined():
    table = read_table(b"who,score,,\nsex,math,art,music\nf,1,2,3.5\nm,4,5,6\nf,7,8,9\n")
    assert list(table.frame.columns) == ["who sex", "score math", "score art", "score music"]
    assert "Row 2 is read as part of the names." in table.notes
    table = read_table(b"sex,score,score\n,mean,sd\nf,1,2\nm,4,5\nf,7,8\n")
    assert list(table.frame.columns) == ["sex", "score mean", "score sd"]


def test_a_text_in_the_first_row_is_no_row_of_names():
    table = read_table(b"sex,score\nf,absent\nm,4\nf,7\nm,3\n")
    assert len(table.frame) == 4


def test_names_may_be_years_or_count():
    years = read_table(b"sex,2019,2020\nf,5,6\nm,7,8\n")
    assert list(years.frame.columns) == ["sex", "2019", "2020"]
    counted = read_table(b"0,1,2\nf,5,6\nm,7,8\n")
    assert list(counted.frame.columns) == ["0", "1", "2"]
    for rows in (b"f,2019,1\nm,2018,2\nf,2019,3\n", b"2019,2020\n5,6\n7,8\n", b"a,7\nb,8\nc,9\n"):
        with pytest.raises(InvalidInputError, match="of row 1 is a number"):
            read_table(rows)


def test_the_row_of_names_that_cannot_be_is_named():
    with pytest.raises(InvalidInputError, match="field 2 of row 3 is a number"):
        read_table(b"# a\n\na,7,c\nb,8,d\n")


def test_names_that_come_again_are_no_row():
    rows = ["f,22,North", "m,46,East", "f,30,East", "m,51,North"]
    once = "\n".join(["sex,age,city", *rows])
    table = read_table(f"{once}\nsex,age,city\n{chr(10).join(rows)}".encode())
    assert table.kinds["age"] == "number"
    assert table.frame["age"].tolist() == [22, 46, 30, 51] * 2
    assert "Row 6 repeats the names and is left out." in table.notes
    twice = read_table(f"{once}\n{once}\n{once}".encode())
    assert "2 rows repeat the names and are left out." in twice.notes


def test_a_sheet_is_chosen_by_name():
    content = xlsx(One=ROWS, Two=[row[:2] for row in ROWS])
    assert read_table(content).frame.shape == (4, 4)
    table = read_table(content, options=ReadOptions(sheet="Two"))
    assert table.frame.shape == (4, 2)
    assert table.notes == ("Sheet 'Two', number 2 of 2.",)
    with pytest.raises(InvalidInputError, match="it has none called 'three'") as caught:
        read_table(content, options=ReadOptions(sheet="three"))
    assert set(caught.value.choices) == {"One", "Two"}


def test_cells_of_a_workbook_keep_their_types():
    rows = [["a", "b"], [1, "x"], [None, "y"], [3.5, 4]]
    table = read_table(xlsx(Data=rows))
    assert table.kinds == {"a": "number", "b": "category"}
    assert table.frame["a"].isna().tolist() == [False, True, False]
    assert table.frame["b"].tolist() == ["x", "y", "4"]


@pytest.mark.parametrize(
    ("content", "however"),
    [
        (zipped(a_csv=PLAIN, b_csv=PLAIN), "this one has 2"),
        (zipped(a_md="x"), "this one has none"),
        (FILES["ZIP"][:-30], "this one is damaged or cut short"),
        (FILES["Excel"][:-30], "this one is damaged or cut short"),
        (b"\xd0\xcf\x11\xe0" + bytes(2000), "this one is damaged, locked or of another kind"),
        (zipped(**{"xl/workbook_xml": "<x"}), "this one is damaged, locked or of another kind"),
        (xlsx(Data=[]), "the sheet is empty"),
        (zipped(**{"xl/workbook_bin": "x"}), "this one is binary"),
    ],
)
def test_archives_and_workbooks_that_hold_no_table(content, however):
    with pytest.raises(InvalidInputError) as caught:
        read_table(content)
    assert however in str(caught.value)
