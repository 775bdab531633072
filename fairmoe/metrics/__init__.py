"""Section 9.2 and what reviewers ask for: arrays in, numbers out."""

from fairmoe._intervals import newcombe_interval, paired_interval, wilson_interval
from fairmoe.metrics.alarms import Alarm, find_alarm
from fairmoe.metrics.calibration import calibration_by_group, expected_calibration_error
from fairmoe.metrics.changes import accuracy_change, paired_changes
from fairmoe.metrics.conditional import ConditionalGaps, conditional_gaps, stratified_difference
from fairmoe.metrics.decisions import auc_by_group, confusion_by_group, roc_by_group
from fairmoe.metrics.fronts import (
    costs,
    hypervolume,
    mean_and_spread,
    pareto_front,
)
from fairmoe.metrics.gaps import GAPS, Gap, compared_groups, largest_gaps, parity_gap
from fairmoe.metrics.groups import (
    disparate_impact_ratio,
    equalized_odds_difference,
    flip_rate,
    group_rates,
    predictive_parity_difference,
    representation_difference,
)
from fairmoe.metrics.harm import Account, account_in_people
from fairmoe.metrics.judged import DIFFERENCES, Verdict
from fairmoe.metrics.outcome_gaps import OutcomeGap, outcome_gap
from fairmoe.metrics.review import Review, check_reference, review_groups
from fairmoe.metrics.scores import score_outcomes, score_predictions
from fairmoe.metrics.uncertainty import (
    PermutationTest,
    attention_test,
    demographic_parity_test,
    equal_opportunity_test,
)
from fairmoe.names import FOUR_FIFTHS

__all__ = [
    "DIFFERENCES",
    "FOUR_FIFTHS",
    "GAPS",
    "Account",
    "Alarm",
    "ConditionalGaps",
    "Gap",
    "OutcomeGap",
    "PermutationTest",
    "Review",
    "Verdict",
    "account_in_people",
    "accuracy_change",
    "attention_test",
    "auc_by_group",
    "calibration_by_group",
    "check_reference",
    "compared_groups",
    "conditional_gaps",
    "confusion_by_group",
    "costs",
    "demographic_parity_test",
    "disparate_impact_ratio",
    "equal_opportunity_test",
    "equalized_odds_difference",
    "expected_calibration_error",
    "find_alarm",
    "flip_rate",
    "group_rates",
    "hypervolume",
    "largest_gaps",
    "mean_and_spread",
    "newcombe_interval",
    "outcome_gap",
    "paired_changes",
    "paired_interval",
    "pareto_front",
    "parity_gap",
    "predictive_parity_difference",
    "representation_difference",
    "review_groups",
    "roc_by_group",
    "score_outcomes",
    "score_predictions",
    "stratified_difference",
    "wilson_interval",
]
