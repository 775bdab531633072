"""How each of Fairlearn's methods is fitted: what its settings share, then one of them.

All are fitted on encoded training rows. What comes back takes the rows of a split and gives the
probability of a positive prediction and the labels.
"""

from collections.abc import Callable
from typing import Any, Literal, Self

import numpy as np
import torch
from fairlearn.adversarial import AdversarialFairnessClassifier
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import (
    DemographicParity,
    ExponentiatedGradient,
    GridSearch,
    TruePositiveRateParity,
)
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import nn

from fairmoe.data import EncodedSplit

Constraint = Literal["demographic_parity", "equal_opportunity"]
OnFit = Callable[[], None]
Predict = Callable[[EncodedSplit], tuple[NDArray[np.float64], NDArray[np.int64]]]
Fitter = Callable[[float], Predict]

GRID_SIZE = 20
HIDDEN = 8
BATCH_ROWS = 256
PARTS, STEPS = 20, 1000
"""The adversarial network makes about so many steps, at least an epoch in each part."""


def exponentiated_gradient(
    train: EncodedSplit, constraint: Constraint, seed: int, on_fit: OnFit
) -> Fitter:
    """Prepare `ExponentiatedGradient`, a lottery over logistic regressions."""
    moment = {
        "demographic_parity": DemographicParity,
        "equal_opportunity": TruePositiveRateParity,
    }[constraint]

    def fit(bound: float) -> Predict:
        ensemble = ExponentiatedGradient(
            CancellableRegression(on_fit), moment(difference_bound=bound)
        )
        ensemble.fit(train.x, train.y, sensitive_features=train.group)

        def predict(split: EncodedSplit) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
            expected = ensemble._pmf_predict(split.x)[:, 1].astype(np.float64)
            # Weights that add up to 1 but for rounding would give a probability beyond it.
            return expected.clip(0, 1), _labels(ensemble.predict(split.x, random_state=seed))

        return predict

    return fit


def grid_search(
    train: EncodedSplit,
    constraint: Constraint,
    seed: int,  # noqa: ARG001
    on_fit: OnFit,
) -> Fitter:
    """Prepare `GridSearch`: a grid of logistic regressions, of which a setting chooses one.

    It is the one with fewest errors among those whose gap on the training rows is within the
    setting, or else the one with the least gap: so a setting means the same as elsewhere, which the
    weight in Fairlearn's own choice does not.
    """
    moment = {
        "demographic_parity": DemographicParity,
        "equal_opportunity": TruePositiveRateParity,
    }[constraint]()
    grid = GridSearch(CancellableRegression(on_fit), moment, grid_size=GRID_SIZE)
    grid.fit(train.x, train.y, sensitive_features=train.group)
    errors, gaps = np.array(grid.objectives_), grid.gammas_.max().to_numpy()

    def fit(bound: float) -> Predict:
        within = np.where(gaps <= max(bound, gaps.min()), errors, np.inf)
        chosen = grid.predictors_[int(within.argmin())]

        def predict(split: EncodedSplit) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
            labels = _labels(chosen.predict(split.x))
            proba = chosen.predict_proba(split.x)
            # At the ends of a grid a predictor may know one class only.
            score = proba[:, 1] if proba.shape[1] == 2 else labels
            return score.astype(np.float64), labels

        return predict

    return fit


def threshold_optimizer(
    train: EncodedSplit, constraint: Constraint, seed: int, on_fit: OnFit
) -> Fitter:
    """Prepare `ThresholdOptimizer`: thresholds by group on one logistic regression.

    It needs to know the group of whom it predicts for, and draws lots between two thresholds.
    """
    on_fit()
    # Of float32 rows Fairlearn 0.15 makes a series that pandas 3 lets it write no float64 into.
    rows = train.x.astype(np.float64)
    estimator = _logistic().fit(rows, train.y)
    rate = {
        "demographic_parity": "demographic_parity",
        "equal_opportunity": "true_positive_rate_parity",
    }[constraint]

    def fit(tolerance: float) -> Predict:
        thresholds = ThresholdOptimizer(
            estimator=estimator,
            constraints=rate,
            prefit=True,
            predict_method="predict_proba",
            tol=tolerance or None,
        )
        thresholds.fit(rows, train.y, sensitive_features=train.group)

        def predict(split: EncodedSplit) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
            x, known = split.x.astype(np.float64), {"sensitive_features": split.group}
            expected = thresholds._pmf_predict(x, **known)[:, 1]
            labels = thresholds.predict(x, random_state=seed, **known)
            return expected.clip(0, 1), _labels(labels)

        return predict

    return fit


def adversarial(train: EncodedSplit, constraint: Constraint, seed: int, on_fit: OnFit) -> Fitter:
    """Prepare `AdversarialFairnessClassifier`: two networks of one hidden layer of 8 units.

    The networks are drawn here: Fairlearn sets torch's seed to the whole part of a number below 1.
    """
    outputs = int(train.group.max()) + 1
    odds = constraint == "equal_opportunity"
    batches = -(-len(train.y) // BATCH_ROWS)

    def fit(weight: float) -> Predict:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            networks = AdversarialFairnessClassifier(
                backend="torch",
                predictor_model=_network(train.x.shape[1], 1),
                adversary_model=_network(2 if odds else 1, 1 if outputs == 2 else outputs),
                constraints="equalized_odds" if odds else "demographic_parity",
                learning_rate=0.01,
                alpha=float(weight),
                epochs=-(-STEPS // (PARTS * batches)),
                batch_size=BATCH_ROWS,
                shuffle=True,
                warm_start=True,
                random_state=seed,
            )
            for _ in range(PARTS):
                on_fit()
                networks.fit(train.x, train.y, sensitive_features=train.group)

        def predict(split: EncodedSplit) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
            score = networks._raw_predict(split.x)[:, 0].astype(np.float64)
            return score, _labels(networks.predict(split.x))

        return predict

    return fit


def _network(inputs: int, outputs: int) -> nn.Sequential:
    """Return a network as Fairlearn wants it: a probability, or logits of several groups."""
    layers = [nn.Linear(inputs, HIDDEN), nn.LeakyReLU(), nn.Linear(HIDDEN, outputs)]
    return nn.Sequential(*layers, *([nn.Sigmoid()] if outputs == 1 else []))


def _logistic() -> LogisticRegression:
    """Return the regression that `fit_logistic` fits, so that methods differ in method only."""
    return LogisticRegression(solver="newton-cholesky", max_iter=1000)


def _labels(labels: Any) -> NDArray[np.int64]:
    return np.asarray(labels).ravel().astype(np.int64)


class CancellableRegression:
    """A logistic regression that looks, before each fit, whether to stop.

    Fairlearn copies it for each fit; the copies look at the same place.
    """

    def __init__(self, on_fit: OnFit) -> None:
        self._on_fit = on_fit
        self._logistic = _logistic()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self._on_fit)

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the regression."""
        self._on_fit()
        self._logistic.fit(x, y, sample_weight)
        return self

    def predict(self, x: Any) -> Any:
        """Return labels."""
        return self._logistic.predict(x)

    def predict_proba(self, x: Any) -> Any:
        """Return the probabilities of both classes."""
        return self._logistic.predict_proba(x)
