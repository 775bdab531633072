"""A run as a model in ONNX: from the columns of a table to what the mixture says of each row."""

import copy
import json
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from fairmoe.data import MISSING
from fairmoe.data.codes import CategoryCode, DateCode, NumberCode
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.exports.columns import OUTPUTS, encode, input_names
from fairmoe.exports.graph import Graph
from fairmoe.names import EXPERTS
from fairmoe.nn import GateStack, Mixture
from fairmoe.runs import Run
from fairmoe.runs.cutoffs import FAR

UNKNOWN = -1
"""The decision about a row of which no feature is known."""


def to_onnx(run: Run) -> bytes:
    """Return a run's encoder and mixture as one model in ONNX, which needs no Python to be used.

    **Inputs**, one for each column that the models see, `(n, 1)`, under its name (or the name with
    "_" behind it, if an output has that name): numbers as double, NaN where missing; categories as
    text, "(missing)" where missing; dates as double, days since 1970-01-01, NaN where missing.
    `onnx_inputs` makes them of a table.

    **Outputs**: `probability` of the positive class, `(n,)`; `decision`, `(n,)`, 1 above one half,
    0, or -1 where no feature of the row is known, and then all else is NaN; `gate_weights` and
    `expert_probabilities`, `(n, 3)`, of the utility, result and procedural expert. All is computed
    in double precision, as `predict_rows` does.

    Args:
        run: The run.

    Raises:
        InvalidInputError: Its decisions begin elsewhere for each group.
        UnavailableError: The package onnx is not installed (`fairmoe[onnx]`).
    """
    if find_spec("onnx") is None:
        raise UnavailableError(
            "A model in ONNX needs the package onnx. Install it with: pip install 'fairmoe[onnx]'"
        )
    if run.cutoffs is not None and run.cutoffs.by_group:
        raise InvalidInputError(
            "A run with one threshold for all is needed",
            however="this one treats people by their group, which the models do not see",
            remedy="Export the run that it was made of.",
        )
    graph = Graph()
    encoded, known = [], []
    for code, name in zip(run.encoder.codes, input_names(run), strict=True):
        blocks, given = encode(graph, code, name)
        encoded += blocks
        known.append(given)
    if not encoded:
        raise InvalidInputError("A run whose models see a column is needed")
    # What a model sees is rounded to float32 on the way, as in training.
    x = graph("Cast", graph("Concat", *encoded, axis=1), to=graph.kind("FLOAT"))
    # As `predict_rows` does, before anything is computed of the weights.
    mixture = copy.deepcopy(run.mixture).double()
    outputs = _mixture(graph, mixture, graph("Cast", x, to=graph.kind("DOUBLE")))
    axes = graph.constant([1], np.int64)
    is_known = graph("ReduceMax", graph("Concat", *known, axis=1), axes, keepdims=1)
    _outputs(graph, run, outputs, graph("Cast", is_known, to=graph.kind("BOOL")))
    return graph.finish("fairmoe", _about(run), _metadata(run))


def _mixture(graph: Graph, mixture: Mixture, x: str) -> tuple[str, str, str]:
    """Return the mixture's log-odds, the gate's weights and the experts' probabilities."""
    part = mixture.experts.part()
    weight1, bias1, weight2, bias2 = (
        each.detach().numpy() for each in (part.weight1, part.bias1, part.weight2, part.bias2)
    )
    zero = graph.constant(0.0)
    columns: dict[int, list[str]] = {0: [], 1: []}
    for e in range(len(EXPERTS)):
        before = graph.affine(x, weight1[e], bias1[e])
        below = graph("Mul", graph("Min", before, zero), graph.constant(part.slope))
        hidden = graph("Add", graph("Max", before, zero), below)
        log_proba = graph("LogSoftmax", graph.affine(hidden, weight2[e], bias2[e]), axis=1)
        for which, found in columns.items():
            found.append(graph("Gather", log_proba, graph.constant([which], np.int64), axis=1))
    other, positive = (graph("Concat", *columns[which], axis=1) for which in (0, 1))
    proba = graph("Exp", positive)
    log_weights = _log_weights(graph, mixture.gate, x, proba)
    axes = graph.constant([1], np.int64)
    mixed = [
        graph("ReduceLogSumExp", graph("Add", each, log_weights), axes, keepdims=1)
        for each in (other, positive)
    ]
    return graph("Sub", mixed[1], mixed[0]), graph("Exp", log_weights), proba


