"""What the mixtures of a front give and take, and the one that a wish points to."""

import math
from collections.abc import Sequence

import pandas as pd

from fairmoe._units import apart_from
from fairmoe.names import Model
from fairmoe.sentences.wording import capitalised, in_a_sentence, listed, the_model

PROCEDURE_GAP_IS_THERE = (
    "The procedure gap can be shown; it counts every group, of however few people."
)
"""What follows why a gap of outcomes cannot be told."""

_IN_WORDS = {
    0.125: "an eighth as much",
    0.25: "a quarter as much",
    0.5: "half as much",
    1.0: "as much",
    2.0: "twice as much",
}

_TOLD = 3
"""Digits of a share that are told."""


def chosen_point(
    weight: float, gap_name: str, *, gap: tuple[float, float], accuracy: tuple[float, float]
) -> str:
    """Say what a point that was chosen on validation rows holds on test rows.

    Args:
        weight: How much its gate counts the gaps.
        gap_name: Of the gap that it was chosen by.
        gap: Of the utility expert and of the point, in [0, 1]; NaN where it cannot be told.
        accuracy: Likewise, which can be told.
    """
    plain, own = (f"{100 * value:.1f}%" for value in accuracy)
    before, after = (f"{100 * value:.1f} pp" for value in gap)
    gap_name = in_a_sentence(gap_name)
    told = f"The best point on the validation rows {_counts_fairness(weight)}. On the test rows"
    if math.isnan(gap[1] - gap[0]):
        return (
            f"{told} its {gap_name} cannot be told; it has {own} accuracy, the utility expert has "
            f"{plain}."
        )
    # What is told alike is alike.
    more = round(gap[1], _TOLD) - round(gap[0], _TOLD)
    if more >= 0:
        how = "larger than" if more else "as large as"
        return (
            f"{told} its {gap_name} is {how} that of the utility expert: {after} "
            f"against {before}, at {own} accuracy against {plain}."
        )
    return (
        f"{told} its {gap_name} is {after} at {own} accuracy; the utility expert has {before} at "
        f"{plain}."
    )


def front_takeaway(points: pd.DataFrame, plain: "pd.Series[float]", gap_name: str) -> str:
    """Say what the point that is shown gives against the plain model, and the smallest gap.

    Those that raise an alarm are no choice, however small their gap.

    Args:
        points: Indexed by run id: `weight`, `gap` and `accuracy` in [0, 1], `alarming`, `shown`.
        plain: `gap` and `accuracy` of the utility expert.
        gap_name: What the gap is called.
    """
    known = points.dropna(subset=["gap", "accuracy"])
    shown = known[known["shown"]]
    fair = known[~known["alarming"].astype(bool)]
    if shown.empty or fair.empty or plain.isna().any():
        return "The gap of these mixtures cannot be estimated, or all of them raise an alarm."
    told = (
        f"{gap_name} on the test rows: {_point(plain)} for the utility expert, "
        f"{_point(shown.iloc[0])} for the mixture shown."
    )
    least = fair.iloc[fair["gap"].argmin()]
    among = " without an alarm" if len(fair) < len(known) else ""
    if shown["gap"].iloc[0] <= least["gap"]:
        return f"{told} None of these mixtures{among} has a smaller gap."
    how = f"counts {_times(least['weight'])}" if least["weight"] else "does not count"
    return (
        f"{told} The smallest gap of these mixtures{among} is {_point(least)}, where fairness "
        f"{how}."
    )


def experts_change(experts: Sequence[Model], *, strengths: bool = False) -> str:
    """Say that experts have other figures at other points of the dial; nothing if none have.

    Args:
        experts: Which, for they were fine-tuned.
        strengths: Whether the result expert of some points counts the gaps more than of others.
    """
    told = []
    if experts:
        named = listed([the_model(expert) for expert in experts])
        them = "it" if len(experts) == 1 else "them"
        told.append(
            f"The dial changes the figures of {named} too: each of its points has its own version "
            f"of {them}."
        )
    if strengths:
        told.append(
            "The far end of the dial has another result expert, which counts the gaps more."
        )
    return " ".join(told)


def better_on_both(points: pd.DataFrame, beside: pd.DataFrame) -> str:
    """Say which other model has a smaller gap and a higher accuracy than the mixture shown.

    Args:
        points: As `front_takeaway` takes them.
        beside: Indexed by model: `gap` and `accuracy` in [0, 1].

    Returns:
        A sentence with a blank before it; nothing if there is no such model.
    """
    shown = points[points["shown"]].dropna(subset=["gap", "accuracy"])
    if shown.empty:
        return ""
    # What is told alike is alike.
    gap, accuracy = (shown[name].iloc[0].round(_TOLD) for name in ("gap", "accuracy"))
    better = beside[
        (beside["gap"].round(_TOLD) < gap) & (beside["accuracy"].round(_TOLD) > accuracy)
    ]
    return "".join(
        f" {capitalised(the_model(str(name)))} has a smaller gap and a higher accuracy than the "
        f"mixture shown: {_point(place)}."
        for name, place in better.iterrows()
    )


