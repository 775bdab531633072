"""What a mixture has to beat: a constant, a logistic regression, and Fairlearn's methods."""

from fairmoe.baselines.fairlearn import (
    FAIRLEARN,
    FairlearnPredictions,
    FairlearnResult,
    fairlearn_front,
    fit_fairlearn,
)
from fairmoe.baselines.linear import LinearModel, fit_constant, fit_logistic
from fairmoe.baselines.mitigators import Constraint
from fairmoe.names import FairlearnMethod

__all__ = [
    "FAIRLEARN",
    "Constraint",
    "FairlearnMethod",
    "FairlearnPredictions",
    "FairlearnResult",
    "LinearModel",
    "fairlearn_front",
    "fit_constant",
    "fit_fairlearn",
    "fit_logistic",
]
