"""A corpus of kept runs that were tampered with, each of another kind."""

import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save

WEIGHTS, PREDICTIONS, FRONT = "model.safetensors", "predictions.csv", "front.safetensors"
DERIVED = ("format", "routing", "account", "alarms", "front", "resolved")
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


def cell(column: int, text: str) -> Callable[[list[list[str]]], None]:
    def change(lines: list[list[str]]) -> None:
        lines[5][column] = text

    return change


LINES: dict[str, Callable[[list[list[str]]], Any]] = {
    "empty": lambda _: b"",
    "of zeros": lambda _: b"\0" * 4096,
    "without rows": lambda lines: lines.__delitem__(slice(1, None)),
    "without a heading": lambda lines: lines.__delitem__(0),
    "with other headings": lambda lines: lines[0].reverse(),
    "with a heading twice": lambda lines: lines[0].__setitem__(4, "row"),
    "not in UTF-8": lambda lines: b"\xff\xfe" + ",".join(lines[0]).encode("utf-16-le"),
    "without a split": lambda lines: [line.__setitem__(1, "test") for line in lines[1:]] and None,
    "with a row twice": lambda lines: lines[5].__setitem__(0, lines[6][0]),
    "with a cell more": lambda lines: lines[5].append("1"),
    "with a cell less": lambda lines: lines[5].pop() and None,
    "with a quoted line": cell(1, '"test\n'),
    "with an unknown split": cell(1, "holdout"),
    "with a row of before": cell(0, "-1"),
    "with a row beyond": cell(0, "120"),
    "with a row of 1e30": cell(0, "1" + "0" * 30),
    "with a half row": cell(0, "1.5"),
    "with a group beyond": cell(2, "4"),
    "with a group of before": cell(2, "-1"),
    "with a third class": cell(3, "2"),
    **{
        f"with a {what} of {text or 'nothing'}": cell(column, text)
        for what, column in (("probability", 4), ("gate weight", 11))
        for text in ("nan", "inf", "-inf", "1.01", "-0.01", "1e400", "", "=1+1", "0x1", "yes")
    },
    "with a gate of no weight": lambda lines: lines[5].__setitem__(slice(11, 14), ["0", "0", "0"]),
    "with more people of a group": lambda lines: (
        [line.__setitem__(2, "0") for line in lines[1:]] and None
    ),
    "of other decisions": lambda lines: (
        [line.__setitem__(4, str(1 - float(line[4]))) for line in lines[1:]] and None
    ),
    "with a weight that is none": lambda lines: (
        [line.append("weight" if i == 0 else "-1") for i, line in enumerate(lines)] and None
    ),
}

FILES: dict[str, Callable[[Path], Any]] = {
    "missing": Path.unlink,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "a device": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path)),
    "of 8 GiB": lambda path: os.truncate(path, 2**33),
    "with a byte changed": lambda path: path.write_bytes(b"\x00" + path.read_bytes()[1:]),
}

TEXTS = {
    "empty": b"",
    "of zeros": b"\0" * 4096,
    "not in UTF-8": b'{"format": "\xff"}',
    "of another format": b'{"format": 3}',
    "a number": b"2",
    "a text": b'"run"',
    "a list": b"[{}]",
    "cut short": b'{"format": 2, "run_id": "',
    "with nothing but a format": b'{"format": 2}',
    "deep": b'{"format": 2, "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "with NaN": b'{"format": 2, "data": NaN}',
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94.",
}

