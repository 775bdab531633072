"""Where a table can come from: a file, the demo, or a public data set."""

import streamlit as st

from fairmoe._app import app_folder
from fairmoe.data import (
    DEMO_NAMED_ROLES,
    DEMO_SETTINGS,
    PUBLIC,
    ReadOptions,
    fetch_public,
)
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.packing import shared_demo
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.loading import loading, read_again, read_file, show_loading
from fairmoe.ui.prepare.presets import leave_the_demo, stand_at

FILE_TYPES = ["csv", "tsv", "tab", "txt", "dat", "gz", "zip", "xlsx", "xls", "ods", "parquet"]
_ASKED = "upload-asked"
MAX_BYTES = 256 * 2**20
"""How much a file may take in the app, also decompressed."""


def load_demo(state: Session) -> None:
    """Replace the session's data by the demo, with its roles."""
    labelled, content = shared_demo()
    state.load(labelled.table, DEMO_NAMED_ROLES, public=True, content=content)
    state.labelled = labelled


def open_demo(state: Session) -> None:
    """Load the demo and show the run of it that is shipped."""
    from fairmoe.runs import demo_run  # noqa: PLC0415

    load_demo(state)
    assert state.labelled is not None
    state.keep(demo_run(), state.labelled, "Demo")
    stand_at(DEMO_SETTINGS)


@st.cache_data(show_spinner=False)
def demo_map() -> str:
    """Return the map of the demo's mixture; it needs no run, and so no torch."""
    drawn: str = (app_folder() / "assets" / "demo-map.html").read_text(encoding="utf-8")
    return drawn


def ask_for_upload(state: Session) -> None:
    """Open the field for another table on Data, until one is loaded."""
    st.session_state[_ASKED] = state.version


def source_picker(state: Session) -> None:
    """Let the user load a table; a table that cannot be read leaves the one before in place."""
    with st.expander(
        "Load a table" if state.table is None else "Load another table",
        expanded=state.table is None or st.session_state.get(_ASKED) == state.version,
        icon=":material/upload:",
        key=f"sources-{state.version}",
    ):
        _upload(state)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Use the demo data", icon=":material/science:"):
                load_demo(state)
                st.rerun()
            _paste(state)
            _public(state)


def _upload(state: Session) -> None:
    upload = st.file_uploader(
        "CSV, Excel, OpenDocument or Parquet, also gzipped or zipped",
        FILE_TYPES,
        # A new key for each table, so that the file's bytes are let go once they are read.
        key=f"upload-{state.version}",
        help="It is read into the memory of this session. Above a megabyte it passes through the "
        "server's temporary folder while it arrives.",
    )
    files = loading().files
    with st.popover("If it is read wrongly", icon=":material/tune:"):
        sheet = st.text_input(
            "Sheet of a workbook",
            placeholder="The first that holds a table",
            key=f"sheet-{files}",
            persist_state="session",
        )
        encoding = st.text_input(
            "Encoding of a text table",
            placeholder="Found by itself",
            key=f"encoding-{files}",
            persist_state="session",
        )
        st.caption("The file is then read again.")
    options = ReadOptions(
        sheet=(sheet or "").strip(), encoding=(encoding or "").strip(), max_bytes=MAX_BYTES
    )
    with apologies():
        if upload is not None:
            read_file(state, upload.file_id, upload.getvalue, upload.name, options)
        else:
            read_again(state, options)
        show_loading(state)


def _paste(state: Session) -> None:
    with st.popover("Paste a table", icon=":material/content_paste:"):
        text = st.text_area(
            "Cells copied from a spreadsheet, or CSV",
            placeholder="The first row names the columns",
            key=f"paste-{state.version}",
        )
        if st.button("Read what is pasted", disabled=not text):
            with apologies():
                content = (text or "").encode()
                options = ReadOptions(max_bytes=MAX_BYTES)
                key = ("pasted", state.version, hash(content))
                read_file(state, key, lambda: content, "pasted table", options)
                st.rerun()


def _public(state: Session) -> None:
    with st.popover("Public data", icon=":material/public:"):
        st.caption("Fetched from openml.org; the only button of this app that uses the internet.")
        for name, source in PUBLIC.items():
            fetch = st.button(source.title, key=f"public-{name}", width="stretch")
            if fetch:
                with apologies(), st.spinner("Fetching"):
                    state.load(fetch_public(name), source.roles, public=True)
                    leave_the_demo()
                    st.rerun()
