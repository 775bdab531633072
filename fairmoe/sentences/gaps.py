"""Which group gets the outcome more often, by how much, and whether that is more than chance."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import pandas as pd

from fairmoe.names import FEW_MARK, INSUFFICIENT, LEAST_PEOPLE
from fairmoe.sentences.wording import SIGNIFICANT, capitalised, listed, significance, the_model

GapMetric = Literal["dp", "eo"]
GAP_METRICS: tuple[GapMetric, ...] = ("dp", "eo")


class Tested(Protocol):
    """A difference, and how often groups drawn at random show one as large."""

    @property
    def difference(self) -> float:
        """In [0, 1]; NaN where not estimable."""

    @property
    def p_value(self) -> float:
        """In [0, 1]; NaN where the difference is."""


class LargestGap(Protocol):
    """What `fairmoe.metrics.largest_gaps` returns of one rate."""

    @property
    def highest(self) -> str:
        """The group with the highest rate; empty where the gap cannot be estimated."""

    @property
    def lowest(self) -> str:
        """The group with the lowest rate, likewise."""

    @property
    def test(self) -> Tested:
        """The gap itself."""

    @property
    def apart(self) -> Sequence[str]:
        """Groups that are not compared."""

    @property
    def weighted(self) -> bool:
        """Whether people count by weights."""


def who_gets_more(
    gap: LargestGap,
    rates: pd.DataFrame,
    metric: GapMetric,
    *,
    model: str,
    words: tuple[str, str],
    favourable: bool | None,
    people: Mapping[str, str] | None = None,
) -> str:
    """Say which group gets an outcome more often, how often each does, and if that may be chance.

    Args:
        gap: Of the metric.
        rates: As `fairmoe.metrics.group_rates` returns it.
        metric: "dp" for all people, "eo" for those whose label is the outcome.
        model: Whose gap it is, a key of `fairmoe.names.MODELS`.
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person. If it is bad, "dp" is told of
            the other one: who gets the good outcome.
        people: How a sentence speaks of the people of a group, by its name; else by its name.
    """
    turned = favourable is False and metric == "dp"
    outcome = words[1] if turned else words[0]
    among, rate, count = {
        "dp": ("", "selection_rate", "n"),
        "eo": (f"Among people whose label is “{outcome}”, ", "true_positive_rate", "positives"),
    }[metric]
    subject, whose = f"{among}{the_model(model)}", " with that label" if metric == "eo" else ""
    if not gap.highest:
        few = f"{subject}: {INSUFFICIENT}, because fewer than two groups can be compared."
        return f"{capitalised(few)}{not_compared(gap, whose)}"
    told = f"{subject} predicts “{outcome}”"
    shown = _of_the_other(rates, rate) if turned else rates
    if gap.test.difference == 0:
        same = shown[rate].drop(list(gap.apart)).iloc[0]
        whom = "all groups that are compared" if gap.apart else "all groups"
        alike = capitalised(f"{told} equally often for {whom}: {same:.1%}.")
        return f"{alike}{not_compared(gap, whose)}"
    highest, lowest = (gap.lowest, gap.highest) if turned else (gap.highest, gap.lowest)
    high, low = (_rate(shown.T[name], rate, count) for name in (highest, lowest))
    apart = f"{100 * gap.test.difference:.1f} pp"
    named = [(people or {}).get(name, name) for name in (highest, lowest)]
    groups = len(rates) - len(gap.apart)
    compared = (
        f"more often for {named[0]} ({high}) than for {named[1]} ({low}), by {apart}"
        if groups == 2
        else f"most often for {named[0]} ({high}) and least often for {named[1]} ({low}), "
        f"{apart} apart"
    )
    # That of the same two as one pair among others stands near, and is another.
    of = f"for the largest gap among {groups} groups" if groups > 2 else ""
    chance = significance(gap.test.p_value, "difference", of=of)
    return f"{capitalised(told)} {compared}. {chance}{not_compared(gap, whose)}"


class LeavesOut(Protocol):
    """Any gap that is between groups of enough people."""

    @property
    def apart(self) -> Sequence[str]:
        """Groups that are not compared."""

    @property
    def weighted(self) -> bool:
        """Whether people count by weights."""


def not_compared(gap: LeavesOut, whose: str = "") -> str:
    """Name the groups that a gap leaves out.

    Args:
        gap: The gap.
        whose: Which people of them count, with a blank before it; all, if nothing.

    Returns:
        A sentence with a blank before it; nothing if there are none.
    """
    return groups_left_out(gap.apart, weighted=gap.weighted, whose=whose)


def groups_left_out(apart: Sequence[str], *, weighted: bool, whose: str = "") -> str:
    """Name groups that are not compared; see `not_compared`.

    Args:
        apart: The groups.
        weighted: Whether people count by weights.
        whose: See `not_compared`.
    """
    if not apart:
        return ""
    few = f"{few_people(weighted=weighted)}{whose}"
    return f" Groups {few} are not compared: {listed(apart)}."


def few_people(*, weighted: bool) -> str:
    """Return which groups are too small to be compared.

    Args:
        weighted: Whether people count by weights: then unequal ones tell as little as fewer people.

    Example:
        >>> few_people(weighted=False), few_people(weighted=True)
        ('of fewer than 30 people', 'that count, by their weights, as fewer than 30 people')
    """
    if weighted:
        return f"that count, by their weights, as fewer than {LEAST_PEOPLE} people"
    return f"of fewer than {LEAST_PEOPLE} people"


def rates_marked(
    apart: Mapping[str, Sequence[str]], rates: Sequence[str], *, weighted: bool
) -> str:
    """Say what the mark of rates of few people means.

    Args:
        apart: By rate, groups of too few people, as `fairmoe.metrics.Review` has them.
        rates: Those that are shown.
        weighted: Whether people count by weights.

    Returns:
        A sentence with a blank before it; nothing if no rate that is shown has the mark.
    """
    if not any(apart.get(rate) for rate in rates):
        return ""
    return f" {FEW_MARK} Rates {few_people(weighted=weighted)}, which are not compared."


def some_groups_differ(p: float, low: float) -> str:
    """Say that some groups surely differ where the two that lie farthest apart may not.

    Args:
        p: The p-value of the largest gap, which small groups can make by chance.
        low: The lower end of the interval of the gap between any two of more than two groups; 0
            unless some pair surely differs.

    Returns:
        Nothing where the one and the other agree.
    """
    if p <= SIGNIFICANT or not low > 0:
        return ""
    return f"Some groups do differ by more than chance, by at least {100 * low:.1f} pp."


def why_they_differ(
    gap: LargestGap,
    rates: pd.DataFrame,
    *,
    words: tuple[str, str],
    favourable: bool | None,
    people: Mapping[str, str] | None = None,
) -> str:
    """Say how far the labels themselves differ, from which the models learn.

    Args:
        gap: The gap in how many are predicted positive.
        rates: As `fairmoe.metrics.group_rates` returns it.
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person; if it is bad, the other one is
            told of.
        people: See `who_gets_more`.

    Returns:
        Nothing where no groups are compared.
    """
    if not gap.highest:
        return ""
    turned = favourable is False
    outcome = words[1] if turned else words[0]
    highest, lowest = (gap.lowest, gap.highest) if turned else (gap.highest, gap.lowest)
    base = 1 - rates["base_rate"] if turned else rates["base_rate"]
    high, low = float(base[highest]), float(base[lowest])
    if high == low:
        return f"The label is “{outcome}” equally often for both groups."
    often = "more" if high > low else "less"
    named = [(people or {}).get(name, name) for name in (highest, lowest)]
    return (
        f"The label is “{outcome}” {often} often for {named[0]} ({high:.1%}) than for "
        f"{named[1]} ({low:.1%})."
    )


def opportunity_of_the_bad(words: tuple[str, str], favourable: bool | None) -> str:
    """Say of whom the equal opportunity gap is where the positive class is bad for the person.

    Args:
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person.

    Returns:
        Some sentences with a blank before them; nothing unless it is bad.
    """
    if favourable is not False:
        return ""
    bad, good = words
    return (
        f" The EO gap (equal opportunity) is of those labelled “{bad}”: who of them is predicted "
        f"“{bad}”, which is the bad outcome. Of those labelled “{good}”, who is wrongly predicted "
        f"“{bad}” is another gap, that of the false positive rate."
    )


def sees_the_group(columns: Sequence[str]) -> str:
    """Say that the models are given the sensitive columns."""
    return f"The models are given the sensitive attribute itself: {listed(columns)}."


def _of_the_other(rates: pd.DataFrame, rate: str) -> pd.DataFrame:
    """Return rates of the other outcome in place of those of the positive one."""
    ends = {f"{rate}_low": f"{rate}_high", f"{rate}_high": f"{rate}_low"}
    return rates.assign(
        **{rate: 1 - rates[rate]}, **{name: 1 - rates[other] for name, other in ends.items()}
    )


def _rate(row: "pd.Series[float]", rate: str, count: str) -> str:
    return (
        f"{row[rate]:.1%} of {row[count]:,.0f}, 95% interval {100 * row[f'{rate}_low']:.1f} to "
        f"{row[f'{rate}_high']:.1%}"
    )
