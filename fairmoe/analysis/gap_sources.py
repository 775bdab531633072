"""Through which columns a difference of mean log-odds between two sets of people comes."""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fairmoe.analysis.attention import model_of
from fairmoe.analysis.rows import RunRows
from fairmoe.explain import Explainable, Explainer
from fairmoe.metrics.effective import effective_counts
from fairmoe.names import EXPERTS, LEAST_PEOPLE, Model
from fairmoe.nn import GateChoice, Mixture
from fairmoe.runs import Cutoffs, Run
from fairmoe.training import on_one_thread

NODES = 128
"""Of the path of what goes through the gate: on the demo sums miss the difference by 1e-4."""

OWN_CUTOFF = "cut-off of the group"
"""Stands for a column where a group has a cut-off of its own, which moves its log-odds."""

COMPARED: tuple[Model, Model] = ("utility", "mixture")
"""The plain model, and what is to be better."""

_ROWS_AT_ONCE = 4096

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LogOdds:
    """Log-odds of some rows, and what each column adds to them, by integrated gradients.

    Attributes:
        columns: The source columns, `(c,)`.
        total: By name of what the log-odds are of, `(n,)`.
        parts: Likewise, signed, `(n, c)`: less the log-odds of the baseline row, `total` is their
            sum. A column of zeros adds nothing.
        weight: For how many people each row stands, `(n,)`; None if all count the same.
    """

    columns: tuple[str, ...]
    total: Mapping[str, Floats]
    parts: Mapping[str, Floats]
    weight: Floats | None


@dataclass(frozen=True, eq=False)
class GapSources:
    """How much of a difference of mean log-odds comes through each column.

    Attributes:
        parts: Indexed by column, that through which most comes first: by name of what the log-odds
            are of, the difference of the mean attributions, and with `_low` and `_high` the ends of
            a 95% interval. NaN where a side has no rows, ends where one has fewer than two.
        totals: Indexed by that name: the `difference` of the mean log-odds, its interval's `low`
            and `high`, what is `left_over` of it when the parts are taken away (0 but for
            rounding where the path is known in closed form, and small where it is a quadrature),
            and their `spread`, the standard deviation within the sides.
        rows: How many rows each side has.
    """

    parts: pd.DataFrame
    totals: pd.DataFrame
    rows: tuple[int, int]


def explain_log_odds(rows: RunRows, cutoffs: Cutoffs | None = None) -> LogOdds:
    """Return the log-odds of the good outcome by the plain model and the mixture, by column.

    Integrated gradients are used whatever the run was trained with, for of the four methods they
    alone add up for a single row and need no sample.

    Args:
        rows: The rows. Where no outcome is good for the person, or that was not told, the positive
            one is taken for it.
        cutoffs: Where the mixture's decisions begin, if not at one half for all; what a group's own
            one adds stands beside the columns as `OWN_CUTOFF`.

    Returns:
        Of "utility" and "mixture".
    """
    run, record = rows.run, rows.record
    mixture = _precise(run)
    models = {model: model_of(replace(run, mixture=mixture), model) for model in COMPARED}
    sign = -1.0 if run.roles.target.favourable is False else 1.0
    found = {name: _explained(mixture, model, rows.x, sign=sign) for name, model in models.items()}
    columns = run.encoder.columns
    if cutoffs is not None and cutoffs.by_group:
        thresholds = np.array(cutoffs.thresholds)
        moved = -sign * (np.log(thresholds) - np.log1p(-thresholds))[record.group]
        columns = (*columns, OWN_CUTOFF)
        for model, (total, parts) in found.items():
            own = moved if model == "mixture" else np.zeros_like(moved)
            found[model] = total + own, np.column_stack([parts, own])
    return LogOdds(
        columns=columns,
        total={model: total for model, (total, _) in found.items()},
        parts={model: parts for model, (_, parts) in found.items()},
        weight=record.weight,
    )


def explain_choice(rows: RunRows, expert: Model) -> LogOdds:
    """Return the log-odds of the gate's weight of one expert against the rest, by column.

    Args:
        rows: The rows.
        expert: One of `EXPERTS`.

    Returns:
        Of the expert.
    """
    mixture = _precise(rows.run)
    total, parts = _explained(mixture, GateChoice(mixture, EXPERTS.index(expert)), rows.x)
    return LogOdds(rows.run.encoder.columns, {expert: total}, {expert: parts}, rows.record.weight)


