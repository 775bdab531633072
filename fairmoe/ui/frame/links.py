"""Ways from one page to another."""

import streamlit as st

from fairmoe.ui.frame.pages import PAGES


def link(path: str, label: str, *, icon: str = "") -> None:
    """Show a link to another page, if the app has it."""
    if path in PAGES:
        st.page_link(path, label=label, icon=icon or PAGES[path].icon)
