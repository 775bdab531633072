"""Fairlearn's methods, fitted and scored on the same splits as our models."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairmoe.baselines import mitigators
from fairmoe.baselines.mitigators import Constraint, Fitter, OnFit
from fairmoe.data import EncodedData, EncodedSplit
from fairmoe.errors import InvalidInputError
from fairmoe.metrics import score_outcomes
from fairmoe.names import FairlearnMethod, SplitName
from fairmoe.progress import OnProgress, Progress, ignore_progress


@dataclass(frozen=True)
class MethodInfo:
    """What a method is, and what its one setting means.

    Attributes:
        setting: What the setting is, as the beginning of a sentence.
        low: The least value that is taken.
        high: The greatest.
        spread: The ends between which a front is drawn, from the most to the least fair.
        needs_all_cells: Whether training needs rows of both labels in each group.
        cost: About how many seconds a setting takes: so many, and so many more for a million
            values, rows times inputs (measured on the demo and Adult, one thread).
        prepare: Does what all settings share and returns what fits one of them.
    """

    setting: str
    low: float
    high: float
    spread: tuple[float, float]
    needs_all_cells: bool
    cost: tuple[float, float]
    prepare: Callable[[EncodedSplit, Constraint, int, OnFit], Fitter]

    def settings(self, count: int) -> tuple[float, ...]:
        """Return `count` settings over the whole spread, equal factors apart, `count >= 2`.

        Example:
            >>> [round(bound, 4) for bound in FAIRLEARN["exponentiated_gradient"].settings(3)]
            [0.001, 0.0141, 0.2]
        """
        return tuple(np.geomspace(*self.spread, count).tolist())

    def seconds(self, rows: int, inputs: int) -> float:
        """Return about how many seconds one setting takes on training rows.

        Example:
            >>> round(FAIRLEARN["threshold_optimizer"].seconds(20_000, 50), 2)
            0.3
        """
        fixed, by_million = self.cost
        return fixed + by_million * rows * inputs / 1e6


FAIRLEARN: dict[FairlearnMethod, MethodInfo] = {
    "exponentiated_gradient": MethodInfo(
        setting="How far a group's rate may be from that of all rows",
        low=0.0,
        high=1.0,
        spread=(0.001, 0.2),
        needs_all_cells=False,
        cost=(0.5, 0.9),
        prepare=mitigators.exponentiated_gradient,
    ),
    "grid_search": MethodInfo(
        setting="How far a group's rate may be from that of all rows",
        low=0.0,
        high=1.0,
        spread=(0.001, 0.2),
        needs_all_cells=False,
        cost=(0.05, 0.2),
        prepare=mitigators.grid_search,
    ),
    "threshold_optimizer": MethodInfo(
        setting="How far the rates of two groups may lie apart",
        low=0.0,
        high=1.0,
        spread=(0.001, 0.3),
        needs_all_cells=True,
        cost=(0.1, 0.2),
        prepare=mitigators.threshold_optimizer,
    ),
    "adversarial": MethodInfo(
        setting="The weight of the adversary's loss",
        low=0.0,
        high=1000.0,
        spread=(100.0, 0.01),
        needs_all_cells=False,
        cost=(1.9, 0.6),
        prepare=mitigators.adversarial,
    ),
}
"""Fairlearn's methods; all but the adversarial network rest on logistic regressions."""


@dataclass(frozen=True, eq=False)
class FairlearnPredictions:
    """What a fitted method says of the rows of a split.

    Attributes:
        y_score: Probability of a positive prediction, `(n,)`.
        y_pred: Labels, `(n,)`, 0 or 1. Where the method draws lots, they are drawn with its seed:
            its promise holds for the draw, not for the more likely label.
        scores: The twelve scores by name. Those of explanations are NaN: lots and thresholds by
            group have no log-odds that could be attributed.
    """

    y_score: NDArray[np.float64]
    y_pred: NDArray[np.int64]
    scores: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class FairlearnResult:
    """A method fitted with one setting.

    Attributes:
        method: Which one.
        setting: See `MethodInfo.setting`.
        constraint: What is to be equal between groups.
        seed: What lots and weights were drawn with.
        seconds: Wall time of fitting; what the settings of a front share, they share equally.
        splits: What it says of validation and test.
    """

    method: FairlearnMethod
    setting: float
    constraint: Constraint
    seed: int
    seconds: float
    splits: Mapping[SplitName, FairlearnPredictions]


