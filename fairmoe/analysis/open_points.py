"""What is open before anyone relies on a run, of its test rows."""

import math
from collections.abc import Collection

import pandas as pd

from fairmoe.analysis.result import changes_of
from fairmoe.metrics import group_rates
from fairmoe.names import PLAIN_MODEL, Model
from fairmoe.runs import Run
from fairmoe.sentences.costs import others_ahead
from fairmoe.sentences.open_points import open_points
from fairmoe.sentences.wording import capitalised, may_be_chance
from fairmoe.sentences.worse import PARITY_GAP, gap_not_surely_smaller


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
        meaning_told=run.roles.target.outcome is not None,
        seeds=1,
    )


def aim_missed(run: Run, *, tolerance: float | None = None) -> str:
    """Say that the mixture of a run does not narrow the gap of demographic parity.

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
    return gap_not_surely_smaller(plain, own, name=PLAIN_MODEL, chance=chance, gap=PARITY_GAP)


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
