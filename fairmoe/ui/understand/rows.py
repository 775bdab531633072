"""The rows of a run that a page looks at."""

from typing import TYPE_CHECKING

from fairmoe.names import Model, SplitName
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.analysis.rows import RunRows


def ahead_by_chance_in(state: Session, split: SplitName) -> tuple[Model, ...]:
    """Return the experts that lead in the final score, but perhaps by chance; found once."""
    from fairmoe.analysis.overrides import ahead_by_chance  # noqa: PLC0415

    kept = state.kept
    assert kept is not None
    return state.once(
        ("ahead by chance", kept.run.run_id, kept.rows is None, split),
        lambda: ahead_by_chance(kept.run, kept.rows, split),
    )


def rows_in(state: Session, kept: KeptRun, split: SplitName) -> "RunRows":
    """Return the rows of a split of a run, read once per session."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.analysis import rows_of_run  # noqa: PLC0415

    return state.once(
        ("rows", kept.run.run_id, tuple(kept.run.data.groups), split),
        lambda: rows_of_run(kept.run, kept.labelled, split),
    )
