"""What smaller gaps cost: the models of a run, and the runs of a sweep if there is one."""

import pandas as pd

from fairmoe.figures.tradeoff import tradeoff_figure
from fairmoe.metrics import pareto_front
from fairmoe.names import METRICS, MODELS, Model
from fairmoe.report.blocks import Block, Grid, Points, Section, Text, chart
from fairmoe.report.findings import Findings
from fairmoe.report.statements import drawn_from_test
from fairmoe.sentences.costs import cost, other_decisions
from fairmoe.sentences.trade_off import models_takeaway, outside, tradeoff_takeaway
from fairmoe.sweep import run_points, setting_means

GAP = "f_res"
"""The gap that the report weighs utility against; the page offers others."""

MOST_RUNS = 12
"""As many runs of a sweep, those on its front first, are listed."""

_HEIGHT = 350
_NO_RUNS = pd.DataFrame(
    columns=["label", "seed", "gap", "utility", "alarming", "on_front", "runs", "gap_sd"]
).astype({"alarming": bool, "on_front": bool, "runs": int})


def trade_off(found: Findings) -> Section:
    """Say what smaller gaps cost in utility."""
    models = models_on_plane(found)
    points = _NO_RUNS if found.sweep is None else run_points(found.sweep, GAP)
    means = _NO_RUNS if found.sweep is None else setting_means(points)
    told = models_takeaway(models, GAP)
    blocks: list[Block] = [
        Points(
            tuple(
                f"{cost(found.scores, model)} "
                f"{other_decisions(model, differ=of.differ, won=of.won, rows=of.rows)}"
                for model, of in found.compared.items()
            )
        ),
        chart(
            "tradeoff",
            tradeoff_figure(points, means, models, GAP).update_layout(
                height=_HEIGHT,
                legend={"y": 1, "yanchor": "bottom"},
                margin={"t": 108},
                yaxis_title="utility",
            ),
            takeaway=told if found.sweep is None else tradeoff_takeaway(points, GAP),
            source=f"{drawn_from_test(found)} {outside(models)}",
            grid=_grid(models),
        ),
    ]
    if found.sweep is not None:
        blocks += [Text(told), _runs_grid(points)]
    return Section("tradeoff", "What smaller gaps cost", tuple(blocks))


def models_on_plane(found: Findings) -> pd.DataFrame:
    """Return where each model of the run stands on the test rows.

    Returns:
        Indexed by model: `gap` and `utility`, in [0, 1]; `detail`, what it is called; and
        `on_front`, whether no other model without an alarm has both less gap and more utility.
    """
    scores = found.scores
    frame = pd.DataFrame(
        {
            "gap": scores[GAP],
            "utility": scores["utility"],
            "detail": [MODELS[model] for model in scores.index],
        },
        index=scores.index,
    )
    costs = pd.DataFrame({"gap": frame["gap"], "lost": 1 - frame["utility"]})
    costs.loc[[_is_no_choice(found, model) for model in frame.index]] = float("nan")
    return frame.assign(on_front=pareto_front(costs.to_numpy()))


def _is_no_choice(found: Findings, model: Model) -> bool:
    return model in found.alarms or model == "constant"


def _grid(models: pd.DataFrame) -> Grid:
    return Grid(
        "Utility and result gap of each model on the test rows",
        ("Model", "Utility", "Result gap", "Pareto-optimal"),
        tuple(
            (
                row["detail"],
                METRICS["utility"].text(row["utility"]),
                METRICS[GAP].text(row["gap"]),
                "yes" if row["on_front"] else "no",
            )
            for row in models.to_dict("records")
        ),
    )


def _runs_grid(points: pd.DataFrame) -> Grid:
    first = points.sort_values(["on_front", "validation_utility"], ascending=False, kind="stable")
    return Grid(
        "Runs of the sweep, the Pareto-optimal first",
        ("Settings", "Seed", "Utility", "Result gap", "Pareto-optimal"),
        tuple(
            (
                row["label"],
                f"{row['seed']}",
                METRICS["utility"].text(row["utility"]),
                METRICS[GAP].text(row["gap"]),
                "yes" if row["on_front"] else "no",
            )
            for row in first.head(MOST_RUNS).to_dict("records")
        ),
    )
