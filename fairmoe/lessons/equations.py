"""The numbered equations as the functions that compute them state them."""

import re
from collections.abc import Callable
from typing import Any

from fairmoe.functional import attention, gating, losses, policy, reward, scores
from fairmoe.nn import adversaries

_STATED_BY: tuple[Callable[..., Any], ...] = (
    losses.cross_entropy_loss,
    losses.demographic_parity_loss,
    losses.equal_opportunity_loss,
    losses.fairness_loss,
    losses.result_expert_loss,
    losses.procedural_expert_loss,
    attention.attention_loss,
    attention.attention_weights,
    attention.jensen_shannon_divergence,
    adversaries.AdversaryStack,
    adversaries.gradient_reversal,
    gating.gate_log_proba,
    gating.load_balance_loss,
    reward.routing_reward,
    policy.reinforce_loss,
    scores.combine,
)
_DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_GATHERED = r"\begin{gathered}%s\end{gathered}"
_TAG = re.compile(r"\\tag\{(\d+)\}")


def _stated() -> dict[int, str]:
    found = {}
    for function in _STATED_BY:
        for body in _DISPLAYED.findall(function.__doc__ or ""):
            for tag in _TAG.findall(body):
                # A tag is set at the far edge of a box that on a page is as wide as the equation.
                numbered = _TAG.sub(rf"\\qquad ({tag})", " ".join(body.split()))
                found[int(tag)] = _below_one_another(numbered)
    return found


def _below_one_another(equation: str) -> str:
    """Put what stands apart in an equation on lines of its own; a phone cuts off what is long."""
    lines = equation.split(r"\quad ")
    return equation if len(lines) == 1 else _GATHERED % r"\\".join(lines)


EQUATIONS: dict[int, str] = _stated()
"""The TeX of each equation that a lesson may show, by its number, which stands behind it."""
