"""A corpus of kept runs that were tampered with, each of another kind."""

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save

from tests.runs.tampered_values import (
    FILES,
    FRONT,
    LINES,
    OUT_OF_RANGE,
    POINTS,
    PREDICTIONS,
    TEXTS,
    WEIGHTS,
)

DERIVED = ("format", "routing", "account", "beside_existing", "alarms", "front", "resolved")
"""What is written for readers, or may hold anything plain."""

Damage = Callable[[Path], None]
NOTHING = object()


def kinds_of(folder: Path) -> Iterator[tuple[str, Damage]]:
    """Yield names of kinds and what they do to a copy of a kept run.

    Args:
        folder: An intact run with a front.
    """
    yield from _of_the_record(folder)
    yield from _of_the_weights(folder)
    for name, change in LINES.items():
        yield f"predictions {name}", predictions(change)
    for file in ("run.json", WEIGHTS, PREDICTIONS, FRONT):
        for name, damage in FILES.items():
            yield f"{file} {name}", lambda folder, file=file, d=damage: d(folder / file)
    for name, change in POINTS.items():
        yield f"points {name}", edit(change)
    for name in ("nan", "2", "-1"):
        yield f"a point of probability {name}", front(lambda v, n=name: spoilt(v, float(n)))


def _of_the_record(folder: Path) -> Iterator[tuple[str, Damage]]:
    record = json.loads((folder / "run.json").read_text())
    for name in record:
        if name not in (*DERIVED, "cutoffs", "reading", "points"):
            yield f"{name} left out", put((name,), NOTHING)
    for place, value in leaves({k: v for k, v in record.items() if k not in DERIVED}):
        yield f"{'.'.join(map(str, place))} of another type", put(place, wrong_type(value))
    for place, values in OUT_OF_RANGE.items():
        for value in values:
            yield f"{place} {str(value)[:40]}", put(tuple(place.split(".")), value)
    for name, content in TEXTS.items():
        yield f"record {name}", write("run.json", content)


def _of_the_weights(folder: Path) -> Iterator[tuple[str, Damage]]:
    tensors = load((folder / WEIGHTS).read_bytes())
    for name, value in tensors.items():
        yield f"{name} left out", weights(name, None)
        yield f"{name} of another shape", weights(name, lambda value: value[..., None])
        yield f"{name} of another type", weights(name, lambda value: value.to(torch.float16))
        for bad in ("nan", "inf", "-inf") if value.is_floating_point() else ():
            yield f"{name} {bad}", weights(name, lambda v, bad=bad: spoilt(v, float(bad)))
    for column in (-1, 7, 2**40):
        yield (
            f"column_of {column} in the weights",
            weights("explainer.column_of", lambda v, c=column: torch.full_like(v, c)),
        )
    yield "masks of 2", weights("explainer.masks", lambda v: spoilt(v.view(torch.uint8), 2))
    yield "masks of 2 as truth values", weights("explainer.masks", _masks_of_two)
    for name, change in HEADERS.items():
        yield f"header {name}", header(WEIGHTS, change)
        yield f"header {name} of the front", header(FRONT, change)


