"""Which function draws which lesson."""

from collections.abc import Callable

from fairmoe.ui.learn.gaps import show_chance, show_constant, show_criteria
from fairmoe.ui.learn.gates import show_balance, show_gate_steps, show_reward
from fairmoe.ui.learn.lambdas import (
    show_attention,
    show_experts,
    show_outcome_weight,
    show_reversal,
)
from fairmoe.ui.learn.people import show_levelling, show_thresholds

VIEWS: dict[str, Callable[[str], None]] = {
    "criteria": show_criteria,
    "experts": show_experts,
    "outcome_weight": show_outcome_weight,
    "attention": show_attention,
    "reversal": show_reversal,
    "gate_steps": show_gate_steps,
    "reward": show_reward,
    "balance": show_balance,
    "constant": show_constant,
    "chance": show_chance,
    "levelling": show_levelling,
    "thresholds": show_thresholds,
}
"""Draws the controls, the picture and the numbers of a lesson, told what its first opening does."""
