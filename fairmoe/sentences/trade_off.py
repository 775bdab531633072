"""What many runs, and the best of them, give and take."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from fairmoe._units import apart_from
from fairmoe.figures.tradeoff import OUTSIDE
from fairmoe.names import GAP_AXES
from fairmoe.sentences.wording import capitalised, in_a_sentence, listed, the_model

DIAL_EXPLAINED = (
    "How much the gate counts the gaps; the fairness weights on Train are what the experts are "
    "trained with. 0 is utility alone; at 1 a point of the result gap or of the procedure gap "
    "counts as much as a point of utility. All pages follow. The mixtures were chosen on other "
    "rows than those shown, and by several gaps at once: so more need not make each gap smaller."
)

ROWS_UNKNOWN = (
    "These runs were kept by an earlier version: it is not known whether their test rows are those "
    "of the models beside them."
)


def gap_missed(gap_name: str, gaps: Sequence[float], *, wished: float, is_one_offered: bool) -> str:
    """Say why points are not offered that keep to a wished gap on the test rows alone.

    Args:
        gap_name: What the gap is called.
        gaps: Of each on the validation rows, in [0, 1], the smallest first.
        wished: The largest gap that was wished, in [0, 1].
        is_one_offered: Whether another point is offered, which is less accurate.

    Returns:
        Sentences with a blank after them; nothing if there is no such point.
    """
    if not gaps:
        return ""
    is_one, other = len(gaps) == 1, "other " if is_one_offered else ""
    points = f"1 {other}point keeps" if is_one else f"{len(gaps)} {other}points keep"
    better = f" and {'is' if is_one else 'are'} more accurate" if is_one_offered else ""
    return (
        f"On the test rows, which the chart shows, {points} to this{better}. On the validation "
        f"rows, by which points are chosen, {'its' if is_one else 'their'} "
        f"{in_a_sentence(gap_name)} is {apart_from(100 * wished, 100 * gaps[0])} pp"
        f"{'' if is_one else ' or more'}, so {'it is' if is_one else 'they are'} not offered. "
    )


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
        "(no other is better in both) on the validation rows"
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


def not_on_chart(names: Sequence[str]) -> str:
    """Say which models have no place in the figure, and why."""
    return (
        f"Not drawn: {', '.join(names)}. A model of which only the answers are known has no "
        "reasons that could be compared, so there is no procedure gap to show."
    )
