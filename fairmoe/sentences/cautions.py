"""What a reader has to beware of."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from fairmoe.names import METRICS
from fairmoe.sentences.wording import listed

FEW_ROWS = 100
FEW_POSITIVES = 20


def small_groups(rates: pd.DataFrame) -> pd.DataFrame:
    """Return those of the groups that are too small to judge by."""
    return rates[(rates["n"] < FEW_ROWS) | (rates["positives"] < FEW_POSITIVES)]


def too_few(rates: pd.DataFrame, most: int | None = None) -> str:
    """Say which groups are too small to judge by; nothing if none is.

    Args:
        rates: As `fairmoe.metrics.group_rates` returns it.
        most: Name this many of them, the smallest first, and count the others; by default all.
    """
    small = small_groups(rates)
    if small.empty:
        return ""
    named = small if most is None else small.nsmallest(most, "n")
    told = "; ".join(
        f"{group}: {row.n:,.0f} rows, {row.positives:,.0f} of them positive"
        for group, row in named.iterrows()
    )
    left = len(small) - len(named)
    if left:
        told += f"; {left} more group{'s' if left > 1 else ''} likewise"
    may_be = "Gaps that rest on so few rows may be chance: look at their intervals."
    few = f"fewer than {FEW_ROWS} rows, or {FEW_POSITIVES} positive ones"
    return f"Little to go by ({few}). {told}. {may_be}"


def not_estimable(scores: Mapping[str, float]) -> str:
    """Say which validation scores nothing could be chosen by; nothing if all are there."""
    missing = [METRICS[name].label for name, value in scores.items() if math.isnan(value)]
    if not missing:
        return ""
    return (
        f"Not estimable on the validation rows: {', '.join(missing)}. Some group has too few rows "
        "or positives among them, so models were chosen by the scores that are left. Merge groups, "
        "or cut numbers elsewhere."
    )


def merged_groups(names: Sequence[str], smallest: int) -> str:
    """Say which groups are told of as one in what is handed on."""
    return (
        f"Groups of fewer than {smallest} people in a split could let a reader recognise somebody. "
        f"They are counted together, where needed with the next smallest: {listed(names)}. The "
        "final score, scores in tables and files, and alarms are of the groups that the models "
        "were trained with."
    )


def counted_as_one(names: Sequence[str], group: str, smallest: int, most: int) -> str:
    """Say in one sentence which groups are one where their figures stand, and why.

    Args:
        names: Those that are one.
        group: What they are called together.
        smallest: How many people a group needs to be told of by itself.
        most: Name this many of them, and count the others.
    """
    return (
        f"The group “{group}” is {listed(names, most)}, counted as one because figures of fewer "
        f"than {smallest} people in a split could let a reader recognise somebody."
    )


def scores_of_all(merged: Sequence[str]) -> str:
    """Say that scores count groups which are told of as one; nothing if none are.

    Args:
        merged: These groups.
    """
    if not merged:
        return ""
    return (
        " Scores count every group that the models were trained with, also those that are one here."
    )


def left_out_groups(smallest: int) -> str:
    """Say what files of tables leave out."""
    return (
        f"The file leaves out numbers of groups of fewer than {smallest} people, and of the next "
        "smallest where they could be told from it."
    )


def limits(
    rates: pd.DataFrame, seed: int, *, positive: str, words: tuple[str, str], outcome: str | None
) -> tuple[str, ...]:
    """Return what a reader must know before using any figure of a run.

    Args:
        rates: Of the mixture on the test rows, as `fairmoe.metrics.group_rates` returns it.
        seed: Of the run.
        positive: The positive class in words, such as "hired = yes".
        words: What both outcomes are called, the positive one first.
        outcome: What the positive one is for the person, one of `fairmoe.data.roles.OUTCOMES`;
            None if that was not told.
    """
    least = rates["n"].min()
    return (
        f"One split and one seed ({seed}). Another split or another seed gives other figures; "
        "train again with several seeds before a decision hangs on them.",
        too_few(rates)
        or f"The smallest group has {least:,} test rows; gaps between small groups can be "
        "chance, so read the intervals.",
        "The labels are taken as they are. If people decided them with prejudice, a model that "
        "repeats the prejudice scores well, and gaps among those with the label are misleading.",
        "Correlation is not cause. That a model relies on a column says neither that the column "
        "causes the outcome nor that changing it would help anyone.",
        "Only the groups named here were compared. Other groups, and people within a group, may "
        "be treated differently in ways that no figure of this report shows.",
        f"{_what_positive_means(positive, words, outcome)} What a wrong decision costs whom is not "
        "known to the report.",
        "Many figures were computed. Of tests where there is nothing to find, one in twenty still "
        "shows p < 0.05.",
        "A model that gives everyone the same answer has no gaps. Read gaps beside utility.",
        "This report measures; it gives no verdict on whether a model treats people justly.",
    )


def _what_positive_means(positive: str, words: tuple[str, str], outcome: str | None) -> str:
    if outcome is None:
        return (
            f"Whether being predicted positive ({positive}) is a benefit or a burden was not told."
        )
    meant = {
        "good": f"good for the person, and “{words[1]}” bad",
        "bad": f"bad for the person, and “{words[1]}” good",
        "neither": "neither good nor bad for the person",
    }
    return f"The user said that “{words[0]}” is {meant[outcome]}."
