"""The sweep behind the trade-off: what to try, how long it takes, how it goes, and how it ends."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.config import LAMBDAS, Settings
from fairmoe.jobs import Task
from fairmoe.sentences.training import about
from fairmoe.ui.frame.components import show_note, show_warning
from fairmoe.ui.frame.kept import Explored, KeptRun, explored_of
from fairmoe.ui.frame.limits import check_training, limits
from fairmoe.ui.frame.progress import show_end, show_work
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.settings import LAMBDA_STEPS

if TYPE_CHECKING:
    from fairmoe.jobs import Snapshot
    from fairmoe.runs import SweepScores

MOST_SEEDS = 20
MOST_EXPLORED = 4
"""Of so many rows a session keeps what was explored; an empty sweep goes first, then the oldest."""

_FIRST_VALUES = ((0.0, 1.0, 10.0, 100.0), (0.0, 1.0, 10.0))
_LEAST_EPOCHS = 20


def explored_around(state: Session, kept: KeptRun) -> Explored:
    """Return the sweep of this session on the rows of a run; on other rows one begins anew.

    A run that was opened from the sweep stands on the same rows: the sweep stays that of the run
    around which it was begun.
    """
    from fairmoe.sweep import MemoryStore  # noqa: PLC0415

    found = explored_of(state.explored, kept) or Explored(kept, MemoryStore())
    others = [each for each in state.explored if each is not found]
    while len(others) >= MOST_EXPLORED:
        others.remove(next((each for each in others if each.is_empty), others[0]))
    state.explored = [*others, found]
    return found


def show_sweep_at_work(state: Session, explored: Explored) -> None:
    """Show the work as it goes, or else how the last one ended."""
    show_work(state)
    if state.job_id is None and explored.last is not None:
        show_end(
            explored.last,
            cancelled=Markdown(
                "Stopped. The runs that were finished are kept; start again to compute the others."
            ),
        )


def sweep_controls(state: Session, explored: Explored, page: str) -> None:
    """Draw what to try and the button that starts it.

    Args:
        state: The session.
        explored: Its sweep.
        page: The page that shows how it goes.
    """
    from fairmoe.sweep import finished_runs  # noqa: PLC0415

    runs = _chosen_runs(explored.origin)
    if not runs:
        return
    to_compute = sorted(set(runs) - finished_runs(explored.store), key=runs.index)
    missing = len(to_compute)
    there = len(runs) - missing
    told = f"**{len(runs)} runs**"
    if there:
        told += f", of which {there} are there already"
    if missing:
        told += f": {about(_estimate(explored, to_compute))}"
    st.markdown(f"{told}.")
    most = limits().sweep_runs
    if len(runs) > most:
        show_warning(
            Markdown(
                f"At most {most} runs are computed here. Take fewer values or seeds, or use "
                "`fairmoe sweep` in the shell."
            ),
            icon=":material/filter_alt:",
        )
    label = "Run the sweep" if not there else "Compute the others" if missing else "Show these runs"
    if st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        key="sweep",
        disabled=len(runs) > most,
    ):
        with st.spinner("Starting"):
            _start(state, explored, runs, missing, page)
        st.rerun()


def _chosen_runs(origin: KeptRun) -> tuple[Settings, ...]:
    """Draw the controls and return the runs that they ask for; none if a choice is incomplete."""
    from fairmoe.sweep import grid_settings  # noqa: PLC0415

    names = st.multiselect(
        "What to vary",
        LAMBDAS,
        default=["lambda_fair"],
        max_selections=2,
        format_func=_lambda_words,
        key="sweep-vary",
        persist_state="session",
        help="One or two of the fairness weights (λ, lambdas) that experts are trained with; every "
        "value of the one is tried with every value of the other.",
    )
    grid = {}
    for name, first in zip(names, _FIRST_VALUES, strict=False):
        grid[name] = st.multiselect(
            f"Values of {_lambda_words(name)}",
            LAMBDA_STEPS,
            default=list(first),
            format_func=lambda value: f"{value:g}",
            key=f"sweep-values-{name}",
            persist_state="session",
        )
    left, right = st.columns(2)
    seeds = left.number_input(
        "Seeds",
        1,
        MOST_SEEDS,
        3,
        key="sweep-seeds",
        persist_state="session",
        help="So many trainings of each combination. What differs between them is chance.",
    )
    epochs = right.number_input(
        "Epochs of each run",
        4,
        100_000,
        _first_epochs(origin),
        key=f"sweep-epochs-{origin.run.run_id}",
        persist_state="session",
        help="A sweep asks for the direction, and fewer epochs than a run of its own show that.",
    )
    st.caption(
        escape_markdown(
            f"Everything else is as in {origin.name}, and all runs share its split. "
            "Each combination is trained on the training rows, the runs are chosen on the "
            "validation rows, and the figure shows the test rows. Several runs train at once, "
            "which rounds otherwise than one alone; where adversaries train, scores can come out "
            f"some points apart for it. {_fewer(origin, epochs)}"
        )
    )
    if not names or not all(grid.values()):
        show_note(Markdown("Choose what to vary, and values for it."), icon=":material/tune:")
        return ()
    return grid_settings(origin.run.settings.replace(epochs=epochs), grid, seeds=seeds)


def _start(
    state: Session, explored: Explored, runs: tuple[Settings, ...], missing: int, page: str
) -> None:
    from fairmoe.tasks import splits_of, sweep_runs  # noqa: PLC0415
    from fairmoe.training import resolve_device  # noqa: PLC0415

    labelled, store = explored.origin.labelled, explored.store

    check_training(labelled, runs[0], runs=missing)

    def take_over(end: "Snapshot[SweepScores]") -> None:
        explored.last = end
        if end.result is not None:
            explored.sweep = replace(end.result, around=explored.origin.run.run_id)

    arguments = (labelled, runs, store, splits_of(explored.origin.run))
    work = Task(sweep_runs, arguments, shared=(store,))
    queue = resolve_device(runs[0].device).type
    state.start(work, table=labelled.table, queue=queue, page=page, take_over=take_over)
    explored.last, explored.is_begun = None, True


def _first_epochs(origin: KeptRun) -> int:
    epochs: int = origin.run.resolved["epochs"]
    return max(epochs // 5, min(epochs, _LEAST_EPOCHS), 4)


def _fewer(origin: KeptRun, epochs: int) -> str:
    whole: int = origin.run.resolved["epochs"]
    if epochs >= whole:
        return ""
    return f"{origin.name} had {whole:,} epochs: with fewer, runs may do worse than it did."


def _estimate(explored: Explored, runs: Sequence[Settings]) -> float:
    """Return about how many seconds runs take."""
    from fairmoe.sweep import estimated_seconds  # noqa: PLC0415
    from fairmoe.training import PACE, Size  # noqa: PLC0415

    return PACE.factor() * estimated_seconds(runs, Size.of_run(explored.origin.run))


def _lambda_words(name: str) -> str:
    return f"λ {name.removeprefix('lambda_')}"
