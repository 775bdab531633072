"""What the lessons on levelling down and on cut-offs show, counted in people."""

from collections.abc import Sequence

import pandas as pd

from fairmoe.sentences.wording import listed


def levelling_takeaway(
    groups: pd.DataFrame, gap: float, *, guard: bool, scores: tuple[float, float]
) -> str:
    """Say what a training did to people, and what its score says of it.

    Args:
        groups: `fairmoe.metrics.Account.groups` of the mixture beside the utility expert.
        gap: Between the groups in how many are hired, in [0, 1].
        guard: Whether the guard was on.
        scores: Final scores without and with the guard, in [0, 1].
    """
    hired = [
        f"{100 * row['good_model_rate']:.0f} of 100 {name} ({100 * row['good_label_rate']:.0f} by "
        "label)"
        for name, row in groups.iterrows()
    ]
    harmed, labelled, plain = (
        int(groups[name].sum()) for name in ("harmed_model", "good_label", "harmed_plain")
    )
    without, with_guard = scores
    if f"{100 * without:.1f}" == f"{100 * with_guard:.1f}":
        verdict = "The final score is the same with and without the guard"
    else:
        better = "without" if without > with_guard else "with"
        verdict = f"The final score is higher {better} the guard"
    return (
        f"With the guard {'on' if guard else 'off'}, the mixture hires {listed(hired)}; the gap is "
        f"{100 * gap:.1f} pp. Of {labelled:,} people labelled “hired” it refuses {harmed:,}; the "
        f"utility expert refuses {plain:,}. {verdict}: {100 * without:.1f} without and "
        f"{100 * with_guard:.1f} with it."
    )


def thresholds_takeaway(
    groups: pd.DataFrame,
    *,
    accuracy: tuple[float, float],
    gaps: tuple[float, float],
    by_group: float,
    turned: float,
) -> str:
    """Say what a way to decide changes, for whom, and whether it treats people by their group.

    Args:
        groups: `fairmoe.metrics.Account.groups`, beside one cut-off for the utility expert.
        accuracy: Of that and of this way, in [0, 1].
        gaps: Between the groups in how many are hired, likewise.
        by_group: The share of people whose decision would change with their group alone.
        turned: The share of pairs of people of a group whose order changes.
    """
    moved = [
        f"of the {name} {int(row['better']):,} more and {int(row['worse']):,} fewer"
        for name, row in groups.iterrows()
    ]
    changes = int(groups["better"].sum() + groups["worse"].sum())
    change = "decision changes" if changes == 1 else "decisions change"
    people = (
        f"Against one cut-off {changes:,} {change}: {listed(moved)} are hired."
        if changes
        else "This is one cut-off for all, and all else is compared with it."
    )
    law = (
        f"{100 * by_group:.1f} of 100 people would be decided about otherwise if only their group "
        "were another"
        if by_group
        else "Nobody's decision depends on the group itself"
    )
    order = (
        f"within a group {100 * turned:.1f}% of the pairs of people change their order"
        if turned
        else "within a group nobody overtakes anybody"
    )
    return (
        f"{people} Accuracy is {100 * accuracy[1]:.1f}% ({100 * accuracy[0]:.1f}% with one "
        f"cut-off), the gap {100 * gaps[1]:.1f} pp ({100 * gaps[0]:.1f}). {law}; {order}."
    )


def cutoffs_of_way(groups: Sequence[str], thresholds: Sequence[float]) -> str:
    """Say from which score on people are hired.

    Args:
        groups: Their names.
        thresholds: In the same order.
    """
    if len(set(thresholds)) == 1:
        return f"Hired from a score of {thresholds[0]:.2f} on."
    told = [f"{name} from {at:.2f}" for name, at in zip(groups, thresholds, strict=True)]
    return f"Hired are {listed(told)} on."
