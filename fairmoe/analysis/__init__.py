"""What can be asked of a finished run: a run and its rows in, frames and figures out."""

from fairmoe.analysis.predict import Predictions, predict_rows, reading_of
from fairmoe.analysis.review import review_run
from fairmoe.analysis.rows import RunRows, rows_of_run

__all__ = ["Predictions", "RunRows", "predict_rows", "reading_of", "review_run", "rows_of_run"]
