"""What a session keeps of its work: runs, and what was explored around one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fairmoe.data import LabelledTable
from fairmoe.jobs import Snapshot

if TYPE_CHECKING:
    from fairmoe.baselines import FairlearnResult
    from fairmoe.runs import Run
    from fairmoe.sweep import MemoryStore, Sweep


@dataclass(frozen=True)
class KeptRun:
    """A run of this session, with the rows it was trained on.

    Attributes:
        name: What the user calls it.
        run: The run.
        labelled: The rows, with labels and groups.
        reason: Why it has the settings that it has, if a small sweep found them.
        front_end: How the training of its front ended.
    """

    name: str
    run: "Run"
    labelled: LabelledTable
    reason: str = ""
    front_end: "Snapshot[Any] | None" = None

    @property
    def front(self) -> "tuple[Run, ...]":
        """The points of the run's dial, itself among them; none before they were trained."""
        return self.run.points if self.run.front else ()


@dataclass
class Explored:
    """A sweep of this session.

    Attributes:
        origin: The run around which it was begun; all that the sweep does not vary is as there.
        store: Finished shards, from which the next sweep around this run goes on.
        sweep: The runs of the last sweep that finished.
        last: How the work before ended.
        peers: What Fairlearn's methods make of the same rows, once someone asked.
    """

    origin: KeptRun
    store: "MemoryStore"
    sweep: "Sweep | None" = None
    last: "Snapshot[Any] | None" = None
    peers: "tuple[FairlearnResult, ...]" = ()
