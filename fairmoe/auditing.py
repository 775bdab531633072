"""What a score or decisions that are there already do to groups, without any training."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe.data.existing import rising
from fairmoe.data.given import column_of, groups_of_values, labels_of, weights_given
from fairmoe.data.given_scores import scores_given
from fairmoe.data.roles import OUTCOMES, Outcome
from fairmoe.errors import InvalidInputError, nearest_first
from fairmoe.metrics import Account, Alarm, Review, account_in_people, find_alarm, review_groups
from fairmoe.metrics.groups import group_rates
from fairmoe.model_attributions import (
    ROWS,
    attribute_by_group,
    is_torch_module,
    torch_scores,
)

EVERYONE = "everyone"
"""What the row of all groups together is called."""

HARM = ("n", "good_label", "good_model", "harmed_model")
"""What `Account` says of one model alone."""


@dataclass(frozen=True, eq=False)
class Audit:
    """What decisions do to groups, as `fairmoe.metrics` counts it.

    Attributes:
        rates: One row per group, as `fairmoe.metrics.group_rates` returns them.
        review: Gaps with 95% intervals, verdicts, comparisons with the reference group.
        alarm: Why the decisions are worse than one answer for all, or lopsided; None if not.
        people: Who has the good outcome by label and by decision, and who is wrongly given the bad
            one, by group and for `everyone`, with 95% intervals; None unless the outcome is good or
            bad for the person.
        attributions: How much each column moves the score in the mean, by group and for
            `everyone`; None where there is no model that allows it.
        attributions_note: By what, in which unit and on how many rows; or why there are none.
    """

    rates: pd.DataFrame
    review: Review
    alarm: Alarm | None
    people: pd.DataFrame | None
    attributions: pd.DataFrame | None = None
    attributions_note: str = "Without its model a score cannot be attributed to columns."

    def to_dict(self) -> dict[str, Any]:
        """Return the audit, ready for strict JSON; None where not estimable or not told."""
        return {
            "rates": _records(self.rates),
            "review": self.review.to_dict(),
            "alarm": None if self.alarm is None else self.alarm.to_dict(),
            "people": None if self.people is None else _records(self.people),
            "attributions": None if self.attributions is None else _records(self.attributions),
            "attributions_note": self.attributions_note,
        }


def audit(  # noqa: PLR0913 - arrays, and what the reviewer sets
    y: Any,
    score: Any,
    sensitive_features: Any,
    *,
    cutoff: float | None = None,
    rises: bool = True,
    outcome: Outcome | None = None,
    reference: str | None = None,
    tolerance: float | None = None,
    sample_weight: Any = None,
) -> Audit:
    """Audit a score, or decisions, beside the labels.

    Args:
        y: Shape `(n,)`, labels of two classes; the greater, in the order of their kind, is
            positive. A list, an array, or a series of pandas, polars or pyarrow.
        score: Shape `(n,)`, finite numbers, the probability of the positive class or any score that
            rises with it, or falls, if that is told; decisions are scores of 0 and 1.
        sensitive_features: Shape `(n,)` or `(n, 2)`, whose values are the groups; two columns are
            crossed.
        cutoff: Above it the decision is the positive class; of a score that falls, not above it.
            One half unless told, of scores from 0 to 1.
        rises: Whether more of the score speaks for the positive class. One that falls is no
            probability, so nothing is said of its calibration.
        outcome: What the positive class is for the person: "good", "bad", "neither", or None if
            that is not told.
        reference: The group that the others are compared with; by default the largest.
        tolerance: The largest gap that is accepted, in [0, 1]; it brings verdicts.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Raises:
        InvalidInputError: An argument is not of this form, or the lengths differ.

    Example:
        >>> found = audit([0, 1, 1, 0, 1, 0], [0.1, 0.9, 0.2, 0.3, 0.8, 0.6], list("aaabbb"),
        ...               outcome="good")
        >>> found.people["harmed_model"].to_dict()
        {'a': 1, 'b': 0, 'everyone': 1}
    """
    labels = labels_of(y)[1]
    values, group = groups_of_values(sensitive_features, "sensitive_features")
    scores, above = rising(*scores_given(score, cutoff), rises=rises)
    weights = None if sample_weight is None else weights_given(sample_weight, len(labels))
    if not len(labels) == len(group) == len(scores):
        raise InvalidInputError(
            "One label, one score and one group are needed for each row",
            however=f"there are {len(labels):,}, {len(scores):,} and {len(group):,}",
        )
    return audit_groups(
        labels,
        scores,
        group=group,
        group_names=[str(value) for value in values],
        cutoff=above,
        outcome=outcome,
        reference=reference,
        tolerance=tolerance,
        sample_weight=weights,
    )


def audit_model(
    model: Any,
    X: Any,
    y: Any,
    sensitive_features: Any,
    *,
    attribution_rows: int = ROWS,
    **options: Any,
) -> Audit:
    """Audit a classifier that was fitted before, on rows that it was not fitted on.

    Args:
        model: Any classifier of scikit-learn's or Fairlearn's kind, with two classes. Decisions are
            those of `predict`, unless a cut-off is given; scores those of `predict_proba`, or else
            of `decision_function`. Or a torch module with one or two logits for each row; its score
            are log-odds, its decisions begin at 0 unless a cut-off is given.
        X: The rows, as the model takes them.
        y: Shape `(n,)`, labels, of the model's classes; of a module, the greater is positive.
        sensitive_features: See `audit`.
        attribution_rows: On at most so many rows, as many of each group as far as it has them, the
            score is attributed to columns; 0 for none. See
            `fairmoe.model_attributions.attribute_by_group`.
        options: Further ones of `audit`; a model's score rises, so `rises` is none of them.

    Raises:
        InvalidInputError: The model is no such classifier; see `audit` too.
    """
    if "rises" in options:
        raise InvalidInputError(
            "Option 'rises' is for scores without their model",
            however="the score of a model rises with its positive class",
        )
    if not is_torch_module(model):
        found = _audit_classifier(model, X, y, sensitive_features, options)
        return _with_attributions(found, model, X, sensitive_features, attribution_rows, options)
    modes = {part: part.training for part in model.modules()}
    model.eval()
    try:
        scores = torch_scores(model, X)
        found = audit(y, scores, sensitive_features, **{"cutoff": 0.0} | options)
        return _with_attributions(found, model, X, sensitive_features, attribution_rows, options)
    finally:
        for part, was_training in modes.items():
            part.training = was_training


def _with_attributions(
    found: Audit, model: Any, X: Any, sensitive_features: Any, rows: int, options: Mapping[str, Any]
) -> Audit:
    values, group = groups_of_values(sensitive_features, "sensitive_features")
    weight = options.get("sample_weight")
    told = attribute_by_group(
        model,
        X,
        group=group,
        group_names=_told_apart([str(value) for value in values]),
        rows=rows,
        sample_weight=None if weight is None else weights_given(weight, len(group)),
    )
    return dataclasses.replace(found, attributions=told.table, attributions_note=told.note)


def _audit_classifier(
    model: Any, X: Any, y: Any, sensitive_features: Any, options: Mapping[str, Any]
) -> Audit:
    classes = list(getattr(model, "classes_", ()))
    if not classes and hasattr(model, "predict"):
        # Fairlearn's methods tell no classes.
        classes = list(labels_of(y)[0])
    if len(classes) != 2:
        raise InvalidInputError(
            "A fitted classifier with two classes is needed",
            however=f"this one has {len(classes)}" if classes else "this one has none",
        )
    decided = model.predict(X)
    for name, told in (("labels", y), ("decisions", decided)):
        if set(column_of(told, name).unique()) - set(classes):
            raise InvalidInputError(
                f"The {name} need to be of the model's classes", however="some are not"
            )
    positive = column_of(y, "y").to_numpy() == classes[1]
    if "cutoff" not in options:
        # Thresholds of its own stay what they are.
        return audit(positive, np.asarray(decided) == classes[1], sensitive_features, **options)
    if hasattr(model, "predict_proba"):
        return audit(positive, model.predict_proba(X)[:, 1], sensitive_features, **options)
    return audit(positive, model.decision_function(X), sensitive_features, **options)


def audit_groups(  # noqa: PLR0913 - arrays, groups, and what the reviewer sets
    y_true: ArrayLike,
    score: NDArray[np.float64],
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    cutoff: float = 0.5,
    outcome: Outcome | None = None,
    reference: str | None = None,
    tolerance: float | None = None,
    sample_weight: NDArray[np.float64] | None = None,
) -> Audit:
    """Audit rows whose groups are ids `(n,)` that index `group_names`; see `audit`.

    Raises:
        InvalidInputError: An argument is not of this form.
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise InvalidInputError(
            "The outcome needs to be good, bad or neither for the person",
            however="something else was given",
            choices=nearest_first(str(outcome), OUTCOMES),
        )
    favourable = {"good": True, "bad": False}.get(outcome or "")
    decided = (score > cutoff).astype(np.int64)
    proba = score if score.min() >= 0 and score.max() <= 1 else _in_unit(score)
    shared: dict[str, Any] = {"group": group, "sample_weight": sample_weight}
    names = _told_apart(group_names)
    if reference is not None and reference in group_names:
        reference = names[list(group_names).index(reference)]
    review = review_groups(
        y_true,
        decided,
        proba,
        group_names=names,
        favourable=favourable,
        reference=reference,
        tolerance=tolerance,
        **shared,
    )
    if proba is not score:
        # A score that is no probability cannot be calibrated.
        review = dataclasses.replace(review, calibration_error=review.calibration_error * np.nan)
    return Audit(
        rates=group_rates(y_true, decided, proba, group_names=names, **shared),
        review=review,
        alarm=find_alarm(y_true, decided, y_true, n_groups=len(names), favourable=None, **shared),
        people=None
        if favourable is None
        else _people(
            account_in_people(
                y_true, decided, decided, group_names=names, favourable=favourable, **shared
            )
        ),
    )


def _told_apart(names: Sequence[str]) -> list[str]:
    """Return the names of groups, of which one may be called as all of them together are."""
    own = f"{EVERYONE} (group)"
    while own in names:
        own += "*"
    return [own if name == EVERYONE else name for name in names]


def _people(account: Account) -> pd.DataFrame:
    both = pd.concat([account.groups, account.everyone.to_frame(EVERYONE).T])
    columns = [name for name in both if str(name).removesuffix("_rate") in HARM]
    columns += [name for name in both if str(name).rpartition("_rate_")[0] in HARM]
    return both[columns].astype(dict.fromkeys(HARM, np.int64))


def _in_unit(score: NDArray[np.float64]) -> NDArray[np.float64]:
    return (score - score.min()) / np.ptp(score) if np.ptp(score) else np.zeros_like(score)


def _records(frame: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    return {
        str(name): {str(key): None if math.isnan(value) else value for key, value in row.items()}
        for name, row in frame.astype(float).to_dict("index").items()
    }
