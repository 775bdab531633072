"""What a sweep shows: runs between utility and a gap, the front, baselines, and a run to open."""

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.tradeoff import label_of, not_drawn, tradeoff_figure
from fairmoe.names import BASELINES, GAP_AXES, MODELS
from fairmoe.sentences.alarms import ALARM_MEANS
from fairmoe.sentences.projects import scores_without_model
from fairmoe.sentences.trade_off import (
    ROWS_UNKNOWN,
    not_on_chart,
    outside,
    settings_reading,
    tradeoff_takeaway,
)
from fairmoe.ui.frame.components import (
    percent_column,
    show_note,
    show_selectable_chart,
    show_table,
)
from fairmoe.ui.frame.kept import Explored
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.pages import EXPERTS, TRADE_OFF
from fairmoe.ui.frame.progress import start_training
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.runs import SweepScores

_PICKED, _CHOSEN = "tradeoff-picked", "tradeoff-run"


def show_tradeoff(state: Session, explored: Explored, sweep: "SweepScores") -> None:
    """Show the runs over a gap of the user's choice, in numbers too, and let one be opened."""
    from fairmoe.analysis.result import who_counts_in_scores  # noqa: PLC0415
    from fairmoe.sweep import run_points, setting_means  # noqa: PLC0415

    gap = _gap_switch()
    points = run_points(sweep, gap)
    means = setting_means(points)
    baselines = _baselines(explored, gap)
    _show_headline(sweep, points, gap)
    takeaway = tradeoff_takeaway(points, gap)
    picked = show_selectable_chart(
        tradeoff_figure(points, means, baselines, gap),
        takeaway=takeaway,
        source=f"{_source(explored, sweep, means)} {outside(baselines)}",
        key=f"tradeoff-{gap}-{len(points)}-{len(baselines)}",
    )
    counted = who_counts_in_scores(explored.origin.told.run)
    if counted:
        st.caption(escape_markdown(counted))
    reading = settings_reading(means)
    if reading:
        show_note(escape_markdown(reading), icon=":material/casino:")
    absent = not_drawn(baselines)
    if absent:
        st.caption(not_on_chart(absent))
    _open_one(state, explored, sweep, points, picked)
    _show_runs(points, takeaway)
    _show_baselines(baselines)


def _gap_switch() -> str:
    gap: str = st.segmented_control(
        "Gap",
        list(GAP_AXES),
        default="f_res",
        format_func=GAP_AXES.__getitem__,
        required=True,
        key="gap",
        bind="query-params",
        help="Unequal outcomes, unequal reasons, or the sum of both.",
    )
    return gap


def _show_headline(sweep: "SweepScores", points: pd.DataFrame, gap: str) -> None:
    left, middle, right = st.columns(3)
    left.metric(
        "Pareto-optimal runs",
        f"{int(points['on_front'].sum())} of {len(points)}",
        help="Runs that no other beats in both utility and the chosen gap on the validation rows. "
        "A run that gives nearly all "
        "rows one answer does not count.",
        border=True,
    )
    volume = sweep.hypervolume(("utility", gap))
    middle.metric(
        "Hypervolume",
        "–" if math.isnan(volume) else f"{100 * volume:.1f}%",
        help="How much of the field between the best that there can be (utility 100%, gap 0) and "
        "the worst (utility 0, gap 100 pp) these runs reach or surpass on the test rows. It "
        "compares sweeps.",
        border=True,
    )
    rate = f" {sweep.computed / sweep.seconds:.2f} runs per second." if sweep.computed else ""
    right.metric(
        "Time",
        f"{sweep.seconds:.1f} s" if sweep.computed else "none",
        help=f"Of the runs that were not there already.{rate}",
        border=True,
    )


def _source(explored: Explored, sweep: "SweepScores", means: pd.DataFrame) -> str:
    name = explored.origin.run.data.name or "Unnamed table"
    tested = sweep.test_rows
    seeds = sorted({one.seed for one in sweep.settings})
    told = f"{name}, {tested:,} test rows; runs chosen on the validation rows, shown on the test"
    told += f" rows; seeds {', '.join(map(str, seeds))}."
    if (means["runs"] > 1).any():
        told += " Bars are one standard deviation over the seeds."
    if not sweep.rows:
        told += f" {ROWS_UNKNOWN}"
    return f"{told} Click a point to open its run."


def _baselines(explored: Explored, gap: str) -> pd.DataFrame:
    """Return where the baselines stand on the test rows, as `tradeoff_figure` takes it."""
    scores = explored.origin.run.scores["test"]
    rows: list[tuple[str, float, float, str]] = [
        (name, _gap_of(scores[name], gap), scores[name]["utility"], MODELS[name])
        for name in (*BASELINES, "existing")
        if name in scores
    ]
    frame = pd.DataFrame(rows, columns=["name", "gap", "utility", "detail"])
    return frame.set_index("name")


def _gap_of(scores: Any, gap: str) -> float:
    value: float = scores["f_res"] + scores["f_proc"] if gap == "gaps" else scores[gap]
    return value


