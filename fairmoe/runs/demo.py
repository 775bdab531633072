"""The run of the demo that is shipped: trained once, so that it is the same on every machine."""

from functools import cache

from fairmoe._app import app_folder
from fairmoe.runs.places import load_run
from fairmoe.runs.record import Run

DEMO_RUN, DEMO_MAP = "demo.fairmoe", "demo-map.html"
"""Its name in `assets/`, and that of the map of its mixture, where `make_demo.py` writes them."""


@cache
def demo_run() -> Run:
    """Return the run of the demo, with its front, as `DEMO_SETTINGS` trained it on one machine.

    Raises:
        InvalidInputError: The file is not there, or not as it was written.
    """
    return load_run(app_folder() / "assets" / DEMO_RUN)
