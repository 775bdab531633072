"""The gate's weights row by row, by group and along a column, and where rows end up."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fairmoe.data.kinds import level_text
from fairmoe.functional.gating import disagreement
from fairmoe.names import EXPERTS, Model, SplitName
from fairmoe.runs import Run, SplitRecord

Outcome = Literal["predicted", "right"]

MIN_ROWS = 5
"""Fewer rows than this have no mean worth showing."""

BINS = 8
TENTHS = 10
LEVELS = 12
MISSING, OTHER = "missing", "all others"
_NORMAL_95 = 1.959964
_ROUNDING = 1e-6


def map_scores(run: Run, split: SplitName) -> tuple[dict[Model, dict[str, float]], tuple[str, ...]]:
    """Return what the map of a mixture says of each model.

    Args:
        run: The run.
        split: On which rows.

    Returns:
        By expert, and of the mixture: `acc`, and `dp` between groups that can be compared.
        The groups that cannot.
    """
    models: tuple[Model, ...] = ("mixture", *EXPERTS)
    gaps = {model: run.parity_gap(model, split) for model in models}
    scores = {
        model: {"acc": run.scores[split][model]["acc"], "dp": gap}
        for model, (gap, _) in gaps.items()
    }
    return scores, gaps["mixture"][1]


def routed_rows(record: SplitRecord, group_names: Sequence[str]) -> pd.DataFrame:
    """Return how each row of a split is routed, and how it fares.

    Args:
        record: What the models of a run said of the rows, `n` of them.
        group_names: A name for each group.

    Returns:
        One row per row, in their order: `row`, its position in the table; `group`, its name;
        `weight_` and `proba_` of each of `EXPERTS`, in [0, 1]; `proba` of the mixture; `top`, the
        expert of most weight, the first at a tie; `disagreement` of the experts, in [0, 2 / 3];
        `entropy` of the weights as a share of the largest possible, in [0, 1]; and whether it is
        truly `positive`, `predicted` positive, and predicted `right`.
    """
    weights = record.gate.astype(np.float64)
    proba = np.stack([record.proba[expert] for expert in EXPERTS]).astype(np.float64)
    predicted = record.proba["mixture"] > 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy_terms = np.where(weights > 0, -weights * np.log(weights), 0.0)
    return pd.DataFrame(
        {
            "row": record.rows,
            "group": np.asarray(group_names, dtype=object)[record.group],
            **{f"weight_{expert}": weights[:, i] for i, expert in enumerate(EXPERTS)},
            **{f"proba_{expert}": proba[i] for i, expert in enumerate(EXPERTS)},
            "proba": record.proba["mixture"].astype(np.float64),
            "top": np.asarray(EXPERTS, dtype=object)[weights.argmax(axis=1)],
            "disagreement": disagreement(torch.from_numpy(proba)).numpy(),
            "entropy": entropy_terms.sum(axis=1) / math.log(len(EXPERTS)),
            "positive": record.y_true == 1,
            "predicted": predicted,
            "right": predicted == (record.y_true == 1),
        }
    )


def weights_by_group(
    gate: NDArray[np.floating[Any]],
    group: NDArray[np.int64],
    group_names: Sequence[str],
    sample_weight: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Return the mean gate weights of everyone and of each group, with 95% intervals.

    Args:
        gate: Gate weights, `(n, 3)`, experts in the order of `EXPERTS`.
        group: Group ids, `(n,)`, that index `group_names`.
        group_names: A name for each group.
        sample_weight: For how many people each row stands, `(n,)`; None if all count the same.

    Returns:
        Indexed by the group's name after a first row "everyone"; as `mean_weights` returns it.
    """
    members = [np.ones(len(group), dtype=bool)] + [group == i for i in range(len(group_names))]
    names = ["everyone", *group_names]
    return mean_weights(gate, members, names, sample_weight).rename_axis("group")


