"""Where a model's attention goes, and whether the groups get different attention."""

import math
import operator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe._units import signed, written
from fairmoe.figures.attention import clearly_different, shown_groups
from fairmoe.figures.decisions import largest_groups
from fairmoe.figures.divergence import NOISE
from fairmoe.names import ATTRIBUTION_METHODS
from fairmoe.sentences.gaps import Tested
from fairmoe.sentences.wording import SIGNIFICANT, listed, more_groups, significance

MOST_COLUMNS_NAMED = 3
MOST_GROUPS_NAMED = 4
"""So many groups, the largest, are named in a sentence; the table beside it has all."""

WHAT_ATTENTION_IS = (
    "Attention is each column's share of what moves a row's log-odds (the score behind a "
    "probability), up or down: the shares of a row sum to 100% and do not say which way. That two "
    "groups get different attention does not say why: their rows may differ, or the model may "
    "treat the same cells differently. A column through which a gap comes need not get more "
    "attention in either group."
)


def what_it_looks_at(means: pd.DataFrame, test: Tested) -> str:
    """Say which columns the mixture relies on most for each group, and whether groups differ.

    Args:
        means: As `fairmoe.analysis.attention.mean_attention` returns it.
        test: Of the attention distance between the groups, in bits.
    """
    known = means.dropna(subset="mean")
    named, left = _largest(known)
    told = []
    for group, of in named.groupby("group", sort=False):
        most = of.nlargest(MOST_COLUMNS_NAMED, "mean", keep="first")
        pairs = zip(most["column"], most["mean"], strict=True)
        told.append(f"for {group} on {listed([f'{c} ({m:.0%})' for c, m in pairs])}")
    looks = f"The mixture relies most {'; '.join(told)}{left}."
    if math.isnan(test.p_value):
        return looks
    return (
        f"{looks} The attention distance between the groups is {100 * test.difference:.2f} on a "
        "scale from 0 (the same features) to 100 (none in common). "
        f"{significance(test.p_value, 'distance')}"
    )


def attention_takeaway(means: pd.DataFrame) -> str:
    """Say in one sentence which column each group's attention rests on most."""
    known = means.dropna(subset="mean")
    top = known.loc[known.groupby("group", sort=False)["mean"].idxmax()]
    shown, left = _largest(top)
    if top["column"].nunique() == 1:
        shares = [
            f"{mean:.0%} for {name}"
            for name, mean in zip(shown["group"], shown["mean"], strict=True)
        ]
        return f"Most attention goes to {top['column'].iloc[0]}: {', '.join(shares)}{left}."
    told = [
        f"to {column} for {group} ({mean:.0%})"
        for group, column, mean in zip(shown["group"], shown["column"], shown["mean"], strict=True)
    ]
    return f"Most attention goes {', '.join(told)}{left}."


