"""The dial: the front of the run that is shown, and which point of it all pages show."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.figures.front import front_figure
from fairmoe.names import METRICS
from fairmoe.progress import OnProgress
from fairmoe.sentences.people import changes_for_people
from fairmoe.sentences.result import cost_in_people
from fairmoe.sentences.trade_off import front_takeaway
from fairmoe.ui.frame.components import show_chart, show_note
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.progress import show_end, show_work
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.jobs import Snapshot
    from fairmoe.runs import Run

_STOPPED = Markdown("Stopped; nothing of the front was kept.")
GAPS = ("dp", "eo", "f_res", "f_proc")


def show_dial(state: Session, kept: KeptRun, page: str) -> None:
    """Show the front of a run and the slider that walks it, or the button that trains it.

    Args:
        state: The session.
        kept: The run that is shown.
        page: The page that shows how it goes.
    """
    if not kept.front:
        if kept.run.cutoffs is None:
            _offer(state, kept, page)
        return
    from fairmoe.runs import front_tables  # noqa: PLC0415

    gap = _gap_switch()
    _slider(state, kept)
    points, beside = front_tables(kept.front, kept.run.run_id, gap)
    label = METRICS[gap].label
    show_chart(
        front_figure(points, beside, label),
        takeaway=front_takeaway(points, beside.T["utility"], label),
        source=f"{kept.run.data.name or 'Unnamed table'}, {len(kept.run.splits['test'].rows):,} "
        "test rows; gates were chosen on the validation rows. The mixtures differ in how much "
        "their gates count the gaps.",
        key=f"front-{gap}-{kept.run.run_id}",
    )
    if kept.run.roles.target.favourable is not None:
        told = changes_for_people(kept.run.account().everyone, *kept.run.good_and_bad)
        show_note(escape_markdown(told), icon=":material/groups:")


def show_dial_in_brief(state: Session, kept: KeptRun, page: str) -> None:
    """Show the slider with what it costs in people, or the button that trains the front.

    Args:
        state: The session.
        kept: The run that is shown.
        page: The page that shows how it goes.
    """
    account = kept.run.account(otherwise=True)
    told = cost_in_people(account.groups, account.everyone, kept.run.good_and_bad[0])
    dial, cost = st.columns([4, 7] if kept.front else [2, 5], vertical_alignment="center")
    cost.markdown(escape_markdown(told))
    with dial:
        if kept.front:
            _slider(state, kept)
        elif state.job_id is None and kept.run.cutoffs is None:
            _front_button(state, kept, page)
    if not kept.front and kept.front_end is not None:
        show_end(kept.front_end, cancelled=_STOPPED)
    if state.job_page == page:
        show_work(state)


def _offer(state: Session, kept: KeptRun, page: str) -> None:
    if kept.front_end is not None:
        show_end(kept.front_end, cancelled=_STOPPED)
    if state.job_id is not None:
        return
    st.markdown(
        "How accurate can the mixture of this run be for a smaller gap? Gates on the same experts "
        "answer that, from gaps that count nothing to gaps that count eight times."
    )
    _front_button(state, kept, page)


def _front_button(state: Session, kept: KeptRun, page: str) -> None:
    if st.button(
        "Draw the front",
        type="primary",
        icon=":material/tune:",
        key="front",
        help="Trains gates that count the gaps for nothing to eight times, on the same experts. "
        "Then a slider walks from one to the other.",
    ):
        with st.spinner("Starting"):
            _start(state, kept, page)
        st.rerun()


def _start(state: Session, kept: KeptRun, page: str) -> None:
    from fairmoe.training import resolve_device  # noqa: PLC0415

    run, labelled, chosen = kept.run, kept.labelled, state.chosen
    assert chosen is not None

    def work(on_progress: OnProgress) -> "tuple[Run, ...]":
        from fairmoe.dial import train_front  # noqa: PLC0415
        from fairmoe.experiment import prepare, run_id  # noqa: PLC0415

        prepared = prepare(labelled.table, labelled.roles, run.settings)
        if run_id(prepared.data, run.settings) != run.run_id:
            # What an outcome means was told after the training, which did not know of it.
            target = replace(labelled.roles.target, outcome=None, words=None)
            roles = replace(labelled.roles, target=target)
            prepared = prepare(labelled.table, roles, run.settings)
        return train_front(prepared, run, on_progress=on_progress)

    def take_over(end: "Snapshot[tuple[Run, ...]]") -> None:
        if chosen in state.runs:
            known = state.runs[chosen]
            run = known.run.with_front(end.result or ())
            state.runs[chosen] = replace(known, run=run, front_end=end)

    queue = resolve_device(run.settings.device).type
    state.start(work, table=labelled.table, queue=queue, page=page, take_over=take_over)


def _gap_switch() -> str:
    gap: str = st.segmented_control(
        "Gap",
        GAPS,
        default="dp",
        format_func=lambda name: METRICS[name].label,
        required=True,
        key="dial-gap",
        help="Which gap the figure shows; the gates count the mean of all of them.",
    )
    return gap


def _slider(state: Session, kept: KeptRun) -> None:
    by_weight = {point.settings.fairness_weight: point for point in kept.front}
    key = f"dial-{state.chosen}"
    st.session_state.setdefault(key, kept.run.settings.fairness_weight)

    def turn() -> None:
        state.turn_dial(by_weight[st.session_state[key]])

    st.select_slider(
        "How much should fairness count?",
        list(by_weight),
        format_func=lambda weight: f"{weight:g}",
        key=key,
        on_change=turn,
        help="0 is utility alone; at 1 a point of a gap counts as much as a point of utility. "
        "All pages follow.",
    )
