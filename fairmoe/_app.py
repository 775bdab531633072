"""Where the app lies: beside the package in a checkout, inside it once a wheel is installed."""

import os
from pathlib import Path


def app_folder() -> Path:
    """Return the folder that holds `app.py`, `pages/`, `assets/` and `docs/evidence.md`."""
    package = Path(__file__).resolve().parent
    installed = package / "app"
    return installed if installed.is_dir() else package.parent


GIVES_BACK = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}
"""Variables by which a server gives memory back that no page needs any more."""

OPENED = "FAIRMOE_OPEN"
"""The variable by which the app is told which project or run to open."""

STORE = "FAIRMOE_STORE"
"""The variable by which the app is told where to keep projects on the server's disk."""

WORKERS = "FAIRMOE_WORKERS"
"""The variable by which the app is told how many processes train; by default one."""


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
