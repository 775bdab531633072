"""Tensors and a record as plain bytes with a checksum: what loads them runs no code of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from fairmoe.errors import FairmoeError, InvalidInputError

FORMAT = 10
"""Version of what a sweep keeps and of how its runs are computed; others are not reused."""


def seal(record: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> bytes:
    """Return a record and tensors as the bytes of a safetensors file."""
    text = json.dumps(record, allow_nan=False)
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    return save(tensors, {"record": text, "sha256": digest(text, tensors)})


def unseal(content: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return the record and the tensors.

    Raises:
        InvalidInputError: The bytes are something else, or are damaged.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length])["__metadata__"]
        tensors = load(content)
        is_intact = metadata["sha256"] == digest(metadata["record"], tensors)
        record: dict[str, Any] = json.loads(metadata["record"])
    except (
        SafetensorError,
        ValueError,
        KeyError,
        TypeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise _not_sealed() from error
    if not is_intact:
        raise _not_sealed()
    return record, tensors


@contextmanager
def complete() -> Iterator[None]:
    """Say of what lacks a part, whoever wrote its checksum, that it is damaged."""
    try:
        yield
    except FairmoeError:
        raise
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise _not_sealed() from error


def digest(record: str, tensors: Mapping[str, Tensor]) -> str:
    """Return the checksum of a record and tensors."""
    found = hashlib.sha256(record.encode())
    for name in sorted(tensors):
        value = tensors[name].numpy()
        found.update(f"{name}{value.dtype}{value.shape}".encode())
        found.update(np.ascontiguousarray(value).tobytes())
    return found.hexdigest()


def _not_sealed() -> FairmoeError:
    return InvalidInputError(
        "A shard of a sweep is needed",
        however="this is none, or it was damaged",
        remedy="Remove it, and what it held is computed again.",
    )
