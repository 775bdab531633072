"""Ways from one page to another."""

import streamlit as st

from fairmoe.ui.frame.pages import PAGES
from fairmoe.ui.frame.session import QUERY


def link(path: str, label: str, *, icon: str = "") -> None:
    """Show a link to another page, if the app has it, that finds the session in a new tab too."""
    if path in PAGES:
        token = st.query_params.get(QUERY)
        st.page_link(
            path,
            label=label,
            icon=icon or PAGES[path].icon,
            query_params={QUERY: token} if token else None,
        )
