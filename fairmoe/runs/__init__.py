"""What a run is, and how it is kept."""

from fairmoe.runs.record import Curve, DataSummary, Run, SplitRecord
from fairmoe.runs.store import check_vacant, load_run, save_run, to_document

__all__ = [
    "Curve",
    "DataSummary",
    "Run",
    "SplitRecord",
    "check_vacant",
    "load_run",
    "save_run",
    "to_document",
]
