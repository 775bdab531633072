"""What a run is, and how it is kept."""

from fairmoe.runs.compared import compared_scores, compared_scores_of, with_compared_gaps
from fairmoe.runs.cutoffs import Cutoffs
from fairmoe.runs.demo import DEMO_MAP, DEMO_RUN, demo_run
from fairmoe.runs.document import to_document
from fairmoe.runs.front import front_document, front_tables
from fairmoe.runs.parts import Curve, DataSummary, SplitRecord
from fairmoe.runs.peer_scores import CRITERIA, Criterion, PeerScores, peer_table
from fairmoe.runs.places import (
    SUFFIX,
    check_vacant,
    load_project,
    load_run,
    open_project,
    open_shown,
    save_project,
    save_run,
)
from fairmoe.runs.project import (
    Notes,
    Project,
    ProjectRun,
    ProjectTable,
    read_project,
    write_project,
)
from fairmoe.runs.record import Run
from fairmoe.runs.small_groups import (
    as_told,
    merge_small_groups,
    merged_thresholds,
    small_groups,
    told_thresholds,
)
from fairmoe.runs.sweep_record import MAX_SWEEP_RUNS
from fairmoe.runs.sweep_scores import (
    OBJECTIVES,
    SCORED_SPLITS,
    SweepScores,
    are_on_same_rows,
    rows_digest,
)

__all__ = [
    "CRITERIA",
    "DEMO_MAP",
    "DEMO_RUN",
    "MAX_SWEEP_RUNS",
    "OBJECTIVES",
    "SCORED_SPLITS",
    "SUFFIX",
    "Criterion",
    "Curve",
    "Cutoffs",
    "DataSummary",
    "Notes",
    "PeerScores",
    "Project",
    "ProjectRun",
    "ProjectTable",
    "Run",
    "SplitRecord",
    "SweepScores",
    "are_on_same_rows",
    "as_told",
    "check_vacant",
    "compared_scores",
    "compared_scores_of",
    "demo_run",
    "front_document",
    "front_tables",
    "load_project",
    "load_run",
    "merge_small_groups",
    "merged_thresholds",
    "open_project",
    "open_shown",
    "peer_table",
    "read_project",
    "rows_digest",
    "save_project",
    "save_run",
    "small_groups",
    "to_document",
    "told_thresholds",
    "with_compared_gaps",
    "write_project",
]
