"""Weights in safetensors: sizes are read from the header before anything is asked for."""

import json
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from fairmoe.runs.files import not_as_written

Shape = tuple[int, ...]
MAX_HEADER = 2**24
_DTYPES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL"}


def header_of(content: bytes, name: str) -> dict[str, tuple[str, Shape]]:
    """Return type and shape of each tensor of a file, without making any.

    Args:
        content: Of the file.
        name: Of the file, to be told of.

    Raises:
        InvalidInputError: It is no such file.
    """
    length = int.from_bytes(content[:8], "little")
    try:
        if len(content) < 8 or length > min(len(content) - 8, MAX_HEADER):
            raise ValueError
        told = json.loads(content[8 : 8 + length])
        return {
            key: (str(one["dtype"]), tuple(int(size) for size in one["shape"]))
            for key, one in told.items()
            if key != "__metadata__"
        }
    except (
        ValueError,
        OverflowError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise damaged(name) from error


def read_tensors(
    content: bytes, expected: Mapping[str, tuple[str, Shape]], name: str
) -> dict[str, Tensor]:
    """Return the tensors of a file, if they are those that are expected, and finite.

    Args:
        content: Of the file.
        expected: Type and shape of each.
        name: Of the file, to be told of.

    Raises:
        InvalidInputError: The file is damaged, or holds something else.
    """
    if header_of(content, name) != dict(expected):
        raise not_as_written(f"'{name}' holds other weights than '{_OWNER}' says")
    try:
        tensors: dict[str, Tensor] = load(content)
    except (SafetensorError, ValueError, OverflowError) as error:
        raise damaged(name) from error
    for value in tensors.values():
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise not_as_written(f"'{name}' holds weights that are no finite numbers")
        # A byte that is neither 0 nor 1 is no truth value.
        if value.dtype == torch.bool and (value.view(torch.uint8) > 1).any():
            raise damaged(name)
    return tensors


def kind_of(value: Tensor) -> tuple[str, Shape]:
    """Return the type and the shape of a tensor as a header tells them."""
    return _DTYPES[value.dtype], tuple(value.shape)


def mixture_kinds(spec: Mapping[str, Any], coalitions: int) -> dict[str, tuple[str, Shape]]:
    """Return type and shape of each weight of a mixture, without making any.

    Args:
        spec: As `Mixture.spec` returns it, for one run.
        coalitions: Of the attributions.
    """
    inputs, hidden, units = spec["n_inputs"], spec["hidden"], spec["gate_hidden"]
    columns = max(spec["column_of"]) + 1
    floats: dict[str, Shape] = {
        "experts.weight1": (3, hidden, inputs),
        "experts.bias1": (3, hidden),
        "experts.weight2": (3, 2, hidden),
        "experts.bias2": (3, 2),
        "experts.threshold": (3,),
        "gate.weight_x": (1, units, inputs),
        "gate.weight_state": (1, units, 10),
        "gate.bias1": (1, units),
        "gate.weight2": (1, 3, units),
        "gate.bias2": (1, 3),
        "explainer.baseline": (inputs,),
        "explainer.background": (spec["background_rows"], inputs),
        "explainer.solve": (columns, coalitions),
    }
    return {name: ("F32", shape) for name, shape in floats.items()} | {
        "explainer.column_of": ("I64", (inputs,)),
        "explainer.masks": ("BOOL", (coalitions, columns)),
    }


def damaged(name: str) -> Exception:
    """Return the error that says that a file is damaged."""
    return not_as_written(f"'{name}' is missing or was changed")


_OWNER = "run.json"
