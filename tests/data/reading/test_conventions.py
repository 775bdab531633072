"""Numbers in whichever way they are written: read back cell by cell, or asked about."""

import csv
import io
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmoe.data import ReadOptions, read_table

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


@dataclass(frozen=True)
class Convention:
    """A way to write numbers."""

    point: str
    group: str = ""
    minus: str = "-{}"
    unit: str = "{}"
    digits: dict[int, int] | None = None
    indian: bool = False

    @property
    def decimal(self) -> str:
        return "comma" if self.point in ",٫" else "point"

    def write(self, thousandths: int, places: int) -> str:
        """Return how a number of thousandths is written with so many decimal places, at most 3."""
        shown = round(abs(thousandths) / 1000, places)
        whole, _, fraction = f"{shown:.{places}f}".partition(".")
        text = self._grouped(whole) + (self.point + fraction if fraction else "")
        text = text.translate(self.digits) if self.digits else text
        text = self.unit.format(text)
        return self.minus.format(text) if thousandths < 0 and float(shown) else text

    def _grouped(self, whole: str) -> str:
        if self.indian and len(whole) > 3:
            high = whole[:-3]
            pairs = [high[max(0, i - 2) : i] for i in range(len(high), 0, -2)]
            return self.group.join([*reversed(pairs), whole[-3:]])
        return f"{int(whole):,}".replace(",", self.group)


CONVENTIONS = {
    "plain": Convention("."),
    "United States": Convention(".", ","),
    "Germany": Convention(",", "."),
    "France": Convention(",", "\u202f"),
    "Sweden": Convention(",", "\u00a0", minus="\u2212{}"),
    "Poland": Convention(",", " "),
    "Switzerland": Convention(".", "’"),
    "Liechtenstein": Convention(".", "'"),
    "India": Convention(".", ",", indian=True),
    "decimal comma only": Convention(","),
    "percent": Convention(".", unit="{}%"),
    "German percent": Convention(",", ".", unit="{}\u00a0%"),
    "dollars": Convention(".", ",", unit="${}", minus="-{}"),
    "accounting": Convention(".", ",", unit="${}", minus="({})"),
    "euros": Convention(",", ".", unit="{} €"),
    "pounds": Convention(".", ",", unit="£{}"),
    "francs": Convention(".", "’", unit="CHF {}"),
    "reais": Convention(",", ".", unit="R$ {}"),
    "trailing minus": Convention(",", ".", minus="{}-"),
    "Arabic": Convention("٫", "٬", digits=ARABIC),
    "full width": Convention(".", ",", digits=FULL_WIDTH),
    "kronor": Convention(",", " ", unit="{} kr"),
}
assert len(CONVENTIONS) >= 20


@st.composite
def tables(draw):
    """Draw a convention, and three columns of numbers of which some show no decimal places."""
    name = draw(st.sampled_from(sorted(CONVENTIONS)))
    rows = draw(st.integers(3, 9))
    columns, places = [], []
    for _ in range(3):
        places.append(draw(st.integers(0, 3)))
        largest = 10 ** draw(st.integers(4, 10))
        numbers = st.integers(-largest, largest)
        columns.append(draw(st.lists(numbers, min_size=rows, max_size=rows)))
    delimiter = draw(st.sampled_from(",;\t|"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    return CONVENTIONS[name], columns, places, delimiter, quoting


def written(convention, columns, places, delimiter, quoting) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerow(["name", *(f"number {i}" for i in range(len(columns)))])
    for row, cells in enumerate(zip(*columns, strict=True)):
        numbers = (convention.write(n, p) for n, p in zip(cells, places, strict=True))
        writer.writerow([f"row {row}", *numbers])
    return text.getvalue().encode()


def true_values(column, places):
    return [float(f"{n / 1000:.{places}f}") for n in column]


@given(tables())
@settings(max_examples=1000)
@pytest.mark.slow
def test_numbers_are_read_back_cell_by_cell_or_asked_about(drawn):
    convention, columns, places, *how = drawn
    content = written(convention, columns, places, *how)
    table = read_table(content)
    asked = {change.column for change in table.changes if change.code == "doubt"}
    for i, (column, decimals) in enumerate(zip(columns, places, strict=True)):
        name = f"number {i}"
        assert table.kinds[name] == "number"
        if name not in asked:
            np.testing.assert_allclose(
                table.frame[name], true_values(column, decimals), rtol=1e-12, err_msg=name
            )
    if {1, 2} & set(places):
        assert not asked
    if not asked and len(content) % 4:
        return
    # What is told wins where the file leaves a doubt, and changes nothing where it leaves none.
    told = read_table(content, options=ReadOptions(decimal=convention.decimal))
    for i, (column, decimals) in enumerate(zip(columns, places, strict=True)):
        np.testing.assert_allclose(
            told.frame[f"number {i}"], true_values(column, decimals), rtol=1e-12
        )
    assert not [change for change in told.changes if change.code == "doubt"]
