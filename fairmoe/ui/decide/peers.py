"""Fairlearn's methods beside the front of a run: fitted in the background, for the gap it shows."""

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.errors import InvalidInputError
from fairmoe.figures.palette import PEER_STYLES
from fairmoe.jobs import Task
from fairmoe.names import METRICS, GapName
from fairmoe.sentences.peers import ONLY_OF_ONE_CRITERION, older_fits, peers_takeaway
from fairmoe.sentences.training import expected_time
from fairmoe.ui.frame.components import apologies, show_note
from fairmoe.ui.frame.expected import peers_seconds
from fairmoe.ui.frame.kept import Explored, KeptRun
from fairmoe.ui.frame.limits import check_peers
from fairmoe.ui.frame.progress import how_far, show_end
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.unasked import may_be_unasked

if TYPE_CHECKING:
    from fairmoe.jobs import Snapshot
    from fairmoe.names import FairlearnMethod
    from fairmoe.runs import PeerScores

POINTS = 5
"""Settings of each method, from the most to the least strict."""

_SECONDS_BETWEEN_LOOKS = 0.8


def peers_beside(
    explored: Explored, gap: GapName, split: Literal["test", "validation"] = "test"
) -> pd.DataFrame:
    """Return the fits that are there and were made for a gap, as `front_figure` takes them."""
    from fairmoe.runs import peer_table  # noqa: PLC0415

    return peer_table(explored.peers, gap, split)


def show_peers(
    state: Session, explored: Explored, kept: KeptRun, gap: GapName, points: pd.DataFrame
) -> None:
    """Say what Fairlearn's methods come to, or how far they are, or offer to fit them.

    Args:
        state: The session.
        explored: Has the fits that are there.
        kept: The run that is shown.
        gap: By which the front is judged.
        points: Of the front, as `fairmoe.runs.front_tables` returns them.
    """
    from fairmoe.runs import CRITERIA  # noqa: PLC0415

    if gap not in CRITERIA:
        st.caption(ONLY_OF_ONE_CRITERION)
        return
    peers = peers_beside(explored, gap)
    if len(peers):
        told = peers_takeaway(peers, points, gap, METRICS[gap].label)
        show_note(escape_markdown(told), icon=":material/compare_arrows:")
        if not _say_older(kept, peers, gap):
            return
    about = f"peers {gap}"
    if state.aside.about != about and _may_start(state, explored, kept, gap):
        _start(state, explored, kept, gap, unasked=True)
    if state.aside.about == about:
        _fitting(state, explored, kept, gap)
    elif kept.rows is not None and state.job_id is None and not state.aside.about:
        _offer(state, explored, kept, gap)


def _say_older(kept: KeptRun, peers: pd.DataFrame, gap: GapName) -> bool:
    """Say that fits which were kept earlier may count other groups; return whether it is so."""
    from fairmoe.analysis.no_gap import who_is_not_compared  # noqa: PLC0415

    small = () if peers["compared"].all() else who_is_not_compared(kept.told.run, gap)
    if small:
        st.caption(escape_markdown(older_fits(small)))
    return bool(small)


def _may_start(state: Session, explored: Explored, kept: KeptRun, gap: GapName) -> bool:
    """Whether to fit them unasked: once, while nothing else is done for the session."""
    if not may_be_unasked(state, kept) or state.aside.about or gap in explored.peers_ends:
        return False
    return state.once(("peers fit", kept.run.run_id), lambda: _are_small(kept))


def _are_small(kept: KeptRun) -> bool:
    try:
        check_peers(kept.labelled)
    except InvalidInputError:
        return False
    return True


def _offer(state: Session, explored: Explored, kept: KeptRun, gap: GapName) -> None:
    if gap in explored.peers_ends:
        show_end(explored.peers_ends[gap], cancelled=Markdown("Fitting was stopped."))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Compare with Fairlearn", icon=":material/compare_arrows:", key="peers"):
            check_peers(kept.labelled)
            _start(state, explored, kept, gap)
            st.rerun()
        st.caption(
            "Fits Fairlearn's exponentiated gradient, threshold optimizer and adversarial network "
            f"on the same training rows for this gap, each from strict to loose in {POINTS} "
            f"settings, while you go on. {expected_time(peers_seconds(kept, _methods(), POINTS))}"
        )


def _start(
    state: Session, explored: Explored, kept: KeptRun, gap: GapName, *, unasked: bool = False
) -> None:
    from fairmoe.runs import CRITERIA  # noqa: PLC0415
    from fairmoe.tasks import fit_peers  # noqa: PLC0415

    told = kept.told.run
    arguments = (
        *(kept.labelled, kept.run.settings, _methods(), POINTS, CRITERIA[gap]),
        told.splits,
        tuple(told.data.groups),
    )

    def take_over(end: "Snapshot[tuple[PeerScores, ...]]") -> None:
        explored.peers_ends[gap] = end
        if end.result:
            # Older ones of the same criterion may count other groups.
            others = [peer for peer in explored.peers if peer.criterion != CRITERIA[gap]]
            explored.peers = (*others, *end.result)

    state.aside.start(
        Task(fit_peers, arguments),
        queue="cpu",
        about=f"peers {gap}",
        take_over=take_over,
        person=state.person,
        unasked=unasked,
    )
    explored.is_begun = True


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _fitting(state: Session, explored: Explored, kept: KeptRun, gap: GapName) -> None:
    with apologies():
        snapshot: Snapshot[Any] | None = state.aside.look()
        if snapshot is None:
            st.rerun()
        if state.aside.unasked and (snapshot.state == "waiting" or snapshot.stopping):
            # Those who ask have their turn.
            _offer(state, explored, kept, gap)
            return
        st.progress(*how_far(snapshot))


def _methods() -> "tuple[FairlearnMethod, ...]":
    from fairmoe.baselines import FAIRLEARN  # noqa: PLC0415

    return tuple(method for method in FAIRLEARN if method in PEER_STYLES)
