"""What the mixture scores beside other models, and what fairness costs."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from fairmoe.figures.points import SAME
from fairmoe.names import INSUFFICIENT, METRICS, MODELS, PLAIN_MODEL, SUMMARY
from fairmoe.sentences.wording import (
    COULD_BE_CHANCE,
    in_a_sentence,
    listed,
    may_be_chance,
    the_model,
)


def ahead_of_mixture(scores: pd.DataFrame, chance: Collection[str] = ()) -> str:
    """Name the models whose final score reads higher than the mixture's; nothing if none does.

    Args:
        scores: As `fairmoe.figures.tables.score_table` returns it.
        chance: Models whose lead could be chance.
    """
    final = scores["final_score"]
    bound = final["mixture"] + SAME
    ahead = [
        f"{label} ({COULD_BE_CHANCE})" if model in chance else label
        for model, label in MODELS.items()
        if model in final.index and final[model] > bound
    ]
    return f"Higher in final score than the mixture: {listed(ahead)}." if ahead else ""


_IS_SCORE = "utility minus both gaps"
HALF_A_POINT = 0.005
"""From this on a simpler model is told to be more accurate than the plain one."""


def simpler_is_better(plain: float, logistic: float, *, chance: str = "") -> str:
    """Say that a logistic regression is more accurate than what mixtures are compared with.

    Args:
        plain: Accuracy of the utility expert, in [0, 1].
        logistic: Accuracy of the logistic regression, in [0, 1].
        chance: That the difference could be chance, as `may_be_chance` says it, if so.

    Returns:
        Nothing if it is not, by half a point at least, or either is not known.
    """
    if not logistic - plain >= HALF_A_POINT:
        return ""
    told = METRICS["acc"].text
    return (
        f"The logistic regression is more accurate than {PLAIN_MODEL} "
        f"({told(logistic)} against {told(plain)}{f'; {chance}' if chance else ''})."
    )


def others_ahead(
    others: pd.DataFrame,
    names: Mapping[str, str],
    *,
    small: bool = False,
    constant: float = math.nan,
    chance: Collection[str] = (),
    brief: bool = False,
) -> str:
    """Say which other models have a higher final score or a smaller gap than the mixture.

    Args:
        others: As `fairmoe.analysis.Result` has them.
        names: What a model is called, where it is not as everywhere.
        small: Whether some groups are too small to be compared, which scores count all the same.
        constant: The final score of the same answer for all; NaN where not estimable.
        chance: Models of which a higher final score could be chance.
        brief: Whether only the model with the highest score is named and the one with the smallest
            gap, of those whose gap surely is smaller if there are any, and the others are counted.

    Returns:
        What follows "Other models:"; nothing if none has.
    """
    mixture, rest = others.T["mixture"], others.drop("mixture")
    # What is told alike is alike.
    higher = rest[rest["final_score"].round(3) > round(mixture["final_score"], 3)]
    smaller = rest[rest["gap"].round(3) < round(mixture["gap"], 3)]
    is_chance = pd.Series(
        [bool(may_be_chance(of["low"], of["high"])) for _, of in smaller.iterrows()],
        smaller.index,
        dtype=bool,
    )
    ahead = {*higher.index, *smaller.index}
    if brief:
        higher = higher.nlargest(1, "final_score")
        smaller = (smaller if is_chance.all() else smaller[~is_chance]).nsmallest(1, "gap")
        is_chance = is_chance[smaller.index]
    left = len(ahead - {*higher.index, *smaller.index})
    score, counts = METRICS["final_score"].text, ", small groups counted" if small else ""
    is_lead_chance = higher.index.isin(list(chance))
    told = [
        *(
            (
                [_named(model, names) for model in these.index],
                f"a higher final score ({_IS_SCORE}: "
                f"{listed([score(of) for of in these['final_score']])}; the mixture "
                f"{score(mixture['final_score'])}{counts}{doubt})",
            )
            for these, doubt in (
                (higher[~is_lead_chance], ""),
                (higher[is_lead_chance], f"; {COULD_BE_CHANCE}"),
            )
        ),
        *(
            (
                [_named(model, names) for model in these.index],
                f"a smaller gap ({listed([_points(gap) for gap in these['gap']])} pp; the mixture "
                f"{_points(mixture['gap'])}{doubt})",
            )
            for these, doubt in (
                (smaller[~is_chance], ""),
                (smaller[is_chance], f"; {COULD_BE_CHANCE}"),
            )
        ),
    ]
    found: dict[str, str] = {}
    for named, what in told:
        if named:
            have = f"{listed(named)} {'has' if len(named) == 1 else 'have'}"
            found[have] = f"{found[have]} and {what}" if have in found else what
    parts = [f"{have} {what}" for have, what in found.items()]
    if left:
        parts.append(f"{left} more {'is' if left == 1 else 'are'} ahead of the mixture too")
    # What is told alike is alike.
    if round(constant, 3) > round(mixture["final_score"], 3):
        is_score = "" if len(higher) else f"{_IS_SCORE}: "
        beside = "" if len(higher) else f"; the mixture {score(mixture['final_score'])}{counts}"
        also = " too" if len(higher) else ""
        parts.append(
            f"the same answer for all has a higher final score{also} "
            f"({is_score}{score(constant)}{beside}), for it has no gaps"
        )
    return f"{'; '.join(parts)}." if parts else ""


def _named(model: object, names: Mapping[str, str]) -> str:
    if model == "uniform":
        return "the mixture with equal weights"
    return names.get(str(model), the_model(model))


def _points(gap: float) -> str:
    return f"{100 * gap:.1f}"


def cost(scores: pd.DataFrame, reference: str) -> str:
    """Say what the mixture gives up and gains against another model.

    Args:
        scores: As `fairmoe.figures.tables.score_table` returns it.
        reference: The other model's key.
    """
    told = [
        _change(metric, float(scores[metric]["mixture"]), float(scores[metric][reference]))
        for metric in ("utility", "f_res", "f_proc")
    ]
    return f"Against {the_model(reference)}, the mixture has {listed(told)}."


def parity_otherwise(scores: pd.DataFrame, reference: str) -> str:
    """Say that the mixture changes demographic parity the other way than the result gap, if so.

    Args:
        scores: As `fairmoe.figures.tables.score_table` returns it.
        reference: The other model's key.

    Returns:
        A sentence with a blank before it; nothing if both change alike, or either is not known.
    """
    tenths = 1000 * scores.loc[["mixture", reference], ["dp", "f_res"]]
    # What is told alike is alike.
    parity, result = tenths.round().diff().iloc[-1]
    if not parity * result < 0:
        return ""
    own, other = (float(scores["dp"][model]) for model in ("mixture", reference))
    text = METRICS["dp"].text
    return (
        " Of the two gaps in the result gap, demographic parity is "
        f"{'higher' if own > other else 'lower'} ({text(own)} against {text(other)})."
    )


def other_decisions(reference: str, *, differ: int, won: int, rows: int) -> str:
    """Say on how many rows the mixture decides differently, and how often it is right then.

    Args:
        reference: The key of the other model.
        differ: Rows on which they decide differently.
        won: How many of these the mixture decides rightly.
        rows: All rows.
    """
    if not differ:
        return f"The mixture and {the_model(reference)} decide alike on all {rows:,} rows."
    return (
        f"The mixture and {the_model(reference)} decide differently on {differ:,} of {rows:,} "
        f"rows; on {won:,} of these the mixture is right."
    )


def how_sure(accuracy: float, interval: tuple[float, float], rows: int) -> str:
    """Say how far a score can be trusted.

    Args:
        accuracy: Of the mixture, in [0, 1].
        interval: The ends of its 95% interval.
        rows: The rows that it was measured on.
    """
    low, high = interval
    return (
        f"These are the scores of one split and one seed. On {rows:,} rows the accuracy of the "
        f"mixture ({accuracy:.1%}) has a 95% interval of {100 * low:.1f} to {high:.1%}. The gaps "
        "are less certain still, because they rest on parts of these rows. Do not rank models by "
        "smaller differences without more seeds and splits."
    )


def scores_takeaway(scores: pd.DataFrame, metrics: Sequence[str] = SUMMARY) -> str:
    """Say in one sentence how the mixture compares with the utility expert.

    Args:
        scores: As `fairmoe.figures.tables.score_table` returns it.
        metrics: In which scores, keys of `METRICS`.
    """
    both = scores.loc[["mixture", "utility"], list(metrics)]
    known = [metric for metric in metrics if both[metric].notna().any()]
    told = [
        f"{in_a_sentence(METRICS[metric].label)} {METRICS[metric].text(float(mixture))} "
        f"against {METRICS[metric].text(float(utility))}"
        for metric, mixture, utility in zip(known, *both[known].to_numpy(), strict=True)
    ]
    unknown = cannot_be_told(metric for metric in metrics if metric not in known)
    return f"Mixture against utility expert: {', '.join(told)}.{unknown}"


def cannot_be_told(metrics: Iterable[str]) -> str:
    """Say which scores cannot be told of two models.

    Args:
        metrics: Keys of `METRICS`.

    Returns:
        A sentence with a blank before it; nothing if there are none.
    """
    named = listed([in_a_sentence(METRICS[metric].label) for metric in metrics])
    return f" The {named} cannot be told: {INSUFFICIENT}." if named else ""


def _change(metric: str, value: float, before: float) -> str:
    about = METRICS[metric]
    name = about.label.lower()
    if math.isnan(value - before):
        return f"a {name} that cannot be compared ({INSUFFICIENT})"
    numbers = f"({about.text(value)} against {about.text(before)})"
    if about.text(value) == about.text(before):
        return f"the same {name} {numbers}"
    return f"a {'higher' if value > before else 'lower'} {name} {numbers}"
