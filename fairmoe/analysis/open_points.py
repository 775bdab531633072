"""What is open before anyone relies on a run, of its test rows."""

import math
from collections.abc import Collection

import pandas as pd

from fairmoe.analysis.close_calls import close_calls_in
from fairmoe.analysis.individual import THRESHOLD
from fairmoe.analysis.result import changes_of
from fairmoe.metrics import group_rates
from fairmoe.names import PLAIN_MODEL, Model
from fairmoe.runs import Run
from fairmoe.sentences.costs import others_ahead
from fairmoe.sentences.open_points import close_calls_open, open_points
from fairmoe.sentences.wording import capitalised, may_be_chance
from fairmoe.sentences.worse import PARITY_GAP, not_shown_smaller, surely_worse


def what_is_open(
    run: Run, *, tolerance: float | None = None, chance: Collection[Model] = ()
) -> tuple[str, ...]:
    """Return what is open before anyone relies on a run, a sentence each; of the test rows.

    Args:
        run: The run.
        tolerance: The largest gap that the reviewer accepts, in [0, 1].
        chance: Models whose lead in the final score could be chance, as `ahead_by_chance` has them.
    """
    record = run.splits["test"]
    rates = group_rates(
        record.y_true,
        record.proba["mixture"] > 0.5,
        record.proba["mixture"],
        group=record.group,
        group_names=tuple(run.data.groups),
        sample_weight=record.weight,
    )
    return open_points(
        run.review("mixture", tolerance=tolerance).differences,
        rates,
        tolerance=tolerance,
        alarmed="mixture" in run.alarms(),
        aim=aim_missed(run, tolerance=tolerance),
        ahead=plain_is_ahead(run, chance),
        worse=gets_surely_worse(run),
        close=many_are_close(run),
        meaning_told=run.roles.target.outcome is not None,
        seeds=1,
    )


def aim_missed(run: Run, *, tolerance: float | None = None) -> str:
    """Say that the mixture of a run does not surely narrow the gap of demographic parity.

    Args:
        run: The run; of its test rows.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; no wider one is needed.

    Returns:
        Nothing if it does, if a gap is not known, or if the mixture's is within the tolerance.
    """
    plain, own = (run.parity_gap(model)[0] for model in ("utility", "mixture"))
    if tolerance is not None and own <= tolerance:
        return ""
    change = changes_of(run, "utility", "test").T["gets"]
    chance = may_be_chance(change["low"], change["high"])
    return not_shown_smaller(plain, own, name=PLAIN_MODEL, chance=chance, gap=PARITY_GAP)


def gets_surely_worse(run: Run) -> str:
    """Say what gets worse with the mixture than with the utility expert by more than chance.

    Args:
        run: The run; of its test rows. Of the gap of demographic parity `aim_missed` tells.

    Returns:
        Nothing if nothing does, or if no outcome is good or bad for the person.
    """
    favourable = run.roles.target.favourable
    if favourable is None:
        return ""
    changes = changes_of(run, "utility", "test").drop(index="gets")
    return surely_worse(changes, *run.good_and_bad, favourable=favourable)


def many_are_close(run: Run) -> str:
    """Say that at least a tenth of the test rows are close calls of the mixture, if so."""
    cutoffs = run.cutoffs
    threshold: float | None = THRESHOLD
    if cutoffs is not None:
        threshold = None if cutoffs.by_group else cutoffs.thresholds[0]
    rows = len(run.splits["test"].y_true)
    return close_calls_open(close_calls_in(run), rows, threshold=threshold)


def plain_is_ahead(run: Run, chance: Collection[Model] = ()) -> str:
    """Say that the utility expert has a higher final score than the mixture on the test rows.

    Args:
        run: The run.
        chance: Models whose lead could be chance, as `ahead_by_chance` returns them.

    Returns:
        Nothing if it has not, as told, or if it raises an alarm.
    """
    if "utility" in run.alarms():
        return ""
    final = {model: run.scores["test"][model]["final_score"] for model in ("mixture", "utility")}
    small = run.unmerged is not None or bool(run.parity_gap()[1])
    scores = pd.DataFrame(
        {"final_score": final, "gap": math.nan, "low": math.nan, "high": math.nan}
    )
    return capitalised(others_ahead(scores, {"utility": PLAIN_MODEL}, small=small, chance=chance))
