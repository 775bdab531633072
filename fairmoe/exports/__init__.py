"""A run handed to other tools."""

from fairmoe.exports.columns import input_names, onnx_inputs
from fairmoe.exports.onnx import to_onnx
from fairmoe.exports.tracking import check_mlflow, log_to_mlflow

__all__ = ["check_mlflow", "input_names", "log_to_mlflow", "onnx_inputs", "to_onnx"]
