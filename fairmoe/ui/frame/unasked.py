"""Whether to do work that nobody asked for."""

import os

from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session

FRONTS = "FAIRMOE_FRONTS"
"""Names the environment variable by which a server leaves fronts, and the methods of others beside
them, to those who ask ("asked")."""


def may_be_unasked(state: Session, kept: KeptRun) -> bool:
    """Return whether work on the rows of a run may begin unasked: while nothing else is done."""
    unasked = os.environ.get(FRONTS, "always") != "asked"
    return unasked and kept.rows is not None and state.job_id is None
