"""What a run is, and how it is kept."""

from fairmoe.runs.cutoffs import Cutoffs
from fairmoe.runs.document import to_document
from fairmoe.runs.front import front_document, front_tables
from fairmoe.runs.parts import Curve, DataSummary, SplitRecord
from fairmoe.runs.record import Run
from fairmoe.runs.store import check_vacant, load_run, save_run

__all__ = [
    "Curve",
    "Cutoffs",
    "DataSummary",
    "Run",
    "SplitRecord",
    "check_vacant",
    "front_document",
    "front_tables",
    "load_run",
    "save_run",
    "to_document",
]
