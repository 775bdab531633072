"""What a review finds: verdicts on gaps, and which groups clearly differ from the reference."""

from collections.abc import Mapping, Sequence

import pandas as pd

from fairmoe._units import signed, written
from fairmoe.names import FOUR_FIFTHS, GAP_MEASURES, INSUFFICIENT
from fairmoe.sentences.wording import listed, p_value

VERDICTS = {
    "within": "within the tolerance",
    "exceeds": "exceeds the tolerance",
    "cannot be told": "cannot be told: the interval contains the tolerance",
}
"""What is said of a gap that has an interval and of a tolerance, by verdict."""


def verdict_in_words(verdict: str, value: float) -> str:
    """Return what is said of a gap and a tolerance.

    Args:
        verdict: A key of `VERDICTS`.
        value: The gap; NaN where not estimable.
    """
    return INSUFFICIENT if pd.isna(value) else VERDICTS[verdict]


_ONE_PAIR = " (each p-value is of one pair, made larger the more pairs are compared: Holm's method)"
"""What follows the reference where the p-value of the largest gap among all groups is another."""

_DIGITS = (1, 2, 3)

MOST_NAMED = 3
"""Of more clear differences the farthest are named, and the others counted."""

FOUR_FIFTHS_EXPLAINED = (
    "Four fifths (80%) is a rule of thumb of United States law on hiring, no pass mark: a lower "
    "ratio does not prove unequal treatment, and a higher one does not rule it out."
)


def with_interval(
    value: float, low: float, high: float, unit: str, *, tolerance: float | None = None
) -> str:
    """Return a share with its 95% interval.

    Args:
        value: The share; NaN where not estimable.
        low: The lower end of its interval.
        high: The upper end.
        unit: What stands behind it.
        tolerance: See `end_in_words`.

    Example:
        >>> with_interval(0.07, 0.002, 0.139, " pp"), with_interval(float("nan"), 0, 1, "%")
        ('7.0 pp (0.2 to 13.9)', 'insufficient data')
        >>> with_interval(-0.226, -0.314, -0.134, " pp")
        '−22.6 pp (−31.4 to −13.4)'
    """
    if pd.isna(value):
        return INSUFFICIENT
    ends = " to ".join(end_in_words(end, tolerance) for end in (low, high))
    return f"{written(100 * value)}{unit} ({ends})"


def end_in_words(end: float, tolerance: float | None = None) -> str:
    """Return an end of an interval in percent, with digits enough to see on which side it lies.

    Args:
        end: The end, 1 for the whole.
        tolerance: What it must not look equal to unless it is, beside 0.

    Example:
        >>> end_in_words(0.139), end_in_words(0.0002), end_in_words(0.0503, 0.05)
        ('13.9', '0.02', '5.03')
    """
    marks = [mark for mark in (0.0, tolerance) if mark is not None]
    for digits in _DIGITS:
        shown = written(100 * end, digits)
        if all(end == mark or shown != written(100 * mark, digits) for mark in marks):
            return shown
    return written(100 * end)


def rate_in_words(rate: str, words: tuple[str, str]) -> str:
    """Return what a rate counts, by what the outcomes are called.

    Args:
        rate: A key of `fairmoe.names.RATES`.
        words: What both outcomes are called, the positive one first.
    """
    positive, other = words
    return {
        "base_rate": f"with the label “{positive}”",
        "selection_rate": f"given “{positive}”",
        "true_positive_rate": f"given “{positive}” of those with the label “{positive}”",
        "false_positive_rate": f"given “{positive}” of those with the label “{other}”",
        "accuracy": "decided rightly",
        "positive_predictive_value": f"with the label “{positive}” of those given “{positive}”",
    }[rate]


_COMPARED: Mapping[str, tuple[str, str]] = {
    "demographic_parity_difference": (
        "selection_rate",
        "of all people, the share given “{positive}”",
    ),
    "equal_opportunity_difference": (
        "true_positive_rate",
        "of people labelled “{positive}”, the share given “{positive}”",
    ),
    "false_positive_rate_difference": (
        "false_positive_rate",
        "of people labelled “{other}”, the share given “{positive}”",
    ),
    "equalized_odds_difference": ("", "whichever of the two above differs more"),
    "predictive_parity_difference": (
        "positive_predictive_value",
        "of people given “{positive}”, the share labelled “{positive}”",
    ),
}
"""By gap: the rate that it compares, if it is one, and what share of whom that is."""

SHARE_COMPARED = "Share that is compared"
"""What stands over `share_compared` in a table of gaps."""


def share_compared(measure: str, words: tuple[str, str]) -> str:
    """Return of whom a gap is and what share of them it compares.

    Args:
        measure: A key of `fairmoe.names.GAP_MEASURES`.
        words: What both outcomes are called, the positive one first.
    """
    positive, other = words
    return _COMPARED[measure][1].format(positive=positive, other=other)


