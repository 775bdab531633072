"""What a mixture makes worse than the plain model: the good outcome wrongly given, and gaps."""

import math
from collections.abc import Mapping

import pandas as pd

from fairmoe.names import PLAIN_MODEL
from fairmoe.sentences.wording import capitalised, may_be_chance, verb_of

PARITY_GAP = "demographic parity gap"

_CLEAR = 0.01
"""From this change on, in [0, 1], something is told to be worse."""

_GAPS: Mapping[str, tuple[str, str]] = {
    "gets": ("who gets {it}", "demographic parity: "),
    "denied": ("who is wrongly denied {it}", "equal opportunity: "),
    "given": ("who wrongly gets {it}", ""),
    "right": ("how often “{good}” is right", "predictive parity: "),
}
"""Each gap in words, and the term that there is for it."""


def what_got_worse(
    changes: pd.DataFrame,
    good: str,
    bad: str,
    *,
    favourable: bool,
    plain: str = PLAIN_MODEL,
    brief: bool = False,
) -> str:
    """Say what is worse than with the plain model: more who wrongly get it, and larger gaps.

    Args:
        changes: As `fairmoe.metrics.paired_changes` returns them, of a mixture beside the plain
            model.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        favourable: Whether the good one is the positive class; the terms are of that class, so
            only then they are named.
        plain: What the plain model is called.
        brief: Whether of several gaps the one is named that grows most, of those that surely do if
            there are any, and the others are counted.

    Returns:
        What follows "What gets worse:"; nothing if nothing does.
    """
    plain = plain.removeprefix("the ")
    worse = _worse(changes)
    told = []
    if "wrongly_given" in worse:
        wrongly = worse["wrongly_given"]
        before, after = (f"{100 * wrongly[name]:.0f}" for name in ("plain", "model"))
        get = verb_of([after], "gets", "get")
        rates = f"{after} wrongly {get} “{good}” ({plain} {before}{_chance(wrongly)})"
        told.append(f"of 100 people labelled “{bad}”, {rates}")
    larger = [name for name in _GAPS if name in worse]
    named = larger
    if brief and larger:
        named = [max(larger, key=lambda name: _growth(worse, name))]
    gaps: list[str] = []
    for name in named:
        what, term = _GAPS[name]
        before, after = (f"{100 * worse[name][by]:.1f}" for by in ("plain", "model"))
        figures = f"{term if favourable else ''}{after} pp, {plain} {before}"
        # The outcome is named once, then it is "it".
        it = "it" if told or gaps else f"“{good}”"
        gaps.append(f"{what.format(good=good, it=it)} ({figures}{_chance(worse[name])})")
    left = len(larger) - len(named)
    if left:
        gaps.append("another rate" if left == 1 else f"{left} other rates")
    if gaps:
        told.append(f"groups differ more in {' and in '.join(gaps)}")
    return f"{'; '.join(told)}." if told else ""


def surely_worse(changes: pd.DataFrame, good: str, bad: str, *, favourable: bool) -> str:
    """Say what gets worse by more than chance: the gravest by name, and how many others there are.

    Args:
        changes: As `what_got_worse` takes them.
        good: Likewise.
        bad: Likewise.
        favourable: Likewise.

    Returns:
        Nothing if nothing does.
    """
    sure = [name for name, change in _worse(changes).items() if not _chance(change)]
    if not sure:
        return ""
    gravest = max(sure, key=lambda name: _growth(changes.T, str(name)))
    told = what_got_worse(changes.loc[[gravest]], good, bad, favourable=favourable)
    left = len(sure) - 1
    others = "1 other rate gets" if left == 1 else f"{left} other rates get"
    return capitalised(f"{told.removesuffix('.')}; {others} worse." if left else told)