def _log_weights(graph: Graph, gate: GateStack, x: str, proba: str) -> str:
    weight_x, weight_state, bias1, weight2, bias2 = (
        each.detach().numpy()[0]
        for each in (gate.weight_x, gate.weight_state, gate.bias1, gate.weight2, gate.bias2)
    )
    complement = graph("Sub", graph.constant(1.0), proba)
    confidence = graph("Max", proba, complement)
    turned = graph("Gather", proba, graph.constant([1, 2, 0], np.int64), axis=1)
    axes = graph.constant([1], np.int64)
    disagreement = graph("ReduceMean", graph("Abs", graph("Sub", proba, turned)), axes, keepdims=1)
    state = graph("Concat", complement, proba, confidence, disagreement, axis=1)
    # The state holds both probabilities expert by expert: first 0, 2, 4, then 1, 3, 5.
    order = [0, 2, 4, 1, 3, 5, 6, 7, 8, 9]
    from_state = graph("MatMul", state, graph.constant(weight_state[:, order].T))
    before = graph("Add", graph.affine(x, weight_x, bias1), from_state)
    hidden = graph("Max", before, graph.constant(0.0))
    logits = graph.affine(hidden, weight2, bias2)
    return graph("LogSoftmax", graph("Div", logits, graph.constant(gate.temperature)), axis=1)


def _outputs(graph: Graph, run: Run, found: tuple[str, str, str], known: str) -> None:
    log_odds, weights, expert_proba = found
    proba = graph("Sigmoid", log_odds)
    if run.cutoffs is not None:
        proba = _cut(graph, run.cutoffs.thresholds[0], proba)
    yes = graph("Cast", graph("Greater", proba, graph.constant(0.5)), to=graph.kind("INT64"))
    nothing, unknown = graph.constant(np.nan), graph.constant(UNKNOWN, np.int64)
    axes = graph.constant([1], np.int64)
    proba = graph("Squeeze", graph("Where", known, proba, nothing), axes)
    decision = graph("Squeeze", graph("Where", known, yes, unknown), axes)
    graph.output(proba, "probability", np.float64)
    graph.output(decision, "decision", np.int64)
    for value, name in zip((weights, expert_proba), OUTPUTS[2:], strict=True):
        shown = graph("Where", known, value, nothing)
        graph.output(shown, name, np.float64, (len(EXPERTS),))


def _cut(graph: Graph, threshold: float, proba: str) -> str:
    """Move probabilities as `Cutoffs.shift` does."""
    at, far = graph.constant(threshold), graph.constant(FAR)
    inside = graph("Clip", proba, far, graph.constant(1 - FAR))
    odds = graph("Div", inside, graph("Sub", graph.constant(1.0), inside))
    limit = min(max(threshold, FAR), 1 - FAR)
    moved = graph(
        "Sigmoid",
        graph("Sub", graph("Log", odds), graph.constant(np.log(limit) - np.log1p(-limit))),
    )
    half = graph.constant(0.5)
    just_above = graph.constant(float(np.nextafter(np.float32(0.5), np.float32(1))))
    return graph(
        "Where",
        graph("Greater", proba, at),
        graph("Max", moved, just_above),
        graph("Min", moved, half),
    )


def _about(run: Run) -> str:
    return (
        f"Mixture of experts of run {run.run_id}. Decision 1 is {run.data.positive}. "
        "Inputs are columns as fairmoe reads them: numbers, NaN where missing; texts, "
        f"{MISSING!r} where missing; days since 1970-01-01, NaN where missing. Decision "
        f"{UNKNOWN} says that no feature is known."
    )


def _metadata(run: Run) -> dict[str, str]:
    kinds = {NumberCode: "number", CategoryCode: "category", DateCode: "date"}
    inputs = [
        {"name": name, "column": code.column, "kind": kinds[type(code)]}
        for code, name in zip(run.encoder.codes, input_names(run), strict=True)
    ]
    return {
        "fairmoe": version("fairmoe"),
        "run_id": run.run_id,
        "positive": run.data.positive,
        "inputs": json.dumps(inputs, ensure_ascii=False),
        "experts": json.dumps(EXPERTS),
    }
