"""Thresholds of a finished model: chosen at least cost, with a gap of at most so much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_proba, check_same_length, check_weight
from fairmoe.errors import InvalidInputError

EqualRate = Literal["selection_rate", "true_positive_rate", "false_positive_rate"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """What a wrong decision costs; with 1 and 1 the least cost is the highest accuracy.

    Attributes:
        wrong_yes: Of the positive class given to someone whose label is the other, at least 0.
        wrong_no: Of the reverse, at least 0.

    Raises:
        InvalidInputError: One is less than 0, or both are 0.
    """

    wrong_yes: float = 1.0
    wrong_no: float = 1.0

    def __post_init__(self) -> None:
        if min(self.wrong_yes, self.wrong_no) < 0 or self.wrong_yes == self.wrong_no == 0:
            raise InvalidInputError("Costs need to be 0 or more, and one of them above 0")

    def of(
        self, y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return the cost of decisions, by 100 people.

        Args:
            y_true: Shape `(n,)`, labels, 0 or 1.
            y_pred: Shape `(n,)`, decisions, 0 or 1.
            sample_weight: Shape `(n,)`, for how many people each row stands.
        """
        true, pred = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
        weights = check_weight(sample_weight, len(true))
        wrong_yes, wrong_no = (
            np.average(wrong, weights=weights) for wrong in (pred > true, pred < true)
        )
        return 100 * float(self.wrong_yes * wrong_yes + self.wrong_no * wrong_no)


EQUAL_COSTS = Costs()


def choose_cutoffs(  # noqa: PLR0913 - arrays, and what is asked of the thresholds
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    by_group: bool = True,
    equal: EqualRate | None = None,
    max_gap: float = 0.0,
    costs: Costs = EQUAL_COSTS,
    sample_weight: ArrayLike | None = None,
) -> tuple[float, ...]:
    """Return the thresholds of least cost among those that keep groups as alike as is asked.

    Of each group only the order of its rows matters, so its thresholds are as many as its distinct
    scores, and for a window of allowed rates the best is the least cost in a range. All windows
    that begin at a rate which occurs in a group are tried, so for a gap above 0 the result is
    exact. With a gap of 0 the groups come as near to such a rate as their rows allow, and another
    pair of rates as near may cost less. Nobody's decision is left to chance, as that of Hardt,
    Price and Srebro, "Equality of Opportunity in Supervised Learning" (2016), may be.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        by_group: Whether each group may have a threshold of its own.
        equal: The rate in which groups may differ by at most `max_gap`; None for no limit.
        max_gap: In [0, 1]. With 0 and thresholds by group, rates are as near to one another as
            single people allow: each within half a person of the same rate.
        costs: What wrong decisions cost.
        sample_weight: Shape `(n,)`, for how many people each row stands.

    Returns:
        In (0, 1), by group id, between scores; a score above its group's is answered positively.
        Groups without rows for the rate are not limited.

    Raises:
        InvalidInputError: An array is not of this form, or the gap is outside its limits.

    Example:
        One threshold would have to refuse the second group; its own does not.

        >>> choose_cutoffs([0, 1, 0, 1], [0.25, 0.75, 0.125, 0.375], group=[0, 0, 1, 1], n_groups=2,
        ...                equal="selection_rate")
        (0.5, 0.25)
    """
    true = check_binary(y_true, "y_true") == 1
    score: Floats = check_proba(y_score, "y_score").astype(np.float64)
    ids = check_group(group, n_groups)
    check_same_length(y_true=true, y_score=score, group=ids)
    if not 0 <= max_gap <= 1:
        raise InvalidInputError("The largest gap needs to be from 0 to 1")
    weights = check_weight(sample_weight, len(ids))
    amounts = np.ones(len(ids)) if weights is None else weights
    parts = [(true[ids == g], score[ids == g], amounts[ids == g]) for g in range(n_groups)]
    if not by_group:
        at = _candidates(score)
        curves = [_Curve.of(at, *part, costs) for part in parts]
        best = _best_of_all(curves, equal, max_gap)
        return (float(at[best]),) * n_groups
    curves = [_Curve.of(_candidates(part[1]), *part, costs) for part in parts]
    return _best_by_group(curves, equal, max_gap)