def mean_weights(
    gate: NDArray[np.floating[Any]],
    members: Sequence[NDArray[np.bool_]],
    names: Sequence[str],
    sample_weight: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Return the mean gate weights of some sets of rows, with 95% intervals of the mean.

    Args:
        gate: Gate weights, `(n, 3)`, experts in the order of `EXPERTS`.
        members: Which rows belong to each set, each `(n,)`.
        names: A name for each set.
        sample_weight: For how many people each row stands, `(n,)`; None if all count the same.

    Returns:
        One row per set, indexed by its name: the count `rows`, and for each expert its mean
        weight and, under its name with `_low` and `_high`, the interval, in [0, 1]; NaN for sets
        of fewer than `MIN_ROWS` rows that count.
    """
    weight = np.ones(len(gate)) if sample_weight is None else sample_weight
    table: dict[str, list[float]] = {"rows": []}
    for member in members:
        counts = member & (weight > 0)
        mean, half_width = _mean_with_half_width(gate[counts].astype(np.float64), weight[counts])
        table["rows"].append(int(member.sum()))
        for i, expert in enumerate(EXPERTS):
            table.setdefault(expert, []).append(mean[i])
            table.setdefault(f"{expert}_low", []).append(np.maximum(0, mean[i] - half_width[i]))
            table.setdefault(f"{expert}_high", []).append(np.minimum(1, mean[i] + half_width[i]))
    return pd.DataFrame(table, index=pd.Index(list(names), dtype=object)).astype({"rows": int})


def _mean_with_half_width(
    rows: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weighted mean of rows, and half of its normal 95% interval, each `(3,)`."""
    n = len(rows)
    if n < MIN_ROWS:
        unknown = np.full(len(EXPERTS), np.nan)
        return unknown, unknown
    share = weight / weight.sum()
    mean = share @ rows
    variance = (share**2) @ (rows - mean) ** 2 * n / (n - 1)
    return mean, _NORMAL_95 * np.sqrt(variance)


def weights_by_column(
    values: "pd.Series[Any]",
    gate: NDArray[np.floating[Any]],
    sample_weight: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Return the mean gate weights along a column.

    A number with more than `BINS` values is cut into up to `BINS` bins of about equally many rows;
    of more than `LEVELS` levels the rarest are taken together. Missing values stand apart.

    Args:
        values: The cells, `(n,)`: numbers or a category.
        gate: Gate weights of the same rows, `(n, 3)`.
        sample_weight: For how many people each row stands, `(n,)`; None if all count the same.

    Returns:
        Numbers in ascending order, levels the most frequent first; as `mean_weights` returns it.
    """
    codes, names = parts_of_column(values)
    members = [codes == code for code in range(len(names))]
    return mean_weights(gate, members, names, sample_weight).rename_axis(str(values.name))


def most_telling_column(cells: pd.DataFrame, gate: NDArray[np.floating[Any]]) -> str:
    """Return the column along which the mean gate weights move most, beyond chance.

    That is the one whose parts, as `weights_by_column` makes them, explain most of the variance
    of the weights of all experts together (epsilon squared, which grows by chance neither with
    the number of parts nor with the fewness of their rows).

    Args:
        cells: `n` rows, with one column at least.
        gate: Gate weights of the same rows, `(n, 3)`.

    Returns:
        Its name; of equals the first, so too where no column tells anything.
    """
    weights = gate.astype(np.float64)
    around = ((weights - weights.mean(axis=0)) ** 2).sum()
    if np.ptp(weights, axis=0).max() < _ROUNDING:
        return str(cells.columns[0])
    explained = []
    for column in cells:
        codes, names = parts_of_column(cells[column])
        rows = np.bincount(codes, minlength=len(names))
        sums = np.stack([np.bincount(codes, w, len(names)) for w in weights.T], axis=1)
        means = sums / np.maximum(rows, 1)[:, None]
        within = ((weights - means[codes]) ** 2).sum()
        degrees = len(codes) - int((rows > 0).sum())
        # Where each row is a part of its own, nothing is left to judge chance by.
        by_chance = within * (len(codes) - 1) / degrees if degrees > 0 else around
        explained.append(around - by_chance)
    return str(cells.columns[int(np.argmax(explained))])


def parts_of_column(values: "pd.Series[Any]") -> tuple[NDArray[np.int64], list[str]]:
    """Return which part of a column each row is in, and the parts' names.

    Args:
        values: The cells, `(n,)`, parted as in `weights_by_column`.

    Returns:
        Codes `(n,)` that index the names.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, names = _levels(values)
    else:
        codes, names = _bins(values)
    if (codes < 0).any():
        codes, names = np.where(codes < 0, len(names), codes), [*names, MISSING]
    return codes.astype(np.int64), list(names)


def flows(rows: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """Return how many rows of each group have which expert at the top, and which outcome.

    Args:
        rows: As `routed_rows` returns them.
        outcome: Whether rows are "predicted" positive, or predicted "right".

    Returns:
        One row per combination that occurs, sorted: `group`, `expert`, `outcome` (a truth value)
        and the count `rows`; the counts sum to the rows.
    """
    counts = rows.groupby(["group", "top", outcome], observed=True).size()
    named = counts.rename("rows").reset_index()
    return named.rename(columns={"top": "expert", outcome: "outcome"})


def by_disagreement(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how undecided the gate is from the rows that experts agree on to the most disputed.

    Args:
        rows: As `routed_rows` returns them.

    Returns:
        One row per tenth of the rows, fewer for fewer than ten rows: the count `rows`, the mean
        `disagreement` and `entropy`, and the 95% interval of the latter, `entropy_low` and
        `entropy_high`; NaN in tenths of fewer than `MIN_ROWS` rows.
    """
    order = rows["disagreement"].rank(method="first").to_numpy()
    tenth = np.ceil(TENTHS * order / max(len(rows), 1)).astype(np.int64)
    parts = rows[["disagreement", "entropy"]].groupby(tenth)
    n, mean = parts.size(), parts.mean()
    error: pd.Series[float] = _NORMAL_95 * parts["entropy"].std() / n**0.5
    table = mean.assign(
        entropy_low=mean["entropy"] - error,
        entropy_high=(mean["entropy"] + error).clip(upper=1.0),
    ).where(n >= MIN_ROWS)
    table.insert(0, "rows", n)
    return table.rename_axis("tenth")


def _levels(values: "pd.Series[Any]") -> tuple[NDArray[np.int64], list[str]]:
    counts = values.value_counts()
    counts = counts[counts > 0]
    kept_levels = list(counts.index[: LEVELS if len(counts) <= LEVELS else LEVELS - 1])
    position = {level: i for i, level in enumerate(kept_levels)}
    names = [str(level) for level in kept_levels]
    if len(kept_levels) < len(counts):
        names.append(f"{OTHER} ({len(counts) - len(kept_levels)} levels)")
    of_level = [position.get(v, len(kept_levels)) for v in values.cat.categories]
    codes = values.cat.codes.to_numpy().astype(np.int64)
    return np.where(codes < 0, -1, np.asarray([*of_level, -1])[codes]), names


def _bins(values: "pd.Series[Any]") -> tuple[NDArray[np.int64], list[str]]:
    cells = values.to_numpy(dtype=np.float64)
    known = cells[~np.isnan(cells)]
    distinct = np.unique(known)
    if len(distinct) <= BINS:
        lower, names = distinct, [level_text(value) for value in distinct]
    else:
        # Every bin begins at a value that occurs, so that none is empty and its name is exact.
        lower = np.unique(np.quantile(known, np.arange(BINS) / BINS, method="higher"))
        last = [known[known < end].max() for end in lower[1:]] + [known.max()]
        names = [
            _number_text(low) if low == high else f"{_number_text(low)} to {_number_text(high)}"
            for low, high in zip(lower, last, strict=True)
        ]
    codes = np.searchsorted(lower, cells, side="right") - 1
    return np.where(np.isnan(cells), -1, codes), names


def _number_text(value: np.float64) -> str:
    """Return a whole number with all its digits, and any other with six."""
    return level_text(value) if value.is_integer() else f"{value:g}"
