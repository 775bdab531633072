"""What a model decides about each group, and how often rightly."""

from collections.abc import Collection, Mapping

import pandas as pd

from fairmoe.sentences.wording import capitalised

TELLS_NO_GAP = "; fewer than two groups can be compared, so this tells no gap"


def roc_takeaway(aucs: pd.DataFrame, words: tuple[str, str]) -> str:
    """Say in one sentence in which groups rows are ranked best and worst.

    Args:
        aucs: As `fairmoe.metrics.auc_by_group` returns it.
        words: What both outcomes are called, the positive one first, by which rows are ranked also
            where it is bad for the person.
    """
    known = aucs.dropna().sort_values("auc")
    if known.empty:
        return "No group has enough positive and negative rows for a curve."
    told = [
        f"{row.name!s} ({row['auc']:.1%}, interval {row['auc_low']:.1%} to {row['auc_high']:.1%})"
        for row in (known.iloc[-1], known.iloc[0])
    ]
    ranked = f"Someone labelled “{words[0]}” is ranked above someone labelled “{words[1]}”"
    if len(known) == 1:
        return f"{ranked} in {told[0]} of the pairs."
    if f"{known['auc'].iloc[-1]:.1%}" == f"{known['auc'].iloc[0]:.1%}":
        return f"{ranked} of the same group equally often in all: {told[0]}; 50% would be chance."
    return (
        f"{ranked} of the same group most often for {told[0]}, least often for {told[1]}; 50% "
        "would be chance."
    )


def calibration_takeaway(errors: "pd.Series[float]") -> str:
    """Say in one sentence how far probabilities lie from outcomes in each group.

    Args:
        errors: As `fairmoe.metrics.expected_calibration_error` returns it.
    """
    known = errors.dropna().sort_values()
    if known.empty:
        return "No group has rows."
    ends = [known.index[-1]] if len(known) == 1 else [known.index[-1], known.index[0]]
    told = " and ".join(f"{100 * known[name]:.1f} pp for {name}" for name in ends)
    span = "" if len(known) < 3 else f", the largest and the smallest of {len(known)} groups"
    return (
        f"Probability and outcome lie {told} apart on average{span}; chance alone makes this "
        "larger in small groups."
    )


def cells_in_words(words: tuple[str, str]) -> dict[str, str]:
    """Return what each of `fairmoe.names.CELLS` is, by what the outcomes are called.

    Args:
        words: What both outcomes are called, the positive one first.
    """
    positive, other = words
    return {
        "true_positive": f"rightly “{positive}”",
        "false_positive": f"wrongly “{positive}”",
        "false_negative": f"wrongly “{other}”",
        "true_negative": f"rightly “{other}”",
    }


def confusion_takeaway(
    confusion: pd.DataFrame, words: tuple[str, str], *, favourable: bool | None
) -> str:
    """Say in two sentences for whom the model errs most often, of those whom an error can meet.

    Args:
        confusion: As `fairmoe.metrics.confusion_by_group` returns it.
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person. The error that denies the good
            outcome is told first.
    """
    told = []
    cells = cells_in_words(words)
    errors = [
        ("false_negative", "true_positive", words[0]),
        ("false_positive", "true_negative", words[1]),
    ]
    for wrong, right, truth in errors[::-1] if favourable is False else errors:
        among = confusion[wrong] + confusion[right]
        rate = (confusion[wrong] / among.where(among > 0)).dropna().sort_values()
        if rate.empty:
            continue
        worst, most = rate.index[-1], f"{rate.iloc[-1]:.1%}"
        where = f"most often: {worst!s} ({most} of {among[worst]:,.0f} rows)"
        if len(rate) > 1 and most == f"{rate.iloc[0]:.1%}":
            where = f"equally often in all groups ({most})"
        told.append(f"Of those whose label is “{truth}”, {cells[wrong]} {where}.")
    return " ".join(told) or "No group has rows."


def rates_takeaway(
    rates: pd.DataFrame,
    words: tuple[str, str],
    *,
    favourable: bool | None,
    apart: Collection[str],
    people: Mapping[str, str] | None = None,
) -> str:
    """Say in one sentence which groups get an outcome most and least often.

    Where fewer than two groups can be compared, all are told of, but no gap.

    Args:
        rates: As `fairmoe.metrics.group_rates` returns it.
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person; if it is bad, the other one is
            told of.
        apart: The groups that are not compared, as `fairmoe.metrics.largest_gaps` names them.
        people: How a sentence speaks of the people of a group, by its name; else by its name.
    """
    turned = favourable is False
    given = 1 - rates["selection_rate"] if turned else rates["selection_rate"]
    outcome = words[1] if turned else words[0]
    is_compared = len(rates) - len(apart) > 1
    among = given.drop(list(apart)) if is_compared else given.dropna()
    high, low = str(among.idxmax()), str(among.idxmin())
    of = "of the groups that are compared, " if is_compared and apart else ""
    if among[high] == among[low]:
        whom = "all" if of else "all groups" if len(among) == len(rates) else "all with people here"
        return capitalised(f"{of}“{outcome}” goes equally often to {whom} ({among[high]:.1%}).")
    told = [
        f"{(people or {}).get(name, name)} ({among[name]:.1%} of {int(rates['n'][name]):,})"
        for name in (high, low)
    ]
    gap = f": {100 * (among[high] - among[low]):.1f} pp apart" if is_compared else TELLS_NO_GAP
    often = f"“{outcome}” goes most often to {told[0]}, least often to {told[1]}{gap}."
    return capitalised(f"{of}{often}")


def file_keeps_positive(words: tuple[str, str]) -> str:
    """Say that a file is of the positive outcome where the table above it is of the other one.

    Args:
        words: What both outcomes are called, the positive one first.
    """
    return f"The table is of “{words[1]}”; the file is of “{words[0]}”, the positive outcome (1)."
