"""What all sessions of this process share: the queue of their work, and where they are kept."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe._app import STORE
from fairmoe.errors import FairmoeError
from fairmoe.jobs import Bounds, JobRegistry, Snapshot, Turns, Workers
from fairmoe.project_store import ProjectStore
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.sessions import Sessions, seconds_kept

if TYPE_CHECKING:
    from fairmoe.ui.frame.state import Session


@st.cache_resource(show_spinner=False)
def registry() -> "JobRegistry[Any]":
    """Return the work of all sessions of this process; each session finds only its own."""
    may = limits()
    bounds = Bounds(may.waiting, may.by_person, may.by_address, 60.0 * may.minutes)
    pool = workers()
    return JobRegistry(
        kept_for=seconds_kept(), bounds=bounds, workers={} if pool is None else {"cpu": pool}
    )


@st.cache_resource(show_spinner=False)
def workers() -> Workers | None:
    """Return the processes that train, if this server trains in others than its own."""
    count = limits().workers
    return Workers(count, ("fairmoe.tasks",)) if count else None


@st.cache_resource(show_spinner=False)
def turns() -> Turns:
    """Return whose turn it is to have something analysed."""
    return Turns(limits().analyses)


@st.cache_resource(show_spinner=False)
def project_store() -> ProjectStore | None:
    """Return the projects on the server's disk, if it was told to keep any.

    Raises:
        InvalidInputError: Nothing can be kept where it was told to.
    """
    folder = os.environ.get(STORE)
    if not folder:
        return None
    store = ProjectStore(Path(folder), max_mib=limits().store_mib)
    store.prepare()
    return store


@st.cache_resource(show_spinner=False)
def sessions() -> "Sessions[Session]":
    """Return the sessions of this process, by tokens that cannot be guessed."""
    from fairmoe.ui.frame.packing import pack, unpack  # noqa: PLC0415

    return Sessions(
        seconds_kept(),
        on_end=_end,
        whose=lambda one: one.person.address or one.person.name,
        pack=pack,
        unpack=unpack,
        most_packed=limits().away_mib * 2**20,
    )


def _end(session: "Session") -> None:
    """Stop the work of a session that is over, and let go of what the process keeps of it."""
    session.stop()
    forget_experts_of(session.owner)


def forget_experts_of(owner: str) -> None:
    """Let go of the experts that were trained for a session."""
    # Without this module none were.
    if "fairmoe.training" in sys.modules:
        sys.modules["fairmoe.training"].forget_experts(owner)


LOST: "Snapshot[Any]" = Snapshot(
    state="refused",
    ahead=0,
    progress=None,
    curves={},
    seconds=0.0,
    result=None,
    error=FairmoeError(
        "The work was stopped, because its page was away for too long and others waited."
    ),
    reference="",
)
