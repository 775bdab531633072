"""Through which columns a gap comes, and why the gate weighs an expert more for some people."""

import math

import pandas as pd

from fairmoe.names import LEAST_PEOPLE, PLAIN_LABEL, PLAIN_MODEL
from fairmoe.sentences.wording import LOG_ODDS, capitalised, the_model

_BARS = (
    "Bars are differences of mean attributions (integrated gradients): together they make the "
    "whole difference. Hatched bars work against it; thin lines are 95% intervals. What comes "
    "through a column need not be caused by it."
)
GAP_EXPLAINED = (
    f"{LOG_ODDS} {_BARS} A mixture's log-odds often lie closer "
    "together than a plain model's without its decisions doing so: compare shares, not lengths."
)
GAP_IN_BRIEF = (
    "Compare shares, not lengths: log-odds may shrink where decisions do not. Bars: parts of the "
    "difference in mean log-odds, the score behind a probability; hatched: against it."
)
CHOICE_EXPLAINED = f"Log-odds are the score behind a weight. {_BARS}"
NOBODY_MOVED = (
    "The gate gives every row the same weights, so no column moves it. Train with another gate "
    "start to see one that tells rows apart."
)
PANELS = {"utility": PLAIN_LABEL, "mixture": "Mixture"}
"""What stands over each panel of a waterfall of the gap."""

ALL_TOGETHER = "All columns together"
ALL_OTHERS = "all others"
SENT_THERE = "those for whom it decides most"
_LEAST = 1e-6
"""No sum is said to be more exact, whatever rounding makes of it."""

_TINY = 0.1
"""Of the spread within the groups; a smaller difference moves decisions by 4 pp at most."""

_FEW = 0.075
_NEAR = 2
"""A part is told by a word if the share, in whole percent, is no farther from it, in points."""

_PARTS = {
    0.1: "a tenth",
    0.2: "a fifth",
    0.25: "a quarter",
    1 / 3: "a third",
    0.4: "two fifths",
    0.5: "half",
    0.6: "three fifths",
    2 / 3: "two thirds",
    0.75: "three quarters",
    0.8: "four fifths",
    0.9: "nine tenths",
}
_NEARLY_ALL, _ALL = 0.95, 1.05
_AS_MUCH = 0.9
"""From this part of the largest share on, a second column is named too."""


def part_in_words(share: float) -> str:
    """Return about which part of a whole something is: in a word if one is near, or in percent.

    Args:
        share: More than 0; more than 1 where something else works against it.

    Example:
        >>> part_in_words(0.48), part_in_words(0.97), part_in_words(1.3), part_in_words(0.02)
        ('about half', 'nearly all', 'more than all', 'a small part')
        >>> part_in_words(0.68), part_in_words(0.7), part_in_words(0.71), part_in_words(0.73)
        ('about two thirds', '70%', '71%', 'about three quarters')
    """
    if share > _ALL:
        return "more than all"
    if share > _NEARLY_ALL:
        return "nearly all"
    if share < _FEW:
        return "a small part"
    percent = round(100 * share)
    nearest = min(_PARTS, key=lambda part: abs(100 * part - percent))
    if abs(100 * nearest - percent) > _NEAR:
        return f"{percent}%"
    return f"about {_PARTS[nearest]}"


def gap_source(parts: pd.DataFrame, totals: pd.DataFrame, one: str, other: str) -> str:
    """Say through which column most of a gap comes, with the plain model and with the mixture.

    Args:
        parts: As `fairmoe.analysis.gap_sources.GapSources` has them, of "utility" and "mixture".
        totals: Likewise.
        one: The group whose log-odds are looked at.
        other: The group that it is compared with.
    """
    plain, mixture = totals.T["utility"], totals.T["mixture"]
    if plain.isna().any():
        return too_few_to_compare(one, other)
    nothing = {name: _why_not(totals.T[name], one, other) for name in ("utility", "mixture")}
    gap = f"the gap between {one} and {other}"
    told = nothing["utility"] or _most(parts, plain, "utility", gap)
    told = f"With {PLAIN_MODEL}, {told}."
    if nothing["mixture"]:
        if nothing["mixture"] == nothing["utility"]:
            return f"{told} With the mixture they do not either."
        return f"{told} With the mixture, {nothing['mixture']}."
    most = _most(parts, mixture, "mixture", "the gap")
    if nothing["utility"]:
        return f"{told} With the mixture they do: {most}."
    if plain["difference"] * mixture["difference"] < 0:
        turned = _most(parts, mixture, "mixture", "it")
        return f"{told} With the mixture, the gap points the other way: {turned}."
    return f"{told} With the mixture, {most}."


