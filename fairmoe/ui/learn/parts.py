"""What the lessons share on the page: controls, pictures, numbers, and what is computed once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from fairmoe.figures.lessons.large import enlarged
from fairmoe.figures.lessons.spread import seeds_table
from fairmoe.names import METRICS
from fairmoe.ui.frame.components import percent_column, show_chart, show_table

T = TypeVar("T")

PRESENT = "present"
"""In the session: whether the page is shown large, one idea at a time."""

SYNTHETIC = "Synthetic demo, biased on purpose"


def is_presenting() -> bool:
    """Return whether the page is shown large, one idea at a time."""
    return bool(st.session_state.get(PRESENT))


def show_picture(figure: go.Figure, *, takeaway: str, source: str, key: str) -> None:
    """Show a figure with what it says and what it is drawn from; larger and shorter on a beamer."""
    if is_presenting():
        figure, source = enlarged(figure), f"{SYNTHETIC}."
    show_chart(figure, takeaway=takeaway, source=source, key=key)


def choice(label: str, options: Mapping[str, str], default: str, *, key: str) -> str:
    """Let the user choose one of a few; the address carries it."""
    chosen = st.segmented_control(
        label,
        list(options),
        # Streamlit complains of a default beside a value that a button has set.
        default=None if key in st.session_state else default,
        format_func=options.__getitem__,
        required=True,
        key=key,
        bind="query-params",
        persist_state="session",
    )
    return chosen or default


def once(key: str, compute: Callable[[], T], work: str) -> T:
    """Return what a lesson computes; the first opening in this process waits for it."""
    with st.spinner(f"{work}, for everyone who opens this lesson, once", show_time=True):
        found: T = _computed(key, compute)
    return found


@st.cache_resource(show_spinner=False)
def _computed(key: str, _compute: Callable[[], Any]) -> Any:
    del key
    return _compute()


def slider(
    label: str, key: str, values: Sequence[Any], default: Any, form: str = "{:g}", *, text: str = ""
) -> Any:
    """Let the user choose one of some values; the address carries it.

    Args:
        label: What the values are of.
        key: Of the control, also in the address.
        values: What there is to choose.
        default: What it begins with.
        form: How a value is written.
        text: What the label means, for whoever asks; nothing where it needs no words.
    """
    return st.select_slider(
        label,
        values,
        value=default,
        format_func=form.format,
        key=key,
        bind="query-params",
        persist_state="session",
        width=320,
        help=text or None,
    )


def source_of(scores: pd.DataFrame, seeds: int) -> str:
    """Say on what and with how many seeds scores were measured."""
    return f"{SYNTHETIC}, {scores['rows'].max():,} test rows, seeds 0 to {seeds - 1}."


def show_seeds(key: str, frame: pd.DataFrame, by: Sequence[str], names: Iterable[str]) -> None:
    """Show mean, least and greatest value over the seeds."""
    table = seeds_table(frame, by, names)
    columns = {}
    for name in names:
        about = METRICS.get(name)
        label = about.label if about else _LABELS[name]
        columns[name] = percent_column(label, "Mean over the seeds.", about.unit if about else "%")
        columns[f"{name}_low"] = percent_column("from", f"{label}: the lowest seed.")
        columns[f"{name}_high"] = percent_column("to", f"{label}: the highest seed.")
    show_numbers(key, 100 * table, columns)


_LABELS = {"told": "AUC of the probe", "weight": "Mean weight"}


def show_numbers(key: str, table: pd.DataFrame, columns: Mapping[str, Any]) -> None:
    """Show the figures behind a picture, folded; a beamer has no use for them."""
    if is_presenting():
        return
    show_table(table, key=f"lesson-{key}", alt=f"{len(table)} rows.", columns=columns, csv=table)
