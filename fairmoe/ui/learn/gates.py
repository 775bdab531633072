"""Lessons on the gate: one step, its estimators, and how decided it is."""

import streamlit as st

from fairmoe.figures.lessons import gate as gate_figures
from fairmoe.figures.lessons import gate_steps as step_figures
from fairmoe.lessons import balance, gate_steps, reward
from fairmoe.names import EXPERTS
from fairmoe.sentences import gate_steps as step_sentences
from fairmoe.sentences import lessons as sentences
from fairmoe.sentences.mixture_map import map_of_lesson
from fairmoe.ui.learn.parts import (
    SYNTHETIC,
    choice,
    is_presenting,
    once,
    show_numbers,
    show_picture,
    show_seeds,
    slider,
)

STAGE = "stage"
"""In the session: which stage of a step of the gate is shown."""


def show_reward(work: str) -> None:
    """Show how widely estimates of the gate's gradient scatter."""
    found = once("reward", reward.compute, work)
    with st.container(horizontal=True):
        rows = slider("Rows to route", "rows", reward.ROW_COUNTS, 4)
        rollouts = slider("Routings of “several routings”", "rollouts", reward.ROLLOUTS, 8)
    estimates = found.estimates[
        (found.estimates["rows"] == rows) & (found.estimates["rollouts"] == rollouts)
    ]
    row = found.truths.set_index("rows").loc[rows]
    show_picture(
        gate_figures.gradient_figure(estimates, row["truth"]),
        takeaway=sentences.gradient_takeaway(estimates, row["truth"]),
        source=f"{SYNTHETIC}: {rows} test rows on which the experts of seed 0 differ most, an "
        f"undecided gate, and that row and expert whose gradient is largest. {reward.DRAWS:,} "
        f"estimates each; triangles are their means. The truth "
        f"counts all {int(row['routings']):,} routings. Values beyond the axis are in its last "
        "bins.",
        key=f"reward-{rows}-{rollouts}",
    )
    grouped = found.estimates.groupby(["rows", "rollouts", "estimator"], sort=False)["estimate"]
    table = grouped.agg(["mean", "std"]).join(found.truths.set_index("rows")["truth"], on="rows")
    number = st.column_config.NumberColumn
    named = {"mean": "Mean of estimates", "std": "Standard deviation", "truth": "Truth"}
    show_numbers(
        "reward", table, {name: number(label, format="%.4f") for name, label in named.items()}
    )


def show_balance(work: str) -> None:
    """Show how temperature and load balance shape the gate's weights."""
    found = once("balance", balance.compute, work)
    with st.container(horizontal=True):
        temperature = slider("Temperature", "temperature", balance.TEMPERATURES, 1.0)
        weight = slider("Weight of the load balance", "balance", balance.BALANCE, 0.0)
    usage, certainty = (
        part[(part["temperature"] == temperature) & (part["balance"] == weight)]
        for part in (found.usage, found.certainty)
    )
    means = usage.groupby("expert")["weight"].mean()
    st.html(map_of_lesson({str(expert): float(means[expert]) for expert in EXPERTS}))
    show_picture(
        gate_figures.balance_figure(usage, certainty),
        takeaway=sentences.balance_takeaway(usage, certainty),
        source=f"{SYNTHETIC}, {found.rows:,} test rows, seeds 0 to {balance.SEEDS - 1}; the "
        "second panel has all seeds together. Trained at temperature 1, with a penalty on the "
        "usage of each step; other temperatures are put on the trained gate.",
        key=f"balance-{temperature}-{weight}",
    )
    by = ["balance", "temperature", "expert"]
    show_seeds("balance", found.usage, by, ("weight",))


def show_gate_steps(work: str) -> None:
    """Show one step of the gate on six people, stage by stage, then more steps and more rows."""
    found = once("gate_steps", gate_steps.compute, work)
    credit = choice(
        "Credit",
        {name: str(style.label) for name, style in step_figures.CREDITS.items()},
        "counterfactual",
        key="credit",
    )
    stage = _choose_stage()
    source = (
        f"{SYNTHETIC}; six test rows on which the experts of seed 0 differ most, a gate that may "
        "choose for each row freely (the app's gate is a network)."
    )
    steps = found.moments[credit]
    key = f"gate-{stage}-{credit}"
    if stage == "spread":
        show_picture(
            step_figures.spread_figure(found.estimates, found.truth, credit),
            takeaway=step_sentences.spread_takeaway(found.estimates, found.truth),
            source=f"{source} {gate_steps.DRAWS} estimates each; REINFORCE with the average reward "
            "as baseline.",
            key=key,
        )
    elif stage == "rows":
        show_picture(
            step_figures.climb_figure(
                found.rows, credit, title="How fast does the gate learn on all rows?"
            ),
            takeaway=step_sentences.rows_takeaway(found.rows, found.n_rows),
            source=f"{SYNTHETIC}. The same length of step for all three; one draw of each.",
            key=key,
        )
    else:
        show_picture(
            step_figures.step_figure(
                found.people, steps[step_figures.MORE] if stage == "more" else steps[0], stage
            ),
            takeaway=step_sentences.more_takeaway(found.expected, found.best, credit)
            if stage == "more"
            else step_sentences.step_takeaway(found.people, steps[0], stage, credit),
            source=source,
            key=key,
        )
    table = found.expected if stage != "rows" else found.rows
    shown = table.pivot_table(index="step", columns="credit", values="reward")
    number = st.column_config.NumberColumn
    show_numbers(
        "gate-steps",
        shown,
        {
            name: number(str(style.label), format="%.3f", help="Expected reward before this step.")
            for name, style in step_figures.CREDITS.items()
        },
    )


def has_stage(by: int) -> bool:
    """Return whether there is a stage so many further on, or back."""
    return 0 <= _place() + by < len(step_figures.STAGES)


def move_stage(by: int) -> None:
    """Go so many stages on, or back."""
    st.session_state[STAGE] = list(step_figures.STAGES)[_place() + by]


def _place() -> int:
    stages = list(step_figures.STAGES)
    return stages.index(st.session_state.get(STAGE) or stages[0])


def _choose_stage() -> str:
    if is_presenting():
        return list(step_figures.STAGES)[_place()]
    stage = choice("Stage", step_figures.STAGES, "people", key=STAGE)
    _show_way()
    return stage


def _show_way() -> None:
    with st.container(horizontal=True):
        st.button(
            "Back",
            icon=":material/chevron_left:",
            disabled=not has_stage(-1),
            on_click=move_stage,
            args=(-1,),
            shortcut="Left",
            key="stage-back",
        )
        st.button(
            "Next stage",
            icon=":material/chevron_right:",
            icon_position="right",
            type="primary",
            disabled=not has_stage(1),
            on_click=move_stage,
            args=(1,),
            shortcut="Right",
            key="stage-next",
        )
