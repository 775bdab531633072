"""What many runs, and the best of them, give and take."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from fairmoe.figures.tradeoff import OUTSIDE
from fairmoe.names import GAP_AXES
from fairmoe.sentences.wording import capitalised, listed, the_model

_TOLD = 3
"""Digits of a share that are told."""


def tradeoff_takeaway(points: pd.DataFrame, gap: str) -> str:
    """Say in one sentence how many runs are Pareto-optimal, and between which ends they lie.

    Args:
        points: As `fairmoe.sweep.run_points` returns it.
        gap: A key of `fairmoe.names.GAP_AXES`.
    """
    front = points[points["on_front"]].dropna(subset=["gap", "utility"])
    if front.empty:
        return "No run has scores that can be estimated."
    told = (
        f"Of {len(points)} runs, {len(front)} {'is' if len(front) == 1 else 'are'} Pareto-optimal "
        "on the validation rows"
    )
    least, best = front.iloc[front["gap"].argmin()], front.iloc[front["utility"].argmax()]
    if len(front) == 1:
        return f"{told}; on the test rows it stands at {_place(best)}."
    if least.name == best.name:
        return (
            f"{told}; of these the one with the smallest {GAP_AXES[gap].lower()} on the test rows, "
            f"{_place(least)}, has the highest utility too."
        )
    return f"{told}; on the test rows they reach from {_place(least)} to {_place(best)}."


def models_takeaway(models: pd.DataFrame, gap: str) -> str:
    """Say in one sentence which models of a run no other beats.

    Args:
        models: Indexed by model, with `gap`, `utility` and `on_front`, on the test rows; none of
            which raises an alarm is on the front.
        gap: A key of `fairmoe.names.GAP_AXES`.
    """
    front = models[models["on_front"]].sort_values("gap")
    if front.empty:
        return "No model has scores that can be estimated."
    told = [
        f"{the_model(key)} ({row['utility']:.1%}, {100 * row['gap']:.1f} pp)"
        for key, row in front.iterrows()
    ]
    if len(told) == 1:
        return (
            f"No model without an alarm has a higher utility or a smaller {GAP_AXES[gap].lower()} "
            f"on the test rows than {told[0]}."
        )
    return (
        f"No model without an alarm beats these in both utility and {GAP_AXES[gap].lower()} on the "
        f"test rows: {listed(told)}."
    )


def settings_reading(means: pd.DataFrame) -> str:
    """Say whether settings differ in their gap by more than the seeds of one setting do.

    Args:
        means: As `fairmoe.sweep.setting_means` returns it.

    Returns:
        One or two sentences; nothing if that cannot be told.
    """
    known = means.dropna(subset=["gap", "gap_sd"])
    if len(known) < 2:
        return ""
    low, high = known.iloc[known["gap"].argmin()], known.iloc[known["gap"].argmax()]
    apart = 100 * (high["gap"] - low["gap"])
    chance = 100 * float(np.sqrt((known["gap_sd"] ** 2).mean()))
    error = chance * math.sqrt(1 / high["runs"] + 1 / low["runs"])
    told = (
        f"The mean gap reaches from {100 * low['gap']:.1f} pp ({low['label']}) to "
        f"{100 * high['gap']:.1f} pp ({high['label']}); seeds of one setting differ by "
        f"{chance:.1f} pp (one standard deviation)."
    )
    if apart < 2 * error:
        return f"{told} So far these settings cannot be told from chance: take more seeds."
    return told


def _place(point: "pd.Series[float]") -> str:
    return (
        f"{100 * point['utility']:.1f}% utility at {100 * point['gap']:.1f} pp ({point['label']})"
    )


def outside(baselines: pd.DataFrame) -> str:
    """Say where the baselines stand that may lie beyond the figure's axes.

    Args:
        baselines: As `tradeoff_figure` takes it.
    """
    beyond = baselines[baselines.index.isin(OUTSIDE)].dropna(subset=["gap", "utility"])
    return " ".join(
        f"{capitalised(the_model(key))} predictor: {100 * row['utility']:.1f}% utility at "
        f"{100 * row['gap']:.1f} pp."
        for key, row in beyond.iterrows()
    )


def runs_takeaway(table: pd.DataFrame) -> str:
    """Say in one sentence which run has the highest final score, utility and the least gaps."""
    known = table.dropna()
    if known.empty:
        return "No run has scores that can be estimated."
    gaps = known["f_res"] + known["f_proc"]
    best = {
        "highest final score": known["final_score"].argmax(),
        "highest utility": known["utility"].argmax(),
        "smallest gaps": gaps.argmin(),
    }
    told = [f"{words}: {known.index[int(place)]}" for words, place in best.items()]
    return f"Of {len(table)} runs, {', '.join(told)}."


def chosen_point(
    weight: float, gap_name: str, *, gap: tuple[float, float], accuracy: tuple[float, float]
) -> str:
    """Say what a point that was chosen on validation rows holds on test rows.

    Args:
        weight: How much its gate counts the gaps.
        gap_name: Of the gap that it was chosen by.
        gap: Of the utility expert and of the point, in [0, 1].
        accuracy: Likewise.
    """
    plain, own = (f"{100 * value:.1f}%" for value in accuracy)
    before, after = (f"{100 * value:.1f} pp" for value in gap)
    how = f"fairness counts {_times(weight)}" if weight else "fairness does not count"
    if round(gap[1] - gap[0], 3) >= 0:
        return (
            f"Chosen on the validation rows: {how}. That gains nothing: on the test rows "
            f"{gap_name} is {after}, and the utility expert has {before}; accuracy is {own}, where "
            f"it has {plain}."
        )
    return (
        f"Chosen on the validation rows: {how}. On the test "
        f"rows {gap_name} is {after}, where the utility expert has {before}; accuracy is {own}, "
        f"where it has {plain}."
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
    weight = least["weight"]
    how = f"fairness counts {_times(weight)}" if weight else "fairness does not count"
    return f"{told} The smallest gap of these mixtures{among} is {_point(least)}, where {how}."


def line_explained(points: pd.DataFrame) -> str:
    """Say what the line through some of the points is.

    Args:
        points: As `front_takeaway` takes them, with `on_front`.

    Returns:
        A sentence with a blank before it; nothing where fewer than two points are joined.
    """
    joined = int(points["on_front"].sum())
    if joined < 2:
        return ""
    alarms = " without an alarm" if points["alarming"].any() else ""
    return (
        f" The blue line joins the {joined} of {len(points)} mixtures that no other{alarms} beats "
        "in both accuracy and gap on these rows."
    )


def harder_experts(points: pd.DataFrame) -> str:
    """Say which mixtures have a result expert that was pushed harder, and why.

    Args:
        points: As `front_takeaway` takes them, with `weight` and `harder`.

    Returns:
        A sentence with a blank before it; nothing where all have the same.
    """
    far = points[points["harder"] > 1]
    if far.empty:
        return ""
    weights = listed([f"{weight:g}" for weight in far["weight"]])
    of_weights = f"weight {weights} has" if len(far) == 1 else f"weights {weights} have"
    return (
        f" The mixture{'s' * (len(far) > 1)} of {of_weights} a result expert that counts the gaps "
        f"{far['harder'].iloc[0]:g} times as much: with it the far end did better on the "
        "validation rows, which could be chance."
    )


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
    return (
        f" The wish is kept on the validation rows and missed on the test rows: {gap_name} is "
        f"{100 * found:.1f} pp, not {100 * wished:.1f} or less."
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
        return f" No point has a smaller {gap_name} on the validation rows."
    return (
        f" On the validation rows the next smaller {gap_name} costs {100 * loss:.1f} pp of "
        "accuracy."
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


def _times(weight: float) -> str:
    return "once" if weight == 1 else f"{weight:g} times"


def _point(place: "pd.Series[float]") -> str:
    return f"{100 * place['gap']:.1f} pp at {100 * place['accuracy']:.1f}% accuracy"


def not_on_chart(names: Sequence[str]) -> str:
    """Say which models have no place in the figure, and why."""
    return (
        f"Not drawn: {', '.join(names)}. A model of which only the answers are known has no "
        "reasons that could be compared, so there is no procedure gap to show."
    )
