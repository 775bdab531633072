"""How the gate weighs the experts, and what overriding it would change."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from fairmoe._units import signed, written
from fairmoe.figures.curves import Line
from fairmoe.figures.points import ROUNDING, SAME
from fairmoe.figures.routing import usage_by_expert
from fairmoe.figures.whatif import differences
from fairmoe.names import EXPERTS, METRICS, MODELS
from fairmoe.sentences.wording import more_groups, the_model

NEAR_UNIFORM = 0.05
"""Weights that lie no farther from a third, for nine rows of ten, hardly decide anything."""

SOMEWHAT = 0.2
"""Nor do weights tell rows apart much that lie no farther from each other."""

_NEARLY_ALL = 0.995
"""So large a share of the rows would be told as 100%."""


def gate_reading(rows: pd.DataFrame) -> str:
    """Say in one or two sentences how much the gate decides.

    Args:
        rows: As `fairmoe.analysis.routing.routed_rows` returns them.
    """
    weights = rows[[f"weight_{expert}" for expert in EXPERTS]].to_numpy()
    if float(np.ptp(weights, axis=0).max()) < ROUNDING:
        if weights[0].max() > 1 - ROUNDING:
            alone = the_model(EXPERTS[int(weights[0].argmax())])
            return (
                f"The gate gives every row to {alone}, so the mixture predicts as that expert "
                "does: alone it was clearly better on the validation rows than all that the gate "
                "learnt."
            )
        shares = ", ".join(
            f"{MODELS[expert].lower()} {weight:.0%}"
            for expert, weight in zip(EXPERTS, weights[0], strict=True)
        )
        return f"The gate gives every row the same weights ({shares}): it does not tell rows apart."
    usual = float(np.quantile(np.abs(weights - 1 / len(EXPERTS)).max(axis=1), 0.9))
    if usual <= NEAR_UNIFORM:
        return (
            f"The gate hardly decides: for 9 of 10 rows all weights lie within "
            f"{max(1, math.ceil(100 * usual))} pp of a third, so the mixture is close to the "
            "plain average of its experts."
        )
    first, share = _most_weighted(rows)
    how_many = "nearly all" if _NEARLY_ALL <= share < 1 else "all" if share == 1 else f"{share:.0%}"
    told = (
        f"Its favourite expert for a row has {weights.max(axis=1).mean():.0%} of the weight on "
        f"average; for {how_many} of the rows that is {first}."
    )
    spread = np.quantile(weights, [0.05, 0.95], axis=0)
    apart = float((spread[1] - spread[0]).max())
    if apart <= NEAR_UNIFORM:
        return f"The gate treats nearly all rows alike, whoever they are. {told}"
    if apart <= SOMEWHAT:
        return f"The gate tells rows apart by a few pp of weight only. {told}"
    return f"The gate tells rows apart. {told}"


def weights_takeaway(weights: pd.DataFrame) -> str:
    """Say in one sentence for which expert the groups differ most, and whether beyond chance."""
    groups = weights.iloc[1:].dropna()
    if len(groups) < 2:
        return "Too few rows in the groups to compare their weights."
    spread = {expert: float(np.ptp(groups[expert])) for expert in EXPERTS}
    expert = max(spread, key=spread.__getitem__)
    if spread[expert] < SAME:
        return "The mean weights are the same in all groups."
    ordered = groups.sort_values(expert)
    low, high = ordered.iloc[0], ordered.iloc[-1]
    apart = high[f"{expert}_low"] > low[f"{expert}_high"]
    return (
        f"The groups differ most in the weight of {the_model(expert)}: "
        f"{high[expert]:.1%} for {high.name!s}, {low[expert]:.1%} for {low.name!s}, "
        f"{100 * spread[expert]:.1f} pp apart; the intervals "
        f"{'do not overlap' if apart else 'overlap'}."
    )


def triangle_takeaway(rows: pd.DataFrame) -> str:
    """Say in one sentence which expert has the most weight for most rows."""
    first, share = _most_weighted(rows)
    return (
        f"For {share:.0%} of the rows {first} has the most weight; the nearer a point to a "
        "corner, the more that expert decides alone."
    )


def usage_takeaway(lines: Sequence[Line]) -> str:
    """Say in one sentence how the use of the experts moved from the first to the last epoch."""
    told = ", ".join(
        f"{the_model(expert)} from {line.values[0]:.0%} to {line.values[-1]:.0%}"
        for expert, line in usage_by_expert(lines).items()
    )
    return f"Usage while the gate learned: {told}." if told else "No usage was recorded."


def column_takeaway(weights: pd.DataFrame) -> str:
    """Say in one sentence which expert's weight moves most along the column."""
    known = weights.dropna()
    if known.empty:
        return "Too few rows at every value to estimate a mean weight."
    spread = {expert: float(np.ptp(known[expert])) for expert in EXPERTS}
    expert = max(spread, key=spread.__getitem__)
    if spread[expert] < SAME:
        return f"Along {weights.index.name!s} the mean weights stay the same."
    # By position, for the column may be called like an expert, or two of its values alike.
    low, high = known.iloc[known[expert].argmin()], known.iloc[known[expert].argmax()]
    return (
        f"Along {weights.index.name!s} the weight of the {MODELS[expert].lower()} moves most: "
        f"from {low[expert]:.1%} at {low.name!s} to {high[expert]:.1%} at {high.name!s}."
    )


