"""What the scores are called and what they mean, in plain words."""

import math
from dataclasses import dataclass


def suffix(unit: str) -> str:
    """Return a unit as it follows a figure: a sign at once, a word after a space.

    Example:
        >>> suffix("%"), suffix("pp")
        ('%', ' pp')
    """
    return unit if unit == "%" else f" {unit}"


@dataclass(frozen=True)
class Metric:
    """How a score is named and read.

    Attributes:
        label: Its short name.
        help: One or two sentences for a newcomer.
        higher_is_better: Its direction.
        unit: "%" for shares and scores, "pp" (percentage points) for differences of groups.
    """

    label: str
    help: str
    higher_is_better: bool
    unit: str

    @property
    def suffix(self) -> str:
        """The unit as it follows a figure."""
        return suffix(self.unit)

    @property
    def direction(self) -> str:
        """Which way is better, in words."""
        return "higher is better" if self.higher_is_better else "lower is better"


METRICS: dict[str, Metric] = {
    "final_score": Metric(
        "Final score",
        "Utility minus both fairness gaps. A constant prediction can win it: compare the models.",
        True,
        "%",
    ),
    "utility": Metric("Utility", "The mean of accuracy, F1 and AUC.", True, "%"),
    "acc": Metric("Accuracy", "Share of rows whose class is predicted rightly.", True, "%"),
    "f1": Metric("F1", "Harmonic mean of precision and recall of the positive class.", True, "%"),
    "auc": Metric(
        "AUC",
        "How often a positive row scores above a negative one; 50% is chance.",
        True,
        "%",
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
        "pp",
    ),
}

INSUFFICIENT = "insufficient data"


def shown(value: float, metric: str) -> str:
    """Return a score as a reader sees it.

    Args:
        value: A share or a gap, 1 for the whole; NaN where it could not be estimated.
        metric: Its key in `METRICS`.

    Example:
        >>> shown(0.7149, "acc"), shown(0.1, "dp"), shown(float("nan"), "eo")
        ('71.5%', '10.0 pp', 'insufficient data')
    """
    return INSUFFICIENT if math.isnan(value) else f"{100 * value:.1f}{METRICS[metric].suffix}"


def drawn_from(name: str, rows: int, split: str, seed: int) -> str:
    """Say what a figure is drawn from.

    Example:
        >>> drawn_from("people.csv", 1000, "test", 7)
        'people.csv, 1,000 test rows, seed 7.'
    """
    return f"{name or 'Unnamed table'}, {rows:,} {split} rows, seed {seed}."