def too_few_to_compare(one: str, other: str) -> str:
    """Say that of one of two sides there are too few people for anything to be said.

    Args:
        one: The people who are looked at.
        other: Whom they are compared with.
    """
    return (
        f"Insufficient data: these rows count as fewer than {LEAST_PEOPLE} people of {one} or of "
        f"{other}, too few to compare them."
    )


def _why_not(total: "pd.Series[float]", one: str, other: str) -> str:
    """Say that there is nothing whose sources could be told, or next to nothing; "" if there is."""
    if not _is_clear(total):
        return f"the log-odds of {one} and {other} do not differ by more than chance"
    if abs(total["difference"]) < _TINY * total["spread"]:
        return (
            f"the log-odds of {one} and {other} hardly differ, by less than a tenth of the spread "
            "within a group, so there is hardly anything to explain"
        )
    return ""


def choice_source(
    parts: pd.DataFrame, totals: pd.DataFrame, expert: str, one: str, other: str
) -> str:
    """Say through which column the gate comes to weigh an expert otherwise for some people.

    Args:
        parts: As `fairmoe.analysis.gap_sources.GapSources` has them, of the expert.
        totals: Likewise.
        expert: Its key.
        one: The people who are looked at.
        other: Whom they are compared with.
    """
    total = totals.T[expert]
    if total.isna().any():
        return too_few_to_compare(one, other)
    if not parts[expert].any():
        return NOBODY_MOVED
    if not _is_clear(total):
        return (
            f"The gate weighs {the_model(expert)} alike for {one} and for {other}, as far as "
            "these rows can tell."
        )
    more = "more" if total["difference"] > 0 else "less"
    most = capitalised(_most(parts, total, expert, "that"))
    return f"The gate gives {the_model(expert)} {more} weight for {one} than for {other}. {most}."


def gap_axis(outcome: str, one: str, other: str) -> str:
    """Say what the axis of a waterfall is.

    Args:
        outcome: Of which outcome the log-odds are.
        one: The group whose log-odds are looked at.
        other: The group that it is compared with.
    """
    return f"Log-odds of “{outcome}”, {one} less {other}. To the left: lower for the first."


def choice_axis(expert: str, one: str, other: str) -> str:
    """Say what the axis of a waterfall of the gate's choice is.

    Args:
        expert: Its key.
        one: The people who are looked at.
        other: Whom they are compared with.
    """
    return (
        f"Log-odds of the weight of {the_model(expert)} against the two others, {one} less {other}."
    )


def accuracy_of_sum(totals: pd.DataFrame) -> str:
    """Say how exactly the bars add up; nothing where there are none.

    Args:
        totals: As `fairmoe.analysis.gap_sources.GapSources` has them.
    """
    largest = float(totals["left_over"].abs().max())
    if math.isnan(largest):
        return ""
    within = 10.0 ** math.ceil(math.log10(max(largest, _LEAST)))
    return f"The bars add up within {within:.6f}".rstrip("0").rstrip(".") + "."


def _most(parts: pd.DataFrame, total: "pd.Series[float]", name: str, whole: str) -> str:
    """Say through which column most of a clear difference comes."""
    shares = (parts[name] / float(total["difference"])).nlargest(2)
    share, second = float(shares.iloc[0]), float(shares.iloc[-1])
    told = f"{part_in_words(share)} of {whole} comes through {shares.index[0]}"
    if share > _ALL:
        told += f" ({share:.0%}: other columns work against it)"
    if len(shares) == 1 or second <= _AS_MUCH * share:
        return told
    told += f", about as much through {shares.index[1]}"
    if share > _ALL:
        return f"{told} ({second:.0%})"
    if share + second > _ALL:
        told += f" ({share:.0%} and {second:.0%}: other columns work against them)"
    return told


def _is_clear(total: "pd.Series[float]") -> bool:
    return bool(total["low"] > 0 or total["high"] < 0)
