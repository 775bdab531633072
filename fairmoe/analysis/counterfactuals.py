"""The smallest change of one column or two after which the mixture decides otherwise."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairmoe.analysis.individual import THRESHOLD
from fairmoe.data import MISSING, Encoder
from fairmoe.data.codes import CategoryCode, Code, DateCode, NumberCode
from fairmoe.nn import Mixture
from fairmoe.runs import Run
from fairmoe.training import on_one_thread

QUANTILES = np.linspace(0.025, 0.975, 20)
"""Of a number: values beyond those of the middle 95% are little use as advice."""

COST_OF_CATEGORY = 0.5
"""Levels have no order, so a change of level counts as a move past half of all people."""

_MAX_STEPS_PAIRED = 600
_MIN_SHARE_OF_DISTANCE = 0.8
_MAX_PAIRS = 60_000
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True)
class Change:
    """A change after which the mixture decides otherwise.

    Attributes:
        columns: The columns to change, one or two.
        before: The person's values of them; NaN where missing.
        after: The values to take instead.
        cost: How large the change is, summed over the columns: of a number the share of training
            rows that it moves past, of a category `COST_OF_CATEGORY`.
        proba: The mixture's probability of the positive class after it.
    """

    columns: tuple[str, ...]
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    cost: float
    proba: float


@dataclass(frozen=True, eq=False)
class _Steps:
    """Single changes: the index of the column, the new value, the cost, and the encoded row.

    `current` is the row without a change.
    """

    column_index: NDArray[np.int64]
    value: list[Any]
    cost: NDArray[np.float64]
    x: Tensor
    current: Tensor


class _Flip(NamedTuple):
    """Single changes, one or two, that turn the decision: which, at what cost, to what log-odds."""

    steps: tuple[int, ...]
    cost: float
    log_odds: float


@on_one_thread()
@torch.no_grad()
def smallest_changes(
    run: Run,
    reference: pd.DataFrame,
    person: pd.DataFrame,
    *,
    locked: Collection[str] = (),
    limit: int = 5,
) -> list[Change]:
    """Return the smallest changes that turn the decision of the mixture, the smallest first.

    Of each column tried are the quantiles of a number and the levels of a category that have an
    input of their own. All single changes are tried, then pairs in the order of their cost, of
    which only those whose two moves of the log-odds sum to most of the way. Of the same columns
    only the smallest change is returned, and no pair if one of its columns is enough at that cost.

    Args:
        run: The run.
        reference: Training rows, which tell what values there are and how far apart they lie.
        person: One row with at least the features of the run.
        locked: Columns that keep their values.
        limit: The most changes to return.

    Returns:
        At most `limit` changes; none if nothing that was tried turns the decision.
    """
    encoder, mixture = run.encoder, run.mixture
    steps = _steps(encoder, reference, person, locked)
    if not steps.value:
        return []
    log_odds_before, *log_odds_after = _log_odds(mixture, torch.cat((steps.current, steps.x)))
    log_odds = np.array(log_odds_after)
    # A move of the log-odds towards the other side of the threshold counts as positive.
    direction = -1.0 if _positive(log_odds_before) else 1.0
    flips_alone = _positive(log_odds) != _positive(log_odds_before)
    cost_alone = np.full(len(encoder.codes), np.inf)
    flips: list[_Flip] = []
    for i in np.flatnonzero(flips_alone)[np.argsort(steps.cost[flips_alone], kind="stable")]:
        if cost_alone[steps.column_index[i]] == np.inf:
            cost_alone[steps.column_index[i]] = steps.cost[i]
            flips.append(_Flip((int(i),), float(steps.cost[i]), float(log_odds[i])))
    moves = np.where(flips_alone, -np.inf, direction * (log_odds - log_odds_before))
    flips += _pairs(run, steps, moves, cost_alone, log_odds_before, limit)
    changes = []
    for flip in sorted(flips, key=lambda flip: flip.cost)[:limit]:
        columns = tuple(encoder.columns[steps.column_index[i]] for i in flip.steps)
        changes.append(
            Change(
                columns=columns,
                before=tuple(person[column].iloc[0] for column in columns),
                after=tuple(steps.value[i] for i in flip.steps),
                cost=flip.cost,
                proba=float(1 / (1 + np.exp(-flip.log_odds))),
            )
        )
    return changes


def apply_change(person: pd.DataFrame, change: Change) -> pd.DataFrame:
    """Return the person, one row, after a change."""
    changed = person.copy()
    for column, value in zip(change.columns, change.after, strict=True):
        changed[column] = pd.Series([value], index=person.index)
    return changed


def _positive(log_odds: Any) -> Any:
    return log_odds > np.log(THRESHOLD / (1 - THRESHOLD))


def _log_odds(mixture: Mixture, x: Tensor) -> NDArray[np.float64]:
    parts = [mixture.log_odds(rows)[0] for rows in torch.split(x, _ROWS_AT_ONCE)]
    return torch.cat(parts).double().numpy()


def _steps(
    encoder: Encoder, reference: pd.DataFrame, person: pd.DataFrame, locked: Collection[str]
) -> _Steps:
    indices: list[int] = []
    values: list[Any] = []
    costs: list[float] = []
    for column_index, code in enumerate(encoder.codes):
        # Nobody can move a date.
        if code.column in locked or isinstance(code, DateCode):
            continue
        known, current = reference[code.column], person[code.column].iloc[0]
        levels: list[Any]
        if isinstance(code, CategoryCode):
            levels = [level for level in code.levels if level not in (MISSING, current)]
            cost = [COST_OF_CATEGORY] * len(levels)
        else:
            levels, cost = _number_steps(known.dropna().to_numpy(np.float64), current)
        indices += [column_index] * len(levels)
        values += levels
        costs += cost
    index_array = np.array(indices, dtype=np.int64)
    # Column -1: the first row is the person without a change.
    changed, new_values = np.array([-1, *indices]), [None, *values]
    frame = pd.DataFrame(
        {
            code.column: _column(
                code, person[code.column].iloc[0], new_values, changed == column_index
            )
            for column_index, code in enumerate(encoder.codes)
        }
    )
    x = torch.as_tensor(encoder.transform(frame))
    return _Steps(index_array, values, np.array(costs), x[1:], x[:1])


def _number_steps(known: NDArray[np.float64], current: Any) -> tuple[list[float], list[float]]:
    grid = np.unique(np.quantile(known, QUANTILES, method="nearest"))
    grid = grid[grid != current]
    if pd.isna(current):
        return grid.tolist(), [COST_OF_CATEGORY] * len(grid)
    ordered = np.sort(known)

    def rank(value: Any) -> Any:
        return (np.searchsorted(ordered, value) + np.searchsorted(ordered, value, "right")) / 2

    return grid.tolist(), (np.abs(rank(grid) - rank(float(current))) / len(ordered)).tolist()


def _column(
    code: Code, current: Any, values: list[Any], changed: NDArray[np.bool_]
) -> "pd.Series[Any]":
    kind = np.float64 if isinstance(code, NumberCode) else object
    cells = np.full(len(values), current, dtype=kind)
    cells[changed] = [
        value for value, is_changed in zip(values, changed, strict=True) if is_changed
    ]
    return pd.Series(cells)


def _pairs(
    run: Run,
    steps: _Steps,
    moves: NDArray[np.float64],
    cost_alone: NDArray[np.float64],
    log_odds_before: float,
    limit: int,
) -> list[_Flip]:
    """Return the cheapest pairs that turn the decision, of each two columns one.

    Args:
        run: The run.
        steps: `k` single changes.
        moves: How far each moves the log-odds towards the other decision, `(k,)`; negative
            infinity where it is enough alone.
        cost_alone: What it costs to turn the decision by one column alone, `(c,)`.
        log_odds_before: The person's log-odds.
        limit: How many pairs of columns are enough.
    """
    best = np.argsort(-moves, kind="stable")[:_MAX_STEPS_PAIRED]
    best = np.sort(best[np.isfinite(moves[best])])
    i, j = (best[index] for index in np.triu_indices(len(best), 1))
    cost = steps.cost[i] + steps.cost[j]
    candidates = (steps.column_index[i] != steps.column_index[j]) & (
        moves[i] + moves[j] >= _MIN_SHARE_OF_DISTANCE * abs(log_odds_before)
    )
    candidates &= cost < np.minimum(
        cost_alone[steps.column_index[i]], cost_alone[steps.column_index[j]]
    )
    order = np.flatnonzero(candidates)[np.argsort(cost[candidates], kind="stable")][:_MAX_PAIRS]
    column_of = torch.as_tensor(run.encoder.column_of)
    column_index = torch.as_tensor(steps.column_index)
    best_of_columns: dict[tuple[int, int], _Flip] = {}
    for first_of_part in range(0, len(order), _ROWS_AT_ONCE):
        part = order[first_of_part : first_of_part + _ROWS_AT_ONCE]
        first, second = torch.as_tensor(i[part]), torch.as_tensor(j[part])
        from_second = column_of == column_index[second][:, None]
        log_odds = _log_odds(run.mixture, torch.where(from_second, steps.x[second], steps.x[first]))
        for at in np.flatnonzero(_positive(log_odds) != _positive(log_odds_before)):
            pair = (int(i[part[at]]), int(j[part[at]]))
            columns = (int(steps.column_index[pair[0]]), int(steps.column_index[pair[1]]))
            best_of_columns.setdefault(
                columns, _Flip(pair, float(cost[part[at]]), float(log_odds[at]))
            )
        if len(best_of_columns) >= limit:
            break
    return list(best_of_columns.values())
