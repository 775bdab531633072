"""Stacks of networks: experts, adversaries and gates, and the mixture that they make.

A stack holds the weights of many networks of one shape along a leading axis. Rows are shared, so
the first layer of the whole stack is one matrix product. Inside, activations lie with the rows
last in memory; the shapes in the docstrings are what a reader sees.
"""

from fairmoe.nn.adversaries import AdversaryStack, gradient_reversal
from fairmoe.nn.choice import GateChoice
from fairmoe.nn.experts import ExpertOutputs, Experts, ExpertStack, make_stack
from fairmoe.nn.gate import GateStack
from fairmoe.nn.mixture import FEWER_PATH_STEPS, FEWEST_PATH_STEPS, PATH_STEPS, Mixture
from fairmoe.nn.stacking import N_EXPERTS, by_expert

__all__ = [
    "FEWER_PATH_STEPS",
    "FEWEST_PATH_STEPS",
    "N_EXPERTS",
    "PATH_STEPS",
    "AdversaryStack",
    "ExpertOutputs",
    "ExpertStack",
    "Experts",
    "GateChoice",
    "GateStack",
    "Mixture",
    "by_expert",
    "gradient_reversal",
    "make_stack",
]
