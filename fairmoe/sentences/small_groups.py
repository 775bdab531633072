"""Which groups are too small to be told of by themselves, and which figures count them all."""

import math
from collections.abc import Mapping, Sequence

from fairmoe.names import LEAST_PEOPLE, METRICS
from fairmoe.sentences.data import ROWS_FOR_ONE_TESTED
from fairmoe.sentences.wording import in_a_sentence, listed

ALL_SCORES_DO = "So do all scores of the table."
"""What follows `score_counts_every_group` where a table of scores does."""

MERGED_ALREADY = "Train with small groups merged"
"""What the link says in the place of the button that merges small groups, once Data has them so."""


EVERY_GROUP_COUNTS = "Every group counts by itself in these scores, of however few people."
"""What is said where nothing is known of how many people are in the test rows."""


def every_group_counts(
    gap: float | None, small: Sequence[str], *, few: str = "", advice: str = ""
) -> str:
    """Say that scores count every group by itself, and what the gap is that is told elsewhere.

    Args:
        gap: The demographic parity difference of the mixture between groups of enough people;
            NaN where not estimable; None to say nothing of it.
        small: The groups that are told of as one, or not compared.
        few: How few people they have, as `with_few_people` says it; nothing if some have many,
            and are told of with others that have few.
        advice: What can be done, with a blank before it.

    Returns:
        Some sentences; nothing if there are no such groups.
    """
    if not small:
        return ""
    told = f"Every group counts by itself in these scores, also {listed(small)}{_any_gap(few)}."
    if gap is not None and not math.isnan(gap):
        told += (
            " Between groups of enough people the mixture's demographic parity difference is "
            f"{100 * gap:.1f} pp."
        )
    elif gap is not None and few:
        told += " No gap between groups can be told of so few."
    return f"{told}{advice}"


def score_counts_every_group(
    small: Sequence[str], *, few: str = "", score: str = "final_score"
) -> str:
    """Say that a score counts every group by itself, where the gaps beside it do not.

    Args:
        small: See `every_group_counts`.
        few: Likewise.
        score: A key of `fairmoe.names.METRICS`.

    Returns:
        A sentence; nothing if there are no such groups.
    """
    if not small:
        return ""
    name = in_a_sentence(METRICS[score].label)
    return f"The {name} counts every group by itself, also {listed(small)}{_any_gap(few)}."


def with_few_people(*, weighted: bool) -> str:
    """Return how few people the groups have that are not compared, with a blank before it.

    Args:
        weighted: Whether people count by weights.
    """
    return f" with fewer than {LEAST_PEOPLE} people{' by their weights' if weighted else ''}"


def no_gap_can_be_told(
    gap_name: str, people: Mapping[str, float], *, split: str, label: str = "", weighted: bool
) -> str:
    """Say that fewer than two groups have enough people for a gap, and what to do.

    Args:
        gap_name: What the gap is called.
        people: How many people count in each group, at least 0.
        split: Among which rows.
        label: What the outcome is called whose label they have; nothing if all count.
        weighted: Whether people count by weights.
    """
    whose = f" labelled “{label}”" if label else ""
    have = (
        f"count, by their weights, as {LEAST_PEOPLE} people{whose}"
        if weighted
        else f"have {LEAST_PEOPLE} people{whose}"
    )
    # What counts as a little less than enough is not called enough.
    counted = listed([f"{name} {math.floor(count):,}" for name, count in people.items()])
    merge = ", or merge groups" if len(people) > 2 else ""
    return (
        f"No {in_a_sentence(gap_name)} can be told on the {split} rows: fewer than two groups "
        f"{have} there ({counted}), and so few can make any gap. Take a longer table{merge}: "
        f"unless a column names the {split} rows, they are one in {ROWS_FOR_ONE_TESTED}."
    )


def told_as_one(
    names: Sequence[str], group: str, smallest: int, *, where: str = " in a split"
) -> str:
    """Say which groups count as one, and why.

    Args:
        names: Those that do.
        group: What they are called together.
        smallest: How many people a group needs to be told of by itself.
        where: In which rows; nothing for all.

    Returns:
        A sentence; nothing if there are none.
    """
    if not names:
        return ""
    return (
        f"The group “{group}” is {listed(names)}, which count as one because some have fewer than "
        f"{smallest} people{where}."
    )


def made_of(group: str, names: Sequence[str], *, brief: bool = False) -> str:
    """Say of whom a group is that is made of small ones.

    Args:
        group: What it is called.
        names: The small ones.
        brief: Whether several are counted, and not named.

    Returns:
        A sentence; nothing if there are none.
    """
    together = " together" if len(names) > 1 else ""
    if brief and together:
        return f"“{group}” is {len(names)} groups together."
    return f"“{group}” is {listed(names)}{together}." if names else ""


def made_in_training(group: str, fewer_than: int) -> str:
    """Say of whom a group is that was made of small ones before the training.

    Args:
        group: What it is called.
        fewer_than: How many rows a group needed to stay by itself.
    """
    return (
        f"“{group}” is everyone in a group of fewer than {fewer_than:,} rows, or joined to these."
    )


def passed_over(group: str) -> str:
    """Say that a gap is explained between others than the group that is made of small ones.

    Args:
        group: What it is called.
    """
    return (
        f"“{group}” fares worse or better than these, but is several groups: no cause would be of "
        "all of them."
    )


def _any_gap(few: str) -> str:
    return f"{few}, and so few can make any gap" if few else ""
