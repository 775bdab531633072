"""Many runs at the price of few: cut into shards, computed anywhere, compared as one."""

from fairmoe.sweep.cluster import dask
from fairmoe.sweep.document import to_document
from fairmoe.sweep.executors import Executor, processes
from fairmoe.sweep.plan import RUNS_PER_SHARD, estimated_seconds, grid_settings
from fairmoe.sweep.recommendation import Recommendation, recommend, recommendation_seconds
from fairmoe.sweep.search import check_search, search_front
from fairmoe.sweep.stores import FolderStore, MemoryStore, Store
from fairmoe.sweep.sweep import Sweep, finished_runs, run_sweep
from fairmoe.sweep.tables import run_points, setting_means, settings_label

__all__ = [
    "RUNS_PER_SHARD",
    "Executor",
    "FolderStore",
    "MemoryStore",
    "Recommendation",
    "Store",
    "Sweep",
    "check_search",
    "dask",
    "estimated_seconds",
    "finished_runs",
    "grid_settings",
    "processes",
    "recommend",
    "recommendation_seconds",
    "run_points",
    "run_sweep",
    "search_front",
    "setting_means",
    "settings_label",
    "to_document",
]
