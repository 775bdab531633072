"""What a run comes to, said in people: who gets the outcome, what changed, what that costs."""

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from fairmoe.names import INSUFFICIENT, LEAST_PEOPLE, PLAIN_MODEL
from fairmoe.sentences.gaps import not_compared
from fairmoe.sentences.people import mistakes_made
from fairmoe.sentences.reviews import VERDICTS, end_in_words
from fairmoe.sentences.wording import capitalised, listed, listed_people, may_be_chance, verb_of

MOST_NAMED = 3
"""Of more groups those are named in which most changes."""

_FEW = 2
"""Of so few groups each is told of, whether its change is clear or not."""

_AS_MANY = "as many"
LABELS_MEASURE = ("–", "the labels are the measure")
"""In the place of a gap by label, of those whose label is good."""


class OutcomeGap(Protocol):
    """What `fairmoe.metrics.outcome_gap` returns."""

    @property
    def value(self) -> float:
        """In [0, 1]; NaN where not estimable."""

    @property
    def low(self) -> float:
        """The lower end of its interval."""

    @property
    def high(self) -> float:
        """The upper end."""

    @property
    def most(self) -> str:
        """The group that has the outcome most often."""

    @property
    def least(self) -> str:
        """The group that has it least often."""

    @property
    def most_rate(self) -> float:
        """How often the one has it."""

    @property
    def least_rate(self) -> float:
        """How often the other has it."""

    @property
    def apart(self) -> Sequence[str]:
        """Groups that are not compared."""

    @property
    def weighted(self) -> bool:
        """Whether people count by weights."""

    @property
    def verdict(self) -> str | None:
        """What can be said of it and a tolerance."""

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance."""


def who_gets_it(
    gap: OutcomeGap,
    good: str,
    *,
    groups: int,
    model: str = "the mixture",
    among_labelled: bool = False,
    brief: bool = False,
) -> str:
    """Say to which group a model gives an outcome less often, and whether that may be chance.

    Args:
        gap: With the model.
        good: What the outcome is called.
        groups: How many groups there are.
        model: What the model is called.
        among_labelled: Whether the gap is among those whose label is that outcome.
        brief: Whether groups that are not compared are left to the numbers, if others are compared.
    """
    few = not_compared(gap, f" labelled “{good}”" if among_labelled else "")
    if pd.isna(gap.value):
        return f"The groups cannot be compared.{few}"
    gives, each = f"{capitalised(model)} gives", "each group"
    if brief and few:
        gives, each, few = f"Of the groups compared, {model} gives", "each", ""
    least, most = (f"{100 * rate:.0f}" for rate in (gap.least_rate, gap.most_rate))
    people = f"people labelled “{good}”" if among_labelled else "people"
    if gap.value == 0:
        return f"{gives} “{good}” to {most} of 100 {people} of {each}.{few}"
    told = (
        f"{gives} “{good}” less often to {gap.least} than to {gap.most}: {least} against "
        f"{most} of 100 {people}."
        if groups == 2
        else f"{gives} “{good}” least often to {gap.least} ({least} of 100 {people}) and "
        f"most often to {gap.most} ({most})."
    )
    chance = "" if gap.is_clear else " This could be chance."
    return f"{told}{chance}{few}"


def changed_harm(
    groups: pd.DataFrame,
    good: str,
    bad: str,
    *,
    plain: str = PLAIN_MODEL,
    brief: bool = False,
) -> str:
    """Say of 100 people by group how many fewer or more are wrongly given the bad outcome.

    Of more than two groups those with the largest changes beyond chance are named, and always the
    one of `LEAST_PEOPLE` or more that is harmed most, chance or not.

    Args:
        groups: As `fairmoe.metrics.Account` has them.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        plain: What the plain model is called.
        brief: Whether of more than two groups one change is told beside the one that harms most,
            and the other changes are left to the numbers.
    """
    known = groups[groups["good_label"] > 0]
    if known.empty:
        return f"Nobody in these rows has the label “{good}”."
    rounded = known["harmed_change"].round(2)
    if not rounded.any():
        return (
            f"Of 100 people labelled “{good}”, as many wrongly get “{bad}” as with {plain},"
            f" in every group.{_hit_most(known, good, bad)}"
        )
    is_clear = (known["harmed_change_low"] > 0) | (known["harmed_change_high"] < 0)
    harmed_most = _harmed_most(known)
    told_of = known if len(known) <= _FEW else known[is_clear & (rounded != 0) | harmed_most]
    if told_of.empty:
        return (
            f"Of 100 people labelled “{good}”, about as many wrongly get “{bad}” as with {plain}: "
            f"in no group is the change more than chance.{_hit_most(known, good, bad)}"
        )
    size = told_of["harmed_change"].abs().sort_values(ascending=False, kind="stable")
    # In the order of the groups everywhere else.
    largest = size.index[: 1 if brief and len(known) > _FEW else MOST_NAMED]
    named = told_of[told_of.index.isin(largest) | harmed_most[told_of.index]]
    changes = [f"{_of_people(row['harmed_change'])}" for _, row in named.iterrows()]
    chances = [_chance(row) for _, row in named.iterrows()]
    of_whom = listed_people(["of 100"] * len(named), list(named.index))
    beside = "as" if changes[0] == _AS_MANY else "than"
    told = [
        f"{capitalised(of_whom[0])} labelled “{good}”, {changes[0]} wrongly "
        f"{verb_of(changes[:1], 'gets', 'get')} “{bad}” {beside} with {plain}{chances[0]}",
        *(
            f"{whom}, {change}{' as with it' if change == _AS_MANY else ''}{chance}"
            for whom, change, chance in zip(of_whom[1:], changes[1:], chances[1:], strict=True)
        ),
    ]
    others = len(known) - len(named)
    rest = "In every other group the change is smaller or could be chance."
    if others and not brief:
        told[-1] += f". {rest.removesuffix('.')}"
    return f"{'; '.join(told)}.{_hit_most(known, good, bad)}"


def _harmed_most(known: pd.DataFrame) -> "pd.Series[bool]":
    """Return which group is harmed most more than before, if one is by a person of 100."""
    more = known["harmed_change"].where(known["good_label"] >= LEAST_PEOPLE, -1)
    most: pd.Series[bool] = (more == more.max()) & (more >= 0.005)
    return most


def _hit_most(known: pd.DataFrame, good: str, bad: str) -> str:
    rates = known.loc[known["good_label"] >= LEAST_PEOPLE, "harmed_model_rate"].sort_values()
    most, least = (f"{100 * rate:.0f}" for rate in (rates.max(), rates.min()))
    if len(rates) < 2 or most == least:
        return ""
    return (
        f" With the mixture {most} of 100 {rates.index[-1]} labelled “{good}” wrongly "
        f"{verb_of([most], 'gets', 'get')} “{bad}”, and {least} of 100 {rates.index[0]}."
    )


def _of_people(change: float) -> str:
    people = round(100 * change)
    if not people:
        return _AS_MANY
    return f"{abs(people)} {'more' if people > 0 else 'fewer'}"


def _chance(row: "pd.Series[float]") -> str:
    told = may_be_chance(row["harmed_change_low"], row["harmed_change_high"])
    return f" ({told})" if told and round(100 * row["harmed_change"]) else ""


def cost_in_people(
    groups: pd.DataFrame,
    everyone: "pd.Series[float]",
    good: str,
    bad: str,
    *,
    plain: str = PLAIN_MODEL,
    brief: bool = False,
) -> str:
    """Say what the mixture changes against the plain model: for whom, and how many more mistakes.

    Args:
        groups: As `fairmoe.metrics.Account` has them.
        everyone: Likewise.
        good: What the outcome that is counted is called.
        bad: What the other one is called.
        plain: What the plain model is called.
        brief: Whether of more than two groups only the one is named in which most changes.
    """
    changed = int(everyone["better"] + everyone["worse"])
    if not changed:
        return f"The mixture decides like {plain} for everyone, so it costs nobody anything."
    net = (groups["good_model"] - groups["good_plain"]).astype(int)
    most = 1 if brief and len(net) > _FEW else MOST_NAMED
    order = net.abs().sort_values(ascending=False, kind="stable").index[:most]
    who_moved = [name for name in net.index[net.index.isin(order)] if net[name]]
    counts = [_more_or_fewer(net[name]) for name in who_moved]
    if net.drop(order).any():
        who_moved.append("people in the remaining groups")
        counts.append(_more_or_fewer(int(net.drop(order).sum())))
    moved = listed(listed_people(counts, who_moved)) or "as many of each group"
    who = f"{moved} {verb_of(counts, 'gets', 'get')} “{good}”"
    return (
        f"Against {plain}, of {everyone['n']:,.0f} people: {who}, with "
        f"{mistakes_made(everyone)}; "
        f"{changed:,} {'decision changes' if changed == 1 else 'decisions change'}"
        f"{'' if most == 1 else _of_them_worse(changed, int(everyone['worse']), bad)}."
    )


def _of_them_worse(changed: int, worse: int, bad: str) -> str:
    """Say how many changes are to the bad outcome, which the net leaves out."""
    if not worse:
        return ""
    if worse == changed:
        return f", {'all ' if changed > 1 else ''}to “{bad}”"
    return f", {worse:,} of them to “{bad}”"


def _more_or_fewer(change: int) -> str:
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'}" if change else _AS_MANY


def gap_in_words(gap: OutcomeGap, tolerance: float | None = None) -> tuple[str, str]:
    """Return a gap as a figure of its own, and what can be said of it.

    Args:
        gap: The gap.
        tolerance: The largest gap that the reviewer accepts, in [0, 1], if it has a verdict.

    Returns:
        The gap, and its verdict with its interval: a verdict on the tolerance if there is one, or
        else whether it may be chance.
    """
    if pd.isna(gap.value):
        return "–", INSUFFICIENT
    if gap.verdict is not None:
        told = VERDICTS[gap.verdict]
    else:
        told = "more than chance" if gap.is_clear else "could be chance"
    low, high = (end_in_words(end, tolerance) for end in (gap.low, gap.high))
    # "0.0 to 1.0" reads as certainty that there is a gap; and 0.0 as nothing at all.
    interval = f"{low} to {high}" if gap.low > 0 else f"none to {high} pp"
    return f"{100 * gap.value:.1f} pp", f"{capitalised(told)} ({interval})"
