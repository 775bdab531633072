"""The dial: the front of the run that is shown, and which point of it all pages show."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.errors import InvalidInputError
from fairmoe.figures.front import front_figure
from fairmoe.figures.peers import outside
from fairmoe.jobs import Task
from fairmoe.names import METRICS, GapName
from fairmoe.sentences.front import (
    PROCEDURE_GAP_IS_THERE,
    better_on_both,
    front_takeaway,
    weight_in_words,
)
from fairmoe.sentences.front_points import points_explained
from fairmoe.sentences.peers import peers_outside
from fairmoe.sentences.people import changes_for_people
from fairmoe.sentences.projects import rows_needed
from fairmoe.sentences.trade_off import DIAL_EXPLAINED
from fairmoe.sentences.training import expected_time
from fairmoe.ui.decide.peers import peers_beside, show_peers
from fairmoe.ui.decide.sweeping import explored_around
from fairmoe.ui.decide.wishes import show_wishes
from fairmoe.ui.frame.components import apologies, show_chart, show_note
from fairmoe.ui.frame.expected import front_seconds
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.limits import check_front
from fairmoe.ui.frame.pages import RESULT
from fairmoe.ui.frame.progress import in_words, part_of, show_end, show_work
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.unasked import may_be_unasked
from fairmoe.ui.understand.criterion import of_whom_opportunity_is
from fairmoe.ui.understand.merged import show_merged
from fairmoe.ui.understand.plain_model import cost_of_mixture

if TYPE_CHECKING:
    from fairmoe.jobs import Snapshot
    from fairmoe.runs import Run

AFTER_OTHERS = (
    "The trade-off begins by itself once no training of others waits; asked for, it takes its turn."
)
WAITS_IN_BRIEF = "Waits for trainings of others."
_STOPPED = Markdown("Stopped; nothing of the front was kept.")
GAPS: tuple[GapName, ...] = ("dp", "eo", "f_res", "f_proc")

_SECONDS_BETWEEN_LOOKS = 0.8


def show_dial(state: Session, kept: KeptRun, page: str) -> None:
    """Show the front of a run and the slider that walks it, or the button that trains it.

    Args:
        state: The session.
        kept: The run that is shown.
        page: The page that shows how it goes.
    """
    if not kept.front:
        if kept.run.cutoffs is None and not _show_drawing(state, kept, page):
            _offer(state, kept, page)
        return
    from fairmoe.runs import front_tables  # noqa: PLC0415

    gap = _gap_switch(kept.run)
    _slider(state, kept)
    told = kept.told
    if _say_no_gap(told.run, gap):
        return
    points, beside = front_tables(told.front, kept.run.run_id, gap)
    label = METRICS[gap].label
    explored = explored_around(state, kept)
    peers = peers_beside(explored, gap)
    show_chart(
        front_figure(points, beside, label, peers=peers),
        takeaway=front_takeaway(points, beside.T["utility"], label)
        + better_on_both(points, beside),
        source=f"{kept.run.data.name or 'Unnamed table'}, {len(kept.run.splits['test'].rows):,} "
        "test rows; gates were chosen on the validation rows. Each mixture has a gate of its "
        "own, on experts that may be those after another fine-tuning."
        + points_explained(points)
        + (of_whom_opportunity_is(kept.run) if gap == "eo" else "")
        + " Thin bars are 95% intervals: of a DP or EO gap, and of the difference in accuracy from "
        "the utility expert." + peers_outside(outside(points, beside, peers)),
        key=f"front-{gap}-{kept.run.run_id}-{len(peers)}",
    )
    _say_who_counts(state, told.run, gap)
    show_wishes(state, told, gap, explored)
    show_peers(state, explored, kept, gap, points)
    if kept.run.roles.target.favourable is not None:
        changes = changes_for_people(kept.run.account().everyone, *kept.run.good_and_bad)
        show_note(escape_markdown(changes), icon=":material/groups:")


def _say_no_gap(run: "Run", gap: GapName) -> bool:
    """Say that a gap cannot be told of so few people, and what to do; return whether it is so."""
    from fairmoe.analysis.no_gap import why_no_gap  # noqa: PLC0415

    why = why_no_gap(run, gap)
    if why:
        show_note(escape_markdown(f"{why} {PROCEDURE_GAP_IS_THERE}"), icon=":material/group_off:")
    return bool(why)


def _say_who_counts(state: Session, run: "Run", gap: GapName) -> None:
    """Say which groups are not compared; an explanation's gap compares all."""
    from fairmoe.analysis.result import who_counts_in_final_score  # noqa: PLC0415

    show_merged(state, run, apart=gap != "f_proc")
    counted = who_counts_in_final_score(run, score=gap) if gap == "f_proc" else ""
    if counted:
        st.caption(escape_markdown(counted))


def show_dial_in_brief(state: Session, kept: KeptRun, page: str) -> None:
    """Show the slider with what it costs in people, or the button that trains the front.

    Args:
        state: The session.
        kept: The run that is shown.
        page: The page that shows how it goes.
    """
    told = cost_of_mixture(kept.told.run, "test", brief=True)
    dial, cost = st.columns([4, 7], vertical_alignment="center")
    cost.markdown(escape_markdown(told))
    # What waits has more to say than a slider, and as little room.
    with dial.container(gap="xsmall"):
        if kept.front:
            _slider(state, kept)
        elif kept.run.cutoffs is None and not _show_drawing(state, kept, page) and not state.job_id:
            _front_button(state, kept, page)
    if not kept.front and kept.front_end is not None:
        show_end(kept.front_end, cancelled=_STOPPED)
    if state.job_page == page:
        show_work(state)


