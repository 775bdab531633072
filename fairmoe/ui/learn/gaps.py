"""Lessons on gaps: two criteria, the constant, and chance."""

import pandas as pd
import streamlit as st

from fairmoe.figures.lessons import chance as chance_figures
from fairmoe.figures.lessons import constant as constant_figures
from fairmoe.figures.lessons import criteria as criteria_figures
from fairmoe.lessons import chance, constant, criteria
from fairmoe.names import METRICS
from fairmoe.sentences import lessons as sentences
from fairmoe.ui.frame.components import percent_column
from fairmoe.ui.learn.parts import (
    SYNTHETIC,
    once,
    show_numbers,
    show_picture,
    show_seeds,
    slider,
    source_of,
)

LIMITS = (1, 2, 5, 10, 20)


def show_criteria(work: str) -> None:
    """Show what a rule leaves of both gaps, by how biased the labels are."""
    rates = once("criteria", criteria.compute, work)
    with st.container(horizontal=True):
        bias = slider(
            "Bias against women, in log-odds",
            "bias",
            criteria.BIASES,
            1.7,
            text=sentences.BIAS_EXPLAINED,
        )
        rule = st.segmented_control(
            "Rule, for the same number of people hired",
            list(criteria_figures.RULES),
            default="one",
            format_func=criteria_figures.RULES.__getitem__,
            required=True,
            key="rule",
            bind="query-params",
            persist_state="session",
        )
    shown = rates[(rates["bias"] == bias) & (rates["rule"] == rule)]
    show_picture(
        criteria_figures.criteria_figure(shown),
        takeaway=sentences.criteria_takeaway(shown),
        source=f"{SYNTHETIC}, with this bias; {shown['n'].sum():,} test rows, seed 0, a logistic "
        "regression. Bars are 95% Wilson intervals; equal approval and equal opportunity cut the "
        "groups' lists where these rows need it.",
        key=f"criteria-{bias}-{rule}",
    )
    names = {"n": "Rows", **criteria_figures.RATES}
    table = rates.set_index(["bias", "rule", "group"])[list(names)]
    percent = table.assign(**{rate: 100 * table[rate] for rate in criteria_figures.RATES})
    columns = {rate: percent_column(names[rate], "") for rate in criteria_figures.RATES}
    show_numbers("criteria", percent, {"n": st.column_config.NumberColumn("Rows")} | columns)


def show_constant(work: str) -> None:
    """Show when a constant scores higher than the mixture."""
    scores = once("constant", constant.compute, work)
    base_rate = slider(
        "Base rate: share of positives", "base-rate", constant.BASE_RATES, 0.7, "{:.0%}"
    )
    hidden = ", ".join(constant.HIDDEN)
    show_picture(
        constant_figures.constant_figure(scores, base_rate),
        takeaway=sentences.constant_takeaway(scores, base_rate),
        source=f"{source_of(scores, constant.SEEDS)} Applicants like the demo's, drawn to this "
        f"base rate; the models do not see {hidden}. Ranges are over seeds.",
        key=f"constant-{base_rate}",
    )
    show_seeds("constant", scores, ["base_rate", "model"], METRICS)


def show_chance(work: str) -> None:
    """Show how large a gap chance alone makes."""
    found = once("chance", chance.compute, work)
    with st.container(horizontal=True):
        rows = slider("Rows of the table", "rows-drawn", chance.SIZES, 500, "{:,}")
        limit = slider("Limit, in pp", "limit", LIMITS, 5)
    gaps = found.gaps[found.gaps["rows"] == rows]
    of_rows = found.alarms.set_index("rows").loc[rows]
    show_picture(
        chance_figures.chance_figure(gaps, limit / 100),
        takeaway=sentences.chance_takeaway(
            gaps,
            limit / 100,
            smaller=int(of_rows["smaller"]),
            false_alarms=of_rows["false_alarms"],
        ),
        source=f"{chance.DRAWS:,} tables of {rows:,} rows, drawn from applicants like the demo's "
        f"but hired without bias. {chance.TESTED} of the tables are tested, with "
        f"{chance.PERMUTATIONS} shufflings each.",
        key=f"chance-{rows}-{limit}",
    )
    of_sizes = found.gaps.groupby("rows")["gap"]
    table = pd.DataFrame({"median": of_sizes.median(), "most": of_sizes.quantile(0.95)})
    table = table.join(found.alarms.set_index("rows"))
    shares = ["median", "most", "false_alarms"]
    columns = {
        "smaller": st.column_config.NumberColumn("Rows of the smaller group", format="localized"),
        "median": percent_column("Median gap", "Half of the tables have a smaller one.", "pp"),
        "most": percent_column("95% are below", "Of the tables.", "pp"),
        "false_alarms": percent_column("Called unequal", "By a permutation test at 5%."),
    }
    show_numbers("chance", table.assign(**{name: 100 * table[name] for name in shares}), columns)
