"""What a report says of a run, as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.analysis import review_run, rows_of_run
from fairmoe.analysis.gap_sides import worst_and_best_off
from fairmoe.analysis.gap_sources import GapSources, LogOdds, compare_sides, explain_log_odds
from fairmoe.analysis.overrides import ahead_by_chance
from fairmoe.analysis.routing import routed_rows, weights_by_group
from fairmoe.data import LabelledTable
from fairmoe.data.groups import groups_of
from fairmoe.data.people import people_of
from fairmoe.data.small_groups import merged_before
from fairmoe.figures.tables import group_counts, score_table
from fairmoe.metrics import (
    Account,
    Alarm,
    Gap,
    Review,
    group_rates,
    largest_gaps,
    wilson_interval,
)
from fairmoe.metrics.effective import Weights, effective_counts
from fairmoe.names import COMPARED, SPLITS, Model
from fairmoe.report.attention import Attention, attention_of
from fairmoe.runs import (
    PeerScores,
    Run,
    SweepScores,
    merge_small_groups,
    merged_thresholds,
    small_groups,
)

REVIEWED: tuple[Model, ...] = ("mixture", "utility")
DRAWN_COLUMNS = 5


@dataclass(frozen=True)
class Comparison:
    """The decisions of the mixture beside those of another model, on the same rows.

    Attributes:
        differ: Rows on which they decide differently.
        won: How many of these the mixture decides rightly.
        rows: All rows.
    """

    differ: int
    won: int
    rows: int


@dataclass(frozen=True, eq=False)
class GapOrigin:
    """Through which columns the gap between the group that is worst off and the best off comes.

    Attributes:
        one: The group to which the plain model gives the good outcome least often.
        other: That to which it gives it most often.
        sources: All columns.
        drawn: The first `DRAWN_COLUMNS`, and the others together.
    """

    one: str
    other: str
    sources: GapSources
    drawn: GapSources


@dataclass(frozen=True, eq=False)
class Findings:
    """What a report says of a run; all but `counts` on its test rows.

    Attributes:
        run: The run.
        counts: Labels by group over all rows, as `fairmoe.figures.tables.group_counts` returns it.
        scores: As `fairmoe.figures.tables.score_table` returns it.
        rates: As `fairmoe.metrics.group_rates` returns it, by model.
        gaps: By model, and by "dp" and "eo".
        accuracy: The ends of the 95% interval of each model's accuracy.
        reviews: Of the mixture, of the utility expert, and of the existing model if there is one,
            what a reviewer asks first.
        decisions: Who gets which outcome, and what the mixture changes against the utility expert,
            as `Run.account(otherwise=True)` has it.
        beside_existing: The same against the existing model; None without one.
        compared: The mixture beside the utility expert, the logistic regression, and the existing
            model if there is one.
        by_chance: Experts with a higher final score than the mixture's, but perhaps by chance.
        alarms: As `Run.alarms` returns them.
        routed: As `fairmoe.analysis.routing.routed_rows` returns it.
        weights: As `fairmoe.analysis.routing.weights_by_group` returns it.
        attention: Which columns the mixture rests on; None if the table is not at hand.
        origin: Through which columns the gap comes; None likewise.
        unknown: How many rows of the table have no group; None likewise.
        sweep: Other runs of the same data, if there are any.
        other: The run that differs only in whether its models see the sensitive columns, if there
            is one.
        peers: Fits of Fairlearn's methods on the same rows, if there are any.
        merged: Groups that are one in all of this, for they are too small to be told of.
        merged_before: Groups that were merged before the training; none without the table.
        smallest: How many people a group needs.
        thresholds: The cut-offs of the groups, if the run is a variant; None for those that are
            one here, if each has its own.
    """

    run: Run
    counts: pd.DataFrame
    scores: pd.DataFrame
    rates: Mapping[Model, pd.DataFrame]
    gaps: Mapping[Model, Mapping[str, Gap]]
    accuracy: Mapping[Model, tuple[float, float]]
    reviews: Mapping[Model, Review]
    decisions: Account
    beside_existing: Account | None
    compared: Mapping[Model, Comparison]
    by_chance: tuple[Model, ...]
    alarms: Mapping[Model, Alarm]
    routed: pd.DataFrame
    weights: pd.DataFrame
    attention: Attention | None
    origin: GapOrigin | None
    unknown: int | None
    sweep: SweepScores | None
    other: Run | None
    peers: tuple[PeerScores, ...] = ()
    merged: tuple[str, ...] = ()
    merged_before: tuple[str, ...] = ()
    smallest: int = 0
    thresholds: tuple[float | None, ...] = ()

    @property
    def account(self) -> Account | None:
        """The decisions as an account of harm; None unless the outcome is good or bad."""
        return None if self.run.roles.target.favourable is None else self.decisions

    @property
    def people(self) -> Mapping[str, str]:
        """How a sentence speaks of the people of each group, by its name."""
        return people_of(self.run.data.groups, self.run.roles)


def find(
    run: Run,
    labelled: LabelledTable | None = None,
    *,
    reference: str | None = None,
    tolerance: float | None = None,
    sweep: SweepScores | None = None,
    other: Run | None = None,
    peers: Sequence[PeerScores] = (),
    smallest_group: int = 0,
) -> Findings:
    """Return what a report says of a run.

    Args:
        run: The run.
        labelled: The table that it was trained on; without it there is no attention.
        reference: The group that the others are compared with; by default the largest.
        tolerance: The largest gap that the reviewer accepts, in [0, 1].
        sweep: Other runs of the same data, for the trade-off.
        other: The run that differs only in whether its models see the sensitive columns.
        peers: Fits of Fairlearn's methods on the same rows, for the trade-off.
        smallest_group: How many people of a split a group needs to be told of by itself; smaller
            ones are merged.

    Raises:
        InvalidInputError: The table is not the one that the run was trained on, the reference is no
            group, the tolerance is outside its limits, or too few groups are large enough.
    """
    unknown = None if labelled is None else _unknown(labelled)
    merged = small_groups(run, smallest_group)
    before = () if labelled is None else merged_before(labelled)
    thresholds = () if run.cutoffs is None else merged_thresholds(run, merged)
    # Before groups are merged, for scores count each.
    by_chance = ahead_by_chance(run, labelled)
    # Before groups are merged, for each may have a cut-off of its own.
    log_odds = None if labelled is None else _log_odds(run, labelled)
    run, labelled = merge_small_groups(run, labelled, smallest=smallest_group, names=merged)
    if other is not None:
        other, _ = merge_small_groups(other, names=merged)
    if sweep is not None:
        # It stands on the same rows, and is to tell of no group that the run does not tell of.
        sweep = replace(sweep, data=run.data, roles=run.roles)
    names = list(run.data.groups)
    test = run.splits["test"]
    y = np.concatenate([run.splits[split].y_true for split in SPLITS])
    group = np.concatenate([run.splits[split].group for split in SPLITS])
    decided = {model: test.proba[model] > 0.5 for model in run.models}
    rates = {
        model: group_rates(
            test.y_true,
            decided[model],
            test.proba[model],
            group=test.group,
            group_names=names,
            sample_weight=test.weight,
        )
        for model in run.models
    }
    right = {model: decided[model] == (test.y_true == 1) for model in run.models}
    return Findings(
        run=run,
        counts=group_counts(y, group, names),
        scores=score_table(run.scores["test"]),
        rates=rates,
        gaps={
            model: largest_gaps(
                test.y_true,
                decided[model],
                group=test.group,
                rates=rates[model],
                sample_weight=test.weight,
            )
            for model in run.models
        },
        accuracy={model: _interval(right[model], test.weight) for model in run.models},
        reviews={
            model: run.review(model, reference=reference, tolerance=tolerance)
            if labelled is None
            else review_run(run, labelled, model, reference=reference, tolerance=tolerance)
            for model in (*REVIEWED, *(m for m in run.models if m == "existing"))
        },
        decisions=run.account(otherwise=True),
        beside_existing=run.account(plain="existing", otherwise=True)
        if "existing" in decided
        else None,
        compared={
            model: Comparison(
                differ=int((decided["mixture"] != decided[model]).sum()),
                won=int((right["mixture"] & ~right[model]).sum()),
                rows=len(test.y_true),
            )
            for model in COMPARED
            if model in decided
        },
        by_chance=by_chance,
        alarms=run.alarms(),
        routed=routed_rows(test, names),
        weights=weights_by_group(test.gate, test.group, names, test.weight),
        attention=None if labelled is None else attention_of(run, labelled),
        origin=None if log_odds is None else _origin(run, log_odds),
        unknown=unknown,
        sweep=sweep,
        other=other,
        peers=tuple(peers),
        merged=merged,
        merged_before=before,
        smallest=smallest_group,
        thresholds=thresholds,
    )


def _log_odds(run: Run, labelled: LabelledTable) -> LogOdds:
    return explain_log_odds(rows_of_run(run, labelled, "test"), run.cutoffs)


def _origin(run: Run, log_odds: LogOdds) -> GapOrigin:
    names, group = list(run.data.groups), run.splits["test"].group
    one, other = worst_and_best_off(run)
    sides = group == one, group == other
    return GapOrigin(
        one=names[one],
        other=names[other],
        sources=compare_sides(log_odds, *sides),
        drawn=compare_sides(log_odds, *sides, most=DRAWN_COLUMNS),
    )


def _unknown(labelled: LabelledTable) -> int:
    return int((groups_of(labelled.table, labelled.roles.sensitive).ids < 0).sum())


def _interval(right: NDArray[np.bool_], weight: Weights) -> tuple[float, float]:
    everyone, one_group = np.ones_like(right), np.zeros(len(right), dtype=np.int64)
    low, high = wilson_interval(*effective_counts(right, everyone, one_group, 1, weight))
    return float(low[0]), float(high[0])
