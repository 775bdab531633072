"""What the first training needs, made ready while the user looks at the first page."""

import importlib
import threading

import streamlit as st

from fairmoe.ui.frame.process import workers


@st.cache_resource(show_spinner=False)
def preload() -> threading.Thread:
    """Begin to import what trains, once per process, and return the thread that does."""
    # Not a daemon: a process that ends amid the import of torch would abort.
    thread = threading.Thread(target=_import, name="preload")
    thread.start()
    return thread


def _import() -> None:
    importlib.import_module("fairmoe.experiment")
    pool = workers()
    if pool is not None:
        pool.begin()
