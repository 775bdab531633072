"""The way to another page that the app itself takes."""

from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def go_to(path: str) -> NoReturn:
    """Go to another page, whatever the widgets of this one have put into the address.

    `st.switch_page` clears the address, and raises an error where a widget is bound to a part of it
    (Streamlit 1.67), so the widgets are parted from it before.
    """
    context = get_script_run_ctx()
    assert context is not None
    with context.session_state.query_params() as address:
        for widget_id in list(address._bindings_by_widget):
            address.unbind_widget(widget_id)
    st.switch_page(path)
