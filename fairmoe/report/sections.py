"""The sections of a report, each made of what was found."""

import dataclasses
import platform
from collections.abc import Callable
from importlib.metadata import version

import pandas as pd

from fairmoe.figures.curves import Line, curves_figure, curves_takeaway
from fairmoe.figures.data import label_figure, label_takeaway
from fairmoe.figures.experts import (
    RATES,
    ahead_of_mixture,
    gate_figure,
    gate_takeaway,
    rates_figure,
    rates_takeaway,
    scores_figure,
    scores_takeaway,
    too_few,
)
from fairmoe.figures.palette import EXPERTS, MODELS
from fairmoe.figures.words import INSUFFICIENT, METRICS, drawn_from, shown
from fairmoe.report.blocks import Block, Caution, Chart, Grid, Points, Section, Text, chart, listed
from fairmoe.report.findings import Findings
from fairmoe.report.words import (
    cost,
    gap_in_words,
    limits,
    one_class_only,
    p_value,
    spread,
    what_was_trained,
    who_is_compared,
    whom_the_gate_asks,
)
from fairmoe.runs import SPLITS

PACKAGES = ("fairmoe", "torch", "numpy", "pandas", "scikit-learn", "plotly")
"""The packages that computed and drew what a report shows."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of `PACKAGES`."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def summary(found: Findings) -> Section:
    """Say on one page what a stakeholder without statistics needs."""
    blocks: list[Block] = [
        Text(f"{what_was_trained(found)} {who_is_compared(found)}"),
        Points(
            (
                gap_in_words(found, "mixture", "dp"),
                gap_in_words(found, "mixture", "eo"),
                cost(found, "utility"),
                cost(found, "logistic"),
                whom_the_gate_asks(found),
            )
        ),
    ]
    alike = one_class_only(found)
    if "mixture" in found.collapsed:
        blocks.append(Caution(alike))
    few = too_few(found.rates["mixture"])
    if few:
        blocks.append(Caution(few))
    blocks.append(
        Text(
            "All this is from one split of one table and one seed, with the labels as they are. "
            "It measures differences and does not judge whether they are justified."
        )
    )
    return Section("summary", "In short", tuple(blocks))


def data(found: Findings) -> Section:
    """Say what was trained on what."""
    run, roles = found.run, found.run.roles
    rows = {split: len(run.splits[split].y_true) for split in SPLITS}
    how = (
        f"as column {roles.split_column} says"
        if roles.split_column
        else "at random, each group and class in the same shares"
    )
    parts = listed([f"{count:,} for {split}" for split, count in rows.items()])
    seen = "are" if roles.include_sensitive else "are not"
    columns = run.encoder.columns
    return Section(
        "data",
        "What was trained on what",
        (
            Text(what_was_trained(found)),
            Text(who_is_compared(found)),
            Text(
                f"The rows were parted {how}: {parts}. The models see {len(columns):,} columns: "
                f"{listed(columns, 40)}. The sensitive columns {seen} among what they see."
                + (f" Left out: {listed(roles.dropped, 40)}." if roles.dropped else "")
            ),
            _label_chart(found),
        ),
    )


def groups(found: Findings) -> Section:
    """Say who is affected how."""
    blocks: list[Block] = [Text(gap_in_words(found, "mixture", metric)) for metric in ("dp", "eo")]
    few = too_few(found.rates["mixture"])
    if few:
        blocks.append(Caution(few))
    rates = found.rates["mixture"]
    blocks += [
        chart(
            "rates",
            rates_figure(rates),
            takeaway=rates_takeaway(rates),
            source=f"Mixture; {_drawn_from(found)} Bars are 95 % Wilson intervals.",
            grid=_rates_grid(rates),
        ),
        Text(
            "The same two gaps for every model. A p-value says how often groups drawn at random "
            "show a gap as large; small values mean that chance alone hardly explains it."
        ),
        _gaps_grid(found),
    ]
    return Section("groups", "Who is affected, and how", tuple(blocks))


def scores(found: Findings) -> Section:
    """Compare all models, baselines included."""
    blocks: list[Block] = [
        Text(cost(found, "utility")),
        Text(cost(found, "logistic")),
        chart(
            "scores",
            scores_figure(found.scores),
            takeaway=scores_takeaway(found.scores),
            source=_drawn_from(found),
            grid=_scores_grid(found.scores),
        ),
    ]
    ahead = ahead_of_mixture(found.scores)
    if ahead:
        names = listed([MODELS[model].label for model in ahead])
        blocks.append(Text(f"Higher in final score than the mixture: {names}."))
    alike = one_class_only(found)
    if alike:
        blocks.append(Caution(alike))
    blocks += [
        Text(spread(found)),
        Grid(
            "What the scores mean",
            ("Score", "Meaning"),
            tuple((m.label, f"{m.help} {m.direction.capitalize()}.") for m in METRICS.values()),
            words=True,
        ),
    ]
    return Section("scores", "What each model scores, and what fairness costs", tuple(blocks))


def routing(found: Findings) -> Section:
    """Say whom the gate asks, overall and for each group."""
    gate = found.gate
    return Section(
        "routing",
        "Whom the gate asks",
        (
            Text(whom_the_gate_asks(found)),
            chart(
                "gate",
                gate_figure(gate),
                takeaway=gate_takeaway(gate),
                source=_drawn_from(found),
                grid=Grid(
                    "Mean gate weights by group",
                    ("Group", "Rows", *(MODELS[expert].label for expert in EXPERTS)),
                    tuple(
                        (str(name), f"{row['rows']:,.0f}", *(_percent(row[e]) for e in EXPERTS))
                        for name, row in gate.iterrows()
                    ),
                ),
            ),
        ),
    )


def training(found: Findings) -> Section:
    """Show what training recorded."""
    run = found.run
    lines = [Line(curve.name, curve.phase, curve.epochs, curve.values) for curve in run.curves]
    kept = "The last weights were kept."
    if run.settings.select == "best":
        kept = "Kept are the weights with the best validation score, which need not be the last."
    blocks: list[Block] = [Text(kept)]
    figure = curves_figure(lines)
    if figure is not None:
        grid = Grid(
            "What training recorded",
            ("Figure", "Phase", "Epochs", "First", "Last"),
            tuple(
                (
                    line.name,
                    line.phase,
                    f"{line.epochs[-1]:,}",
                    f"{line.values[0]:.4g}",
                    f"{line.values[-1]:.4g}",
                )
                for line in lines
            ),
        )
        source = f"{run.data.name or 'Unnamed table'}, training rows, seed {run.settings.seed}."
        blocks.append(
            chart("curves", figure, takeaway=curves_takeaway(lines), source=source, grid=grid)
        )
    return Section("training", "How training went", tuple(blocks))


def provenance(found: Findings) -> Section:
    """Give all settings, seeds, digests and versions."""
    run, roles, resolved = found.run, found.run.roles, found.run.resolved
    split_seed = run.settings.seed if run.settings.split_seed is None else run.settings.split_seed
    facts = {
        "Run": run.run_id,
        "Table": run.data.name or "unnamed",
        "SHA-256 of the table's file": run.data.sha256,
        "SHA-256 of the settings": run.settings.digest(),
        "Target": roles.target.column,
        "Positive class": run.data.positive,
        "Sensitive columns": listed(roles.sensitive_columns),
        "Seed": str(run.settings.seed),
        "Seed of the split": "the table names the splits"
        if roles.split_column
        else f"{split_seed}",
        "Epochs in all": f"{resolved['epochs']:,}",
        "Rows per step": f"{resolved['batch_size']:,}",
        "Inputs of the models": f"{resolved['features']:,}",
        "Computed on": run.device,
        "Seconds of training": f"{run.seconds['total']:.1f}"
        + (", experts from the cache" if run.experts_reused else ""),
    }
    facts |= {f"Version of {name} (of this report)": each for name, each in versions().items()}
    fields = dataclasses.fields(run.settings)
    return Section(
        "provenance",
        "Settings and provenance",
        (
            Text(
                "With the same table, roles, settings and seed, the same machine and versions "
                "give the same figures."
            ),
            Grid("Where this run came from", ("What", "Value"), tuple(facts.items()), words=True),
            Grid(
                "All settings",
                ("Setting", "Value", "Default", "Meaning"),
                tuple(
                    (
                        field.name,
                        str(getattr(run.settings, field.name)),
                        str(field.default),
                        field.metadata["help"],
                    )
                    for field in fields
                ),
                words=True,
            ),
        ),
    )


def caveats(found: Findings) -> Section:
    """Say what the figures cannot tell."""
    return Section("limits", "Limits", (Points(limits(found)),))


SECTIONS: tuple[Callable[[Findings], Section], ...] = (
    summary,
    data,
    groups,
    scores,
    routing,
    training,
    provenance,
    caveats,
)


def _drawn_from(found: Findings) -> str:
    run = found.run
    return drawn_from(run.data.name, len(run.splits["test"].y_true), "test", run.settings.seed)


def _label_chart(found: Findings) -> Chart:
    run, counts = found.run, found.counts
    grid = Grid(
        "Rows and labels by group",
        ("Group", "Rows", "Positive", "Any other", "Share positive"),
        tuple(
            (
                str(name),
                f"{row['rows']:,.0f}",
                f"{row['positive']:,.0f}",
                f"{row['negative']:,.0f}",
                _percent(row["positive_share"]),
            )
            for name, row in counts.iterrows()
        ),
    )
    return chart(
        "labels",
        label_figure(counts, run.data.positive),
        takeaway=label_takeaway(counts),
        source=f"{run.data.name or 'Unnamed table'}, all {counts['rows'].sum():,} rows used. "
        f"Positive: {run.data.positive}.",
        grid=grid,
    )


def _rates_grid(rates: pd.DataFrame) -> Grid:
    return Grid(
        "Rates of the mixture by group, with 95 % intervals",
        ("Group", "Rows", "Truly positive", *RATES.values()),
        tuple(
            (
                str(name),
                f"{row['n']:,.0f}",
                f"{row['positives']:,.0f}",
                *(_with_interval(row, rate) for rate in RATES),
            )
            for name, row in rates.iterrows()
        ),
    )


def _gaps_grid(found: Findings) -> Grid:
    rows = []
    for model, gaps in found.gaps.items():
        cells = [MODELS[model].label]
        for metric in ("dp", "eo"):
            gap = gaps[metric]
            difference = gap.test.difference
            cells += [
                shown(difference, metric),
                f"{gap.highest} over {gap.lowest}" if difference > 0 else "nobody",
                p_value(gap.test.p_value),
            ]
        rows.append(tuple(cells))
    return Grid(
        "Gaps between groups by model: in how many are predicted positive (DP), and among those "
        "who truly are (EO)",
        ("Model", "DP gap", "Ahead", "By chance", "EO gap", "Ahead", "By chance"),
        tuple(rows),
    )


def _scores_grid(table: pd.DataFrame) -> Grid:
    return Grid(
        "Scores of every model on the test rows",
        ("Score", *(MODELS[str(model)].label for model in table.index)),
        tuple(
            (about.label, *(shown(float(value), metric) for value in table[metric]))
            for metric, about in METRICS.items()
        ),
    )


def _with_interval(row: "pd.Series[float]", rate: str) -> str:
    if pd.isna(row[rate]):
        return INSUFFICIENT
    low, high = 100 * row[f"{rate}_low"], 100 * row[f"{rate}_high"]
    return f"{_percent(row[rate])} ({low:.1f} to {high:.1f})"


def _percent(share: float) -> str:
    return INSUFFICIENT if pd.isna(share) else f"{100 * share:.1f} %"
