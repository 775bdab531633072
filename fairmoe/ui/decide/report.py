"""The report of a run: what it holds, what the reviewer adds, preview and download."""

import datetime
import urllib.parse
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.names import DECISIONS, REPORT_SECTIONS
from fairmoe.sentences.open_points import RELIANCE_ASKED, readiness
from fairmoe.ui.frame.components import show_note, show_warning
from fairmoe.ui.frame.kept import KeptRun, explored_of
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.awareness import counterpart
from fairmoe.ui.understand.review import ask_tolerance

if TYPE_CHECKING:
    from fairmoe.report import Cover, Report

PREVIEW_HEIGHT = 820
_SECTIONS, _CHOICES, _OFFERED = "sections", "sections-choices", "sections-offered"
_OF_THE_REVIEWER = ("use", "signoff")
"""Sections that every report can have."""


def make_once(state: Session, kept: KeptRun) -> "Report":
    """Return the report of a run; what it says is found and drawn once per session."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.report import make_report  # noqa: PLC0415

    tolerance = ask_tolerance(kept.run.data.sha256)
    explored = explored_of(state.explored, kept)
    sweep, peers = (None, ()) if explored is None else (explored.sweep, explored.peers)
    other = counterpart(state, kept.run)
    target = kept.run.roles.target
    key = (
        "report",
        kept.run.run_id,
        tuple(point.run_id for point in kept.run.front),
        kept.rows is None,
        target,
        tolerance,
        sweep and sweep.settings,
        tuple((peer.method, peer.setting, peer.criterion, peer.compared) for peer in peers),
        other and other.run_id,
    )
    with st.spinner("Writing the report"):
        return state.once(
            key,
            lambda: make_report(
                kept.run,
                kept.rows,
                tolerance=tolerance,
                sweep=sweep,
                other=other,
                peers=peers,
                smallest_group=limits().smallest_group,
            ),
        )


def show_open_points(report: "Report") -> None:
    """Say what is open before anyone relies on the run."""
    points = report.open_points
    lines = "".join(f"\n- {escape_markdown(point)}" for point in points)
    text = Markdown(f"**{RELIANCE_ASKED}** {escape_markdown(readiness(points))}{lines}")
    if points:
        show_warning(text, icon=":material/checklist:")
    else:
        show_note(text, icon=":material/check:")


def choose_sections(report: "Report") -> list[str]:
    """Let the user leave out sections of those that there are of this run."""
    from fairmoe.report import DEFAULT  # noqa: PLC0415

    written = {section.key for section in report.sections} | set(_OF_THE_REVIEWER)
    offered = [key for key in REPORT_SECTIONS if key in written]
    default = [key for key in DEFAULT if key in written]
    # What was chosen of a section holds also after a run that lacks it.
    choices: dict[str, bool] = st.session_state.get(_CHOICES, {})
    if _SECTIONS in st.session_state and st.session_state.get(_OFFERED, offered) != offered:
        st.session_state[_SECTIONS] = [key for key in offered if choices.get(key, key in default)]
    chosen = st.pills(
        "Sections",
        offered,
        selection_mode="multi",
        default=default,
        format_func=REPORT_SECTIONS.__getitem__,
        key=_SECTIONS,
        bind="query-params",
        persist_state="session",
        help="What follows the first page. Leave the limits in unless your readers know them. The "
        "form of Local Law 144 of New York City is a table of selection rates and impact ratios.",
    )
    st.session_state[_CHOICES] = choices | {key: key in chosen for key in offered}
    st.session_state[_OFFERED] = offered
    return chosen


def write_cover(kept: KeptRun) -> "Cover":
    """Let the reviewer add to the report of a run, and sign it."""
    from fairmoe.report import Cover  # noqa: PLC0415

    run = kept.run.run_id
    left, right = st.columns(2)
    title = left.text_input(
        "Title",
        placeholder=Cover(datetime.date.today()).title_for(kept.run.data.name),
        max_chars=200,
        key=f"report-title-{run}",
        persist_state="session",
    )
    author = right.text_input("Author", max_chars=200, key="report-author", persist_state="session")
    notes = _text("Notes", f"notes-{run}", "They follow the first page, letter by letter.")
    return Cover(datetime.date.today(), title, author, notes, **_ask_decision(run))


def _ask_decision(run: str) -> dict[str, Any]:
    """Return what the model is for, and who decided what on its use."""
    with st.expander("Intended use and sign-off", icon=":material/draw:"):
        st.caption("What you leave empty is printed as a line to write on.")
        left, right = st.columns(2)
        with left:
            intended = _text("Intended use", f"intended-{run}", "What the model is meant for.")
            reviewer = st.text_input(
                "Reviewer", max_chars=200, key="report-reviewer", persist_state="session"
            )
        with right:
            beyond = _text("Out of scope", f"beyond-{run}", "What it must not be used for.")
            role = st.text_input("Role", max_chars=200, key="report-role", persist_state="session")
        decision = st.pills(
            "Decision",
            list(DECISIONS),
            format_func=DECISIONS.__getitem__,
            key=f"report-decision-{run}",
            persist_state="session",
        )
        reason = _text("Reason and conditions", f"reason-{run}", "Why, and under which conditions.")
    return {
        "intended_use": intended,
        "out_of_scope": beyond,
        "reviewer": reviewer,
        "role": role,
        "decision": decision,
        "reason": reason,
    }


def _text(label: str, key: str, about: str) -> str:
    return st.text_area(
        label,
        help=about,
        max_chars=20_000,
        height=80,
        key=f"report-{key}",
        persist_state="session",
    )


def show_downloads(state: Session, report: "Report", cover: "Cover", chosen: list[str]) -> None:
    """Offer the report as files for people and for programs, made when asked for."""
    from fairmoe.report import to_card, to_csv, to_html, to_json  # noqa: PLC0415

    name = f"fairmoe-report-{report.findings.run.run_id[:12]}"
    files: dict[str, tuple[str, str, Callable[[], str]]] = {
        "Download the report": ("html", "text/html", lambda: to_html(report, cover, chosen)),
        "Model card": ("md", "text/markdown", lambda: to_card(report, cover)),
        "JSON": ("json", "application/json", lambda: to_json(report, cover)),
        "CSV": ("csv", "text/csv", lambda: to_csv(report)),
    }
    with st.container(horizontal=True):
        for label, (ending, mime, make) in files.items():
            st.download_button(
                label,
                partial(state.in_turn, make),
                file_name=f"{name}.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                type="primary" if ending == "html" else "secondary",
                key=f"download-{ending}",
            )
    st.caption(
        "One HTML file of about 5 MB that opens in any browser without a network. Print it there "
        "for a PDF: the first page is one sheet of A4. The model card is markdown for a model hub; "
        "JSON and CSV hold the numbers for programs. The files name columns and groups and give "
        "counts, but hold no row of the table."
    )


def show_preview(state: Session, report: "Report", cover: "Cover", chosen: list[str]) -> None:
    """Show the file as it will be downloaded."""
    from fairmoe.report import to_html  # noqa: PLC0415

    if st.toggle("Preview", value=True, key="preview", bind="query-params"):
        # What users and tables wrote is escaped, and the file's own policy runs no other script.
        st.iframe(
            state.in_turn(lambda: to_html(report, cover, chosen)),
            height=PREVIEW_HEIGHT,
            alt="Preview of the report",
        )
        # Streamlit asks whether it is an address, and Python keeps 128 of what it was asked about:
        # megabytes each, and of everyone.
        urllib.parse.clear_cache()  # type: ignore[attr-defined]
