"""Lessons on what the experts learn under weaker and stronger lambdas."""

import streamlit as st

from fairmoe.figures.lessons import attention as attention_figures
from fairmoe.figures.lessons import experts as experts_figures
from fairmoe.figures.lessons import strength as strength_figures
from fairmoe.lessons import attention, experts, outcome_weight, reversal
from fairmoe.names import EXPERTS, METRICS, MODELS
from fairmoe.sentences import lessons as sentences
from fairmoe.ui.learn.parts import once, show_picture, show_seeds, slider, source_of


def show_experts(work: str) -> None:
    """Show what an expert does beside the others."""
    scores = once("experts", experts.compute, work)
    chosen: str = st.segmented_control(
        "Expert",
        EXPERTS,
        default="result",
        format_func=lambda kind: MODELS[kind],
        required=True,
        key="expert",
        bind="query-params",
        persist_state="session",
    )
    show_picture(
        experts_figures.experts_figure(scores, chosen),
        takeaway=sentences.experts_takeaway(scores, chosen),
        source=source_of(scores, experts.SEEDS),
        key=f"experts-{chosen}",
    )
    show_seeds("experts", scores, ["model"], METRICS)


def show_outcome_weight(work: str) -> None:
    """Show what a weight on the outcome gaps buys."""
    scores = once("outcome_weight", outcome_weight.compute, work)
    strength = slider("λ fair", "fair", outcome_weight.STRENGTHS, 1.0)
    show_picture(
        strength_figures.outcome_weight_figure(scores, strength),
        takeaway=sentences.outcome_weight_takeaway(scores, strength),
        source=f"{source_of(scores, outcome_weight.SEEDS)} The dotted line joins the means.",
        key=f"outcome-weight-{strength}",
    )
    show_seeds("outcome-weight", scores, ["strength"], METRICS)


def show_attention(work: str) -> None:
    """Show what a model attends to in each group."""
    found = once("attention", attention.compute, work)
    strength = slider("λ attention", "attending", attention.STRENGTHS, 0.0)
    shares = found.shares[found.shares["strength"] == strength]
    show_picture(
        attention_figures.attention_figure(shares),
        takeaway=sentences.attention_takeaway(shares, found.scores, strength),
        source=f"{source_of(found.scores, attention.SEEDS)} Integrated gradients; the divergence "
        "is in percent of a bit.",
        key=f"attention-{strength}",
    )
    show_seeds("attention", found.scores, ["strength"], METRICS)


def show_reversal(work: str) -> None:
    """Show how well a probe finds the group behind adversaries."""
    scores = once("reversal", reversal.compute, work)
    strength = slider("λ adv", "adv", reversal.STRENGTHS, 0.0)
    show_picture(
        strength_figures.reversal_figure(scores, strength),
        takeaway=sentences.reversal_takeaway(scores, strength),
        source=f"{source_of(scores, reversal.SEEDS)} The probe is a logistic regression, trained "
        "on the training rows.",
        key=f"reversal-{strength}",
    )
    show_seeds("reversal", scores, ["strength"], ("told", *METRICS))
