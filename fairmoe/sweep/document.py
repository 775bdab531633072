"""A sweep as one JSON document."""

import dataclasses
import math
from typing import Any

from fairmoe.metrics import mean_and_spread
from fairmoe.names import METRICS, TRAINED_MODELS
from fairmoe.runs import OBJECTIVES, SCORED_SPLITS, SweepScores


def to_document(sweep: SweepScores) -> dict[str, Any]:
    """Return what a sweep found, ready for strict JSON.

    Returns:
        `data` with the rows of each group; `roles` of the columns; `shared`, the settings in which
        the runs agree; `runs`, each with `run_id`, the `settings` in which they differ, whether it
        `alarming`, and the scores of each model on `validation` and `test`; `front`, the ids of
        the runs that no other beats in the `objectives` on the validation rows, and its
        `hypervolume` on both splits; `means`, mean and standard deviation of the mixture's scores
        over the seeds; how many runs were `computed` in how many `seconds`. None stands for what
        could not be estimated.
    """
    differing = (*sweep.varied, "seed")
    runs = [
        {
            "run_id": sweep.run_ids[i],
            "settings": {name: getattr(one, name) for name in differing},
            "alarming": bool(sweep.alarming["validation"][TRAINED_MODELS.index("mixture"), i]),
            **{
                split: {
                    model: dict(zip(METRICS, map(_or_none, sweep.scores[split][m, i]), strict=True))
                    for m, model in enumerate(TRAINED_MODELS)
                }
                for split in SCORED_SPLITS
            },
        }
        for i, one in enumerate(sweep.settings)
    ]
    means = mean_and_spread(sweep.frame().drop(columns=["seed"]), sweep.varied)
    shared = sweep.settings[0].to_dict()
    front = sweep.front()
    return {
        "data": dataclasses.asdict(sweep.data),
        "roles": sweep.roles.to_dict(),
        "shared": {name: value for name, value in shared.items() if name not in differing},
        "runs": runs,
        "objectives": list(OBJECTIVES),
        "front": [run["run_id"] for run, on_front in zip(runs, front, strict=True) if on_front],
        "hypervolume": {split: _or_none(sweep.hypervolume(split=split)) for split in SCORED_SPLITS},
        "means": [
            {name: _or_none(value) for name, value in row.items()}
            for row in means.to_dict("records")
        ],
        "computed": sweep.computed,
        "seconds": sweep.seconds,
    }


def _or_none(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
