"""The controls and the chart of each lesson."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from fairmoe.figures.lessons import attention as attention_figures
from fairmoe.figures.lessons import chance as chance_figures
from fairmoe.figures.lessons import constant as constant_figures
from fairmoe.figures.lessons import criteria as criteria_figures
from fairmoe.figures.lessons import experts as experts_figures
from fairmoe.figures.lessons import gate as gate_figures
from fairmoe.figures.lessons import strength as strength_figures
from fairmoe.figures.lessons.spread import seeds_table
from fairmoe.lessons import (
    attention,
    balance,
    chance,
    constant,
    criteria,
    experts,
    outcome_weight,
    reversal,
    reward,
)
from fairmoe.names import EXPERTS, METRICS, MODELS
from fairmoe.sentences import lessons as sentences
from fairmoe.sentences.mixture_map import map_of_lesson
from fairmoe.ui.frame.components import percent_column, show_chart, show_table

T = TypeVar("T")

LIMITS = (1, 2, 5, 10, 20)
_SYNTHETIC = "Synthetic demo, biased on purpose"


def _show_criteria(work: str) -> None:
    rates = _once("criteria", criteria.compute, work)
    with st.container(horizontal=True):
        bias = _slider("Bias against women, in log-odds", "bias", criteria.BIASES, 1.7)
        rule = st.segmented_control(
            "Rule, for the same number of approvals",
            list(criteria_figures.RULES),
            default="one",
            format_func=criteria_figures.RULES.__getitem__,
            required=True,
            key="rule",
            bind="query-params",
            persist_state="session",
        )
    shown = rates[(rates["bias"] == bias) & (rates["rule"] == rule)]
    show_chart(
        criteria_figures.criteria_figure(shown),
        takeaway=sentences.criteria_takeaway(shown),
        source=f"{_SYNTHETIC}, with this bias; {shown['n'].sum():,} test rows, seed 0, a logistic "
        "regression. Bars are 95% Wilson intervals; equal approval and equal opportunity cut the "
        "groups' lists where these rows need it.",
        key=f"criteria-{bias}-{rule}",
    )
    names = {"n": "Rows", **criteria_figures.RATES}
    table = rates.set_index(["bias", "rule", "group"])[list(names)]
    percent = table.assign(**{rate: 100 * table[rate] for rate in criteria_figures.RATES})
    columns = {rate: percent_column(names[rate], "") for rate in criteria_figures.RATES}
    _show_numbers("criteria", percent, {"n": st.column_config.NumberColumn("Rows")} | columns)


def _show_experts(work: str) -> None:
    scores = _once("experts", experts.compute, work)
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
    show_chart(
        experts_figures.experts_figure(scores, chosen),
        takeaway=sentences.experts_takeaway(scores, chosen),
        source=_source(scores, experts.SEEDS),
        key=f"experts-{chosen}",
    )
    _show_seeds("experts", scores, ["model"], METRICS)


def _show_outcome_weight(work: str) -> None:
    scores = _once("outcome_weight", outcome_weight.compute, work)
    strength = _slider("λ fair", "fair", outcome_weight.STRENGTHS, 1.0)
    show_chart(
        strength_figures.outcome_weight_figure(scores, strength),
        takeaway=sentences.outcome_weight_takeaway(scores, strength),
        source=f"{_source(scores, outcome_weight.SEEDS)} The dotted line joins the means.",
        key=f"outcome-weight-{strength}",
    )
    _show_seeds("outcome-weight", scores, ["strength"], METRICS)


def _show_attention(work: str) -> None:
    found = _once("attention", attention.compute, work)
    strength = _slider("λ attention", "attending", attention.STRENGTHS, 0.0)
    shares = found.shares[found.shares["strength"] == strength]
    show_chart(
        attention_figures.attention_figure(shares),
        takeaway=sentences.attention_takeaway(shares, found.scores, strength),
        source=f"{_source(found.scores, attention.SEEDS)} Integrated gradients; the divergence is "
        "in percent of a bit.",
        key=f"attention-{strength}",
    )
    _show_seeds("attention", found.scores, ["strength"], METRICS)


def _show_reversal(work: str) -> None:
    scores = _once("reversal", reversal.compute, work)
    strength = _slider("λ adv", "adv", reversal.STRENGTHS, 0.0)
    show_chart(
        strength_figures.reversal_figure(scores, strength),
        takeaway=sentences.reversal_takeaway(scores, strength),
        source=f"{_source(scores, reversal.SEEDS)} The probe is a logistic regression, trained on "
        "the training rows.",
        key=f"reversal-{strength}",
    )
    _show_seeds("reversal", scores, ["strength"], ("told", *METRICS))


def _show_reward(work: str) -> None:
    found = _once("reward", reward.compute, work)
    with st.container(horizontal=True):
        rows = _slider("Rows to route", "rows", reward.ROW_COUNTS, 4)
        rollouts = _slider("Routings of “several routings”", "rollouts", reward.ROLLOUTS, 8)
    estimates = found.estimates[
        (found.estimates["rows"] == rows) & (found.estimates["rollouts"] == rollouts)
    ]
    row = found.truths.set_index("rows").loc[rows]
    show_chart(
        gate_figures.gradient_figure(estimates, row["truth"]),
        takeaway=sentences.gradient_takeaway(estimates, row["truth"]),
        source=f"{_SYNTHETIC}: {rows} test rows on which the experts of seed 0 disagree most, an "
        f"undecided gate, and that row and expert whose gradient is largest. {reward.DRAWS:,} "
        f"estimates each, ± standard error of their mean; triangles are the means. The truth "
        f"counts all {int(row['routings']):,} routings. Values beyond the axis are in its last "
        "bins.",
        key=f"reward-{rows}-{rollouts}",
    )
    grouped = found.estimates.groupby(["rows", "rollouts", "estimator"], sort=False)["estimate"]
    table = grouped.agg(["mean", "std"]).join(found.truths.set_index("rows")["truth"], on="rows")
    number = st.column_config.NumberColumn
    named = {"mean": "Mean of estimates", "std": "Scatter", "truth": "Truth"}
    _show_numbers(
        "reward", table, {name: number(label, format="%.4f") for name, label in named.items()}
    )


def _show_balance(work: str) -> None:
    found = _once("balance", balance.compute, work)
    with st.container(horizontal=True):
        temperature = _slider("Temperature", "temperature", balance.TEMPERATURES, 1.0)
        weight = _slider("Weight of the load balance", "balance", balance.BALANCE, 0.0)
    usage, certainty = (
        part[(part["temperature"] == temperature) & (part["balance"] == weight)]
        for part in (found.usage, found.certainty)
    )
    means = usage.groupby("expert")["weight"].mean()
    st.html(map_of_lesson({str(expert): float(means[expert]) for expert in EXPERTS}))
    show_chart(
        gate_figures.balance_figure(usage, certainty),
        takeaway=sentences.balance_takeaway(usage, certainty),
        source=f"{_SYNTHETIC}, {found.rows:,} test rows, seeds 0 to {balance.SEEDS - 1}; right: "
        "all seeds together. Trained at temperature 1, with a penalty on the usage of each step; "
        "other temperatures are put on the trained gate.",
        key=f"balance-{temperature}-{weight}",
    )
    by = ["balance", "temperature", "expert"]
    _show_seeds("balance", found.usage, by, ("weight",))


def _show_constant(work: str) -> None:
    scores = _once("constant", constant.compute, work)
    base_rate = _slider(
        "Base rate: share of positives", "base-rate", constant.BASE_RATES, 0.7, "{:.0%}"
    )
    hidden = ", ".join(constant.HIDDEN)
    show_chart(
        constant_figures.constant_figure(scores, base_rate),
        takeaway=sentences.constant_takeaway(scores, base_rate),
        source=f"{_source(scores, constant.SEEDS)} Applicants like the demo's, drawn to this base "
        f"rate; the models do not see {hidden}. Ranges are over seeds.",
        key=f"constant-{base_rate}",
    )
    _show_seeds("constant", scores, ["base_rate", "model"], METRICS)


def _show_chance(work: str) -> None:
    found = _once("chance", chance.compute, work)
    with st.container(horizontal=True):
        rows = _slider("Rows of the table", "rows-drawn", chance.SIZES, 500, "{:,}")
        limit = _slider("Limit, in points", "limit", LIMITS, 5)
    gaps = found.gaps[found.gaps["rows"] == rows]
    of_rows = found.alarms.set_index("rows").loc[rows]
    show_chart(
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
    _show_numbers("chance", table.assign(**{name: 100 * table[name] for name in shares}), columns)


VIEWS: dict[str, Callable[[str], None]] = {
    "criteria": _show_criteria,
    "experts": _show_experts,
    "outcome_weight": _show_outcome_weight,
    "attention": _show_attention,
    "reversal": _show_reversal,
    "reward": _show_reward,
    "balance": _show_balance,
    "constant": _show_constant,
    "chance": _show_chance,
}
"""Draws the controls, the chart and the numbers of a lesson, told what its first opening does."""


def _once(key: str, compute: Callable[[], T], work: str) -> T:
    """Return what a lesson computes; the first opening in this process waits for it."""
    with st.spinner(f"{work}, for everyone who opens this lesson, once", show_time=True):
        found: T = _computed(key, compute)
    return found


@st.cache_resource(show_spinner=False)
def _computed(key: str, _compute: Callable[[], Any]) -> Any:
    del key
    return _compute()


def _slider(label: str, key: str, values: Sequence[Any], default: Any, form: str = "{:g}") -> Any:
    return st.select_slider(
        label,
        values,
        value=default,
        format_func=form.format,
        key=key,
        bind="query-params",
        persist_state="session",
        width=320,
    )


def _source(scores: pd.DataFrame, seeds: int) -> str:
    return f"{_SYNTHETIC}, {scores['rows'].max():,} test rows, seeds 0 to {seeds - 1}."


def _show_seeds(key: str, frame: pd.DataFrame, by: Sequence[str], names: Iterable[str]) -> None:
    """Show mean, least and greatest value over the seeds."""
    table = seeds_table(frame, by, names)
    columns = {}
    for name in names:
        about = METRICS.get(name)
        label = about.label if about else _LABELS[name]
        columns[name] = percent_column(label, "Mean over the seeds.", about.unit if about else "%")
        columns[f"{name}_low"] = percent_column("from", f"{label}: the lowest seed.")
        columns[f"{name}_high"] = percent_column("to", f"{label}: the highest seed.")
    _show_numbers(key, 100 * table, columns)


_LABELS = {"told": "AUC of the probe", "weight": "Mean weight"}


def _show_numbers(key: str, table: pd.DataFrame, columns: Mapping[str, Any]) -> None:
    show_table(table, key=f"lesson-{key}", alt=f"{len(table)} rows.", columns=columns, csv=table)
