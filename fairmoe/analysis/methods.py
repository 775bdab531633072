"""Whether another attribution method would tell another story."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fairmoe.analysis.attention import attributions_of
from fairmoe.analysis.rows import RunRows
from fairmoe.explain import BACKGROUND_ROWS, Explainer
from fairmoe.functional.attention import (
    attention_weights,
    group_attention,
    jensen_shannon_divergence,
)
from fairmoe.names import ATTRIBUTION_METHODS, AttributionMethod, Model

SAMPLE_ROWS = 400
MIN_GROUP_ROWS = 50


@dataclass(frozen=True, eq=False)
class MethodComparison:
    """One model's attention on the same rows, by four methods.

    Attributes:
        attention: Mean attention, `(c, 4)`: a row per source column, the most attended first, a
            column per method, in [0, 1].
        divergence: The distance (20) between the groups' attention by method, in bits, `(4,)`;
            NaN where a group has no row in the sample.
        agreement: Mean rank correlation of two methods' attention within a row, `(4, 4)`, in
            [-1, 1]; NaN with a single column.
        same_top: Share of rows in which two methods attend most to the same column, `(4, 4)`.
        rows: How many rows were looked at.
    """

    attention: pd.DataFrame
    divergence: "pd.Series[float]"
    agreement: pd.DataFrame
    same_top: pd.DataFrame
    rows: int


def compare_methods(
    rows: RunRows, background: RunRows, model: Model, *, limit: int = SAMPLE_ROWS, seed: int = 0
) -> MethodComparison:
    """Attribute the same rows by all four methods.

    Args:
        rows: The rows, of which a sample is taken (see `sample_by_group`).
        background: The training rows; gradient SHAP compares with a few of them.
        model: One of `fairmoe.names.TRAINED_MODELS`.
        limit: About how many rows to look at.
        seed: Decides which.
    """
    run = rows.run
    sample = sample_by_group(rows.record.group, limit, min_group_rows=MIN_GROUP_ROWS, seed=seed)
    background_rows = sample_by_group(
        background.record.group, BACKGROUND_ROWS, min_group_rows=1, seed=0
    )
    x, group = rows.x[sample], torch.from_numpy(rows.record.group[sample])
    attention: dict[AttributionMethod, torch.Tensor] = {}
    for method in ATTRIBUTION_METHODS:
        explainer = run.mixture.explainer
        if method != explainer.method:
            explainer = Explainer(
                method,
                baseline=explainer.baseline,
                background=background.x[background_rows],
                column_of=explainer.column_of,
            )
        attributions = attributions_of(run, model, x, explainer=explainer)
        attention[method] = attention_weights(torch.from_numpy(attributions))
    stacked = torch.stack(list(attention.values())).double()
    names = list(ATTRIBUTION_METHODS)
    mean = pd.DataFrame(
        stacked.mean(1).T.numpy(), pd.Index(run.encoder.columns, name="column"), names
    )
    by_group = group_attention(stacked, group, len(run.data.groups))
    top = stacked.argmax(-1)
    return MethodComparison(
        attention=mean.loc[mean.mean(axis=1).sort_values(ascending=False, kind="stable").index],
        divergence=pd.Series(
            jensen_shannon_divergence(by_group, base=2.0).clamp(min=0).numpy(), names, name="bits"
        ),
        agreement=pd.DataFrame(_rank_correlation(stacked.numpy()), names, names),
        same_top=pd.DataFrame((top[:, None] == top[None]).double().mean(-1).numpy(), names, names),
        rows=len(sample),
    )


def sample_by_group(
    group: NDArray[np.int64], limit: int, *, min_group_rows: int, seed: int
) -> NDArray[np.int64]:
    """Return positions of about `limit` rows, ascending.

    Args:
        group: Group ids, `(n,)`.
        limit: How many, each group in proportion; all rows if there are no more.
        min_group_rows: How many at least of each group that has as many, beyond `limit` if
            need be: with only a few rows groups lie far apart by chance.
        seed: Decides which.
    """
    if len(group) <= limit:
        return np.arange(len(group))
    shuffled = np.random.default_rng(seed).permutation(len(group))
    chosen = [
        members[: max(min_group_rows, round(limit * len(members) / len(group)))]
        for members in (shuffled[group[shuffled] == g] for g in np.unique(group))
    ]
    return np.sort(np.concatenate(chosen))


def _rank_correlation(attention: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over rows of Spearman's correlation: `(k, n, c)` to `(k, k)`."""
    n_columns = attention.shape[-1]
    ranked = pd.DataFrame(attention.reshape(-1, n_columns)).rank(axis=1).to_numpy()
    ranks = ranked.reshape(attention.shape) - (n_columns + 1) / 2
    length = np.sqrt((ranks**2).sum(-1))
    with np.errstate(invalid="ignore"):
        correlation = np.einsum("anc,bnc->abn", ranks, ranks) / (length[:, None] * length[None])
    known = ~np.isnan(correlation)
    with np.errstate(invalid="ignore"):
        mean: NDArray[np.float64] = np.where(known, correlation, 0).sum(-1) / known.sum(-1)
    return mean