def _largest(means: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the rows of the groups that a sentence names, and how it counts the others."""
    sizes = means.groupby("group", sort=False)["rows"].first()
    named = means["group"].isin(largest_groups(sizes, MOST_GROUPS_NAMED))
    return means[named], more_groups(len(sizes), MOST_GROUPS_NAMED)


def differences_takeaway(differences: pd.DataFrame) -> str:
    """Say in one sentence how many columns surely differ."""
    if differences.isna().any(axis=None):
        return "Insufficient data for intervals."
    clear = int(clearly_different(differences).sum())
    return f"The interval leaves out 0 for {clear} of {len(differences)} columns."


def differences_lead(differences: pd.DataFrame, group: str, others: str, rows: int) -> str:
    """Say in one sentence on which columns the model relies more, and less, for one group.

    Args:
        differences: As `fairmoe.analysis.attention.attention_differences` returns it.
        group: The one group.
        others: What the others are called.
        rows: How many rows there are in all.
    """
    if differences.isna().any(axis=None):
        return (
            f"Insufficient data: a group has fewer than two of the {rows:,} rows, so whether the "
            f"model relies on other columns for {group} than for {others} cannot be told."
        )
    clear = 100 * differences["difference"][clearly_different(differences)]
    if clear.empty:
        return (
            f"The model relies on the same columns for {group} as for {others}, as far as "
            f"{rows:,} rows can tell."
        )
    sides = (("more", clear[clear > 0]), ("less", clear[clear < 0]))
    told = [
        f"{word} on "
        + " and ".join(f"{column} ({abs(v):.1f} pp)" for column, v in side.iloc[:2].items())
        for word, side in sides
        if len(side)
    ]
    pause = "," if len(told) > 1 else ""
    return f"The model relies {', and '.join(told)}{pause} for {group} than for {others}."


def histogram_takeaway(histograms: pd.DataFrame) -> str:
    """Say in one sentence how often the first column is hardly looked at, by group."""
    column = histograms["column"].iloc[0]
    lowest = histograms[histograms["column"] == column].groupby("group", sort=False).first()
    told = [
        f"{share:.0%} of {group}"
        for group, share in lowest["share"].dropna().items()
        if group in shown_groups(histograms)
    ]
    end = 100 * lowest["high"].iloc[0]
    return f"{column} gets less than {end:.1f}% of the attention in {', '.join(told)}."


def columns_drawn(drawn: int, columns: int) -> str:
    """Say how many columns a figure draws; nothing if it draws all."""
    return "" if drawn >= columns else f"Drawn are the first {drawn} of {columns} columns."


def ranges_takeaway(ranges: pd.DataFrame, outcome: str) -> str:
    """Say in one sentence which way the strongest column pushes in half of each group.

    Args:
        ranges: As `fairmoe.analysis.attention.attribution_ranges` returns them.
        outcome: Towards which outcome, in quotes.
    """
    column = ranges["column"].iloc[0]
    own = ranges[ranges["column"] == column].dropna(subset="median")
    told = [
        f"{signed(row.median, 2)} for {row.group}"
        for row in own.itertuples()
        if row.group in shown_groups(ranges)
    ]
    return (
        f"{column} pushes hardest on average, up or down; its median push towards {outcome}, in "
        f"log-odds (the score behind a probability), is "
        f"{', '.join(told)}."
    )


def methods_takeaway(agreement: pd.DataFrame, same_top: pd.DataFrame) -> str:
    """Say in one sentence which two methods agree least.

    Args:
        agreement: Mean rank correlations of each two methods, NaN where there are none.
        same_top: Shares of rows in which two methods attend most to the same column.
    """
    labels = same_top.index.map(ATTRIBUTION_METHODS)
    shares, correlations = same_top.to_numpy(), agreement.to_numpy()
    pairs = [
        (shares[i, j], correlations[i, j], labels[i], labels[j])
        for i in range(len(labels))
        for j in range(i)
    ]
    share, correlation, first, second = min(pairs, key=operator.itemgetter(0))
    if math.isnan(correlation):
        return "There is only one column, which gets all attention by every method."
    return (
        f"Least alike are {first} and {second}: they name the same column as the most attended in "
        f"{share:.0%} of the rows, with a mean rank correlation of {written(correlation, 2)}."
    )


def divergence_takeaway(parts: "pd.Series[float]") -> str:
    """Say in one sentence how large the distance is and which columns make most of it."""
    total = float(parts.sum(skipna=False))
    if math.isnan(total):
        return "Insufficient data: a group without rows has no attention to compare."
    if total <= NOISE:
        return "The groups get exactly the same mean attention."
    told = [f"{column} ({share / total:.0%})" for column, share in parts.iloc[:3].items()]
    return f"Most of the attention distance of {100 * total:.2f} comes from {', '.join(told)}."


def null_takeaway(shuffled: NDArray[np.float64], p_value: float) -> str:
    """Say in words how often chance alone parts the groups as far as they are."""
    n = len(shuffled)
    # One of those counted is the observed grouping itself.
    as_far = round(p_value * (n + 1)) - 1
    often = "none" if as_far == 0 else f"{as_far:,}"
    told = (
        f"Of {n:,} shufflings of the groups {often} showed a distance as large. "
        f"{significance(p_value, 'distance')}"
    )
    if p_value > SIGNIFICANT:
        return told
    return f"{told} It may still be too small to matter."
