"""What smaller gaps cost: the models of a run, and the runs of a sweep if there is one."""

import pandas as pd

from fairmoe.analysis.no_gap import who_is_not_compared, why_no_gap
from fairmoe.analysis.result import who_counts_in_scores
from fairmoe.figures.front import front_figure
from fairmoe.figures.tradeoff import tradeoff_figure
from fairmoe.metrics import pareto_front
from fairmoe.names import FAIRLEARN_METHODS, METRICS, MODELS, GapName, Model
from fairmoe.report.blocks import Block, Folded, Grid, Points, Section, Text, chart
from fairmoe.report.findings import Findings
from fairmoe.report.statements import drawn_from_test, told_scores
from fairmoe.runs import CRITERIA, Run, compared_scores_of, front_tables, peer_table
from fairmoe.sentences.cautions import scores_of_all
from fairmoe.sentences.costs import cost, other_decisions, parity_otherwise
from fairmoe.sentences.front import better_on_both, front_takeaway
from fairmoe.sentences.front_points import points_explained
from fairmoe.sentences.peers import older_fits, peers_takeaway
from fairmoe.sentences.trade_off import (
    models_takeaway,
    outside,
    tradeoff_takeaway,
)
from fairmoe.sweep import run_points, setting_means

GAP: GapName = "f_res"
"""The gap that the report weighs utility against; the page offers others."""

FRONT_GAP: GapName = "dp"
"""The gap that the front is drawn for; its table has all four."""

MOST_RUNS = 12
"""As many runs of a sweep, those on its front first, are listed."""

_LAYOUT = {"height": 330, "legend": {"y": 1, "yanchor": "bottom"}, "margin": {"t": 74}}
_NO_RUNS = pd.DataFrame(
    columns=["label", "seed", "gap", "utility", "alarming", "on_front", "runs", "gap_sd"]
).astype({"alarming": bool, "on_front": bool, "runs": int})


def trade_off(found: Findings) -> Section:
    """Say what smaller gaps cost: along the front of the run, among its models, in a sweep."""
    models = models_on_plane(found)
    points = _NO_RUNS if found.sweep is None else run_points(found.sweep, GAP)
    means = _NO_RUNS if found.sweep is None else setting_means(points)
    told, shown = models_takeaway(models, GAP), told_scores(found)
    counted = "" if found.sweep is None else _who_counts(found)
    # The scores before it and the front have the same points of a run alone.
    is_printed = found.sweep is not None or not found.run.front
    why = why_no_gap(found.run, GAP)
    blocks: list[Block] = [
        Points(
            tuple(
                f"{cost(shown, model)}{parity_otherwise(shown, model)} "
                f"{other_decisions(model, differ=of.differ, won=of.won, rows=of.rows)}"
                for model, of in found.compared.items()
            )
        ),
        *([Text(why)] if why else []),
        *_front(found),
        *_peers(found),
    ]
    # Runs of a sweep are shown by their scores, which count every group, and say so.
    if found.sweep is not None or not why:
        plane = chart(
            "tradeoff",
            tradeoff_figure(points, means, models, GAP).update_layout(
                **_LAYOUT | {"height": 330 if is_printed else 470}, yaxis_title="utility"
            ),
            takeaway=told if found.sweep is None else tradeoff_takeaway(points, GAP),
            source=f"{drawn_from_test(found)} {outside(models)}{counted}",
            grid=_grid(models),
            is_printed=is_printed,
        )
        blocks.append(plane)
    if found.sweep is not None:
        blocks += [Text(told), _runs_grid(points)]
    return Section("tradeoff", "What smaller gaps cost", tuple(blocks))


def _who_counts(found: Findings) -> str:
    """Say which small groups the scores of a sweep count all the same, with a blank before it."""
    merged = scores_of_all(found.merged)
    return merged or f" {who_counts_in_scores(found.run)}".rstrip()


def _front(found: Findings) -> list[Block]:
    """Return the front in a picture and in numbers, if the run has one."""
    run = found.run
    if not run.front:
        return []
    label = METRICS[FRONT_GAP].label
    if why_no_gap(run, FRONT_GAP):
        return [_front_grid(run.points)]
    points, beside = front_tables(run.points, run.run_id, FRONT_GAP)
    figure = front_figure(points, beside, label, shown_label="This run")
    return [
        chart(
            "front",
            figure.update_layout(**_LAYOUT, yaxis_title="accuracy"),
            takeaway=front_takeaway(points, beside.T["utility"], label)
            + better_on_both(points, beside),
            source=f"{drawn_from_test(found)} Gates were chosen on the validation rows."
            + points_explained(points),
            grid=_front_grid(run.points),
        )
    ]


def _peers(found: Findings) -> list[Block]:
    """Say how Fairlearn's fits stand beside the mixtures, by the gap that they were fitted for."""
    run, blocks = found.run, list[Block]()
    for gap in CRITERIA:
        fits = peer_table(found.peers, gap)
        if fits.empty or why_no_gap(run, gap):
            continue
        label = METRICS[gap].label
        points, _ = front_tables(run.points, run.run_id, gap)
        told = [peers_takeaway(fits, points, gap, label)]
        small = who_is_not_compared(run, gap)
        told += [older_fits(small)] if small and not fits["compared"].all() else []
        blocks += [
            Text(" ".join(told), "Fairlearn."),
            Folded(f"Fairlearn's fits and their {label}", _peers_grid(fits, label)),
        ]
    return blocks


def _peers_grid(fits: pd.DataFrame, label: str) -> Grid:
    return Grid(
        f"Fairlearn's fits for the {label} on the test rows",
        ("Method", "Setting", "Accuracy", label),
        tuple(
            (
                FAIRLEARN_METHODS[fit["method"]],
                fit["detail"].removeprefix("setting "),
                METRICS["acc"].text(fit["accuracy"]),
                METRICS["dp"].text(fit["gap"]),
            )
            for fit in fits.to_dict("records")
        ),
    )


def _front_grid(points: tuple[Run, ...]) -> Grid:
    shown = ("acc", "dp", "eo", "f_res", "f_proc")
    return Grid(
        "Mixtures of the front on the test rows, by how much their gates count the gaps",
        ("Weight of gaps", *(METRICS[metric].label for metric in shown), "Alarm"),
        tuple(
            (
                f"{point.settings.fairness_weight:g}",
                *(METRICS[m].text(compared_scores_of(point)[m]) for m in shown),
                "yes" if "mixture" in point.alarms() else "no",
            )
            for point in points
        ),
    )


def models_on_plane(found: Findings) -> pd.DataFrame:
    """Return where each model of the run stands on the test rows.

    Returns:
        Indexed by model: `gap` and `utility`, in [0, 1]; `detail`, what it is called; and
        `on_front`, whether no other model without an alarm has both less gap and more utility.
    """
    # Of the runs of a sweep there are scores alone, which count every group.
    scores = told_scores(found) if found.sweep is None else found.scores
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
