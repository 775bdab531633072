"""The parts that a report is made of: plain text only, which the template escapes."""

from dataclasses import dataclass
from typing import ClassVar

import plotly.graph_objects as go

from fairmoe._escape import Html
from fairmoe.figures.fitting import least_width, take_title


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Attributes:
        text: What it says.
        lead: What it is about, in a word or two, before it; may be empty.
    """

    kind: ClassVar = "text"
    text: str
    lead: str = ""


@dataclass(frozen=True)
class Caution:
    """A paragraph that a reader must not miss."""

    kind: ClassVar = "caution"
    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    kind: ClassVar = "points"
    points: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        caption: What it holds.
        columns: Headings, `(c,)`; the first column names the rows.
        rows: Cells, each row `(c,)`.
        words: Whether the cells after the first are texts and not figures.
    """

    kind: ClassVar = "grid"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart with what it says, what it is drawn from, and its numbers.

    Attributes:
        key: Tells it from the others of the report.
        title: What it asks or states, above it.
        spec: The figure as JSON, without its title.
        height: Of the figure, in pixels.
        least_width: How wide it has to be to be read, in pixels; a phone moves it sideways.
        takeaway: One sentence; also what a screen reader says.
        source: Data, rows and seed, in words.
        grid: The numbers behind it, which a screen shows when asked; None if they stand beside it.
        is_printed: Whether it is on paper too, where what other charts show as well is left out.
    """

    kind: ClassVar = "chart"
    key: str
    title: str
    spec: str
    height: int
    least_width: int
    takeaway: str
    source: str
    grid: Grid | None
    is_printed: bool = True


@dataclass(frozen=True)
class Picture:
    """A picture that is markup, as it is put into the page, and fits its width.

    Attributes:
        markup: From `fairmoe.figures`, which escapes whatever names it holds.
        source: What it is drawn from, in words.
        title: What it asks, above it; may be empty.
        takeaway: What it says, in a sentence; may be empty.
        grid: The numbers behind it, which a screen shows when asked.
        is_printed: As that of a chart.
    """

    kind: ClassVar = "picture"
    markup: Html
    source: str
    title: str = ""
    takeaway: str = ""
    grid: Grid | None = None
    is_printed: bool = True


@dataclass(frozen=True)
class Folded:
    """A table that a screen shows when asked, and that is not printed.

    Attributes:
        label: What there is to see.
        grid: The table.
    """

    kind: ClassVar = "folded"
    label: str
    grid: Grid


@dataclass(frozen=True)
class Form:
    """Fields that are filled in, or left for a pen.

    Attributes:
        fields: The name of each and what it holds; if that is empty, there is a line to write on.
    """

    kind: ClassVar = "form"
    fields: tuple[tuple[str, str], ...]


Block = Text | Caution | Points | Grid | Chart | Picture | Folded | Form


@dataclass(frozen=True)
class Section:
    """A part of a report under a heading of its own."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def chart(
    key: str,
    figure: go.Figure,
    *,
    takeaway: str,
    source: str,
    grid: Grid | None = None,
    is_printed: bool = True,
) -> Chart:
    """Return a figure of `fairmoe.figures` as a part of a report; its title is taken out of it."""
    title, width = take_title(figure), least_width(figure)
    height = int(figure.layout.height)
    return Chart(key, title, figure.to_json(), height, width, takeaway, source, grid, is_printed)