def wish_missed(gap_name: str, *, wished: float, found: float) -> str:
    """Say that a gap which was kept on the validation rows is missed on the test rows.

    Args:
        gap_name: What the gap is called.
        wished: The largest gap that was wished, in [0, 1].
        found: The gap on the test rows, in [0, 1].

    Returns:
        A sentence with a blank before it; nothing if the wish is kept.
    """
    if not found > wished:
        return ""
    name = in_a_sentence(gap_name)
    return (
        f" The wish is kept on the validation rows and missed on the test rows: the {name} is "
        f"{apart_from(100 * wished, 100 * found)} pp, not {100 * wished:.1f} or less."
    )


def no_improvement(chosen: tuple[float, float], shown: tuple[float, float]) -> str:
    """Say that a point which a wish points to is worse on test rows than the one that is shown.

    Args:
        chosen: Gap and accuracy of the point, in [0, 1].
        shown: Those of the mixture that is shown.

    Returns:
        A sentence with a blank before it; nothing if the point is better in the one or the other,
        or both are told alike.
    """
    # What is told alike is alike.
    more_gap, more_accuracy = (
        round(round(new, _TOLD) - round(old, _TOLD), _TOLD)
        for new, old in zip(chosen, shown, strict=True)
    )
    if not (more_gap >= 0 >= more_accuracy) or more_gap == more_accuracy:
        return ""
    how = (
        "worse in both" if more_gap and more_accuracy else "worse in one and no better in the other"
    )
    new, old = (
        _point(pd.Series({"gap": gap, "accuracy": accuracy})) for gap, accuracy in (chosen, shown)
    )
    return (
        f" This is no improvement: on the test rows it is {how} than the mixture shown now, {new} "
        f"against {old}."
    )


def passed_over(
    gap_name: str, losses: Sequence[float], *, accepted: float, is_one_offered: bool = True
) -> str:
    """Say why points are not offered that lose no more than is accepted on the test rows.

    Args:
        gap_name: What the gap is called.
        losses: What each loses on the validation rows, in [-1, 1], the smallest first.
        accepted: What loss of accuracy is accepted, in [0, 1].
        is_one_offered: Whether another point is offered, which has a larger gap.

    Returns:
        Sentences with a blank after them; nothing if there is no such point.
    """
    if not losses:
        return ""
    is_one, name = len(losses) == 1, in_a_sentence(gap_name)
    other = "other " if is_one_offered else ""
    points = f"{'1' if is_one else len(losses)} {other}point{'' if is_one else 's'}"
    has = "has" if is_one else "have"
    smaller = f"{has} a smaller {name} than the one offered and " if is_one_offered else ""
    they = "it loses" if is_one else "they lose"
    more = "" if is_one else " or more"
    return (
        f"On the test rows, which the chart shows, {points} {smaller}"
        f"{'loses' if is_one else 'lose'} no more than {100 * accepted:.1f} pp of accuracy. On the "
        f"validation rows, by which points are chosen, {they} "
        f"{apart_from(100 * accepted, 100 * losses[0])} pp{more}, and so "
        f"{'is' if is_one else 'are'} not offered. "
    )


def next_smaller(gap_name: str, loss: float | None) -> str:
    """Say what the next smaller gap would cost where less accuracy was accepted.

    Args:
        gap_name: What the gap is called.
        loss: In accuracy on the validation rows, in [-1, 1]; None if no gap is smaller.

    Returns:
        A sentence with a blank before it.
    """
    if loss is None:
        return f" No point has a smaller {in_a_sentence(gap_name)} on the validation rows."
    return (
        f" On the validation rows the next smaller {in_a_sentence(gap_name)} costs "
        f"{100 * loss:.1f} pp of accuracy."
    )


def weight_in_words(weight: float) -> str:
    """Say how much fairness counts at a point of the dial.

    Args:
        weight: Of the gaps in the gate's score, at least 0.

    Example:
        >>> weight_in_words(0), weight_in_words(1), weight_in_words(0.5)
        ('not at all', 'once', '0.5 times')
    """
    return _times(weight) if weight else "not at all"


def _counts_fairness(weight: float) -> str:
    if not weight:
        return "leaves fairness out"
    times = _IN_WORDS.get(weight, f"{weight:g} times as much")
    return f"counts fairness {times} as utility"


def _times(weight: float) -> str:
    return "once" if weight == 1 else f"{weight:g} times"


def _point(place: "pd.Series[float]") -> str:
    return f"{100 * place['gap']:.1f} pp at {100 * place['accuracy']:.1f}% accuracy"
