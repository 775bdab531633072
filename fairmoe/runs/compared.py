"""Scores as they are told: with gaps between the groups that can be compared."""

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from fairmoe.metrics import parity_gap
from fairmoe.names import Model, SplitName
from fairmoe.runs.once import once
from fairmoe.runs.record import Run


def compared_scores(run: Run, split: SplitName = "test") -> dict[Model, dict[str, float]]:
    """Return the scores of all models of a run; see `compared_scores_of`.

    Args:
        run: The run.
        split: On which rows.
    """
    return {model: compared_scores_of(run, model, split) for model in run.scores[split]}


def compared_scores_of(
    run: Run, model: Model = "mixture", split: SplitName = "test"
) -> dict[str, float]:
    """Return a model's scores with its outcome gaps between the groups that can be compared.

    The scores of a run count every group that it was trained with, of however few people, and two
    people can make any gap. Whoever reads of a model is told of one gap: that between groups of
    enough people. Where all groups can be compared, both are the same.

    Args:
        run: The run; where small groups were merged, its gaps are between the groups it has now.
        model: Which model.
        split: On which rows.

    Returns:
        By metric. `dp`, `eo` and their mean `f_res` may differ from those of `run.scores`; all
        others are as there, also the final score, which counts every group.
    """
    record, groups = run.splits[split], tuple(run.data.groups)
    merged = run.unmerged is not None
    gaps = once(
        record,
        ("compared gaps", model, groups, merged),
        lambda: _compared_gaps(
            record.y_true,
            record.proba[model] > 0.5,
            group=record.group,
            group_names=groups,
            sample_weight=record.weight,
            merged=merged,
        ),
    )
    return _with_gaps(run.scores[split][model], gaps)


def with_compared_gaps(
    scores: Mapping[str, float],
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    sample_weight: ArrayLike | None = None,
    merged: bool = False,
) -> dict[str, float]:
    """Return scores with their outcome gaps between the groups that can be compared.

    Args:
        scores: By metric; their gaps count every group.
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: The groups by which gaps are told.
        sample_weight: Shape `(n,)`, for how many people each row stands.
        merged: Whether these are fewer groups than the scores count.
    """
    gaps = _compared_gaps(
        y_true,
        y_pred,
        group=group,
        group_names=group_names,
        sample_weight=sample_weight,
        merged=merged,
    )
    return _with_gaps(scores, gaps)


def _compared_gaps(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    sample_weight: ArrayLike | None,
    merged: bool,
) -> dict[str, float]:
    """Return those of the outcome gaps that may differ from the gaps between all groups."""
    gaps = {}
    for name, among in (("dp", None), ("eo", y_true)):
        gap, apart = parity_gap(
            y_pred, group=group, group_names=group_names, among=among, sample_weight=sample_weight
        )
        if apart or merged:
            gaps[name] = gap
    return gaps


def _with_gaps(scores: Mapping[str, float], gaps: Mapping[str, float]) -> dict[str, float]:
    told = {**scores, **gaps}
    if gaps:
        told["f_res"] = (told["dp"] + told["eo"]) / 2
    return told