@dataclass(frozen=True, eq=False)
class _Curve:
    """What thresholds give in one group, from the highest to the lowest.

    Attributes:
        thresholds: `(k,)`.
        cost: What they cost, `(k,)`.
        hits: By rate, the rows that it counts, `(k,)`, ascending.
        trials: By rate, the rows that it is a share of.
        person: The most that one row counts.
    """

    thresholds: Floats
    cost: Floats
    hits: dict[EqualRate, Floats]
    trials: dict[EqualRate, float]
    person: float

    @classmethod
    def of(
        cls, at: Floats, true: NDArray[np.bool_], score: Floats, amounts: Floats, costs: Costs
    ) -> "_Curve":
        true_yes, false_yes = (_above(at, score[of], amounts[of]) for of in (true, ~true))
        positives, negatives = amounts[true].sum(), amounts[~true].sum()
        return cls(
            at,
            costs.wrong_yes * false_yes + costs.wrong_no * (positives - true_yes),
            {
                "selection_rate": true_yes + false_yes,
                "true_positive_rate": true_yes,
                "false_positive_rate": false_yes,
            },
            {
                "selection_rate": positives + negatives,
                "true_positive_rate": positives,
                "false_positive_rate": negatives,
            },
            amounts.max(initial=0.0),
        )

    def rate(self, name: EqualRate) -> Floats:
        rate: Floats = self.hits[name] / self.trials[name]
        return rate


def _above(at: Floats, score: Floats, amounts: Floats) -> Floats:
    """Return how much the rows above each threshold count."""
    order = np.argsort(score)
    up_to = np.concatenate([[0.0], np.cumsum(amounts[order])])
    above: Floats = up_to[-1] - up_to[np.searchsorted(score[order], at, side="right")]
    return above


def _candidates(score: Floats) -> Floats:
    """Return thresholds between the distinct scores, from the highest to the lowest."""
    distinct = np.unique(score)[::-1]
    if not len(distinct):
        return np.array([0.5])
    edges = np.concatenate([[1.0], distinct, [0.0]])
    between: Floats = np.clip((edges[:-1] + edges[1:]) / 2, 1e-9, 1 - 1e-9)
    return between


def _best_of_all(curves: Sequence[_Curve], equal: EqualRate | None, max_gap: float) -> int:
    cost = np.sum([curve.cost for curve in curves], axis=0)
    limited = [] if equal is None else [curve for curve in curves if curve.trials[equal]]
    if equal is not None and len(limited) > 1:
        rates = np.array([curve.rate(equal) for curve in limited])
        cost = np.where(np.ptp(rates, axis=0) <= max_gap + 1e-12, cost, np.inf)
    return int(cost.argmin())


def _best_by_group(
    curves: Sequence[_Curve], equal: EqualRate | None, max_gap: float
) -> tuple[float, ...]:
    best = [int(curve.cost.argmin()) for curve in curves]
    limited = [] if equal is None else [i for i, c in enumerate(curves) if c.trials[equal]]
    if equal is not None and len(limited) > 1:
        rates = [curves[i].rate(equal) for i in limited]
        # Rates of groups of other sizes are never the same to the last person.
        half = 0.5 if max_gap == 0 else 0.0
        slack = [half * curves[i].person / curves[i].trials[equal] for i in limited]
        start = np.unique(np.concatenate(rates))
        picks, total = [], np.zeros(len(start))
        for i, rate, near in zip(limited, rates, slack, strict=True):
            low = np.searchsorted(rate, start - near - 1e-12, side="left")
            high = np.searchsorted(rate, start + max_gap + near + 1e-12, side="right")
            pick = _range_argmin(curves[i].cost, low, high)
            total += np.where(pick < 0, np.inf, curves[i].cost[pick])
            picks.append(pick)
        window = int(total.argmin())
        for i, pick in zip(limited, picks, strict=True):
            best[i] = int(pick[window])
    return tuple(float(curve.thresholds[i]) for curve, i in zip(curves, best, strict=True))


def _range_argmin(
    values: Floats, low: NDArray[np.intp], high: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return where values are least in each range, -1 in an empty one.

    Of ranges of twice the length the least is that of two halves, so a few tables tell it of all.

    Args:
        values: Shape `(k,)`.
        low: Shape `(m,)`, where each range begins.
        high: Shape `(m,)`, one beyond its end.
    """
    levels = [np.arange(len(values))]
    while 2 ** len(levels) <= len(values):
        half = 2 ** (len(levels) - 1)
        left, right = levels[-1][:-half], levels[-1][half:]
        levels.append(np.where(values[right] < values[left], right, left))
    length = high - low
    level = np.where(length > 0, np.frexp(np.maximum(length, 1))[1] - 1, 0)
    found = np.full(len(low), -1)
    for k, table in enumerate(levels):
        here = np.flatnonzero((level == k) & (length > 0))
        left, right = table[low[here]], table[high[here] - 2**k]
        found[here] = np.where(values[right] < values[left], right, left)
    return found
