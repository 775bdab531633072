"""Whether one expert decides about everyone, and what the gate had to set against it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fairmoe.names import EXPERTS, MODELS, Model, SplitName
from fairmoe.runs import Run
from fairmoe.training.selection import largest_standard_error

ALL = 0.99
"""So much weight for every row leaves nothing to the other experts."""

_RECORDED = "validation score of mixture"


@dataclass(frozen=True, eq=False)
class SingleExpert:
    """An expert that decides about everyone.

    Attributes:
        expert: Which.
        scores: Final scores on validation rows, by what they are of: the experts, and "Gate, at its
            best" where the training has recorded it. Those that cannot be estimated are left out.
        lead: By how much an expert has to lead to take the gate's place, in [0, 1].
        rows: How many validation rows there are.
        took_place: Whether it took the gate's place; else the gate itself gives it all the weight.
    """

    expert: Model
    scores: "pd.Series[float]"
    lead: float
    rows: int
    took_place: bool


AT_ITS_BEST = "Gate, at its best"


NEARLY_ALL = 0.9
"""So much of the weight of all rows makes a mixture nearly one expert."""


def leading_expert(run: Run, split: SplitName = "test") -> tuple[Model, float] | None:
    """Return the expert that has nearly all of the gate's weight, and its share of it.

    Args:
        run: The run.
        split: On which rows.

    Returns:
        None if none has as much.
    """
    record = run.splits[split]
    shares = np.average(record.gate.astype(np.float64), axis=0, weights=record.weight)
    first = int(shares.argmax())
    return (EXPERTS[first], float(shares[first])) if shares[first] >= NEARLY_ALL else None


def find_single_expert(run: Run, split: SplitName = "test") -> SingleExpert | None:
    """Return the expert that decides about every row of a split; None if there is none."""
    least = run.splits[split].gate.min(axis=0)
    if least.max() < ALL:
        return None
    expert = int(least.argmax())
    validation = run.splits["validation"]
    scores: dict[str, float] = {
        MODELS[expert]: run.scores["validation"][expert]["final_score"] for expert in EXPERTS
    }
    recorded = [curve.values for curve in run.curves if curve.name == _RECORDED]
    if recorded and not np.isnan(recorded[0]).all():
        scores[AT_ITS_BEST] = float(np.nanmax(recorded[0]))
    weight = validation.weight
    rows = len(validation.rows) if weight is None else weight.sum() ** 2 / (weight**2).sum()
    return SingleExpert(
        EXPERTS[expert],
        pd.Series(scores, dtype=float).dropna(),
        largest_standard_error(float(rows)),
        len(validation.rows),
        took_place=run.mixture.gate.only_expert() != [None],
    )
