"""The report of a run: what it holds, what the reviewer adds, preview and download."""

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from fairmoe.ui.frame.state import KeptRun, Session

if TYPE_CHECKING:
    from fairmoe.report import Cover, Report

PREVIEW_HEIGHT = 820


def make_once(state: Session, kept: KeptRun) -> "Report":
    """Return the report of a run; what it says is found and drawn once per session."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.report import make_report  # noqa: PLC0415

    with st.spinner("Writing the report"):
        return state.once(("report", kept.run.run_id), lambda: make_report(kept.run, kept.labelled))


def choose_sections() -> list[str]:
    """Let the user leave sections out."""
    from fairmoe.report import CHOICES  # noqa: PLC0415

    return st.pills(
        "Sections",
        list(CHOICES),
        selection_mode="multi",
        default=list(CHOICES),
        format_func=CHOICES.__getitem__,
        key="sections",
        bind="query-params",
        persist_state="session",
        help="The summary always comes first. Leave the limits in unless your readers know them.",
    )


def write_cover(kept: KeptRun) -> "Cover":
    """Let the reviewer sign the report of a run and add to it."""
    from fairmoe.report import Cover  # noqa: PLC0415

    run = kept.run.run_id
    left, right = st.columns(2)
    title = left.text_input(
        "Title",
        placeholder=f"What the models do to {kept.run.data.name or 'the table'}",
        max_chars=200,
        key=f"report-title-{run}",
        persist_state="session",
    )
    author = right.text_input("Author", max_chars=200, key="report-author", persist_state="session")
    notes = st.text_area(
        "Notes",
        placeholder="What is the model for? What did you conclude, and what should be done next?",
        help="They stand at the top of the report, letter by letter as written.",
        max_chars=20_000,
        key=f"report-notes-{run}",
        persist_state="session",
    )
    return Cover(datetime.date.today(), title, author, notes)


def show_downloads(report: "Report", cover: "Cover", chosen: list[str]) -> None:
    """Offer the report as a file for people and as two for programs, made when asked for."""
    from fairmoe.report import to_csv, to_html, to_json  # noqa: PLC0415

    name = f"fairmoe-report-{report.findings.run.run_id[:12]}"
    files: dict[str, tuple[str, str, Callable[[], str]]] = {
        "Download the report": ("html", "text/html", lambda: to_html(report, cover, chosen)),
        "JSON": ("json", "application/json", lambda: to_json(report, cover)),
        "CSV": ("csv", "text/csv", lambda: to_csv(report)),
    }
    with st.container(horizontal=True):
        for label, (ending, mime, make) in files.items():
            st.download_button(
                label,
                make,
                file_name=f"{name}.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                type="primary" if ending == "html" else "secondary",
                key=f"download-{ending}",
            )
    st.caption(
        "One HTML file of about 5 MB that opens in any browser without a network; print it there "
        "for a PDF. JSON and CSV hold the same numbers for programs. The file names columns and "
        "groups and gives counts, but holds no row of the table."
    )


def show_preview(report: "Report", cover: "Cover", chosen: list[str]) -> None:
    """Show the file as it will be downloaded."""
    from fairmoe.report import to_html  # noqa: PLC0415

    if st.toggle("Preview", value=True, key="preview", bind="query-params"):
        # What users and tables wrote is escaped, and the file's own policy runs no other script.
        with st.container(border=True):
            st.iframe(
                to_html(report, cover, chosen), height=PREVIEW_HEIGHT, alt="Preview of the report"
            )
