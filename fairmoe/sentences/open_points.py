"""What is open before anyone relies on a run: what figures can show, and nothing else."""

from collections.abc import Sequence

import pandas as pd

from fairmoe.names import GAP_MEASURES
from fairmoe.sentences.cautions import FEW_POSITIVES, FEW_ROWS, small_groups
from fairmoe.sentences.wording import listed

RELIANCE_ASKED = "May this be relied on?"
NOTHING_OPEN = (
    "Yes, as what the models do on these test rows: no point is open that figures can show."
)
ALARM_RAISED = "The mixture raises an alarm."
MEANING_NOT_TOLD = "It was not told whether the outcome is good or bad for the person."
TOLERANCE_NOT_SET = "No tolerance was set, so no gap has a verdict."
SOMETHING_WORSE = "Something gets worse by more than chance: see “What gets worse”."
"""In place of what gets worse, where that stands on the same page."""
_MANY_CLOSE = 10
"""An open point are close calls that are at least one row in so many."""

ONE_TRAINING = "All rests on one training: other seeds may give other figures."


def open_points(  # noqa: PLR0913 - tables, and each finding in words
    differences: pd.DataFrame,
    rates: pd.DataFrame,
    *,
    tolerance: float | None,
    alarmed: bool,
    aim: str,
    ahead: str,
    worse: str,
    close: str,
    meaning_told: bool,
    seeds: int,
) -> tuple[str, ...]:
    """Say what is open, a sentence each, the gravest first.

    Args:
        differences: As `fairmoe.metrics.Review` has them.
        rates: As `fairmoe.metrics.group_rates` returns them.
        tolerance: The largest gap that the reviewer accepts, in [0, 1].
        alarmed: Whether the mixture raises an alarm.
        aim: That the mixture does not narrow the gap, in words, if so.
        ahead: That the plain model has a higher final score, in words, if so.
        worse: What gets worse by more than chance, in words, if anything does.
        close: That many rows are close calls, in words, if so.
        meaning_told: Whether the outcome was said to be good, bad or neither.
        seeds: With how many seeds the same settings were trained.
    """
    told = [ALARM_RAISED] if alarmed else []
    told += filter(None, [aim, ahead, worse])
    if tolerance is None:
        told.append(TOLERANCE_NOT_SET)
    else:
        told += _verdicts(differences, f"the tolerance of {100 * tolerance:g} pp")
    few = small_groups(rates)
    if len(few):
        least = f"fewer than {FEW_ROWS}, or {FEW_POSITIVES} positive ones"
        named = listed(list(map(str, few.index)), 3)
        told.append(f"Too few rows to judge by ({least}): {named}.")
    told += filter(None, [close])
    if not meaning_told:
        told.append(MEANING_NOT_TOLD)
    if seeds < 2:
        told.append(ONE_TRAINING)
    return tuple(told)


def close_calls_open(close: int, rows: int, *, threshold: float | None) -> str:
    """Say that many rows are close calls; nothing if they are less than a tenth.

    Args:
        close: How many test rows are close calls.
        rows: Of how many.
        threshold: What the probability is close to, in (0, 1); None if to the cut-off of each
            row's group.

    Example:
        >>> close_calls_open(363, 1056, threshold=0.5)
        '363 of 1,056 test rows are close calls, within 1 pp of 50%: another training may decide otherwise about them.'
        >>> close_calls_open(87, 2400, threshold=0.5)
        ''
    """  # noqa: E501
    if _MANY_CLOSE * close < rows:
        return ""
    are, them = ("is a close call", "it") if close == 1 else ("are close calls", "them")
    near = "the cut-off of the group" if threshold is None else f"{100 * threshold:.3g}%"
    return (
        f"{close:,} of {rows:,} test rows {are}, within 1 pp of {near}: another training may "
        f"decide otherwise about {them}."
    )


def readiness(points: Sequence[str]) -> str:
    """Answer `RELIANCE_ASKED`, and say how many points are open.

    Args:
        points: As `open_points` returns them.
    """
    if not points:
        return NOTHING_OPEN
    many = "1 point is" if len(points) == 1 else f"{len(points)} points are"
    return f"Not yet: {many} open before anyone relies on this."


def readiness_in_brief(points: Sequence[str]) -> str:
    """Say how many points are open, the gravest of them, and where the others stand.

    Args:
        points: As `open_points` returns them; all but `ONE_TRAINING` stand below on the same page.

    Example:
        >>> readiness_in_brief(["A gap.", "Few rows.", "No verdict."])
        'Not yet: 3 points are open before anyone relies on this. The gravest: A gap. 2 others stand below on this page.'
    """  # noqa: E501
    told = [readiness(points), *points]
    if len(points) > 2:
        last = [ONE_TRAINING] if ONE_TRAINING in points else []
        rest = len(points) - 1 - len(last)
        others = "1 other stands" if rest == 1 else f"{rest} others stand"
        told = [told[0], f"The gravest: {points[0]}", f"{others} below on this page.", *last]
    return " ".join(told)


def open_points_label(count: int) -> str:
    """Return what leads to the report, with how many points are open in it.

    Example:
        >>> open_points_label(0), open_points_label(1), open_points_label(2)
        ('Report: nothing open', 'Report: 1 open point', 'Report: 2 open points')
    """
    return f"Report: {count or 'nothing'} open{' point' * (count > 0)}{'s' * (count > 1)}"


def _verdicts(differences: pd.DataFrame, tolerance: str) -> list[str]:
    words = {"exceeds": "Above", "cannot be told": "Too few people to tell whether within"}
    told = []
    for verdict, where in words.items():
        of_verdict = differences.index[differences["verdict"] == verdict]
        if len(of_verdict):
            names = listed([GAP_MEASURES[str(measure)].lower() for measure in of_verdict])
            told.append(f"{where} {tolerance}: {names}.")
    return told
