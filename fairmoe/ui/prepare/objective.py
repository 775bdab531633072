"""What is minimised and what is rewarded, with the user's own numbers in it."""

import streamlit as st

from fairmoe.config import Settings


def show_objective(settings: Settings) -> None:
    """Show the losses of the experts and of the gate, and the score, as they will be computed."""
    st.caption("Your numbers are in bold. Each expert minimises a loss of its own:")
    st.latex(experts_formula(settings))
    st.caption(
        "The gate is rewarded for what sending each row to one expert gains over the utility "
        "expert alone; the final score is what all models are compared by:"
    )
    st.latex(gate_formula(settings))


def experts_formula(settings: Settings) -> str:
    r"""Return equations (5), (7) and (18) in LaTeX, with the lambdas as numbers.

    Example:
        >>> print(experts_formula(Settings(lambda_fair=10)).splitlines()[2])
        \mathcal{L}_{result} &= \mathcal{L}_{CE} + \mathbf{1}\,\mathcal{L}_{rep} + \mathbf{10}\,\mathcal{L}_{fair} \\
    """  # noqa: E501
    return "\n".join(
        [
            r"\begin{aligned}",
            r"\mathcal{L}_{utility} &= \mathcal{L}_{CE} \\",
            r"\mathcal{L}_{result} &= \mathcal{L}_{CE}"
            + _term(settings.lambda_rep, r"\mathcal{L}_{rep}")
            + _term(settings.lambda_fair, r"\mathcal{L}_{fair}")
            + r" \\",
            r"\mathcal{L}_{procedural} &= \mathcal{L}_{CE}"
            + _term(settings.lambda_attention, r"\mathcal{L}_{attention}")
            + _term(settings.lambda_adv, r"\mathcal{L}_{adv}"),
            r"\end{aligned}",
        ]
    )


def gate_formula(settings: Settings) -> str:
    """Return equations (43), (37) and (47) in LaTeX, with the gate's weights as numbers."""
    return "\n".join(
        [
            r"\begin{aligned}",
            r"\mathcal{L}_{gate} &= \mathcal{L}_{policy}(R)"
            + _term(settings.entropy_weight, r"\mathcal{H}", sign="-")
            + _term(settings.load_balance_weight, r"\mathcal{L}_{LB}")
            + r" \\",
            r"R &= (U_2 - U_1) - (F_2 - F_1), \quad F = F_{res} + F_{proc} \\",
            r"S &= U - F_{res} - F_{proc}",
            r"\end{aligned}",
        ]
    )


def _term(weight: float, loss: str, sign: str = "+") -> str:
    return rf" {sign} \mathbf{{{weight:g}}}\,{loss}"
