"""What a run is: its scores, and the model that can compute more."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from fairmoe.config import Settings
from fairmoe.data.encode import Encoder
from fairmoe.data.reading.record import Reading
from fairmoe.data.roles import Outcome, Roles
from fairmoe.errors import InvalidInputError, nearest_first
from fairmoe.metrics import (
    Account,
    Alarm,
    Review,
    account_in_people,
    parity_gap,
    review_groups,
)
from fairmoe.names import Model, SplitName
from fairmoe.nn import Mixture
from fairmoe.runs.alarms import find_alarms
from fairmoe.runs.cutoffs import Cutoffs
from fairmoe.runs.parts import Curve, DataSummary, SplitRecord


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Attributes:
        run_id: A digest of data, roles and settings: the same work has the same id.
        data: What was trained on.
        roles: What each column was for.
        reading: How the columns were read, so that other rows can be read in the same way; without
            columns in a run that was kept before this was.
        settings: All settings, as given.
        resolved: What `auto` settings became on this data (epochs, batch_size, ...).
        device: The device that computed it, such as "cpu" or "cuda (NVIDIA H200)".
        seconds: Wall time of read (encoding included), experts, gate, evaluate and total.
        curves: Losses, rewards and usage over the epochs.
        splits: Predictions and gate weights by split.
        scores: Score by split, model and metric (see `fairmoe.names.METRICS`); NaN where not
            estimable.
        experts_reused: Which experts were taken from an earlier training.
        encoder: Turns rows of the table's columns into the model's inputs.
        mixture: The trained model, on the CPU, in eval mode.
        cutoffs: Where the decisions of the mixture begin, in a variant of a run; None as trained.
            Its probabilities and scores in `splits` and `scores` are those with the cut-offs.
        front: The other points of its dial, by ascending weight of the gaps: runs that differ in
            `fairness_weight`, and at the far end perhaps in `lambda_fair`, without fronts of their
            own.
        unmerged: The run itself, where small groups were made one to be told of; None otherwise.
    """

    run_id: str
    data: DataSummary
    roles: Roles
    reading: Reading
    settings: Settings
    resolved: Mapping[str, Any]
    device: str
    seconds: Mapping[str, float]
    curves: tuple[Curve, ...]
    splits: Mapping[SplitName, SplitRecord]
    scores: Mapping[SplitName, Mapping[Model, Mapping[str, float]]]
    experts_reused: tuple[Model, ...]
    encoder: Encoder
    mixture: Mixture
    cutoffs: Cutoffs | None = None
    front: "tuple[Run, ...]" = ()
    unmerged: "Run | None" = None

    @property
    def models(self) -> tuple[Model, ...]:
        """Its models in their order; the last is the existing one, if there is one."""
        return tuple(self.splits["test"].proba)

    @property
    def points(self) -> "tuple[Run, ...]":
        """All points of its dial by ascending weight, itself among them; each knows the others."""
        others = [point.with_front((self, *self.front)) for point in self.front]
        return tuple(sorted([self, *others], key=_weight_of_gaps))

    def with_front(self, points: "Sequence[Run]") -> Self:
        """Return the run as one of some points of a dial; any of itself among them is passed over.

        Args:
            points: In any order.
        """
        others = [replace(point, front=()) for point in points if point.run_id != self.run_id]
        return replace(self, front=tuple(sorted(others, key=_weight_of_gaps)))

    @property
    def good_and_bad(self) -> tuple[str, str]:
        """What the outcome that is good for the person and the other one are called.

        Where none is good, or that was not told, the positive one is first.
        """
        positive, other = self.data.words
        return (other, positive) if self.roles.target.favourable is False else (positive, other)

    def with_outcome(
        self, outcome: Outcome | None = None, words: tuple[str, str] | None = None
    ) -> Self:
        """Return the run with the meaning of its outcomes told afterwards.

        It changes what is said of the run, not what was trained: the guard did not know of it.

        Args:
            outcome: What the positive class is for the person; None leaves what is known.
            words: What both outcomes are called, the positive one first; None likewise.

        Raises:
            InvalidInputError: The run was trained with another outcome, or one of these is none.
        """
        target = self.roles.target
        if outcome is not None and target.outcome not in (None, outcome):
            raise InvalidInputError(
                "An outcome can be told of a run that was trained without",
                however=f"this one was trained with '{target.outcome}'",
                remedy="Train again.",
            )
        target = replace(target, outcome=outcome or target.outcome, words=words or target.words)
        return replace(
            self,
            roles=replace(self.roles, target=target),
            data=replace(self.data, words=words or self.data.words),
            front=tuple(point.with_outcome(outcome, words) for point in self.front),
            unmerged=self.unmerged and self.unmerged.with_outcome(outcome, words),
        )

    def with_group_names(self, names: Mapping[str, str]) -> Self:
        """Return the run with other names for its groups, wherever they are told or drawn.

        Args:
            names: The name to display, by the group's name in `data.groups`.

        Raises:
            InvalidInputError: A group is not there, or two would have the same name.
        """
        groups = self.data.groups
        unknown = [name for name in names if name not in groups]
        if unknown:
            raise InvalidInputError(
                "Names to display need to be those of groups",
                however="one was given for a group that there is not",
                choices=nearest_first(unknown[0], groups),
                about=unknown,
            )
        renamed = {names.get(name, name): rows for name, rows in groups.items()}
        if len(renamed) < len(groups):
            raise InvalidInputError(
                "Each group needs a name of its own",
                however="two are to be displayed by the same",
            )
        own_names = dict(self.roles.group_names)
        own_of = {shown: own for own, shown in own_names.items()}
        own_names |= {own_of.get(name, name): shown for name, shown in names.items()}
        return replace(
            self,
            roles=replace(self.roles, group_names=tuple(own_names.items())),
            data=replace(self.data, groups=renamed),
            front=tuple(point.with_group_names(names) for point in self.front),
        )

    def review(
        self,
        model: Model = "mixture",
        *,
        split: SplitName = "test",
        reference: str | None = None,
        tolerance: float | None = None,
    ) -> Review:
        """Return what a reviewer asks first of a model: gaps, intervals, verdicts, comparisons.

        What needs the table too, `fairmoe.analysis.review_run` adds.

        Args:
            model: Whose decisions they are.
            split: Which rows.
            reference: The group that the others are compared with; by default the largest.
            tolerance: The largest gap that the reviewer accepts, in [0, 1]; it brings verdicts.

        Raises:
            InvalidInputError: The reference is no group, or the tolerance is outside its limits.
        """
        record = self.splits[split]
        review = review_groups(
            record.y_true,
            record.proba[model] > 0.5,
            record.proba[model],
            group=record.group,
            group_names=tuple(self.data.groups),
            favourable=self.roles.target.favourable,
            reference=reference,
            tolerance=tolerance,
            sample_weight=record.weight,
        )
        # Of a score only the order is kept: whether it is a probability, an audit can tell.
        unknown = review.calibration_error * math.nan
        return replace(review, calibration_error=unknown) if model == "existing" else review

    def parity_gap(
        self, model: Model = "mixture", split: SplitName = "test"
    ) -> tuple[float, tuple[str, ...]]:
        """Return a model's demographic parity difference between groups that can be compared.

        The score "dp" counts every group, of however few people.

        Returns:
            The gap, in [0, 1], and the groups that it leaves out, as `fairmoe.metrics.parity_gap`.
        """
        record = self.splits[split]
        return parity_gap(
            record.proba[model] > 0.5,
            group=record.group,
            group_names=tuple(self.data.groups),
            sample_weight=record.weight,
        )

    def account(
        self,
        model: Model = "mixture",
        *,
        plain: Model = "utility",
        split: SplitName = "test",
        otherwise: bool | None = None,
    ) -> Account:
        """Return who gets the good outcome from a model, and what it changes for whom.

        Args:
            model: Whose decisions they are.
            plain: The model that it is compared with, on the same rows.
            split: Which rows.
            otherwise: Where the positive class is neither good nor bad for the person, or that was
                not told: whether to count it in the place of the good outcome. The counts then say
                who gets which outcome, not who is harmed.

        Raises:
            InvalidInputError: The positive class is neither good nor bad for the person, or that
                was not told, and nothing is to be counted in its place.
        """
        favourable = self.roles.target.favourable
        if favourable is None:
            favourable = otherwise
        if favourable is None:
            raise InvalidInputError(
                "The account in people needs an outcome that is good or bad for the person",
                however="it is neither" if self.roles.target.outcome else "it was not told",
                remedy='Train with Target(..., outcome="good") or "bad".',
            )
        record = self.splits[split]
        return account_in_people(
            record.y_true,
            record.proba[plain] > 0.5,
            record.proba[model] > 0.5,
            group=record.group,
            group_names=tuple(self.data.groups),
            favourable=favourable,
            sample_weight=record.weight,
        )

    def alarms(self, split: SplitName = "test") -> dict[Model, Alarm]:
        """Return which models are no choice, such as those that treat everyone worse, and why.

        The constant predictor is left out: that it says the same of all is no news. Like scores
        they are of the groups that the models were trained with, also where small ones were merged
        since, but for the gaps that they tell of.

        Args:
            split: Which rows.
        """
        if self.unmerged is not None:
            plain_gap, _ = self.parity_gap("utility", split)
            return {
                model: replace(alarm, gap=self.parity_gap(model, split)[0], plain_gap=plain_gap)
                for model, alarm in self.unmerged.alarms(split).items()
            }
        return find_alarms(self, split)


def _weight_of_gaps(point: Run) -> float:
    return point.settings.fairness_weight