def compare_sides(
    log_odds: LogOdds,
    one: NDArray[np.bool_],
    other: NDArray[np.bool_],
    *,
    most: int | None = None,
    confidence: float = 0.95,
    fewest: int = LEAST_PEOPLE,
) -> GapSources:
    """Return through which columns the mean log-odds of one side differ from those of the other.

    Intervals are normal ones of a difference of weighted means.

    Args:
        log_odds: Of `n` rows.
        one: Which rows are of the one side, `(n,)`.
        other: Which are of the other.
        most: So many columns stand alone; what comes through the others is summed. All, if left
            out.
        confidence: Level of each two-sided interval, in (0, 1).
        fewest: Where one side has fewer people, effective ones if rows have weights, all totals
            are NaN: so few are not compared.
    """
    is_told = min(_people(side, log_odds.weight) for side in (one, other)) >= fewest
    columns, parts = log_odds.columns, log_odds.parts
    means = {
        name: abs(_difference(values, one, other, log_odds.weight)[0])
        for name, values in parts.items()
    }
    order = np.argsort(-np.max(list(means.values()), axis=0), kind="stable")
    if most is not None and len(order) > most + 1:
        rest = order[most:]
        order = order[:most]
        columns = (*(columns[j] for j in order), f"{len(rest)} other columns")
        parts = {
            name: np.column_stack([values[:, order], values[:, rest].sum(axis=1)])
            for name, values in parts.items()
        }
    else:
        columns = tuple(columns[j] for j in order)
        parts = {name: values[:, order] for name, values in parts.items()}
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    table: dict[str, Floats] = {}
    totals: dict[str, dict[str, float]] = {}
    for name, values in parts.items():
        difference, error = _difference(values, one, other, log_odds.weight)
        table |= {name: difference}
        table |= {f"{name}_low": difference - z * error, f"{name}_high": difference + z * error}
        total, of_total = (
            float(each[0])
            for each in _difference(log_odds.total[name][:, None], one, other, log_odds.weight)
        )
        totals[name] = {
            "difference": total,
            "low": total - z * of_total,
            "high": total + z * of_total,
            "left_over": total - float(difference.sum()),
            "spread": _spread(log_odds.total[name], (one, other), log_odds.weight),
        }
    of_models = pd.DataFrame(totals).T.rename_axis("model")
    return GapSources(
        parts=pd.DataFrame(table, index=pd.Index(columns, name="column")),
        totals=of_models if is_told else of_models * math.nan,
        rows=(int(one.sum()), int(other.sum())),
    )


def _people(side: NDArray[np.bool_], weight: Floats | None) -> float:
    """Return how many people a side has, by its weights as Kish counts them."""
    group = np.zeros(int(side.sum()), dtype=np.int64)
    of_side = None if weight is None else weight[side]
    everyone = np.ones(len(group), dtype=bool)
    return float(effective_counts(everyone, everyone, group, 1, of_side)[1][0])


def _precise(run: Run) -> Mixture:
    """Return the mixture of a run in float64, with a finer path."""
    return copy.deepcopy(run.mixture).double().with_path_steps(NODES)


@on_one_thread()
@torch.no_grad()
def _explained(
    mixture: Mixture, model: Explainable, x: torch.Tensor, *, sign: float = 1.0
) -> tuple[Floats, Floats]:
    """Return log-odds `(n,)` and what each column adds to them `(n, c)`, times `sign`."""
    known = mixture.explainer
    explainer = Explainer(
        "integrated_gradients",
        baseline=known.baseline,
        background=known.baseline[None][:0],
        column_of=known.column_of,
    )
    totals, parts = [], []
    for rows in torch.split(x.double(), _ROWS_AT_ONCE):
        totals.append(model.log_odds(rows)[0])
        parts.append(explainer.attributions(model, rows)[0])
    return sign * torch.cat(totals).numpy(), sign * torch.cat(parts).numpy()


def _difference(
    values: Floats, one: NDArray[np.bool_], other: NDArray[np.bool_], weight: Floats | None
) -> tuple[Floats, Floats]:
    """Return by how much the means of columns `(n, c)` differ, and the standard errors of that."""
    (mean, error), (other_mean, other_error) = (
        _mean(values[side], None if weight is None else weight[side]) for side in (one, other)
    )
    return mean - other_mean, np.sqrt(error**2 + other_error**2)


def _spread(
    values: Floats, sides: tuple[NDArray[np.bool_], NDArray[np.bool_]], weight: Floats | None
) -> float:
    """Return the standard deviation of `(n,)` values within the sides, each counting as much."""
    variances = []
    for side in sides:
        w = np.ones(int(side.sum())) if weight is None else weight[side]
        if not w.sum() > 0:
            return math.nan
        mean = np.average(values[side], weights=w)
        variances.append(np.average((values[side] - mean) ** 2, weights=w))
    return float(np.sqrt(np.mean(variances)))


def _mean(values: Floats, weight: Floats | None) -> tuple[Any, Any]:
    """Return the weighted means of columns, `(c,)`, and their standard errors."""
    n = len(values)
    w = np.ones(n) if weight is None else weight
    if not w.sum() > 0:
        return (np.full(values.shape[1], np.nan),) * 2
    share = w / w.sum()
    mean = share @ values
    counted = int((w > 0).sum())
    if counted < 2:
        return mean, np.full_like(mean, np.nan)
    variance = (share**2 @ (values - mean) ** 2) * counted / (counted - 1)
    return mean, np.sqrt(variance)
