"""Ways from one page to another."""

import streamlit as st

from fairmoe.ui.frame.pages import PAGES


def link(path: str, label: str = "", *, icon: str = "") -> None:
    """Show a link to another page, if the app has it, by the name of that page or another."""
    if path in PAGES:
        page = PAGES[path]
        st.page_link(path, label=label or page.title, icon=icon or page.icon)
