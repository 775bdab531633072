"""Many runs at the price of few: cut into shards, computed anywhere, compared as one."""

from fairmoe.sweep.cluster import dask
from fairmoe.sweep.document import to_document
from fairmoe.sweep.engines import Engine, in_process, processes
from fairmoe.sweep.plan import grid_settings
from fairmoe.sweep.recommendation import Recommendation, recommend
from fairmoe.sweep.shard import SCORED, SCORED_SPLITS
from fairmoe.sweep.shelves import FolderShelf, MemoryShelf, Shelf
from fairmoe.sweep.sweep import OBJECTIVES, Sweep, run_sweep

__all__ = [
    "OBJECTIVES",
    "SCORED",
    "SCORED_SPLITS",
    "Engine",
    "FolderShelf",
    "MemoryShelf",
    "Recommendation",
    "Shelf",
    "Sweep",
    "dask",
    "grid_settings",
    "in_process",
    "processes",
    "recommend",
    "run_sweep",
    "to_document",
]