def _show_drawing(state: Session, kept: KeptRun, page: str) -> bool:
    """Show how far the front of a run is that is drawn unasked; return whether it is."""
    if state.aside.about != state.chosen and _may_start(state, kept):
        _start_aside(state, kept)
    if state.aside.about != state.chosen:
        return False
    _drawing(state, kept, page)
    return True


def _may_start(state: Session, kept: KeptRun) -> bool:
    """Whether to draw a front unasked: once, while nothing else is done for the session.

    One that is larger than the server takes is refused to who asks for it, with the reason.
    """
    if not may_be_unasked(state, kept) or kept.front_end is not None:
        return False
    return state.once(("front fits", kept.run.run_id), lambda: _fits(kept))


def _fits(kept: KeptRun) -> bool:
    try:
        check_front(kept.labelled, kept.run.settings)
    except InvalidInputError:
        return False
    return True


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _drawing(state: Session, kept: KeptRun, page: str) -> None:
    with apologies():
        snapshot = state.aside.look()
        if snapshot is None:
            st.rerun()
        if snapshot.state == "waiting" or snapshot.stopping:
            with st.container(gap="xsmall"):
                brief = page == RESULT
                before = WAITS_IN_BRIEF if brief else AFTER_OTHERS
                _front_button(state, kept, page, before=before)
            return
        part, told = 0.0, "Computing the trade-off"
        if snapshot.progress is not None and snapshot.progress.work_left is not None:
            left = snapshot.progress.work_left
            part, told = part_of(snapshot.seconds, left), f"{told}: {in_words(left)}"
        st.progress(part, told)


def _offer(state: Session, kept: KeptRun, page: str) -> None:
    if kept.front_end is not None:
        show_end(kept.front_end, cancelled=_STOPPED)
    if state.job_id is not None:
        return
    st.markdown(
        "How accurate can the mixture of this run be for a smaller gap? Gates on its experts "
        "answer that, from gaps that count nothing to gaps that count eight times."
    )
    _front_button(state, kept, page)


def _front_button(state: Session, kept: KeptRun, page: str, before: str = "") -> None:
    if kept.rows is None:
        st.caption(escape_markdown(rows_needed(kept.run.data.name)))
        return
    st.caption(f"{before} {expected_time(front_seconds(state, kept))}".lstrip())
    if st.button(
        "Draw the front",
        type="primary",
        icon=":material/tune:",
        key="front",
        help="Trains gates that count the gaps for nothing to eight times, on the experts of the "
        "run. Then a slider walks from one to the other.",
    ):
        with st.spinner("Starting"):
            _start(state, kept, page)
        st.rerun()


def _start(state: Session, kept: KeptRun, page: str) -> None:
    check_front(kept.labelled, kept.run.settings)
    work, take_over = _front_of(state, kept)
    state.start(work, table=kept.labelled.table, queue=_queue(kept), page=page, take_over=take_over)


def _start_aside(state: Session, kept: KeptRun) -> None:
    work, take_over = _front_of(state, kept)
    own = state.with_own_experts(work, kept.labelled.table)
    about = state.chosen or ""
    state.aside.start(
        own,
        queue=_queue(kept),
        about=about,
        take_over=take_over,
        person=state.person,
        unasked=True,
    )


def _queue(kept: KeptRun) -> str:
    from fairmoe.training import resolve_device  # noqa: PLC0415

    return resolve_device(kept.run.settings.device).type


def _front_of(
    state: Session, kept: KeptRun
) -> "tuple[Task[tuple[Run, ...]], Callable[[Snapshot[Any]], None]]":
    """Return the work that draws a front, and what takes it over."""
    from fairmoe.tasks import front_of  # noqa: PLC0415

    run, labelled, chosen = kept.run, kept.labelled, state.chosen
    assert chosen is not None

    def take_over(end: "Snapshot[tuple[Run, ...]]") -> None:
        if chosen in state.runs:
            known = state.runs[chosen]
            # Since the work began it may have been told what the outcome means.
            outcome = known.run.roles.target.outcome
            points = [point.with_outcome(outcome) for point in end.result or ()]
            run = known.run.with_front(points)
            state.runs[chosen] = replace(known, run=run, front_end=end)

    return Task(front_of, (labelled, run)), take_over


def _gap_switch(run: "Run") -> GapName:
    gap: GapName = st.segmented_control(
        "Gap",
        GAPS,
        default="dp",
        format_func=lambda name: METRICS[name].label,
        required=True,
        key="dial-gap",
        help="Which gap the figure shows. Whichever it is, the gates count the result gap and the "
        "procedure gap." + escape_markdown(of_whom_opportunity_is(run)),
    )
    return gap


def _slider(state: Session, kept: KeptRun) -> None:
    by_weight = {point.settings.fairness_weight: point for point in kept.front}
    key = f"dial-{state.chosen}"
    # Another page may have turned it, whose slider this one does not remember.
    st.session_state[key] = kept.run.settings.fairness_weight

    def turn() -> None:
        state.turn_dial(by_weight[st.session_state[key]])

    st.select_slider(
        "How much should fairness count?",
        list(by_weight),
        format_func=weight_in_words,
        key=key,
        on_change=turn,
        help=DIAL_EXPLAINED,
    )
