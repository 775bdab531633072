"""The front of a run: told as a document, as tables, and packed into few tensors and records."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairmoe._intervals import paired_interval
from fairmoe.metrics import compared_groups, costs, pareto_front
from fairmoe.metrics.differences import gap_interval
from fairmoe.names import COMPARED, EXPERTS, SPLITS, Model, SplitName
from fairmoe.nn import Mixture
from fairmoe.runs.compared import compared_scores, compared_scores_of
from fairmoe.runs.files import FRONT, not_as_written, record_changed
from fairmoe.runs.parts import Curve, SplitRecord
from fairmoe.runs.record import Run
from fairmoe.runs.weights import kind_of, read_tensors


def front_document(points: Sequence[Run]) -> list[dict[str, object]]:
    """Return the points of a front, ready for strict JSON: weights, scores, whether they alarm."""
    return [
        {
            "fairness_weight": point.settings.fairness_weight,
            "lambda_fair": point.settings.lambda_fair,
            "run_id": point.run_id,
            **{split: _finite(point.scores[split]["mixture"]) for split in ("validation", "test")},
            "alarm": "mixture" in point.alarms("test"),
        }
        for point in points
    ]


def front_tables(points: Sequence[Run], shown: str, gap: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points of a front, and the models beside it, as `front_figure` takes them.

    Args:
        points: Of the front, by ascending weight.
        shown: The id of the point that is shown.
        gap: A metric's key; gaps are between the groups that can be compared.

    Returns:
        The points and the models. Of points there is `on_front`, whether no other without an alarm
        beats it in both; `harder`, how many times as much its result expert counts the gaps as
        those of others; `decides_as`, the weight of the first that decides the same; and there are
        95% intervals, NaN where there is none: `accuracy_low` and `accuracy_high` of the difference
        from the utility expert on the same rows, added to its accuracy, and `gap_low` and
        `gap_high` of a gap of decisions.
    """
    least = min(point.settings.lambda_fair for point in points) or 1.0
    frame = pd.DataFrame(
        {
            "weight": [point.settings.fairness_weight for point in points],
            "gap": [compared_scores_of(point)[gap] for point in points],
            "accuracy": [point.scores["test"]["mixture"]["acc"] for point in points],
            "alarming": ["mixture" in point.alarms() for point in points],
            "shown": [point.run_id == shown for point in points],
            "harder": [point.settings.lambda_fair / least for point in points],
        },
        index=[point.run_id for point in points],
    )
    frame["on_front"] = _not_beaten(frame)
    decided = [(point.splits["test"].proba["mixture"] > 0.5).tobytes() for point in points]
    frame["decides_as"] = [frame["weight"].iloc[decided.index(each)] for each in decided]
    ends = ["accuracy_low", "accuracy_high", "gap_low", "gap_high"]
    frame[ends] = np.array([[*_accuracy_ends(point), *_gap_ends(point, gap)] for point in points])
    scores = compared_scores(points[0])
    beside = pd.DataFrame(
        {
            model: {"gap": scores[model][gap], "accuracy": scores[model]["acc"]}
            for model in COMPARED
            if model in scores
        }
    ).T
    return frame, beside