def gap_before_and_after(
    plain: float,
    model: float,
    *,
    name: str = PLAIN_MODEL,
    chance: str = "",
    gap: str = "gap",
    brief: bool = False,
) -> str:
    """Say how the gap with a mixture is beside that with the plain model: it is to be smaller.

    Args:
        plain: The gap with the plain model, in [0, 1].
        model: The gap with the mixture, in [0, 1].
        name: What the plain model is called.
        chance: That the difference could be chance, as `may_be_chance` says it, if so.
        gap: What the gap is called, if the page has not said it.
        brief: Whether the figures stand beside it.

    Returns:
        Nothing if either is not known.
    """
    if math.isnan(plain) or math.isnan(model):
        return ""
    before, after = (f"{100 * gap:.1f}" for gap in (plain, model))
    # What is told alike is alike.
    change = "did not get smaller"
    if before != after:
        change = f"got {'smaller' if float(after) < float(before) else 'larger'}"
    doubt = f" ({chance})" if chance and before != after else ""
    figures = "" if brief else f": {before} pp with {name}, {after} pp with the mixture"
    return f"The {gap} {change}{figures}{doubt}."


def gap_not_surely_smaller(
    plain: float,
    model: float,
    *,
    name: str = PLAIN_MODEL,
    chance: str = "",
    gap: str = "gap",
    brief: bool = False,
) -> str:
    """Say that a mixture does not surely narrow the gap, which is what it is for.

    Args:
        plain: See `gap_before_and_after`.
        model: Likewise.
        name: Likewise.
        chance: Likewise.
        gap: Likewise.
        brief: Likewise.

    Returns:
        Nothing if the gap got smaller by more than chance, or either is not known.
    """
    is_smaller = float(f"{100 * model:.1f}") < float(f"{100 * plain:.1f}")
    told = gap_before_and_after(plain, model, name=name, chance=chance, gap=gap, brief=brief)
    return "" if is_smaller and not chance else told


def not_shown_smaller(
    plain: float, model: float, *, name: str = PLAIN_MODEL, chance: str = "", gap: str = "gap"
) -> str:
    """Say as an open point what `gap_not_surely_smaller` says of a gap: a doubt, and no success.

    Args:
        plain: See `gap_before_and_after`.
        model: Likewise.
        name: Likewise.
        chance: Likewise.
        gap: Likewise.
    """
    told = gap_not_surely_smaller(plain, model, name=name, chance=chance, gap=gap)
    smaller, doubt = f"The {gap} got smaller", f" ({chance})."
    if not told.startswith(smaller):
        return told
    return f"It is not shown that t{told[1:].removesuffix(doubt)}, which {chance}."


def wrongly_given_it(
    changes: pd.DataFrame, good: str, bad: str, *, plain: str = PLAIN_MODEL
) -> str:
    """Say of 100 people with the bad label how many wrongly get the good outcome.

    Args:
        changes: As `fairmoe.metrics.paired_changes` returns them.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        plain: What the plain model is called.
    """
    wrongly = changes.T["wrongly_given"]
    if wrongly.isna().any():
        return f"Nobody in these rows has the label “{bad}”."
    before, after = (100 * wrongly[name] for name in ("plain", "model"))
    # What hardly changes may still be rounded to two figures, and what changes to one.
    is_told = round(after - before) and f"{before:.0f}" != f"{after:.0f}"
    named = plain.removeprefix("the ")
    beside = f" ({named} {before:.0f})" if is_told else f", as with the {named}"
    return f"Of 100 people labelled “{bad}”, {after:.0f} wrongly get “{good}”{beside}."


def _worse(changes: pd.DataFrame) -> pd.DataFrame:
    """Return what is told to be worse, a column each."""
    return changes[changes["model"] - changes["plain"] >= _CLEAR].T


def _growth(worse: pd.DataFrame, name: str) -> tuple[bool, float]:
    """Return what sorts gaps by how surely, then by how much they grow."""
    change = worse[name]
    return not _chance(change), float(change["model"] - change["plain"])


def _chance(change: "pd.Series[float]") -> str:
    told = may_be_chance(float(change["low"]), float(change["high"]))
    return f"; {told}" if told else ""