def _most_weighted(rows: pd.DataFrame) -> tuple[str, float]:
    shares = rows["top"].value_counts(normalize=True)
    return the_model(shares.index[0]), float(shares.iloc[0])


def flow_takeaway(flows: pd.DataFrame) -> str:
    """Say in one sentence which share of each group goes to its most frequent expert."""
    told = []
    for group, own in flows.groupby("group", sort=False):
        by_expert = own.groupby("expert")["rows"].sum().sort_values(ascending=False)
        label = the_model(by_expert.index[0])
        told.append(f"{by_expert.iloc[0] / by_expert.sum():.0%} of {group!s} to {label}")
    return f"By the expert of most weight: {', '.join(told[:4])}{more_groups(len(told), 4)}."


def disagreement_takeaway(rows: pd.DataFrame) -> str:
    """Say in one sentence how disagreement and entropy go together."""
    if np.ptp(rows["entropy"]) < ROUNDING:
        return "The gate is equally decided for all rows, however far the experts disagree."
    if np.ptp(rows["disagreement"]) < ROUNDING:
        return "The experts disagree equally far on all rows: there is nothing to compare."
    together = float(rows["disagreement"].rank().corr(rows["entropy"].rank()))
    told = f"rank correlation {written(together, 2)}"
    if together <= -0.1:
        return f"The more the experts disagree, the more the gate decides between them ({told})."
    if together >= 0.1:
        return f"The more the experts disagree, the less the gate decides between them ({told})."
    return f"How far the experts disagree hardly matters to how much the gate decides ({told})."


def forced_takeaway(scores: pd.DataFrame, sent: str) -> str:
    """Say in one sentence what sending rows to the best of the experts would change."""
    change = 100 * differences(scores)
    final = change["final_score"].dropna()
    if final.empty:
        return "Insufficient data: a gap between the groups cannot be estimated on these rows."
    best = str(final.idxmax())
    metrics = ["utility", "f_res", "f_proc", "final_score"]
    if change.loc[best, metrics].abs().max() < 100 * SAME:
        return (
            f"Sending {sent} to {the_model(best)}, the best of the three by "
            "final score, would change nothing: there they are sent already, or might as well be."
        )
    told = ", ".join(
        f"{METRICS[metric].label.lower()} by {signed(value)}"
        for metric, value in zip(metrics, change.loc[best, metrics].to_numpy(), strict=True)
    )
    return (
        f"Sending {sent} to {the_model(best)}, the best of the three by final "
        f"score, would change {told} pp."
    )
