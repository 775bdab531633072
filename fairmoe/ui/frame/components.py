"""The small parts that several pages share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from fairmoe._csv import csv_text
from fairmoe._escape import Html, Markdown, escape_markdown
from fairmoe._units import suffix
from fairmoe.data.small_groups import without_small_groups
from fairmoe.errors import FairmoeError, InvalidInputError
from fairmoe.figures.fitting import NARROWEST, least_width, take_title
from fairmoe.figures.panels import below_one_another
from fairmoe.jobs import log_bug
from fairmoe.names import INSUFFICIENT
from fairmoe.sentences.cautions import left_out_groups
from fairmoe.ui.frame.fitting import show_title
from fairmoe.ui.frame.kept import RowsNeededError

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
from fairmoe.ui.frame.limits import limits

_SHOWN_CHOICES = 20
_NEVER = ("autoScale2d", "pan2d", "zoomIn2d", "zoomOut2d")

NUMBERS, NUMBERS_ICON = "Numbers", ":material/table_rows:"
"""Behind this stand the figures that a chart is drawn from, closed at first."""


@contextmanager
def apologies() -> Iterator[None]:
    """Show errors as a sentence: what the user can mend, or an apology for a bug."""
    try:
        yield
    except RowsNeededError as needed:
        show_note(escape_markdown(str(needed)), icon=":material/table_rows:")
    except FairmoeError as error:
        show_error(error)
    except Exception as bug:
        show_bug(log_bug(bug))


def show_note(text: Markdown, *, icon: str) -> None:
    """Show what a reader may want to know."""
    st.info(text, icon=icon)


def show_warning(text: Markdown, *, icon: str) -> None:
    """Show what a reader has to beware of."""
    st.warning(text, icon=icon)


def show_error(error: FairmoeError) -> None:
    """Show one sentence that says what to do, and the values that would do or are at fault."""
    st.error(escape_markdown(str(error)), icon=":material/error:")
    if isinstance(error, InvalidInputError):
        for title, shown, more in error.values(_SHOWN_CHOICES):
            listed = ", ".join(map(escape_markdown, shown))
            st.caption(f"{title}: {listed}{f' and {more} more' if more else ''}.")


def show_bug(reference: str) -> None:
    """Apologise for a bug and name where the log describes it."""
    st.error(
        f"Sorry, something went wrong that is not your fault. Your data is untouched; the log "
        f"describes the error (without any data) under reference `{reference}`.",
        icon=":material/bug_report:",
    )


def show_chart(figure: go.Figure, *, takeaway: str, source: str, key: str) -> None:
    """Show a figure, and below it what it says and what it is drawn from.

    Args:
        figure: From `fairmoe.figures`.
        takeaway: One sentence; also what a screen reader says instead of the figure.
        source: Data, rows and seed, in words.
        key: Tells the figure from others of its page.
    """
    show_title(take_title(figure))
    width = least_width(figure)
    tall = below_one_another(figure) if width > NARROWEST else None
    # The browser shows one of the two, by the room that there is.
    with nullcontext() if tall is None else st.container(key=f"fits-{width}-{key}"):
        with _wide(figure, key):
            _draw(figure, key, takeaway)
        if tall is not None:
            with st.container(key=f"tall-{key}"):
                _draw(tall, f"{key}-tall", takeaway)
    st.caption(f"{escape_markdown(takeaway)} {escape_markdown(source)}")


def _draw(figure: go.Figure, key: str, takeaway: str) -> None:
    config = _chart_config(key, remove=["select2d", "lasso2d"])
    st.plotly_chart(figure, key=key, alt=takeaway, config=config)


def show_picture(picture: Html, *, title: str, takeaway: str, source: str) -> None:
    """Show a picture that is markup like `show_chart` shows a figure.

    Args:
        picture: From `fairmoe.figures`.
        title: What it asks.
        takeaway: See `show_chart`.
        source: See `show_chart`.
    """
    show_title(title)
    st.html(picture)
    st.caption(f"{escape_markdown(takeaway)} {escape_markdown(source)}")


def show_selectable_chart(figure: go.Figure, *, takeaway: str, source: str, key: str) -> list[Any]:
    """Show a figure like `show_chart`, and return what the user selected in it.

    Args:
        figure: From `fairmoe.figures`; its points carry `customdata`.
        takeaway: See `show_chart`.
        source: See `show_chart`.
        key: See `show_chart`.

    Returns:
        The `customdata` of the selected points; nothing if none is selected.
    """
    show_title(take_title(figure))
    with _wide(figure, key):
        event: Any = st.plotly_chart(
            figure,
            key=key,
            alt=takeaway,
            on_select="rerun",
            config=_chart_config(key),
        )
    st.caption(f"{escape_markdown(takeaway)} {escape_markdown(source)}")
    return [point["customdata"] for point in event.selection.points if "customdata" in point]


def _wide(figure: go.Figure, key: str) -> "DeltaGenerator":
    """Return where a figure goes, wide enough for it."""
    return st.container(key=f"wide-{least_width(figure)}-{key}")


def _chart_config(key: str, *, remove: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "displaylogo": False,
        # A longer bar would lie over the title of the panel at the right.
        "modeBarButtonsToRemove": [*_NEVER, *remove],
        "toImageButtonOptions": {"format": "svg", "filename": f"fairmoe-{key}"},
    }


OWN_DOWNLOADS = (
    '[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]){display:none}'
)
"""The style that hides Streamlit's button above tables: what it saves tells of small groups, and a
spreadsheet runs formulas in it."""


@dataclass(frozen=True)
class TableFile:
    """What is downloaded of a table, where something is to be said of it.

    Attributes:
        frame: See `show_table`.
        note: What is said; may be empty.
    """

    frame: pd.DataFrame
    note: str


def show_table(
    frame: pd.DataFrame,
    *,
    key: str,
    alt: str,
    columns: Mapping[str, Any],
    csv: pd.DataFrame | TableFile,
    folded: bool = True,
    small: tuple[str, ...] | None = None,
    height: int | Literal["auto"] = "auto",
) -> None:
    """Show a table and offer it as CSV.

    Args:
        frame: What is shown; NaN reads "insufficient data".
        key: Tells the table from others of its page, and names the file.
        alt: What a screen reader says.
        columns: Column configurations; columns without one are left out.
        csv: What is downloaded: unrounded, NaN as an empty field.
        folded: Whether it stands behind a closed "Numbers", as what a chart shows does everywhere.
        small: The groups that the CSV may not tell of; None for those of the run that is shown.
        height: In pixels; by default up to ten rows are in view.
    """
    if folded:
        with st.expander(NUMBERS, icon=NUMBERS_ICON, key=f"{key}-numbers"):
            show_table(frame, key=key, alt=alt, columns=columns, csv=csv, folded=False, small=small)
        return
    widths = {name: {"width": 130} for name in columns if frame[name].isna().any()}
    st.dataframe(
        frame,
        key=key,
        alt=alt,
        column_config={name: columns[name] | widths.get(name, {}) for name in columns},
        column_order=list(columns),
        placeholder=INSUFFICIENT,
        width="stretch",
        height=height,
    )
    csv, note = (csv.frame, csv.note) if isinstance(csv, TableFile) else (csv, "")
    handed_on = without_small(csv, small)
    if handed_on is not csv:
        st.caption(escape_markdown(left_out_groups(limits().smallest_group)))
    if note:
        st.caption(escape_markdown(note))
    show_download("Table as CSV", lambda: csv_text(handed_on).encode(), f"fairmoe-{key}.csv")


def without_small(csv: pd.DataFrame, small: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return a table as it may be handed on: without numbers of small groups.

    Args:
        csv: The table.
        small: The groups; None for those of the run that is shown.

    Returns:
        The table itself if there is nothing to leave out.
    """
    state: Any = st.session_state.get("fairmoe")
    smallest = limits().smallest_group
    run: Any = None if state is None else state.run
    if not smallest or (small is None and run is None):
        return csv
    if small is None:
        # Importing it imports torch, which no page may need before there is a run.
        from fairmoe.runs import small_groups  # noqa: PLC0415

        small = small_groups(run, smallest)
    return without_small_groups(csv, small, smallest)


def show_download(
    label: str, make: Callable[[], bytes], name: str, *, mime: str = "text/csv"
) -> None:
    """Offer a file that is made when it is asked for."""
    st.download_button(
        label,
        make,
        file_name=name,
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
        key=f"download-{name}",
        type="tertiary",
    )


def show_parts(
    parts: Mapping[str, Callable[..., None]], *, key: str, about: tuple[Any, ...]
) -> None:
    """Show one of some parts of a page, on tabs; what is not open is not drawn.

    Args:
        parts: What shows each part, by its name.
        key: Tells the tabs from others; the address holds which is open under it.
        about: What each part is called with.
    """
    tabs = st.tabs(list(parts), key=key, on_change="rerun", bind="query-params")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            # A part that cannot be shown leaves the others, and what follows.
            with tab, apologies():
                show(*about)


def percent_column(label: str, text: str, unit: str = "%", *, digits: int = 1) -> Any:
    """Return the configuration of a column of values in percent or percentage points."""
    return st.column_config.NumberColumn(
        label, help=text, format=f"%.{digits}f{suffix(unit).replace('%', '%%')}"
    )
