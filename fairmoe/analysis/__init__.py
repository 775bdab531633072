"""What can be asked of a finished run: a run and its rows in, frames and figures out."""

from fairmoe.analysis.predict import predict_rows, unknown_levels
from fairmoe.analysis.rows import RunRows, rows_of_run

__all__ = ["RunRows", "predict_rows", "rows_of_run", "unknown_levels"]
