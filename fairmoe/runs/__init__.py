"""What a run is, and how it is kept."""

from fairmoe.runs.record import (
    EXPERTS,
    MODELS,
    SPLITS,
    Curve,
    DataSummary,
    Model,
    Run,
    SplitName,
    SplitRecord,
)
from fairmoe.runs.store import check_vacant, load_run, save_run, to_document

__all__ = [
    "EXPERTS",
    "MODELS",
    "SPLITS",
    "Curve",
    "DataSummary",
    "Model",
    "Run",
    "SplitName",
    "SplitRecord",
    "check_vacant",
    "load_run",
    "save_run",
    "to_document",
]