def _open_one(
    state: Session,
    explored: Explored,
    sweep: "SweepScores",
    points: pd.DataFrame,
    picked: list[Any],
) -> None:
    """Let the user choose a run, by a click in the figure or from a list, and open it."""
    run_ids = points.index.tolist()
    # A selection stays in the figure: only a new one may overrule the list.
    if picked and picked[0] in run_ids and st.session_state.get(_PICKED) != picked[0]:
        st.session_state[_CHOSEN] = picked[0]
    st.session_state[_PICKED] = picked[0] if picked else None
    if st.session_state.get(_CHOSEN) not in run_ids:
        shown = state.chosen in run_ids
        st.session_state[_CHOSEN] = state.chosen if shown else _best(points)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    chosen = left.selectbox(
        "Run",
        run_ids,
        format_func=lambda run_id: _run_words(points, run_id),
        key=_CHOSEN,
        help="The same as a click on its point in the figure.",
    )
    with right:
        _open_button(state, explored, sweep, points, chosen)
    if state.chosen == chosen:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("Shown on all pages", icon=":material/visibility:")
            link(EXPERTS, "See its experts")


def _open_button(
    state: Session, explored: Explored, sweep: "SweepScores", points: pd.DataFrame, chosen: str
) -> None:
    """Offer to open a run of the sweep, or to train it if only its scores are known."""
    from fairmoe.sweep import Sweep  # noqa: PLC0415

    place = points.index.tolist().index(chosen)
    name = f"{points['label'].iloc[place]}, seed {points['seed'].iloc[place]}"[:40]
    may_be_opened = chosen in state.runs or isinstance(sweep, Sweep)
    if may_be_opened:
        if st.button(
            "Open this run in every page",
            icon=":material/open_in_new:",
            key="open-run",
            width="stretch",
        ):
            if isinstance(sweep, Sweep):
                with st.spinner("Scoring every model of this run"):
                    state.keep(sweep.open(place), explored.origin.labelled, name)
            else:
                state.chosen = chosen
                state.turns += 1
            st.rerun()
    elif explored.origin.rows is not None and st.button(
        "Train this run",
        icon=":material/play_arrow:",
        key="train-run",
        width="stretch",
        disabled=state.job_id is not None,
        help=scores_without_model(),
    ):
        with st.spinner("Starting"):
            start_training(
                state,
                sweep.settings[place],
                TRADE_OFF,
                labelled=explored.origin.labelled,
                name=name,
            )
        st.rerun()


def _best(points: pd.DataFrame) -> str:
    """Return the run on the front with the best difference of utility and gap on validation."""
    front = points[points["on_front"]]
    among = front if len(front) else points
    difference = among["validation_utility"] - among["validation_gap"]
    return str(difference.fillna(-math.inf).idxmax())


def _run_words(points: pd.DataFrame, run_id: str) -> str:
    point = points.loc[run_id]
    told = f"{point['label']}, seed {point['seed']}"
    if point["alarming"]:
        return f"{told} – raises an alarm"
    return f"{told} – Pareto-optimal" if point["on_front"] else told


def _show_runs(points: pd.DataFrame, takeaway: str) -> None:
    percent = ["utility", "gap", "validation_utility", "validation_gap"]
    order = points.sort_values(
        ["on_front", "validation_utility"], ascending=[False, False], kind="stable"
    )
    columns = {
        "label": st.column_config.TextColumn("Settings"),
        "seed": st.column_config.NumberColumn("Seed", format="%d"),
        "on_front": st.column_config.CheckboxColumn(
            "Pareto-optimal",
            help="No other run beats it in both, utility and the chosen gap, on the validation "
            "rows.",
        ),
        "validation_utility": percent_column("Utility, validation", "What runs are chosen by."),
        "validation_gap": percent_column("Gap, validation", "What runs are chosen by.", "pp"),
        "utility": percent_column("Utility, test", "What the figure shows."),
        "gap": percent_column("Gap, test", "What the figure shows.", "pp"),
        "alarming": st.column_config.CheckboxColumn(
            "Alarm", help=f"{ALARM_MEANS} On the validation rows."
        ),
    }
    show_table(
        order.assign(**{name: 100 * order[name] for name in percent}).rename_axis("Run"),
        key="tradeoff-table",
        alt=f"All runs of the sweep with their scores. {takeaway}",
        columns=columns,
        csv=order,
    )


def _show_baselines(baselines: pd.DataFrame) -> None:
    named = baselines.set_axis([label_of(str(key)) for key in baselines.index])
    show_table(
        named.assign(utility=100 * named["utility"], gap=100 * named["gap"]).rename_axis(
            "Compared with"
        ),
        key="tradeoff-baselines",
        alt=f"What {len(named)} other models reach on the same test rows.",
        columns={
            "detail": st.column_config.TextColumn("Settings"),
            "utility": percent_column("Utility, test", "What the figure shows."),
            "gap": percent_column("Gap, test", "What the figure shows.", "pp"),
        },
        csv=named.rename_axis("compared with"),
    )
