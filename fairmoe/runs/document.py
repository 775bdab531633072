"""A run as one JSON document."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from fairmoe.names import EXPERTS, Model
from fairmoe.runs.front import front_document
from fairmoe.runs.parts import SplitRecord
from fairmoe.runs.record import Run


def to_document(run: Run) -> dict[str, Any]:
    """Return what a run found, ready for strict JSON.

    Returns:
        `run_id`, `device`, `experts_reused`; `data` with the rows of each group; `settings` as
        given, `resolved` what `auto` became; `seconds` by stage; `validation` and `test` with the
        scores of each model; `routing` with the mean gate weights on the test rows, `overall` and
        `by_group`; `account`, what the mixture changes for people against the utility expert, as
        `fairmoe.metrics.Account` names it, None unless the outcome is good or bad;
        `beside_existing`, the same against the existing model, None without one; `alarms`, by
        model what `fairmoe.metrics.Alarm` says of those that treat everyone worse; `cutoffs`, the
        thresholds of a variant by group; `front`, the scores of all points of its dial, None
        unless it was trained. None stands for what could not be estimated.
    """
    return {
        "run_id": run.run_id,
        "data": dataclasses.asdict(run.data)
        | {"words": list(run.data.words), "changes": list(run.data.changes)},
        "settings": run.settings.to_dict(),
        "resolved": dict(run.resolved),
        "device": run.device,
        "seconds": dict(run.seconds),
        "experts_reused": list(run.experts_reused),
        "validation": scores_record(run.scores["validation"]),
        "test": scores_record(run.scores["test"]),
        "routing": _routing(run.splits["test"], tuple(run.data.groups)),
        "account": None if run.roles.target.favourable is None else run.account().to_dict(),
        "beside_existing": None
        if "existing" not in run.models
        else run.account(plain="existing", otherwise=True).to_dict(),
        "alarms": {model: alarm.to_dict() for model, alarm in run.alarms().items()},
        "cutoffs": None if run.cutoffs is None else run.cutoffs.to_dict(),
        "front": front_document(run.points) if run.front else None,
    }


def _routing(split: SplitRecord, groups: tuple[str, ...]) -> dict[str, Any]:
    people = np.ones(len(split.group)) if split.weight is None else split.weight
    given = pd.DataFrame(split.gate * people[:, None], columns=list(EXPERTS), dtype="float64")
    in_group = pd.Series(people).groupby(split.group).sum().reindex(range(len(groups)))
    by_group = given.groupby(split.group).sum().reindex(range(len(groups))).div(in_group, axis=0)
    return {
        "overall": _or_none_by_name((given.sum() / people.sum()).to_dict()),
        "by_group": {
            name: _or_none_by_name(by_group.loc[i].to_dict()) for i, name in enumerate(groups)
        },
    }


def scores_record(
    scores: Mapping[Model, Mapping[str, float]],
) -> dict[str, dict[str, float | None]]:
    """Return scores by model and metric, None where not estimable."""
    return {model: _or_none_by_name(scores[model]) for model in scores}


def _or_none_by_name(values: Mapping[Any, float]) -> dict[str, float | None]:
    return {name: _or_none(value) for name, value in values.items()}


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
