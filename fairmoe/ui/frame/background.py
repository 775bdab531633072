"""Garbage is collected once a while, not after every run of a script."""

import gc
import threading
import time

import streamlit as st

from fairmoe.jobs.bugs import log_bug
from fairmoe.ui.frame.process import sessions

SECONDS = 30.0


@st.cache_resource(show_spinner=False)
def collect_once_a_while() -> threading.Thread:
    """Begin to pack sessions and collect garbage every `SECONDS`, and return the thread.

    Streamlit collects whenever a script or a fragment ends (`runner.postScriptGC`, which the
    app's configuration turns off). Searching all that torch and pandas hold takes a quarter of a
    second each time, in which no message leaves the server. What an ended session leaves behind
    must go all the same, and soon.
    """
    thread = threading.Thread(target=_collect, name="garbage", daemon=True)
    thread.start()
    return thread


def _collect() -> None:
    while True:
        time.sleep(SECONDS)
        # Whatever is wrong with one session, the others go on.
        for bug in sessions().pack_away():
            log_bug(bug)
        gc.collect()
