"""Which columns the models of a run rest on, and how much that differs between groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fairmoe.analysis.rows import RunRows
from fairmoe.errors import InvalidInputError
from fairmoe.explain import Explainable, Explainer
from fairmoe.functional.attention import attention_weights, divergence_by_column
from fairmoe.names import EXPERTS, TRAINED_MODELS, Model, SplitName
from fairmoe.runs import Run
from fairmoe.training import on_one_thread
from fairmoe.training.answers import on_split

BINS = 25
_ROWS_AT_ONCE = 4096
_QUANTILES = {"low": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "high": 0.95}


@dataclass(frozen=True, eq=False)
class Reasons:
    """What one model's log-odds rest on, row by row.

    Attributes:
        columns: The source columns, `(c,)`.
        group: Group ids, `(n,)`, in `[0, G)`.
        group_names: A name for each group, `(G,)`.
        attributions: Signed, in log-odds, `(n, c)`.
        attention: The same without sign, as shares of each row (21), `(n, c)`.
    """

    columns: tuple[str, ...]
    group: NDArray[np.int64]
    group_names: tuple[str, ...]
    attributions: NDArray[np.float32]
    attention: NDArray[np.float32]


def model_of(run: Run, model: Model) -> Explainable:
    """Return a model of a run as a stack of one.

    Raises:
        InvalidInputError: The run keeps no weights of it.
    """
    if model not in TRAINED_MODELS:
        raise InvalidInputError(
            "Attributions need a model whose weights were kept",
            however=f"those of '{model}' were not",
            choices=TRAINED_MODELS,
        )
    if model in EXPERTS:
        position = EXPERTS.index(model)
        return run.mixture.experts.part(slice(position, position + 1))
    return run.mixture if model == "mixture" else run.mixture.uniform()


@on_one_thread()
@torch.no_grad()
def attributions_of(
    run: Run,
    model: Model,
    x: torch.Tensor,
    *,
    explainer: Explainer | None = None,
    split: SplitName | None = None,
) -> NDArray[np.float32]:
    """Return what each source column adds to a model's log-odds.

    Args:
        run: The run.
        model: One of `TRAINED_MODELS`.
        x: **Shape** `(n, d)`. Encoded rows.
        explainer: Attributes them; the run's own, if it is left out.
        split: That of which these are all rows, to explain them as its scores do.

    Returns:
        Signed, in log-odds, `(n, c)`.
    """
    one, explainer = model_of(run, model), explainer or run.mixture.explainer
    if split is not None:
        one = on_split(one, split, len(x))
    parts = [explainer.attributions(one, rows)[0] for rows in torch.split(x, _ROWS_AT_ONCE)]
    attributions: NDArray[np.float32] = torch.cat(parts).numpy()
    return attributions


def reasons_of(rows: RunRows, model: Model, *, explainer: Explainer | None = None) -> Reasons:
    """Return what a model's log-odds rest on in the rows of a split.

    Args:
        rows: The rows.
        model: One of `TRAINED_MODELS`.
        explainer: Attributes them; the run's own, if it is left out.
    """
    attributions = attributions_of(rows.run, model, rows.x, explainer=explainer, split=rows.split)
    return Reasons(
        columns=rows.run.encoder.columns,
        group=rows.record.group,
        group_names=tuple(rows.run.data.groups),
        attributions=attributions,
        attention=attention_weights(torch.from_numpy(attributions)).numpy(),
    )


def mean_attention(reasons: Reasons, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the mean attention of each group, with intervals of the mean.

    Args:
        reasons: Of `n` rows.
        confidence: Level of each two-sided interval, in (0, 1).

    Returns:
        One row per column and group. Columns: `column`, `group`, `rows`, and `mean`, `low` and
        `high` in [0, 1]; the mean is NaN without rows, the interval with fewer than two.
        Columns with more attention come first, each group counting the same.
    """
    means, errors, rows = _moments(reasons)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = np.clip(means - z * errors, 0, 1), np.clip(means + z * errors, 0, 1)
    order = np.argsort(-means[rows > 0].mean(axis=0), kind="stable")
    return pd.DataFrame(
        [
            {
                "column": reasons.columns[j],
                "group": name,
                "rows": int(rows[g]),
                "mean": means[g, j],
                "low": low[g, j],
                "high": high[g, j],
            }
            for j in order
            for g, name in enumerate(reasons.group_names)
        ]
    )


