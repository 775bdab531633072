"""Where a table can come from: a file, the demo, or a public data set."""

import streamlit as st

from fairmoe.data import DEMO_ROLES, PUBLIC, demo_table, fetch_public, read_table
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.state import Session

FILE_TYPES = ["csv", "tsv", "txt", "gz", "parquet"]

DEMO_SEED = 3
"""A first run that shows what sixty seeds show in the mean: the mixture level with the best of its
experts, and a gate that tells rows apart."""


def load_demo(state: Session) -> None:
    """Replace the session's data by the demo, with its roles."""
    state.load(demo_table(), DEMO_ROLES)
    state.settle(DEMO_ROLES)


def source_picker(state: Session) -> None:
    """Let the user load a table; a table that cannot be read leaves the one before in place."""
    with st.expander(
        "Load a table" if state.table is None else "Load another table",
        expanded=state.table is None,
        icon=":material/upload:",
        key=f"sources-{state.version}",
    ):
        _upload(state)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Use the demo data", icon=":material/science:"):
                load_demo(state)
                st.rerun()
            _public(state)


def _upload(state: Session) -> None:
    upload = st.file_uploader(
        "CSV (comma, semicolon, tab or pipe), gzipped CSV, or Parquet",
        FILE_TYPES,
        # A new key for each table, so that the file's bytes are let go once they are read.
        key=f"upload-{state.version}",
        help="It is read into the memory of this session, and nowhere else.",
    )
    if upload is None:
        return
    with apologies(), st.spinner("Reading the table"):
        state.load(read_table(upload.getvalue(), name=upload.name))
        st.rerun()


def _public(state: Session) -> None:
    with st.popover("Public data", icon=":material/public:"):
        st.caption("Fetched from openml.org; the only button of this app that uses the internet.")
        for name, source in PUBLIC.items():
            fetch = st.button(source.title, key=f"public-{name}", width="stretch")
            if fetch:
                with apologies(), st.spinner("Fetching"):
                    state.load(fetch_public(name), source.roles)
                    st.rerun()