def _masks_of_two(value: Any) -> Any:
    return spoilt(value.view(torch.uint8), 2).view(torch.bool)


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield where single values are; of lists the first stands for all."""
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value[:1])
    empty = True
    for key, each in inside:
        empty = False
        yield from leaves(each, (*place, key))
    if empty:
        yield place, value


def wrong_type(value: Any) -> Any:
    """Return something of another type than a value, whatever may stand in its place."""
    return (
        7
        if isinstance(value, str | list | dict | bool) and value != "auto"
        else {"another": ["type"]}
    )


def put(place: tuple[Any, ...], value: Any) -> Damage:
    """Return what puts a value into the record, or takes one out."""

    def change(record: Any) -> None:
        inner = record
        for key in place[:-1]:
            inner = inner[int(key) if isinstance(inner, list) else key]
        last = int(place[-1]) if isinstance(inner, list) else place[-1]
        if value is NOTHING:
            del inner[last]
        else:
            inner[last] = value

    return edit(change)


def edit(change: Callable[[Any], None]) -> Damage:
    """Return what changes the record; digests and all else stay as they are."""

    def damage(folder: Path) -> None:
        path = folder / "run.json"
        record = json.loads(path.read_text())
        change(record)
        path.write_text(json.dumps(record))

    return damage


def write(name: str, content: bytes) -> Damage:
    """Return what writes another file in the place of one."""
    return lambda folder: (folder / name).write_bytes(content) and None


def seal(folder: Path, name: str, content: bytes) -> None:
    """Write a file, and the digest of it, as whoever tampers would."""
    (folder / name).write_bytes(content)
    edit(lambda r: r["sha256"].update({name: hashlib.sha256(content).hexdigest()}))(folder)


def weights(name: str, change: Callable[[Any], Any] | None) -> Damage:
    """Return what changes one tensor of the model."""

    def damage(folder: Path) -> None:
        tensors = load((folder / WEIGHTS).read_bytes())
        value = tensors.pop(name)
        if change is not None:
            tensors[name] = change(value).contiguous()
        seal(folder, WEIGHTS, save(tensors))

    return damage


def front(change: Callable[[Any], Any]) -> Damage:
    """Return what changes the mixture's answers of a point."""

    def damage(folder: Path) -> None:
        record = json.loads((folder / "run.json").read_text())
        key = record["points"][0]["tensors"]["test/proba_mixture"]
        tensors = load((folder / FRONT).read_bytes())
        tensors[key] = change(tensors[key])
        seal(folder, FRONT, save(tensors))

    return damage


def spoilt(value: Any, figure: float) -> Any:
    """Return a tensor with one figure in the place of its last."""
    other = value.clone()
    other.view(-1)[-1] = figure
    return other


def header(file: str, change: Callable[[dict[str, Any], bytes], bytes]) -> Damage:
    """Return what changes the header of a file of tensors."""

    def damage(folder: Path) -> None:
        content = (folder / file).read_bytes()
        (length,) = struct.unpack("<Q", content[:8])
        told = json.loads(content[8 : 8 + length])
        seal(folder, file, change(told, content[8 + length :]))

    return damage


def packed(told: Any, rest: bytes, length: int | None = None) -> bytes:
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + rest


def with_first(**values: Any) -> Callable[[dict[str, Any], bytes], bytes]:
    def change(told: dict[str, Any], rest: bytes) -> bytes:
        name = next(name for name in sorted(told) if name != "__metadata__")
        return packed(told | {name: told[name] | values}, rest)

    return change


HEADERS: dict[str, Callable[[dict[str, Any], bytes], bytes]] = {
    "empty": lambda *_: b"",
    "cut short": lambda told, rest: packed(told, rest)[:-1],
    "with more behind": lambda told, rest: packed(told, rest + b"\0" * 4),
    "of length 0": lambda told, rest: packed(told, rest, 0),
    "longer than the file": lambda told, rest: packed(told, rest, 2**40),
    "longer than all files": lambda told, rest: packed(told, rest, 2**63),
    "no JSON": lambda _, rest: packed(b"{" * 64, rest),
    "deep": lambda _, rest: packed(b"[" * 100_000 + b"]" * 100_000, rest),
    "a list": lambda _, rest: packed(b"[]", rest),
    "with a shape of 1e9": with_first(shape=[10**9, 10**9]),
    "with a shape of less than nothing": with_first(shape=[-1, 4]),
    "with a shape beyond all numbers": lambda told, rest: packed(
        json.dumps(told).encode().replace(b'"shape": [', b'"shape": [1e999, ', 1), rest
    ),
    "with a shape of texts": with_first(shape=["3", "4"]),
    "without a shape": with_first(shape=None),
    "with another type": with_first(dtype="F64"),
    "with an unknown type": with_first(dtype="OBJECT"),
    "with offsets beyond": with_first(data_offsets=[0, 10**12]),
    "with offsets turned": with_first(data_offsets=[8, 0]),
}


def predictions(change: Callable[[list[list[str]]], Any]) -> Damage:
    """Return what changes the cells of the predictions, the heading among them."""

    def damage(folder: Path) -> None:
        lines = [line.split(",") for line in (folder / PREDICTIONS).read_text().splitlines()]
        content = change(lines)
        if not isinstance(content, bytes):
            content = "".join(",".join(line) + "\n" for line in lines).encode()
        seal(folder, PREDICTIONS, content)

    return damage
