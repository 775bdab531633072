"""What a stranger may put in place of the parts of a kept run."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.odd_places import ODD_PLACES

WEIGHTS, PREDICTIONS, FRONT = "model.safetensors", "predictions.csv", "front.safetensors"


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
    "with a heading that is no text": lambda lines: b"\xff" + ",".join(lines[0]).encode() + b"\n",
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
    **{
        f"a {place}": lambda path, put=ODD_PLACES[place]: (path.unlink(), put(path))
        for place in ("folder", "pipe", "device")
    },
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