def _not_beaten(points: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which points no other beats in both gap and accuracy; none that raises an alarm."""
    between = costs({"acc": points["accuracy"], "gap": points["gap"]}, ("gap", "acc"))
    between[points["alarming"].astype(bool)] = np.nan
    return pareto_front(between)


def _accuracy_ends(point: Run) -> tuple[float, float]:
    record = point.splits["test"]
    if record.weight is not None:
        return math.nan, math.nan
    right = [(record.proba[name] > 0.5) == record.y_true for name in ("mixture", "utility")]
    gained, lost = (right[0] & ~right[1]).sum(), (right[1] & ~right[0]).sum()
    low, high = paired_interval(gained, lost, len(record.y_true))
    plain = float(right[1].mean())
    return plain + float(low), plain + float(high)


def _gap_ends(point: Run, gap: str) -> tuple[float, float]:
    """Return the ends of a gap of decisions; NaN for others, and unless two groups are compared."""
    record = point.splits["test"]
    if gap not in ("dp", "eo") or record.weight is not None:
        return math.nan, math.nan
    among = record.y_true == 1 if gap == "eo" else np.ones(len(record.y_true), dtype=bool)
    n_groups = len(point.data.groups)
    trials = np.bincount(record.group[among & (record.group >= 0)], minlength=n_groups)
    given = among & (record.proba["mixture"] > 0.5)
    hits = np.bincount(record.group[given & (record.group >= 0)], minlength=n_groups)
    compared = compared_groups(trials)
    hits, trials = hits[compared], trials[compared]
    if len(trials) < 2:
        return math.nan, math.nan
    return gap_interval([(hits.astype(float), trials.astype(float))])


def pack_front(run: Run) -> tuple[list[dict[str, Any]], dict[str, Tensor]]:
    """Return what the other points of a run's front have that the run has not, each thing once.

    Returns:
        A record for each point, ready for strict JSON: its `tensors` say by which key each of its
            weights and predictions is found among the tensors; what is not named is as in the run.
        The tensors by their keys.
    """
    own = _tensors(run)
    tensors: dict[str, Tensor] = {}
    key_of: dict[bytes, str] = {}

    def keep(value: Tensor) -> str:
        content = value.numpy().tobytes() + repr((value.dtype, value.shape)).encode()
        key = key_of.setdefault(content, str(len(key_of)))
        tensors.setdefault(key, value)
        return key

    records = [
        {
            "fairness_weight": point.settings.fairness_weight,
            "lambda_fair": point.settings.lambda_fair,
            "run_id": point.run_id,
            "resolved": dict(point.resolved),
            "device": point.device,
            "seconds": dict(point.seconds),
            "experts_reused": list(point.experts_reused),
            "scores": {
                split: {
                    model: _finite(point.scores[split][model])
                    for model in run.models
                    if not _same(point.scores[split][model], run.scores[split][model])
                }
                for split in SPLITS
            },
            "curves": [
                curve_record(curve)
                for curve in point.curves
                if not any(_same_curve(curve, other) for other in run.curves)
            ],
            "tensors": {
                name: keep(value)
                for name, value in _tensors(point).items()
                if not torch.equal(value, own[name])
            },
        }
        for point in run.front
    ]
    return records, tensors


def unpack_front(run: Run, records: Sequence[Mapping[str, Any]], content: bytes) -> Run:
    """Return a run with the points that `pack_front` packed.

    Args:
        run: The run without them.
        records: Of the points.
        content: The file of the tensors.

    Raises:
        InvalidInputError: A tensor or what it is named for is not as it was packed.
    """
    own, spec = _tensors(run), run.mixture.spec()
    kinds: dict[str, tuple[str, tuple[int, ...]]] = {}
    for record in records:
        for name, key in record["tensors"].items():
            # What explains is of the run, not of a point.
            if name not in own or name.startswith("model/explainer."):
                raise record_changed("points.tensors")
            kind = kind_of(own[name])
            if kinds.setdefault(key, kind) != kind:
                raise record_changed("points.tensors")
    tensors = read_tensors(content, kinds, FRONT)
    return run.with_front([_point(run, own, spec, record, tensors) for record in records])


def curve_record(curve: Curve) -> dict[str, Any]:
    """Return a curve in a form that strict JSON keeps."""
    return {
        "name": curve.name,
        "phase": curve.phase,
        "epochs": list(curve.epochs),
        "values": [value if math.isfinite(value) else None for value in curve.values],
    }


def curve_of(record: Mapping[str, Any]) -> Curve:
    """Return the curve that `curve_record` wrote."""
    values = _numbers(record["values"])
    return Curve(record["name"], record["phase"], tuple(record["epochs"]), values)


def known_scores(record: Mapping[str, float | None]) -> dict[str, float]:
    """Return scores by metric, NaN in place of None."""
    return dict(zip(record, _numbers(record.values()), strict=True))


def _point(
    run: Run,
    own: Mapping[str, Tensor],
    spec: Mapping[str, Any],
    record: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
) -> Run:
    named = dict(own) | {name: tensors[key] for name, key in record["tensors"].items()}
    shares = [named[name] for split in SPLITS for name in own if name.startswith(f"{split}/")]
    if not all(((share >= 0) & (share <= 1)).all() for share in shares):
        raise not_as_written(f"'{FRONT}' holds values that cannot be")
    state = {name.removeprefix("model/"): named[name] for name in own if name.startswith("model/")}
    changed = {(curve.phase, curve.name): curve for curve in map(curve_of, record["curves"])}
    # Fronts that were kept before there were harder experts do not tell it.
    lambda_fair = record["lambda_fair"]
    return replace(
        run,
        run_id=record["run_id"],
        settings=run.settings.replace(
            fairness_weight=record["fairness_weight"],
            lambda_fair=run.settings.lambda_fair if lambda_fair is None else lambda_fair,
        ),
        resolved=record["resolved"],
        device=record["device"],
        seconds=record["seconds"],
        curves=tuple(changed.get((curve.phase, curve.name), curve) for curve in run.curves),
        splits={split: _split(run.splits[split], split, named) for split in SPLITS},
        scores={
            split: {
                model: own_scores
                if (told := record["scores"][split].get(model)) is None
                else known_scores(told)
                for model, own_scores in run.scores[split].items()
            }
            for split in SPLITS
        },
        experts_reused=tuple(record["experts_reused"]),
        mixture=Mixture.from_state(spec, state).eval(),
        front=(),
    )


def _tensors(run: Run) -> dict[str, Tensor]:
    """Return the weights, and what each trained model says of each row, by name."""
    named = {f"model/{name}": value for name, value in run.mixture.state_dict().items()}
    for split in SPLITS:
        record = run.splits[split]
        columns = {f"proba_{model}": record.proba[model] for model in run.models}
        columns |= {f"gate_{expert}": record.gate[:, i] for i, expert in enumerate(EXPERTS)}
        named |= {
            f"{split}/{name}": torch.from_numpy(np.ascontiguousarray(values))
            for name, values in columns.items()
        }
    return {name: value.contiguous() for name, value in named.items()}


def _split(own: SplitRecord, split: SplitName, named: Mapping[str, Tensor]) -> SplitRecord:
    gate = [named[f"{split}/gate_{expert}"] for expert in EXPERTS]
    proba: dict[Model, Any] = {
        model: named[f"{split}/proba_{model}"].numpy() for model in own.proba
    }
    return replace(own, proba=proba, gate=torch.stack(gate, 1).numpy())


def _numbers(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(math.nan if value is None else value for value in values)


def _finite(scores: Mapping[str, float]) -> dict[str, float | None]:
    return {metric: score if math.isfinite(score) else None for metric, score in scores.items()}


def _same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return _finite(one) == _finite(other)


def _same_curve(one: Curve, other: Curve) -> bool:
    return curve_record(one) == curve_record(other)
