"""A table while it is read: in a queue of its own, with progress and a way to stop it."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fairmoe._escape import Markdown
from fairmoe.data import ReadOptions, Roles, Table, read_table
from fairmoe.jobs import Snapshot
from fairmoe.progress import OnProgress
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.process import registry
from fairmoe.ui.frame.progress import show_end
from fairmoe.ui.frame.session import session
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.presets import leave_the_demo

SOON = 1.5
"""Seconds in which most tables are read, so that no bar is drawn for them."""

MOST_KEPT = 32 * 2**20
"""Bytes of a file that are kept, so that it can be read again with another setting."""

_SECONDS_BETWEEN_LOOKS = 0.4


@dataclass
class Loading:
    """What a session reads, or read last.

    Attributes:
        files: Counts the files that were read, so that what is set for one is not for the next.
        content: The bytes of the last file, if they are few.
        name: Its name.
        options: How it was read.
        file: Tells the last file from others.
        version: Of the session, when it was loaded or failed to be.
        job_id: The reading that waits or runs.
        end: How the last one ended, if it did not finish.
    """

    files: int = 0
    content: bytes | None = None
    name: str = ""
    options: ReadOptions | None = None
    file: Hashable = None
    version: int = -1
    job_id: str | None = None
    end: "Snapshot[Any] | None" = None


def loading() -> Loading:
    """Return what this session reads."""
    found: Loading = session().parts.setdefault("loading", Loading())
    return found


def read_file(
    state: Session, key: Hashable, content: Callable[[], bytes], name: str, options: ReadOptions
) -> None:
    """Read a file that was given, unless that was done.

    Args:
        state: The session.
        key: Tells the file from others.
        content: Returns its bytes.
        name: Its name.
        options: What the reader is told.
    """
    now = loading()
    if key == now.file and options == now.options:
        return
    if key != now.file and now.file is not None:
        # What was set for the file before is not for this one.
        now.files, options = now.files + 1, ReadOptions(max_bytes=options.max_bytes)
    if key != now.file:
        now.content, now.file, now.name = content(), key, name
    assert now.content is not None
    now.options = options
    _begin(state, now, now.content, None)


def read_again(state: Session, options: ReadOptions) -> None:
    """Read the file once more as it is now to be read, with the roles as they are."""
    now = loading()
    is_shown = now.version == state.version and now.job_id is None
    if now.content is None or options == now.options or not is_shown:
        return
    now.options = options
    _begin(state, now, now.content, None if state.labelled is None else state.labelled.roles)


def show_loading(state: Session) -> None:
    """Show how far the reading is, or how it ended if it did not finish."""
    now = loading()
    if now.job_id is not None:
        _live(state)
    elif now.end is not None and now.version == state.version:
        show_end(
            now.end,
            cancelled=Markdown("Reading was cancelled; nothing was changed."),
        )


def _begin(state: Session, now: Loading, content: bytes, roles: Roles | None) -> None:
    name, options = now.name, now.options

    def work(on_progress: OnProgress) -> tuple[Table, Roles | None]:
        table = read_table(content, name=name, options=options, on_progress=on_progress)
        known = roles is not None and set(_columns(roles)) <= set(table.kinds)
        return table, roles if known else None

    if now.job_id is not None:
        registry().forget(now.job_id, owner=_owner(state))
    now.end, now.version = None, state.version
    now.job_id = registry().submit(work, owner=_owner(state), queue="reading")
    until = time.monotonic() + SOON
    while _look(state, now) is not None and time.monotonic() < until:
        time.sleep(0.01)


def _look(state: Session, now: Loading) -> "Snapshot[Any] | None":
    """Return the reading that waits or runs; if it has ended, take its table over."""
    if now.job_id is None:
        return None
    snapshot = registry().snapshot(now.job_id, owner=_owner(state))
    if snapshot is not None and snapshot.active:
        return snapshot
    registry().forget(now.job_id, owner=_owner(state))
    now.job_id = None
    if snapshot is None or snapshot.result is None:
        now.end = snapshot
        return None
    if now.content is not None and len(now.content) > MOST_KEPT:
        now.content = None
    state.load(*snapshot.result, content=now.content)
    leave_the_demo()
    now.version = state.version
    st.rerun()
    return None


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _live(state: Session) -> None:
    with apologies():
        now = loading()
        snapshot = _look(state, now)
        if snapshot is None or now.job_id is None:
            st.rerun()
        report = snapshot.progress
        st.progress(
            report.done / report.total if report else 0.0,
            f"Waiting: {snapshot.ahead} before yours" if snapshot.ahead else "Reading the table",
        )
        st.button(
            "Stopping" if snapshot.stopping else "Cancel",
            icon=":material/stop_circle:",
            key="cancel-reading",
            disabled=snapshot.stopping,
            on_click=registry().cancel,
            args=(now.job_id,),
            kwargs={"owner": _owner(state)},
        )


def _columns(roles: Roles) -> tuple[str, ...]:
    return (roles.target.column, *roles.sensitive_columns, *roles.other_columns, *roles.dropped)


def _owner(state: Session) -> str:
    """A session reads beside its training, of which there is one at a time."""
    return f"{state.owner}-reading"
