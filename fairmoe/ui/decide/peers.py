"""Fairlearn's methods beside a sweep, fitted when someone asks."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe.figures.palette import PEER_STYLES
from fairmoe.jobs import Task
from fairmoe.names import FairlearnMethod
from fairmoe.ui.frame.kept import Explored
from fairmoe.ui.frame.limits import check_peers
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.jobs import Snapshot
    from fairmoe.runs import SweepScores

POINTS = 5
"""Settings of each method, from the most to the least strict."""


def peers_button(state: Session, explored: Explored, sweep: "SweepScores", page: str) -> None:
    """Offer to fit Fairlearn's methods on the same rows, unless they are fitted already.

    Args:
        state: The session.
        explored: The sweep that they are compared with.
        sweep: Its runs.
        page: The page that shows how it goes.
    """
    if explored.peers:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Compare with Fairlearn", icon=":material/compare_arrows:", key="peers"):
            _start(state, explored, sweep, page)
            st.rerun()
        st.caption(
            "Fits Fairlearn's exponentiated gradient, threshold optimizer and adversarial network "
            f"on the same training rows, each from strict to loose in {POINTS} settings, for equal "
            "selection rates. That takes a minute or two on some thousand rows, and longer on more."
        )


def _start(state: Session, explored: Explored, sweep: "SweepScores", page: str) -> None:
    from fairmoe.tasks import fit_peers  # noqa: PLC0415

    labelled = explored.origin.labelled
    check_peers(labelled)
    work = Task(fit_peers, (labelled, sweep.settings[0], _methods(), POINTS))

    def take_over(end: "Snapshot[Any]") -> None:
        explored.last = end
        if end.result is not None:
            explored.peers = end.result

    state.start(work, table=labelled.table, queue="cpu", page=page, take_over=take_over)
    explored.last = None


def _methods() -> "tuple[FairlearnMethod, ...]":
    from fairmoe.baselines import FAIRLEARN  # noqa: PLC0415

    return tuple(method for method in FAIRLEARN if method in PEER_STYLES)