def attention_differences(
    reasons: Reasons, group: int, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Return how much more attention each column gets in one group than in the others.

    Args:
        reasons: Of `n` rows.
        group: The id of the one group. Of the others each counts the same, however large.
        confidence: Level of each two-sided interval, in (0, 1).

    Returns:
        Indexed by column, the largest difference first; `difference`, `low` and `high`, in
        [-1, 1]; NaN where a group lacks rows.
    """
    means, errors, _ = _moments(reasons)
    others = [g for g in range(len(means)) if g != group]
    difference = means[group] - means[others].mean(axis=0)
    error = np.sqrt(errors[group] ** 2 + (errors[others] ** 2).sum(axis=0) / len(others) ** 2)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    frame = pd.DataFrame(
        {"difference": difference, "low": difference - z * error, "high": difference + z * error},
        index=pd.Index(reasons.columns, name="column"),
    )
    return frame.iloc[np.argsort(-np.abs(difference), kind="stable")]


def divergence_parts(reasons: Reasons) -> "pd.Series[float]":
    """Return what each column adds to the divergence (20) of the groups' attention, in bits.

    Returns:
        Indexed by column, the largest first, each at least 0; their sum is the attention distance
        of the scores. NaN where a group lacks rows.
    """
    means, _, _ = _moments(reasons)
    parts = divergence_by_column(torch.from_numpy(means), base=2.0).clamp(min=0).numpy()
    series = pd.Series(parts, index=pd.Index(reasons.columns, name="column"), name="bits")
    return series.sort_values(ascending=False, kind="stable")


def attention_histograms(reasons: Reasons, columns: Sequence[str]) -> pd.DataFrame:
    """Return how the attention to some columns is distributed in each group.

    Args:
        reasons: Of `n` rows.
        columns: Some of its columns.

    Returns:
        One row per column, group and bin: `column`, `group`, its `rows`, the bin's ends `low` and
        `high` in [0, 1], and `share`, how many of the group's rows fall into it, in [0, 1]; NaN
        without rows. The bins of a column reach from 0 to its highest attention.
    """
    frames = []
    for column in columns:
        values = reasons.attention[:, reasons.columns.index(column)].astype(np.float64)
        quantiles = np.linspace(0, max(values.max(), 1e-6), BINS + 1)
        for g, name in enumerate(reasons.group_names):
            group_rows = values[reasons.group == g]
            counts = np.histogram(group_rows, quantiles)[0]
            share = counts / len(group_rows) if len(group_rows) else np.full(BINS, np.nan)
            frames.append(
                pd.DataFrame(
                    {
                        "column": column,
                        "group": name,
                        "rows": len(group_rows),
                        "low": quantiles[:-1],
                        "high": quantiles[1:],
                        "share": share,
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def attribution_ranges(reasons: Reasons, *, sign: int = 1) -> pd.DataFrame:
    """Return which way each column pushes in each group.

    Args:
        reasons: Of `n` rows.
        sign: 1 for pushes towards the positive class, -1 for those away from it.

    Returns:
        One row per column and group, the columns with the largest mean push first: `column`,
        `group`, `rows`, and in log-odds the quantiles `low` (5%), `q1`, `median`, `q3` and
        `high` (95%); NaN without rows.
    """
    of_group = []
    for g in range(len(reasons.group_names)):
        group_rows = sign * reasons.attributions[reasons.group == g].astype(np.float64)
        # A row of NaN stands in for no rows at all, whose quantiles numpy does not take.
        values = group_rows if len(group_rows) else np.full((1, len(reasons.columns)), np.nan)
        of_group.append((len(group_rows), np.quantile(values, list(_QUANTILES.values()), axis=0)))
    order = np.argsort(-np.abs(reasons.attributions).mean(axis=0), kind="stable")
    return pd.DataFrame(
        [
            {"column": reasons.columns[j], "group": name, "rows": rows}
            | dict(zip(_QUANTILES, quantiles[:, j], strict=True))
            for j in order
            for name, (rows, quantiles) in zip(reasons.group_names, of_group, strict=True)
        ]
    )


def _moments(
    reasons: Reasons,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return means `(G, c)`, their standard errors `(G, c)`, and rows `(G,)`."""
    n_groups, attention = len(reasons.group_names), reasons.attention.astype(np.float64)
    rows = np.bincount(reasons.group, minlength=n_groups)
    member = np.eye(n_groups)[reasons.group]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = member.T @ attention / rows[:, None]
        squares = member.T @ (attention - means[reasons.group]) ** 2
        errors = np.sqrt(squares / (rows - 1)[:, None] / rows[:, None])
    errors[rows < 2] = np.nan
    return means, errors, rows