def gaps_of_the_bad(words: tuple[str, str], favourable: bool | None) -> str:
    """Say how gaps of the bad outcome are to be read where else the good one is told of.

    Args:
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person.

    Returns:
        Some sentences; nothing unless the gaps are of the bad outcome.
    """
    if favourable is not False:
        return ""
    bad, good = words
    return (
        f"These gaps are of “{bad}”, the bad outcome, and not of “{good}”. Demographic parity is "
        f"the same for both. Equal opportunity of people labelled “{good}” is the false positive "
        f"rate difference. The gap in how often “{good}” is right is another one and not shown "
        "here."
    )


def clear_differences(
    comparisons: pd.DataFrame,
    *,
    words: tuple[str, str],
    reference: str,
    apart: Mapping[str, Sequence[str]],
    people: Mapping[str, str] | None = None,
) -> str:
    """Name the groups that clearly differ from the reference, in which rates, the farthest first.

    Args:
        comparisons: As `fairmoe.metrics.Review` has them.
        words: What both outcomes are called, the positive one first.
        reference: The group that the others are compared with.
        apart: By rate, groups of too few rows to be judged, as `fairmoe.metrics.Review` has them.
        people: How a sentence speaks of the people of a group, by its name; else by its name.
    """
    called = people or {}
    beside = called.get(reference, reference)
    clear = farthest_first(comparisons[comparisons["clear"].astype(bool)])
    reasons: dict[str, list[str]] = {}
    for row in clear.head(MOST_NAMED).to_dict("records"):
        reasons.setdefault(called.get(row["group"], row["group"]), []).append(
            f"{row['value']:.1%} {rate_in_words(row['rate'], words)}, against "
            f"{row['reference_value']:.1%}: {signed(100 * row['difference'])} pp, "
            f"{p_value(row['p_value'])}"
        )
    if comparisons.empty:
        text = f"No group has enough rows to be compared with {beside}."
    elif reasons:
        of = _ONE_PAIR if comparisons["group"].nunique() > 1 else ""
        told = [f"{group} ({'; '.join(why)})" for group, why in reasons.items()]
        text = f"Clearly different from {beside}{of}: {listed(told)}.{_more(len(clear))}"
    else:
        text = f"No group differs clearly from {beside}."
    return f"{text} {_too_few(apart)}".strip()


def farthest_first(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return comparisons with the clear ones first, and the larger before the smaller."""
    size = comparisons["difference"].abs()
    order = size.sort_values(ascending=False, kind="stable").index
    ordered = comparisons.loc[order]
    is_clear = ordered["clear"].astype(bool)
    return pd.concat([ordered[is_clear], ordered[~is_clear]])


def _more(clear: int) -> str:
    left = clear - MOST_NAMED
    if left <= 0:
        return ""
    return f" {left} more difference{' is' if left == 1 else 's are'} clear."


def _too_few(apart: Mapping[str, Sequence[str]]) -> str:
    everywhere = list(apart["selection_rate"])
    in_some = dict.fromkeys(name for names in apart.values() for name in names)
    partly = [name for name in in_some if name not in everywhere]
    told = ([listed(everywhere)] if everywhere else []) + (
        [f"in some rates {listed(partly)}"] if partly else []
    )
    return f"Too few people to be judged: {'; '.join(told)}." if told else ""


def gaps_takeaway(
    differences: pd.DataFrame,
    rates: pd.DataFrame,
    words: tuple[str, str],
    people: Mapping[str, str] | None = None,
) -> str:
    """Say which gap is the largest, how sure that is, and what share of whom differs so.

    Args:
        differences: As `fairmoe.metrics.Review` has them.
        rates: As `fairmoe.metrics.group_rates` returns them.
        words: What both outcomes are called, the positive one first.
        people: See `clear_differences`.
    """
    known = differences.dropna(subset=["value"])
    if known.empty:
        return "Too few groups have enough rows to be compared."
    name = str(known["value"].idxmax())
    largest = known.T[name]
    rate, _ = _COMPARED[name]
    high, low = (
        f"{rates[rate][group]:.1%} for {(people or {}).get(group, group)}"
        for group in (largest["highest"], largest["lowest"])
    )
    return (
        f"The largest gap is the {GAP_MEASURES[name].lower()}, "
        f"{with_interval(largest['value'], largest['low'], largest['high'], ' pp')}: "
        f"{share_compared(name, words)} is {high} and {low}."
    )


def four_fifths(ratio: "pd.Series[float]", outcome: str) -> str:
    """Say what the ratio of the lowest to the highest rate of an outcome is beside four fifths.

    Args:
        ratio: As `fairmoe.metrics.Review` has it.
        outcome: What the outcome is called.
    """
    if pd.isna(ratio["value"]):
        return f"The ratio of the rates of “{outcome}” cannot be estimated ({INSUFFICIENT})."
    side = "below" if ratio["value"] < FOUR_FIFTHS else "not below"
    return (
        f"The lowest rate of “{outcome}” is "
        f"{with_interval(ratio['value'], ratio['low'], ratio['high'], '%')} of the highest, {side} "
        "four fifths."
    )
