"""What can be asked of a finished run: a run and its rows in, frames and figures out."""

from fairmoe.analysis.cutoffs import Costs, choose_cutoffs
from fairmoe.analysis.predict import Predictions, predict_rows, reading_of
from fairmoe.analysis.result import Result, result_of
from fairmoe.analysis.review import review_run
from fairmoe.analysis.rows import RunRows, rows_of_run
from fairmoe.analysis.variants import variant_of

__all__ = [
    "Costs",
    "Predictions",
    "Result",
    "RunRows",
    "choose_cutoffs",
    "predict_rows",
    "reading_of",
    "result_of",
    "review_run",
    "rows_of_run",
    "variant_of",
]
