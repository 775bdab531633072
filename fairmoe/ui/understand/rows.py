"""The rows of a run that a page looks at."""

from typing import TYPE_CHECKING

from fairmoe.names import SplitName
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.analysis.rows import RunRows


def rows_in(state: Session, kept: KeptRun, split: SplitName) -> "RunRows":
    """Return the rows of a split of a run, read once per session."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.analysis import rows_of_run  # noqa: PLC0415

    return state.once(
        ("rows", kept.run.run_id, tuple(kept.run.data.groups), split),
        lambda: rows_of_run(kept.run, kept.labelled, split),
    )
