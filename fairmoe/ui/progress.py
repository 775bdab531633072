"""A training while it waits and runs."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe.config import Settings
from fairmoe.figures.curves import Line, curves_figure
from fairmoe.jobs import Snapshot
from fairmoe.progress import OnProgress, Phase
from fairmoe.ui.components import apologies, show_bug, show_chart, show_error
from fairmoe.ui.state import Session, registry

if TYPE_CHECKING:
    from fairmoe.runs import Run

PHASES: dict[Phase, str] = {
    "encode": "Encoding the columns",
    "warm-up": "Warming up the experts",
    "experts": "Training the experts",
    "gate": "Training the gate",
    "evaluate": "Scoring every model",
}
_SECONDS_BETWEEN_LOOKS = 0.8


def start_training(state: Session, settings: Settings) -> None:
    """Queue a training of the session's data.

    Raises:
        InvalidInputError: A training of this session has not ended.
        UnavailableError: The device is not there, or too many trainings wait for it.
    """
    # Importing it imports torch, which nobody needs before the first training.
    from fairmoe.training import resolve_device  # noqa: PLC0415

    labelled = state.labelled
    assert labelled is not None
    table, roles = labelled.table, labelled.roles

    def work(on_progress: OnProgress) -> "Run":
        from fairmoe.experiment import run_experiment  # noqa: PLC0415

        return run_experiment(table, roles, settings, on_progress=on_progress)

    lane = resolve_device(settings.device).type
    state.job_id = registry().submit(work, owner=state.owner, lane=lane)
    state.training_on = labelled
    state.last = None


def show_training_in_brief(state: Session, path: str, *, on_its_own_page: bool) -> None:
    """Show in one line how the training stands, with the way back to its page."""
    if state.job_id is not None and not on_its_own_page:
        _brief(state, path)


def show_training(state: Session) -> None:
    """Show phase, progress and curves of the training as it goes, and how the last one ended."""
    if state.job_id is not None:
        _live(state)
    elif state.last is not None:
        _show_end(state.last)


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _brief(state: Session, path: str) -> None:
    with apologies():
        snapshot = state.job()
        if snapshot is None:
            st.rerun()
        st.progress(*_how_far(snapshot))
        st.page_link(path, label="To the training", icon=":material/arrow_forward:")


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _live(state: Session) -> None:
    with apologies():
        job_id, snapshot = state.job_id, state.job()
        if snapshot is None or job_id is None:
            st.rerun()
        with st.container(border=True, key="training"):
            st.progress(*_how_far(snapshot))
            st.button(
                "Cancel",
                icon=":material/stop_circle:",
                key="cancel",
                on_click=registry().cancel,
                args=(job_id,),
                kwargs={"owner": state.owner},
            )
            lines = _lines(snapshot)
            figure = curves_figure(lines)
            if figure is not None:
                show_chart(
                    figure,
                    takeaway="Each figure that training reports, as it goes.",
                    source=f"Running for {snapshot.seconds:.0f} s.",
                    key="live-curves",
                )


def _show_end(last: "Snapshot[Run]") -> None:
    if last.error is not None:
        show_error(last.error)
    elif last.state == "broken":
        show_bug(last.reference)
    elif last.state == "cancelled":
        st.info("Training was cancelled; nothing of it was kept.", icon=":material/stop_circle:")


def _how_far(snapshot: "Snapshot[Run]") -> tuple[float, str]:
    if snapshot.state == "waiting":
        others = "1 training" if snapshot.ahead == 1 else f"{snapshot.ahead} trainings"
        return 0.0, f"Waiting in the queue: {others} before yours"
    report = snapshot.progress
    if report is None:
        return 0.0, "Starting"
    step = f"Step {list(PHASES).index(report.phase) + 1} of {len(PHASES)}: {PHASES[report.phase]}"
    if report.total <= 1:
        return float(report.done), step
    return report.done / report.total, f"{step}, {report.done:,} of {report.total:,}"


def _lines(snapshot: "Snapshot[Run]") -> list[Line]:
    return [Line(name, phase, *series) for (phase, name), series in snapshot.curves.items()]
