"""What a run comes to for people: who gets the good outcome, who is harmed, and the gap, thrice."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from fairmoe.data.groups import SMALL_GROUPS, Merge, merge_of
from fairmoe.metrics import (
    Account,
    OutcomeGap,
    accuracy_change,
    outcome_gap,
    paired_changes,
)
from fairmoe.metrics.effective import effective_counts
from fairmoe.names import EXPERTS, LEAST_PEOPLE, Model, SplitName
from fairmoe.runs import Run, SweepScores, as_told
from fairmoe.sentences.data import ON_DATA, ROWS_FOR_ONE_TESTED, merge_and_train_again
from fairmoe.sentences.gaps import groups_left_out
from fairmoe.sentences.small_groups import (
    EVERY_GROUP_COUNTS,
    every_group_counts,
    score_counts_every_group,
    told_as_one,
    with_few_people,
)

Source = Literal["label", "plain", "model"]
"""Who says who gets the outcome: the labels, the plain model, or the mixture."""


@dataclass(frozen=True, eq=False)
class Result:
    """What a run comes to for people.

    Attributes:
        account: Of the mixture beside the plain model. Where no outcome is good
            or bad for the person, the positive one is counted in the place of the good one.
        gaps: The gap in the good outcome by label, with the plain model, with the mixture.
        small: Groups of too few people to be compared.
        changes: As `fairmoe.metrics.paired_changes` has them, of the mixture beside the
            plain model.
        others: Of the mixture, and of each other model that raises no alarm, but for the constant:
            its `final_score`, its `gap` in the good outcome, and the ends of a 95%
            interval of how much larger the mixture's gap is, `low` and `high`.
        constant: The final score of the same answer for all, in [-1, 1]; NaN where not estimable.
        simpler: The ends of a 95% interval of how much more accurate the logistic regression is
            than the utility expert, in [-1, 1].
    """

    account: Account
    gaps: Mapping[Source, OutcomeGap]
    small: tuple[str, ...]
    changes: pd.DataFrame
    others: pd.DataFrame
    constant: float
    simpler: tuple[float, float]


def result_of(
    run: Run,
    *,
    split: SplitName = "test",
    tolerance: float | None = None,
    plain: Model = "utility",
    among_labelled: bool = False,
) -> Result:
    """Return what a run comes to for people.

    Args:
        run: The run.
        split: On which rows.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; it brings verdicts.
        plain: The model that the mixture is compared with.
        among_labelled: Whether the gaps are among those whose label is the good outcome, as equal
            opportunity has them where that is the positive one, and not among all, as demographic
            parity has them.
    """
    record = run.splits[split]
    positive = {
        "label": record.y_true == 1,
        "plain": record.proba[plain] > 0.5,
        "model": record.proba["mixture"] > 0.5,
    }
    is_bad = run.roles.target.favourable is False
    rows = positive["label"] != is_bad if among_labelled else slice(None)
    gaps: dict[Source, OutcomeGap] = {
        source: outcome_gap(
            (positive[source] != is_bad)[rows],
            group=record.group[rows],
            group_names=tuple(run.data.groups),
            tolerance=tolerance,
            sample_weight=None if record.weight is None else record.weight[rows],
        )
        for source in ("label", "plain", "model")
    }
    of_all = outcome_gap(
        record.y_true == 1,
        group=record.group,
        group_names=tuple(run.data.groups),
        sample_weight=record.weight,
    )
    return Result(
        account=run.account(plain=plain, split=split, otherwise=True),
        gaps=gaps,
        small=of_all.apart,
        changes=changes_of(run, plain, split),
        others=_others(run, split, "denied" if among_labelled else "gets"),
        constant=run.scores[split].get("constant", {}).get("final_score", math.nan),
        simpler=accuracy_change(
            record.y_true,
            record.proba["utility"] > 0.5,
            record.proba["logistic"] > 0.5,
            sample_weight=record.weight,
        )[1:],
    )


def changes_of(run: Run, plain: Model, split: SplitName) -> pd.DataFrame:
    """Return what the mixture changes against a plain model; see `fairmoe.metrics.paired_changes`.

    Args:
        run: The run.
        plain: The model that it is compared with.
        split: Which rows.
    """
    record = run.splits[split]
    return paired_changes(
        record.y_true,
        record.proba[plain] > 0.5,
        record.proba["mixture"] > 0.5,
        group=record.group,
        n_groups=len(run.data.groups),
        favourable=run.roles.target.favourable is not False,
        sample_weight=record.weight,
    )


def _others(run: Run, split: SplitName, gap: str) -> pd.DataFrame:
    """Return how the mixture and the other models that are a choice score; see `Result`."""
    alarming, rows = run.alarms(split), {}
    for model in ("mixture", *EXPERTS, "uniform", "logistic", "existing"):
        if model not in run.models or (model in alarming and model != "mixture"):
            continue
        change = changes_of(run, model, split).T[gap]
        rows[model] = {
            "final_score": run.scores[split][model]["final_score"],
            "gap": change["plain"],
            "low": change["low"],
            "high": change["high"],
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def who_counts_in_scores(run: Run, *, split: SplitName = "test", how: str = ON_DATA) -> str:
    """Say that scores count groups of too few people, and how to merge these.

    Args:
        run: The run.
        split: On which rows.
        how: How the least size of a group is set, up to the number.

    Returns:
        Nothing if no group is too small.
    """
    small, few = _small(run, split)
    told = run if run.unmerged is not None else as_told(run)[0]
    return every_group_counts(
        told.parity_gap(split=split)[0],
        small,
        few=few,
        advice=merge_and_train_again(merge_for_training(run, split=split), how=how),
    )


def who_counts_in_sweep(sweep: SweepScores, *, how: str = ON_DATA) -> str:
    """Say that the scores of a sweep count groups of too few people, and how to merge these.

    Of its test rows only their number is known. As they are drawn, each group has its share of
    them, but where a column names them.

    Args:
        sweep: The sweep.
        how: How the least size of a group is set, up to the number.

    Returns:
        Nothing if no group is too small.
    """
    if sweep.roles.split_column is not None or sweep.roles.weight is not None:
        return EVERY_GROUP_COUNTS
    groups = sweep.data.groups
    share = sweep.test_rows / max(sum(groups.values()), 1)
    small = [name for name, rows in groups.items() if round(share * rows) < LEAST_PEOPLE]
    merge = merge_of(groups, small, needed=ROWS_FOR_ONE_TESTED * LEAST_PEOPLE) if small else None
    return every_group_counts(
        None,
        small,
        few=with_few_people(weighted=False),
        advice=merge_and_train_again(merge, how=how),
    )


def merge_for_training(run: Run, *, split: SplitName = "test") -> Merge | None:
    """Return how to merge groups for the next training so that each has enough people.

    Args:
        run: The run.
        split: On which rows groups of too few people are not compared.

    Returns:
        None if no group is too small, or no merge would help.
    """
    small, _ = _small(run, split)
    if not small:
        return None
    own = run.unmerged or run
    merge = merge_of(own.data.groups, small, needed=ROWS_FOR_ONE_TESTED * LEAST_PEOPLE)
    record = own.splits[split]
    if merge is None or (record.weight is None and run.roles.split_column is None):
        return merge
    # By weights, or where a column names the test rows, one row in five may be too few.
    named = np.array([name in merge.names for name in own.data.groups])[record.group]
    _, people = effective_counts(named, named, named.astype(np.int64), 2, record.weight)
    return merge if people[1] >= LEAST_PEOPLE else None


def who_counts_in_final_score(
    run: Run, split: SplitName = "test", *, score: str = "final_score"
) -> str:
    """Say that the final score counts groups of too few people, where the gaps beside it do not.

    Args:
        run: The run.
        split: On which rows.
        score: Of which score to say it, a key of `fairmoe.names.METRICS`.

    Returns:
        Nothing if no group is too small.
    """
    small, few = _small(run, split)
    return score_counts_every_group(small, few=few, score=score)


def who_is_one(run: Run, smallest: int, *, apart: bool = False) -> str:
    """Say which groups of a run count as one where it is told of.

    Args:
        run: As `fairmoe.runs.as_told` returns it.
        smallest: How many people a group needs to be told of by itself.
        apart: Whether to say too which groups are not compared on the test rows.

    Returns:
        Nothing if none do.
    """
    if apart:
        weighted = run.splits["test"].weight is not None
        few = groups_left_out(run.parity_gap()[1], weighted=weighted)
        return f"{who_is_one(run, smallest)}{few}".strip()
    if run.unmerged is None:
        return ""
    names = [name for name in run.unmerged.data.groups if name not in run.data.groups]
    return told_as_one(names, SMALL_GROUPS, smallest)


def _small(run: Run, split: SplitName) -> tuple[tuple[str, ...], str]:
    """Return which groups of a run are not told of by themselves, and how few people they have."""
    own = run.unmerged or run
    _, apart = own.parity_gap(split=split)
    if apart or run.unmerged is None:
        return apart, with_few_people(weighted=own.splits[split].weight is not None)
    return tuple(name for name in own.data.groups if name not in run.data.groups), ""
