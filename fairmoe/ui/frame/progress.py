"""A training or a sweep while it waits and runs."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe._escape import Markdown
from fairmoe.config import Settings
from fairmoe.data import LabelledTable, assign_roles
from fairmoe.figures.curves import Line, curves_figure, main_lines
from fairmoe.jobs import Snapshot, Task
from fairmoe.names import PHASES, TRAINING
from fairmoe.progress import part_done
from fairmoe.ui.frame.components import apologies, show_bug, show_chart, show_error, show_note
from fairmoe.ui.frame.limits import check_training
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.preload import preload
from fairmoe.ui.frame.process import registry
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.runs import Run


_SECONDS_BETWEEN_LOOKS = 0.8
_SECONDS_BETWEEN_DRAWINGS = 2.4
_RECOMMENDED = 4
"""As how many runs a recommendation takes: nine without their gates, most of them in one stack."""


def start_training(
    state: Session,
    settings: Settings,
    page: str,
    *,
    labelled: LabelledTable | None = None,
    name: str = "",
    recommended: bool = False,
    both: bool = False,
) -> None:
    """Queue a training.

    Args:
        state: The session.
        settings: What to train with.
        page: The page that shows how it goes.
        labelled: What to train on; by default the session's data.
        name: What to call the run; by default it is called after its number.
        recommended: Whether to try other settings too, and keep the best of them.
        both: Whether to train a blind and an aware run, to be compared.

    Raises:
        InvalidInputError: A training of this session has not ended.
        UnavailableError: The device is not there, or too many trainings wait for it.
    """
    preload().join()
    # Importing it imports torch, which no page may wait for before the first training.
    from fairmoe.tasks import TrainedRun, train_runs  # noqa: PLC0415
    from fairmoe.training import learn_from, resolve_device  # noqa: PLC0415

    rows = labelled or state.labelled
    assert rows is not None
    check_training(rows, settings, runs=(_RECOMMENDED if recommended else 1) + both)

    def take_over(end: "Snapshot[list[TrainedRun]]") -> None:
        state.last = end
        state.is_new = bool(end.result)
        for run, reason in end.result or ():
            is_aware = run.roles.include_sensitive
            learn_from(run)
            own = ("Aware" if is_aware else "Blind") if both else name
            state.trained.add(run.run_id)
            state.keep(run, _rows_of(run, rows), own, reason=reason)

    work = Task(train_runs, (rows, settings, recommended, both))
    queue = resolve_device(settings.device).type
    state.start(work, table=rows.table, queue=queue, page=page, take_over=take_over)
    state.last, state.is_new = None, False


def _rows_of(run: "Run", rows: LabelledTable) -> LabelledTable:
    """Return the rows of a run that may differ in whether it sees the sensitive columns."""
    if run.roles.include_sensitive == rows.roles.include_sensitive:
        return rows
    from fairmoe.analysis.awareness import other_awareness  # noqa: PLC0415

    return assign_roles(rows.table, other_awareness(rows.roles))


def show_work_in_brief(state: Session, path: str) -> None:
    """Show in one line how the work stands, with the way back to its page.

    Args:
        state: The session.
        path: The page that is shown.
    """
    if state.job_id is not None and path != state.job_page:
        _brief(state)


def show_work(state: Session) -> None:
    """Show phase, progress and curves of the work that waits or runs, if there is any."""
    if state.job_id is not None:
        with st.container(border=True, key="training"):
            _live(state)
            _live_curves(state)


def show_training(state: Session) -> None:
    """Show the work as it goes, or else how the last training ended."""
    show_work(state)
    if state.job_id is None and state.last is not None:
        show_end(state.last, cancelled=Markdown("Training was cancelled; nothing of it was kept."))


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _brief(state: Session) -> None:
    with apologies():
        snapshot = state.job()
        if snapshot is None:
            st.rerun()
        st.progress(*how_far(snapshot))
        link(state.job_page, "See how it goes", icon=":material/arrow_forward:")


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _live(state: Session) -> None:
    with apologies():
        job_id, snapshot = state.job_id, state.job()
        if snapshot is None or job_id is None:
            st.rerun()
        st.progress(*how_far(snapshot))
        st.button(
            "Stopping" if snapshot.stopping else "Cancel",
            icon=":material/stop_circle:",
            key="cancel",
            disabled=snapshot.stopping,
            on_click=registry().cancel,
            args=(job_id,),
            kwargs={"owner": state.owner},
        )


# Apart from the fragment above, and less often: drawing takes processor time from the training.
@st.fragment(run_every=_SECONDS_BETWEEN_DRAWINGS)
def _live_curves(state: Session) -> None:
    with apologies():
        snapshot = state.job()
        if snapshot is None:
            return
        figure = curves_figure(main_lines(_lines(snapshot)))
        if figure is not None:
            show_chart(
                figure,
                takeaway="Losses of the experts, then reward and usage of the gate, as they go.",
                source=f"Drawn {snapshot.seconds:.0f} s after the start; more figures at the end.",
                key="live-curves",
            )


def show_end(last: "Snapshot[Any]", *, cancelled: Markdown) -> None:
    """Show how work ended that did not finish.

    Args:
        last: Its last state.
        cancelled: What to say if the user stopped it.
    """
    if last.error is not None:
        show_error(last.error)
    elif last.state == "broken":
        show_bug(last.reference)
    elif last.state == "cancelled":
        show_note(cancelled, icon=":material/stop_circle:")


def how_far(snapshot: "Snapshot[Any]") -> tuple[float, str]:
    """Return which part of some work is done, in [0, 1], and how far it is in words."""
    if snapshot.stopping:
        return 0.0, "Stopping"
    if snapshot.state == "waiting":
        others = "1 training" if snapshot.ahead == 1 else f"{snapshot.ahead} trainings"
        return 0.0, f"Waiting in the queue: {others} before yours"
    report = snapshot.progress
    if report is None:
        return 0.0, "Starting"
    label = PHASES[report.phase].label
    if report.phase not in TRAINING:
        told = f"{label}: {report.done:,} of {report.total:,} are done"
        if report.seconds_left is not None:
            told += f" · {in_words(report.seconds_left)}"
        return report.done / report.total if report.total else 1.0, told
    step = f"Step {TRAINING.index(report.phase) + 1} of {len(TRAINING)}: {label}"
    if report.total > 1:
        step += f", {report.done:,} of {report.total:,}"
    if report.work_left is None:
        return part_done(report), step
    step += f" · {in_words(report.work_left)}"
    return part_of(snapshot.seconds, report.work_left), step


def part_of(seconds: float, left: float) -> float:
    """Return which part of some work is done that took so long and will take so long yet."""
    return seconds / max(seconds + left, 1e-9)


def in_words(seconds_left: float) -> str:
    """Say how long something will take yet, in seconds or minutes."""
    if seconds_left < 1:
        return "nearly done"
    if seconds_left < 90:
        return f"about {seconds_left:.0f} s left"
    return f"about {seconds_left / 60:.0f} min left"


def _lines(snapshot: "Snapshot[Any]") -> list[Line]:
    return [Line(name, phase, *series) for (phase, name), series in snapshot.curves.items()]
