"""What models decide and score on validation and test rows, all on the same terms.

Everything that gives scores gets a threshold by our own rule beside the decisions that its method
makes, and whatever raises an alarm on validation rows is left out: ours beside the utility expert,
others beside the logistic regression.
"""

import importlib.util
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fairmoe.baselines import FAIRLEARN, Constraint, fairlearn_front
from fairmoe.data import EncodedData, EncodedSplit
from fairmoe.functional.guard import find_faults
from fairmoe.metrics import find_alarm, score_outcomes
from fairmoe.names import FairlearnMethod
from fairmoe.runs import Run
from fairmoe.training.thresholds import fit_thresholds

CONSTRAINTS: tuple[Constraint, ...] = ("demographic_parity", "equal_opportunity")
TOLD_THE_GROUP = ("threshold_optimizer",)
"""Methods that are told the group of whom they decide about; the others are not."""
OXONFAIR_GAPS = (0.3, 0.2, 0.1, 0.05, 0.02)

Scores = Mapping[str, float]


class Point(NamedTuple):
    """One model: what it scores on the rows it is chosen by, and on those it is judged by."""

    validation: Scores
    test: Scores


def of_mixture(run: Run) -> Point | None:
    """Return the mixture of a run; None if it raises an alarm."""
    return None if "mixture" in run.alarms("validation") else scored_so(run)


def scored_so(run: Run) -> Point:
    """Return the mixture of a run, with an alarm or without."""
    return Point(run.scores["validation"]["mixture"], run.scores["test"]["mixture"])


def probabilities_of(run: Run, model: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a model of a run says of the validation and of the test rows, each `(n,)`."""
    validation, test = (run.splits[split].proba[model] for split in ("validation", "test"))
    return validation.astype(np.float64), test.astype(np.float64)


def of_fairlearn(
    data: EncodedData, method: FairlearnMethod, seed: int, count: int, plain: NDArray[np.bool_]
) -> Iterator[Point | None]:
    """Yield what a method of Fairlearn's gives, as it is and with a threshold."""
    for constraint in CONSTRAINTS:
        strengths = FAIRLEARN[method].settings(count)
        for result in fairlearn_front(data, method, strengths, constraint=constraint, seed=seed):
            validation, test = result.splits["validation"], result.splits["test"]
            alarming = _raises_alarm(data, validation.y_pred, plain)
            yield None if alarming else Point(validation.scores, test.scores)
            if method not in TOLD_THE_GROUP:
                yield from with_threshold(data, validation.y_score, test.y_score, plain)


def with_threshold(
    data: EncodedData,
    of_validation: NDArray[np.float64],
    of_test: NDArray[np.float64],
    plain: NDArray[np.bool_],
) -> Iterator[Point | None]:
    """Yield scores as they decide from the threshold that our experts would get."""
    rows = data.validation
    log_odds = torch.logit(torch.tensor(of_validation), 1e-9)[None]
    y, group = torch.tensor(rows.y), torch.tensor(rows.group)

    def refuses(decisions: torch.Tensor) -> torch.Tensor:
        return find_faults(
            decisions,
            y == 1,
            group=group,
            n_groups=data.n_groups,
            plain=torch.tensor(plain)[None].expand_as(decisions),
            favourable=data.favourable,
            choosing=True,
        ).any

    threshold = fit_thresholds(log_odds, y, group, data.n_groups, refuses, by_utility=False)
    decided = [
        torch.logit(torch.tensor(scores), 1e-9) > threshold for scores in (of_validation, of_test)
    ]
    if _raises_alarm(data, decided[0].numpy().astype(int), plain):
        yield None
        return
    yield Point(
        _scored(data, rows, of_validation, decided[0]),
        _scored(data, data.test, of_test, decided[1]),
    )


def _raises_alarm(data: EncodedData, decided: NDArray[np.int64], plain: NDArray[np.bool_]) -> bool:
    rows = data.validation
    alarm = find_alarm(
        rows.y,
        decided,
        plain.astype(int),
        group=rows.group,
        n_groups=data.n_groups,
        favourable=data.favourable,
    )
    return alarm is not None


def _scored(
    data: EncodedData, rows: EncodedSplit, scores: NDArray[np.float64], decided: torch.Tensor
) -> Scores:
    return score_outcomes(
        rows.y,
        scores,
        decided.numpy().astype(int),
        group=rows.group,
        n_groups=data.n_groups,
        sample_weight=rows.weight,
    )


def has_oxonfair() -> bool:
    """Return whether the package is there; it is no dependency of ours."""
    return importlib.util.find_spec("oxonfair") is not None


def of_oxonfair(
    data: EncodedData,
    of_validation: NDArray[np.float64],
    of_test: NDArray[np.float64],
    plain: NDArray[np.bool_],
) -> Iterator[Point | None]:
    """Yield thresholds by group on given scores: the most accurate ones within some gaps.

    The package sees the group of whom it decides about, as `FairPredictor` is meant to.
    """
    from oxonfair import FairPredictor  # noqa: PLC0415
    from oxonfair.utils import group_metrics  # noqa: PLC0415

    given = [
        {"data": np.column_stack([1 - scores, scores]), "target": split.y, "groups": split.group}
        for split, scores in ((data.validation, of_validation), (data.test, of_test))
    ]
    for constraint in CONSTRAINTS:
        for gap in OXONFAIR_GAPS:
            predictor = FairPredictor(None, given[0])
            predictor.fit(group_metrics.accuracy, getattr(group_metrics, constraint), gap)
            decided = [np.asarray(predictor.predict(split)).astype(int) for split in given]
            if _raises_alarm(data, decided[0], plain):
                yield None
                continue
            yield Point(
                _scored(data, data.validation, of_validation, torch.tensor(decided[0])),
                _scored(data, data.test, of_test, torch.tensor(decided[1])),
            )
