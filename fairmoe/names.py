"""What each thing is called: models, metrics, rates, splits, methods, phases, parts of a report.

Keys are what arguments, columns and files hold; labels are what people read.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fairmoe._units import suffix, written

INSUFFICIENT = "insufficient data"
"""Stands where a value cannot be estimated."""

Model = Literal[
    "mixture", "utility", "result", "procedural", "uniform", "constant", "logistic", "existing"
]

MODELS: Mapping[Model, str] = {
    "mixture": "Mixture",
    "utility": "Utility expert",
    "result": "Result expert",
    "procedural": "Procedural expert",
    "uniform": "Equal weights",
    "constant": "Constant",
    "logistic": "Logistic regression",
    "existing": "Existing model",
}
"""Label by model; the order is that of every table."""

PLAIN_MODEL = "the plain model"
PLAIN_LABEL = "Plain model"
"""What the utility expert is called where a mixture stands beside it, in a sentence and above."""

EXPERTS: tuple[Model, ...] = ("utility", "result", "procedural")
"""What the gate weighs, in the order of its outputs."""

MIXTURE_AND_EXPERTS: tuple[Model, ...] = ("mixture", *EXPERTS)
TRAINED_MODELS: tuple[Model, ...] = (*MIXTURE_AND_EXPERTS, "uniform")
"""What one training gives; "uniform" weighs its experts equally."""

BASELINES: tuple[Model, ...] = ("constant", "logistic")
EVERY_RUN: tuple[Model, ...] = (*TRAINED_MODELS, *BASELINES)
"""The models of every run; "existing" is one more where a column holds its score or decision."""

COMPARED: tuple[Model, ...] = ("utility", "logistic", "existing")
"""What the decisions of a mixture are held against, as far as a run has it."""


@dataclass(frozen=True)
class Metric:
    """How a score is named and read.

    Attributes:
        label: Its short name.
        help: One or two sentences for a newcomer.
        higher_is_better: Its direction.
        unit: "%" for shares and means of them, "pp" (percentage points) for differences of groups,
            none for the final score and a divergence.
    """

    label: str
    help: str
    higher_is_better: bool
    unit: Literal["%", "pp", ""]

    @property
    def suffix(self) -> str:
        """The unit as it follows a figure."""
        return suffix(self.unit)

    @property
    def direction(self) -> str:
        """Which way is better, in words."""
        return "higher is better" if self.higher_is_better else "lower is better"

    def text(self, value: float) -> str:
        """Return a score as a reader sees it.

        Args:
            value: A share or a gap, 1 for the whole; NaN where it could not be estimated.

        Example:
            >>> METRICS["acc"].text(0.7149), METRICS["dp"].text(0.1), METRICS["eo"].text(math.nan)
            ('71.5%', '10.0 pp', 'insufficient data')
        """
        return INSUFFICIENT if math.isnan(value) else f"{written(100 * value)}{self.suffix}"


METRICS: Mapping[str, Metric] = {
    "final_score": Metric(
        "Final score",
        "Utility minus both fairness gaps. A constant prediction can win it: compare the models.",
        True,
        "",
    ),
    "utility": Metric("Utility", "The mean of accuracy, F1 and AUC.", True, "%"),
    "acc": Metric("Accuracy", "Share of rows whose class is predicted rightly.", True, "%"),
    "f1": Metric("F1", "Harmonic mean of precision and recall of the positive class.", True, "%"),
    "auc": Metric(
        "AUC", "How often a positive row scores above a negative one; 50% is chance.", True, "%"
    ),
    "f_res": Metric("Result gap", "Unequal outcomes: the mean of the DP and EO gaps.", False, "pp"),
    "dp": Metric(
        "DP gap",
        "Demographic parity: the largest difference between groups in how many are predicted "
        "positive.",
        False,
        "pp",
    ),
    "eo": Metric(
        "EO gap",
        "Equal opportunity: the same difference among those who truly are positive.",
        False,
        "pp",
    ),
    "f_proc": Metric(
        "Procedure gap",
        "Unequal reasons: the mean of the REF and VEF gaps and of the attention distance.",
        False,
        "pp",
    ),
    "ref": Metric(
        "REF gap",
        "Difference between groups in their share of the rows with the most faithful explanations.",
        False,
        "pp",
    ),
    "vef": Metric(
        "VEF gap",
        "Difference between groups in how much accuracy the most attended columns carry.",
        False,
        "pp",
    ),
    "att_jsd": Metric(
        "Attention distance",
        "Jensen-Shannon divergence between the columns that the model attends to for each "
        "group: 0 if it attends to the same, 100 if to entirely different ones.",
        False,
        "",
    ),
}
"""The twelve scores of section 9.2, each total before its parts."""

SUMMARY = ("utility", "f_res", "f_proc", "final_score")
"""The scores that sum a model up: what it is of use, its two gaps, and what is left."""

BOTH_GAPS = "gaps"
GAP_AXES: Mapping[str, str] = {
    "f_res": METRICS["f_res"].label,
    "f_proc": METRICS["f_proc"].label,
    BOTH_GAPS: "Both gaps",
}
"""What a trade-off can weigh utility against; `BOTH_GAPS` is the sum of the other two."""

RATES: Mapping[str, str] = {
    "base_rate": "Actually positive",
    "selection_rate": "Predicted positive",
    "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate",
    "accuracy": "Accuracy",
    "positive_predictive_value": "Positive predictive value",
}
"""What is counted in each group."""

GAP_MEASURES: Mapping[str, str] = {
    "demographic_parity_difference": "Demographic parity difference",
    "equal_opportunity_difference": "Equal opportunity difference",
    "false_positive_rate_difference": "False positive rate difference",
    "equalized_odds_difference": "Equalized odds difference",
    "predictive_parity_difference": "Predictive parity difference",
}
"""The gaps between groups that a review begins with."""

GapName = Literal["dp", "eo", "f_res", "f_proc"]
"""The scores by which a point of a front can be wished for."""

LEAST_PEOPLE = 30
"""Groups of fewer people are not compared; of weighted ones, of fewer effective people (Kish)."""

FEW_MARK = "*"
"""What follows a rate of fewer people."""

FOUR_FIFTHS = 0.8
"""Below this ratio of selection rates those who enforce the law on hiring in the United States look
closer. A rule of thumb: a lower ratio does not prove discrimination, nor a higher its absence."""

CELLS: Mapping[str, str] = {
    "true_positive": "rightly predicted positive",
    "false_positive": "wrongly predicted positive",
    "false_negative": "wrongly predicted negative",
    "true_negative": "rightly predicted negative",
}
"""The cells of the confusion matrix."""

SplitName = Literal["train", "validation", "test"]

SPLITS: Mapping[SplitName, str] = {
    "train": "Training",
    "validation": "Validation",
    "test": "Test",
}

AttributionMethod = Literal["integrated_gradients", "gradient_shap", "shap", "lime"]

ATTRIBUTION_METHODS: Mapping[AttributionMethod, str] = {
    "integrated_gradients": "Integrated gradients",
    "gradient_shap": "Gradient SHAP",
    "shap": "SHAP",
    "lime": "LIME",
}

ORACLES: Mapping[AttributionMethod, str] = {
    "integrated_gradients": "Captum’s IntegratedGradients",
    "shap": "shap’s KernelExplainer",
    "lime": "Captum’s Lime",
}
"""What computes our methods elsewhere, and can be held against them."""

FairlearnMethod = Literal[
    "exponentiated_gradient", "grid_search", "threshold_optimizer", "adversarial"
]

FAIRLEARN_METHODS: Mapping[FairlearnMethod, str] = {
    "exponentiated_gradient": "Exponentiated gradient",
    "grid_search": "Grid search",
    "threshold_optimizer": "Threshold optimizer",
    "adversarial": "Adversarial network",
}

Phase = Literal[
    "read",
    "encode",
    "warm-up",
    "experts",
    "gate",
    "evaluate",
    "fairlearn",
    "sweep",
    "recommend",
    "check",
]


@dataclass(frozen=True)
class PhaseOfWork:
    """What a phase of some work is called, and how long it takes.

    Attributes:
        label: What is being done.
        share: Of the time of a default training, in [0, 1], as measured on the demo; 0 for what is
            no part of one.
    """

    label: str
    share: float = 0.0


PHASES: Mapping[Phase, PhaseOfWork] = {
    "read": PhaseOfWork("Reading the table"),
    "encode": PhaseOfWork("Encoding the columns", 0.03),
    "warm-up": PhaseOfWork("Warming up the experts", 0.10),
    "experts": PhaseOfWork("Training the experts", 0.50),
    "gate": PhaseOfWork("Training the gate", 0.22),
    "evaluate": PhaseOfWork("Scoring every model", 0.15),
    "sweep": PhaseOfWork("Training several runs"),
    "fairlearn": PhaseOfWork("Fitting Fairlearn's methods"),
    "recommend": PhaseOfWork("Trying likely settings"),
    "check": PhaseOfWork("Checking with Captum and SHAP"),
}

TRAINING: tuple[Phase, ...] = tuple(phase for phase, about in PHASES.items() if about.share)
"""The phases of a training that begins with a table, in their order."""

REPORT_SECTIONS: Mapping[str, str] = {
    "data": "What was trained on what",
    "groups": "Who is affected, and how",
    "scores": "Scores",
    "tradeoff": "What smaller gaps cost",
    "awareness": "Blind or aware",
    "routing": "Which expert decides",
    "attention": "Why: what the model relies on",
    "training": "Training",
    "provenance": "Settings and provenance",
    "limits": "Limits",
    "ll144": "Form of Local Law 144",
    "use": "Intended use",
    "signoff": "Sign-off",
}
"""The sections of a report that a reader may choose, in their order; the first page is a must."""

Decision = Literal["approved", "conditions", "rejected"]

DECISIONS: Mapping[Decision, str] = {
    "approved": "Approved for the intended use",
    "conditions": "Approved under the conditions below",
    "rejected": "Not approved",
}
"""What a reviewer can decide."""
