"""What a run is, and how it is kept."""

from fairmoe.runs.cutoffs import Cutoffs
from fairmoe.runs.record import Curve, DataSummary, Run, SplitRecord
from fairmoe.runs.store import check_vacant, load_run, save_run, to_document

__all__ = [
    "Curve",
    "Cutoffs",
    "DataSummary",
    "Run",
    "SplitRecord",
    "check_vacant",
    "load_run",
    "save_run",
    "to_document",
]
