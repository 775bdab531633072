"""The nodes of a graph in ONNX, written one after the other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

OPSETS = {"": 18, "ai.onnx.ml": 3}
IR_VERSION = 9
"""Of ONNX Runtime 1.15, from May 2023, on."""


class Graph:
    """A graph that grows: each call adds a node and returns the name of what comes out.

    Names that the user sees, of inputs and outputs, are given; all others begin with a slash.
    """

    def __init__(self) -> None:
        from onnx import helper, numpy_helper  # noqa: PLC0415

        self._helper, self._numpy = helper, numpy_helper
        self._nodes: list[Any] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._initializers: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def __call__(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output."""
        name = f"/{operator}_{len(self._nodes)}"
        self._nodes.append(
            self._helper.make_node(
                operator, list(inputs), [name], name=name, domain=domain, **attributes
            )
        )
        return name

    def constant(self, value: ArrayLike, kind: type[Any] = np.float64) -> str:
        """Return the name of a constant; the same one is there once."""
        array = np.asarray(value, kind)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = f"/constant_{len(self._constants)}"
            self._initializers.append(self._numpy.from_array(array, self._constants[key]))
        return self._constants[key]

    def kind(self, name: str) -> int:
        """Return ONNX's number of a kind of values, such as "DOUBLE"."""
        from onnx import TensorProto  # noqa: PLC0415

        return int(getattr(TensorProto, name))

    def affine(self, x: str, weight: ArrayLike, bias: ArrayLike) -> str:
        """Return `x @ weight.T + bias` of rows `(n, d)`, weights `(h, d)` and biases `(h,)`."""
        product = self("MatMul", x, self.constant(np.asarray(weight, np.float64).T))
        return self("Add", product, self.constant(bias))

    def integer_part(self, x: str, divisor: float) -> str:
        """Return the floor of `x / divisor`."""
        return self("Floor", self("Div", x, self.constant(divisor)))

    def input(self, name: str, kind: type[Any]) -> str:
        """Add an input of one column, `(n, 1)`."""
        self._inputs.append(self._value(name, kind, [self._rows, 1]))
        return name

    def output(self, value: str, name: str, kind: type[Any], columns: Sequence[int] = ()) -> None:
        """Give a value the name of an output, `(n, *columns)`."""
        self._nodes.append(self._helper.make_node("Identity", [value], [name], name=f"/{name}"))
        self._outputs.append(self._value(name, kind, [self._rows, *columns]))

    def finish(self, name: str, doc: str, metadata: dict[str, str]) -> bytes:
        """Return the checked model."""
        import onnx  # noqa: PLC0415

        graph = self._helper.make_graph(
            self._nodes, name, self._inputs, self._outputs, self._initializers, doc_string=doc
        )
        opsets = [self._helper.make_opsetid(*each) for each in OPSETS.items()]
        model = self._helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="fairmoe"
        )
        self._helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString(deterministic=True)
        return content

    _rows = "rows"

    def _value(self, name: str, kind: type[Any], shape: list[Any]) -> Any:
        named = {np.float64: "DOUBLE", np.int64: "INT64", str: "STRING"}
        return self._helper.make_tensor_value_info(name, self.kind(named[kind]), shape)
