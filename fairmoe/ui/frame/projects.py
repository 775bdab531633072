"""Projects: what a session holds, saved as one file and opened from one."""

import os
import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from fairmoe._app import OPENED
from fairmoe._escape import escape_markdown
from fairmoe.errors import FairmoeError
from fairmoe.sentences.projects import TAKES_THE_PLACE, what_it_holds
from fairmoe.ui.frame.components import apologies, show_error
from fairmoe.ui.frame.handover import (
    FAILED,
    TAKEN,
    left_out,
    opening,
    project_of,
    take_project,
    take_rows,
)
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.stored import offer_to_store
from fairmoe.ui.frame.switching import go_to

_ASKED = "project-opened"


def show_project(state: Session) -> None:
    """Offer to save what the session holds as a project, and to open another one."""
    with st.popover("Project", icon=":material/folder_zip:", width="stretch", key="project"):
        if state.table is not None or state.runs:
            _offer_to_save(state)
            st.divider()
        open_project_field(state, "sidebar")


def open_project_field(state: Session, place: str) -> None:
    """Let the user open a project, which takes the place of what the session holds.

    Args:
        state: The session.
        place: Tells this field from others.
    """
    key = f"open-project-{place}-{state.turns}-{state.version}"
    st.file_uploader(
        "Open a project",
        ["fairmoe"],
        key=key,
        on_change=_open_upload,
        args=(state, key),
        help=f"A file that this app or `fairmoe train --out x.fairmoe` wrote. {TAKES_THE_PLACE}",
    )


def ask_for_rows(state: Session) -> None:
    """Ask for the file of the run that is shown, if it was opened without its rows."""
    kept = state.kept
    if kept is None or kept.rows is not None:
        return
    key = f"rows-{kept.run.run_id}-{state.turns}"
    with st.popover("Give the table", icon=":material/table_rows:", width="stretch"):
        st.file_uploader(
            escape_markdown(kept.run.data.name or "The table of this run"),
            key=key,
            on_change=_take_rows,
            args=(state, key),
            help="The file that the run was trained on, byte for byte.",
        )


def open_what_was_named(state: Session, *, go_there: bool) -> None:
    """Open the project or run that the app was started with, once in a session.

    Args:
        state: The session.
        go_there: Whether to go on to the page of what was opened; who follows a link stays.
    """
    path = os.environ.get(OPENED)
    if not path or _ASKED in st.session_state:
        return
    st.session_state[_ASKED] = True
    if state.table is not None or state.runs:
        return
    with apologies():
        from fairmoe.runs import open_project  # noqa: PLC0415

        with st.spinner("Opening the project"):
            take_project(state, open_project(path))
            state.parts[TAKEN] = go_there


def show_opened(state: Session, *, result: str, data: str) -> None:
    """Go, once, to the page of what was opened, or say why it could not be.

    Args:
        state: The session.
        result: The page of a run.
        data: The page of a table.
    """
    if state.parts.pop(TAKEN, False) and (state.run or state.table):
        go_to(result if state.run else data)
    error: FairmoeError | None = state.parts.pop(FAILED, None)
    if error is not None:
        show_error(error)


def _offer_to_save(state: Session) -> None:
    with_table = state.content is not None and st.checkbox(
        "With the table", key="project-with-table", help="Else only its digest is in the file."
    )
    if state.table is not None and state.content is None:
        st.caption("The table is too large to be put into the project, or was no file.")
    encoded = [
        len(kept.run.mixture.explainer.background)
        for kept in state.runs.values()
        # No other method compares with rows.
        if kept.run.settings.attribution_method == "gradient_shap"
    ]
    st.caption(
        escape_markdown(
            what_it_holds(with_table=with_table, encoded_rows=max(encoded, default=0))
            if state.runs or with_table
            else "The file holds the roles, how columns are read, and the digest of the table."
        )
    )
    if told := left_out(state):
        st.caption(escape_markdown(told))
    # The file is written out of the script, where there are no fields any more.
    entered = {str(key): value for key, value in st.session_state.items()}
    name = re.sub(r"[^\w-]+", "-", (_name(state) or "project").rsplit(".", 1)[0]).strip("-")
    st.download_button(
        "Save the project",
        lambda: _written(state, entered, with_table=with_table),
        f"{name or 'project'}.fairmoe",
        "application/zip",
        icon=":material/save:",
        key="save-project",
        on_click="ignore",
    )
    with apologies():
        offer_to_store(state, entered, _name(state), with_table=with_table)


def _written(state: Session, entered: Mapping[str, Any], *, with_table: bool) -> bytes:
    from fairmoe.runs import write_project  # noqa: PLC0415

    return write_project(project_of(state, entered, with_table=with_table))


def _name(state: Session) -> str:
    if state.table is not None:
        return state.table.name
    return "" if state.run is None else state.run.data.name


def _open_upload(state: Session, key: str) -> None:
    """Open what was given; fields are drawn after this, so that they can be filled in."""
    upload = st.session_state[key]
    if upload is None:
        return
    from fairmoe.runs import read_project  # noqa: PLC0415

    with opening(state):
        take_project(state, read_project(upload.getvalue()))


def _take_rows(state: Session, key: str) -> None:
    upload = st.session_state[key]
    if upload is None or state.run is None:
        return
    try:
        take_rows(state, upload.getvalue())
    except FairmoeError as error:
        state.parts[FAILED] = error