BEYOND = 10**400
OUT_OF_RANGE: dict[str, tuple[Any, ...]] = {
    "run_id": ("", "../../x", "a/b", "a b", "x" * 65, "a\n"),
    "data.rows": (0, -1, 1.5, BEYOND),
    "data.columns": (0, -1),
    "data.groups": ({}, {"a": -1}, {"a": "1"}, {"a": 1}),
    "data.words": (["one"], ["a", "b", "c"]),
    "seconds.total": (-1, BEYOND),
    "experts_reused": (["mixture"], ["utility", 1]),
    "curves.0.phase": ("after",),
    "curves.0.epochs": ([2, 1], [1], [-1, 1], [1, 1]),
    "test.mixture.acc": (2, -1, 0.123),
    "test.mixture.final_score": (1.5, -3),
    "test.mixture": ({}, {"acc": 0.5}),
    "test": ({"mixture": {}},),
    "settings.temperature": (0, -1, 1e9, BEYOND),
    "settings.hidden": (0, -1, 10**9, BEYOND),
    "settings.gate_hidden": (10**9,),
    "settings.seed": (-1, 2**70),
    "settings.top_ratio": (0, 2),
    "settings.attribution_method": ("eval", "shap"),
    "settings.unheard_of": (1,),
    "mixture.runs": (0, 2, 10**9),
    "mixture.n_inputs": (0, -1, 10**9),
    "mixture.hidden": (0, -1, 5, 10**9),
    "mixture.gate_hidden": (0, 10**9),
    "mixture.background_rows": (-1, 3, 10**9),
    "mixture.temperature": (0, -1, 2, BEYOND),
    "mixture.slope": (1, BEYOND),
    "mixture.attribution_method": ("shap", "pickle"),
    "mixture.column_of": ([], [0], [10**9], [-1], [0] * 1000),
    "encoder.codes": ([], [{}], [{"column": "town"}]),
    "encoder.codes.0.levels": ([], ["a", "a"], ["a"]),
    "encoder.codes.1.spread": (0, -1, BEYOND),
    "encoder.codes.1.center": (BEYOND,),
    "encoder.codes.1.column": ("town", "hired"),
    "encoder.codes.1": (
        {"column": "d", "first": "2015-02-30", "parts": []},
        {"column": "d", "first": "today", "parts": []},
    ),
    "roles.target.column": ("sex",),
    "roles.target.outcome": ("great",),
    "roles.target.words": (["one"], ["a", "a"]),
    "roles.sensitive": ([], [{"column": "a"}] * 3),
    "roles.unknown": ("guess",),
    "roles.merge_small": (-1,),
    "reading.decimal": ("dot",),
    "cutoffs": (
        {"model": "mixture", "thresholds": [0.5], "name": ""},
        {"model": "mixture", "thresholds": [0, 1, 0.5, 0.5], "name": ""},
        {"model": "constant", "thresholds": [0.5] * 4, "name": ""},
    ),
    "sha256": (
        {},
        {WEIGHTS: "0" * 64},
        {WEIGHTS: "", PREDICTIONS: "", FRONT: ""},
        {"../../etc/passwd": "0" * 64},
    ),
}

POINTS: dict[str, Callable[[Any], Any]] = {
    "of the same weight": lambda r: r["points"].append(r["points"][0]),
    "of the run's own weight": lambda r: r["points"][0].update(fairness_weight=1.0),
    "of a weight beyond": lambda r: r["points"][0].update(fairness_weight=1001),
    "of a weight below": lambda r: r["points"][0].update(fairness_weight=-1),
    "too many": lambda r: r.update(
        points=[{**r["points"][0], "fairness_weight": 2 + i} for i in range(65)]
    ),
    "none of a kept front": lambda r: r.update(points=[]),
    "without scores": lambda r: r["points"][0].update(scores={}),
    "with a model unknown": lambda r: r["points"][0]["scores"]["test"].update(oracle={}),
    "with another accuracy": lambda r: r["points"][0]["scores"]["test"]["mixture"].update(acc=0.9),
    "with a tensor unknown": lambda r: r["points"][0]["tensors"].update({"model/x": "0"}),
    "with a key unknown": lambda r: r["points"][0]["tensors"].update({"test/gate_utility": "99"}),
    "with a key of another shape": lambda r: r["points"][0]["tensors"].update(
        {"model/gate.bias2": r["points"][0]["tensors"]["test/proba_mixture"]}
    ),
    "with a path for a key": lambda r: r["points"][0]["tensors"].update(
        {"model/gate.bias2": "../x"}
    ),
    "that explain by themselves": lambda r: r["points"][0]["tensors"].update(
        {"model/explainer.column_of": "0"}
    ),
    "that use less than there is": lambda r: r["points"][0]["tensors"].pop("test/proba_mixture"),
}
