"""Ways from one page to another within the content."""

import streamlit as st

from fairmoe.ui.frame.pages import PAGES


def link(path: str, label: str) -> None:
    """Show a link to another page, if the app has it."""
    if path in PAGES:
        st.page_link(path, label=label, icon=PAGES[path].icon)
