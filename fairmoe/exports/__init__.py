"""A run handed to other tools."""

from fairmoe.exports.columns import input_names, onnx_inputs
from fairmoe.exports.onnx import to_onnx

__all__ = ["input_names", "onnx_inputs", "to_onnx"]
