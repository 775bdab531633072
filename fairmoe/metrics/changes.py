"""What a model changes in rates and gaps against a plain one, with intervals of paired rows.

Both models decide about the same rows, so rows are drawn anew with both decisions at once: what
they share cancels. Gaps are the largest of several differences, which chance makes larger, but with
both models alike; the change of one is not as biased as it is itself.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_same_length, check_weight
from fairmoe._intervals import paired_interval
from fairmoe.metrics.effective import effective_counts, to_effective_size
from fairmoe.names import LEAST_PEOPLE

DRAWS = 1000
_ENDS = (0.025, 0.975)

Floats = NDArray[np.float64]

_LABEL, _PLAIN, _MODEL = (np.arange(8) >> bit & 1 == 1 for bit in (2, 1, 0))
"""What each of eight kinds of rows has: the good label, the good outcome from either model."""


def paired_changes(
    y_true: ArrayLike,
    y_plain: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    favourable: bool,
    sample_weight: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return rates and gaps of a plain model and of a model, and what can be said of the change.

    Rows are drawn 1,000 times, within each group (seed 0); intervals are percentiles.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_plain: Shape `(n,)`, hard predictions of the model to compare with, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions of the model, 0 or 1.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        favourable: Whether the positive class is the outcome that is counted; else the other one.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands. Each group is
            then drawn from as often as it has effective rows (Kish).

    Returns:
        A row for "wrongly_given", the share of those with the bad label who get the good outcome,
        and for the largest gap between groups in who gets it ("gets"), is wrongly denied it
        ("denied"), wrongly gets it ("given"), and in how often it is right ("right"); groups in
        which fewer than `LEAST_PEOPLE` count with either model are left out of a gap. Columns:
        `plain` and `model` in [0, 1], and the ends `low` and `high` of a 95% interval of the second
        less the first, in [-1, 1]; NaN where nobody counts, or fewer than two groups do.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> changes = paired_changes([1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0], group=[0, 0, 1, 1],
        ...                          n_groups=2, favourable=True)
        >>> changes.T["wrongly_given"][["plain", "model"]].tolist()
        [0.0, 0.5]
    """
    label, plain, model = (
        check_binary(values, name) == favourable
        for values, name in ((y_true, "y_true"), (y_plain, "y_plain"), (y_pred, "y_pred"))
    )
    ids = check_group(group, n_groups)
    check_same_length(y_true=label, y_plain=plain, y_pred=model, group=ids)
    weights = check_weight(sample_weight, len(ids))
    own = 4 * label + 2 * plain + model
    kind = 8 * ids + own
    shape = (n_groups, 8)
    every = np.ones(len(ids)) if weights is None else weights
    people = np.bincount(kind, every, 8 * n_groups).astype(np.float64).reshape(shape)
    # Of a group of nobody there is no size.
    effective = np.nan_to_num(to_effective_size(every, ids, n_groups))
    telling = np.bincount(kind, effective, 8 * n_groups).astype(np.float64).reshape(shape)

    def are_enough(among: NDArray[np.bool_]) -> NDArray[np.bool_]:
        of = among[own]
        return effective_counts(of, of, ids, n_groups, weights)[1] >= LEAST_PEOPLE

    compared = {
        name: are_enough(first) & are_enough(second)
        for name, ((_, first), (_, second)) in _GAPS.items()
    }
    found = _figures(people[None], compared)
    drawn = _figures(_drawn(people, telling), compared)
    return pd.DataFrame(
        {
            name: {"plain": plain[0], "model": model[0]}
            | _interval(drawn[name][1] - drawn[name][0])
            for name, (plain, model) in found.items()
        }
    ).T


def accuracy_change(
    y_true: ArrayLike,
    y_plain: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
) -> tuple[float, float, float]:
    """Return how much more accurate one model is than another on the same rows.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1; at least one.
        y_plain: Shape `(n,)`, hard predictions of the model to compare with, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions of the model, 0 or 1.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Returns:
        The second's accuracy less the first's, in [-1, 1], and the ends of its 95% interval, which
        is that of pairs (`paired_interval`).

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> change, low, high = accuracy_change([1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1])
        >>> change, low < 0 < high
        (-0.25, True)
    """
    label, plain, model = (
        check_binary(values, name)
        for values, name in ((y_true, "y_true"), (y_plain, "y_plain"), (y_pred, "y_pred"))
    )
    check_same_length(y_true=label, y_plain=plain, y_pred=model)
    weights, everyone = check_weight(sample_weight, len(label)), np.zeros(len(label), np.int64)
    (gained, n), (lost, _) = (
        effective_counts(hits, everyone == 0, everyone, 1, weights)
        for hits in ((model == label) & (plain != label), (plain == label) & (model != label))
    )
    low, high = paired_interval(gained, lost, n)
    return float(((gained - lost) / n)[0]), float(low[0]), float(high[0])


_Side = tuple[NDArray[np.bool_], NDArray[np.bool_]]
_GAPS: Mapping[str, tuple[_Side, _Side]] = {
    "gets": ((_PLAIN, _PLAIN | True), (_MODEL, _MODEL | True)),
    "denied": ((~_PLAIN, _LABEL), (~_MODEL, _LABEL)),
    "given": ((_PLAIN, ~_LABEL), (_MODEL, ~_LABEL)),
    "right": ((_LABEL, _PLAIN), (_LABEL, _MODEL)),
}
"""Of each gap, with the plain model and with the model, which kinds of rows count among which."""


def _counted(people: Floats, hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> Sequence[Floats]:
    """Return who counts and among how many; `people` by kind is `(..., 8)`."""
    return people[..., hits & among].sum(axis=-1), people[..., among].sum(axis=-1)


def _figures(
    people: Floats, compared: Mapping[str, NDArray[np.bool_]]
) -> dict[str, tuple[Floats, Floats]]:
    """Return the rate and the gaps, of the plain model and of the model, of people `(b, g, 8)`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        wrongly = [_counted(people.sum(axis=1), by, ~_LABEL) for by in (_PLAIN, _MODEL)]
        (plain, among), (model, _) = wrongly
        figures = {"wrongly_given": (plain / among, model / among)}
        for name, sides in _GAPS.items():
            groups = people[:, compared[name]]
            first, second = (_gap(*_counted(groups, *side)) for side in sides)
            figures[name] = first, second
    return figures


def _gap(hits: Floats, among: Floats) -> Floats:
    """Return the largest difference of rates between groups, `(b,)`; NaN for fewer than two."""
    if hits.shape[1] < 2:
        return np.full(len(hits), np.nan)
    rates = hits / among
    return np.asarray(rates.max(axis=1) - rates.min(axis=1))


def _drawn(people: Floats, telling: Floats) -> Floats:
    """Return people by kind of groups that are drawn anew, `(DRAWS, g, 8)`."""
    random, drawn = np.random.default_rng(0), np.zeros((DRAWS, *people.shape))
    for g, (own, rows) in enumerate(zip(people, telling, strict=True)):
        size = max(1, round(float(rows.sum())))
        if own.sum():
            # A group stands for as many people, from however few effective rows they are drawn.
            drawn[:, g] = random.multinomial(size, own / own.sum(), DRAWS) * own.sum() / size
    return drawn


def _interval(changes: Floats) -> dict[str, float]:
    known = changes[~np.isnan(changes)]
    low, high = np.quantile(known, _ENDS) if len(known) else (np.nan, np.nan)
    return {"low": float(low), "high": float(high)}
