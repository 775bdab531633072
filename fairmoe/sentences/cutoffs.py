"""What thresholds do to people, what the law may say of them, and when they are the better tool."""

import math
from collections.abc import Mapping, Sequence

from fairmoe._units import signed
from fairmoe.sentences.wording import capitalised, listed, the_model

BY_GROUP_MAY_BE_UNLAWFUL = (
    "These cut-offs treat people by their group: of two people with the same score one may get "
    "“{positive}” and the other “{other}”. That may be unlawful where the decision is made. Ask "
    "before you use them."
)
CHOSEN_AND_SHOWN = (
    "Cut-offs are chosen on the validation rows; all figures here are of the {split} rows."
)

SHOWN_AS_TRAINED = (
    "This run is a variant with cut-offs of its own. Lists of people, and whom a page opens on, "
    "follow its decisions: probabilities there are moved, so that it decides at one half. All else "
    "on this page shows the models as trained, before the cut-offs."
)

SIMPLE_UNKNOWN = (
    "Whether thresholds by group do as well as the mixture cannot be told: fewer than two groups "
    "have enough people to be compared."
)


def cutoffs_in_words(
    groups: Sequence[str], thresholds: Sequence[float | None], positive: str
) -> str:
    """Say above which probability of the positive outcome each group is given it.

    Args:
        groups: Their names.
        thresholds: In the same order; None where several groups are told of as one, and each has
            its own.
        positive: What the positive outcome is called, which cut-offs are of also where it is bad
            for the person.
    """
    of = f", in the probability of “{positive}”"
    first, *others = thresholds
    if first is not None and all(at == first for at in others):
        return f"One cut-off for all{of}: {first:.3f}."
    told = [
        f"{name} (one for each of them)" if at is None else f"{name} {at:.3f}"
        for name, at in zip(groups, thresholds, strict=True)
    ]
    return f"A cut-off for each group{of}: {listed(told)}."


def effect_of_cutoffs(
    before: Mapping[str, float], after: Mapping[str, float], good: str, bad: str
) -> str:
    """Say what cut-offs change against the decisions as trained.

    Args:
        before: As trained: `n` people, of whom `good` get the good outcome; `accuracy` and `gap`,
            in how many get it, in [0, 1], the gap NaN where fewer than two groups are compared;
            `cost` by 100 people; `harm`, the share of those with the good label who do not get it,
            NaN where no outcome is good.
        after: The same with the cut-offs.
        good: What the outcome that is counted is called.
        bad: What the other one is called.
    """
    is_known = not math.isnan(after["gap"])
    compared = ("good", "accuracy", "cost", *(["gap"] if is_known else []))
    if all(before[name] == after[name] for name in compared):
        return "These cut-offs decide as the model was trained to."
    harm = (
        ""
        if math.isnan(after["harm"])
        else f" Of 100 people whose label is “{good}”, “{bad}” wrongly goes to "
        f"{100 * after['harm']:.1f} ({100 * before['harm']:.1f})."
    )
    apart = (
        f"the groups are {100 * after['gap']:.1f} pp apart ({100 * before['gap']:.1f})"
        if is_known
        else "no two groups have enough people to be compared"
    )
    return (
        f"With these cut-offs “{good}” goes to {after['good']:,.0f} of {after['n']:,.0f} people "
        f"(as trained {before['good']:,.0f}), {100 * after['accuracy']:.1f}% of the decisions "
        f"agree with the label ({100 * before['accuracy']:.1f}%), {apart}, and wrong decisions "
        f"cost {after['cost']:.1f} by 100 people ({before['cost']:.1f}).{harm}"
    )


def simple_or_mixture(
    simple: tuple[float, float],
    mixture: tuple[float, float],
    difference: tuple[float, float, float],
) -> str:
    """Say whether thresholds by group on the utility expert do as well as the mixture.

    Args:
        simple: Accuracy and demographic parity difference of the utility expert with thresholds by
            group that were chosen for a gap of at most the mixture's, in [0, 1]; the gap NaN where
            fewer than two groups can be compared.
        mixture: Those of the mixture as trained.
        difference: Of the simple tool's accuracy from the mixture's, with the ends of a paired
            95% interval, in [-1, 1].
    """
    if math.isnan(simple[1] - mixture[1]):
        return SIMPLE_UNKNOWN
    value, low, high = difference
    told = (
        f"With thresholds by group, chosen for a gap of at most the mixture's, "
        f"{the_model('utility')} alone is right about {100 * simple[0]:.1f}% of the people at a "
        f"gap of {100 * simple[1]:.1f} pp; {the_model('mixture')} as trained about "
        f"{100 * mixture[0]:.1f}% at {100 * mixture[1]:.1f} pp. The difference in accuracy is "
        f"{signed(100 * value)} pp ({signed(100 * low)} to {signed(100 * high)})."
    )
    if low > 0:
        verdict = (
            "Where the law allows thresholds by group and only outcomes matter, the simple tool is "
            "the better one here."
        )
    elif high < 0:
        verdict = "The mixture is the better one here."
    else:
        verdict = (
            "Neither is clearly better. The simple tool is easier to explain; the mixture needs no "
            "threshold by group."
        )
    return f"{capitalised(told)} {verdict}"


def decisions_of_variant(
    groups: Sequence[str], thresholds: Sequence[float | None], words: tuple[str, str]
) -> str:
    """Say that a run's decisions begin at cut-offs of its own, and what may follow.

    Args:
        groups: Their names.
        thresholds: See `cutoffs_in_words`.
        words: What both outcomes are called, the positive one first.
    """
    cutoffs = cutoffs_in_words(groups, thresholds, words[0])
    told = f"The decisions of this run begin at cut-offs of its own. {cutoffs}"
    if len(set(thresholds)) == 1 and None not in thresholds:
        return told
    return f"{told} {BY_GROUP_MAY_BE_UNLAWFUL.format(positive=words[0], other=words[1])}"