def fit_fairlearn(
    data: EncodedData,
    method: FairlearnMethod,
    setting: float,
    *,
    constraint: Constraint = "demographic_parity",
    seed: int = 0,
    on_progress: OnProgress = ignore_progress,
) -> FairlearnResult:
    """Fit one of Fairlearn's methods on the training rows, and score it on the others.

    Args:
        data: Any number of groups.
        method: Which one; see `FAIRLEARN`.
        setting: How strict it is, within the limits of the method.
        constraint: Equal selection rates or equal true-positive rates. The adversarial network,
            which knows no equal opportunity, is held to equal odds instead.
        seed: Draws the lots of the methods that draw lots, and initial weights.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.

    Raises:
        InvalidInputError: The setting is outside its limits, or a group lacks a label that the
            method needs.
        CancelledError: `on_progress` said so.
    """
    front = fairlearn_front(
        data, method, [setting], constraint=constraint, seed=seed, on_progress=on_progress
    )
    return front[0]


def fairlearn_front(
    data: EncodedData,
    method: FairlearnMethod,
    settings: Sequence[float],
    *,
    constraint: Constraint = "demographic_parity",
    seed: int = 0,
    on_progress: OnProgress = ignore_progress,
) -> list[FairlearnResult]:
    """Fit one of Fairlearn's methods with each of some settings, sharing what can be shared.

    Args:
        data: See `fit_fairlearn`.
        method: See `fit_fairlearn`.
        settings: At least one; `FAIRLEARN[method].settings(20)` covers what matters.
        constraint: See `fit_fairlearn`.
        seed: See `fit_fairlearn`.
        on_progress: See `fit_fairlearn`.

    Returns:
        One result for each setting, in their order.

    Raises:
        InvalidInputError: See `fit_fairlearn`.
        CancelledError: `on_progress` said so.
    """
    _check(data, method, settings, constraint)
    done = 0

    def on_fit() -> None:
        on_progress(Progress("fairlearn", done, len(settings)))

    started = time.perf_counter()
    on_fit()
    fit = FAIRLEARN[method].prepare(data.train.known(), constraint, seed, on_fit)
    shared = (time.perf_counter() - started) / len(settings)
    results = []
    for done, setting in enumerate(settings):  # noqa: B007
        on_fit()
        started = time.perf_counter()
        predict = fit(setting)
        seconds = shared + time.perf_counter() - started
        splits: dict[SplitName, FairlearnPredictions] = {
            "validation": _predictions(predict, data.validation, data.n_groups),
            "test": _predictions(predict, data.test, data.n_groups),
        }
        results.append(FairlearnResult(method, setting, constraint, seed, seconds, splits))
    done = len(settings)
    on_fit()
    return results


def _predictions(
    predict: mitigators.Predict, split: EncodedSplit, n_groups: int
) -> FairlearnPredictions:
    y_score, y_pred = predict(split)
    scores = score_outcomes(
        split.y,
        y_score,
        y_pred,
        group=split.group,
        n_groups=n_groups,
        sample_weight=split.weight,
    )
    return FairlearnPredictions(y_score, y_pred, scores)


def _check(
    data: EncodedData, method: FairlearnMethod, settings: Sequence[float], constraint: Constraint
) -> None:
    info = FAIRLEARN[method]
    for setting in settings:
        if not info.low <= setting <= info.high or math.isnan(setting):
            raise InvalidInputError(
                f"Method '{method}' needs a setting between {info.low:g} and {info.high:g}",
                however=f"{setting:g} was given",
            )
    train = data.train.known()
    positives = np.bincount(train.group[train.y == 1], minlength=data.n_groups)
    negatives = np.bincount(train.group[train.y == 0], minlength=data.n_groups)
    needed = {"positive": positives} if constraint == "equal_opportunity" else {}
    if info.needs_all_cells:
        needed = {"positive": positives, "negative": negatives}
    for label, counts in needed.items():
        if not counts.all():
            group = data.group_names[int(counts.argmin())]
            raise InvalidInputError(
                f"Method '{method}' needs {label} training rows in each group",
                however="a group has none",
                remedy="Merge that group with another.",
                about=(group,),
            )
