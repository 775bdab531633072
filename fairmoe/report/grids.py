"""The tables of a report: numbers as a reader sees them."""

import dataclasses
import platform
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import version

import pandas as pd

from fairmoe.figures.curves import Line
from fairmoe.figures.experts import SHOWN_RATES
from fairmoe.metrics import Gap
from fairmoe.names import EXPERTS, FEW_MARK, INSUFFICIENT, METRICS, MODELS, RATES
from fairmoe.report.blocks import Grid
from fairmoe.report.findings import Findings
from fairmoe.runs import Run
from fairmoe.sentences.training import reused_experts
from fairmoe.sentences.wording import listed, p_value

_SETTING = ("Setting", "Value", "Default", "Meaning")

PACKAGES = ("fairmoe", "torch", "numpy", "pandas", "scikit-learn", "plotly")
"""The packages that computed and drew what a report shows."""

SCORES_EXPLAINED = Grid(
    "What the scores mean",
    ("Score", "Meaning"),
    tuple((m.label, f"{m.help} {m.direction.capitalize()}.") for m in METRICS.values()),
    words=True,
)


def versions() -> dict[str, str]:
    """Return the versions of Python and of `PACKAGES`."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def labels_grid(counts: pd.DataFrame, words: tuple[str, str]) -> Grid:
    """Return rows and labels by group, from what `group_counts` returns.

    Args:
        counts: The counts.
        words: What both outcomes are called, the positive one first.
    """
    return Grid(
        "Rows and labels by group",
        ("Group", "Rows", *(f"Label “{word}”" for word in words), f"Share “{words[0]}”"),
        tuple(
            (
                str(name),
                *(f"{row[each]:,.0f}" for each in ("rows", "positive", "negative")),
                _percent(row["positive_share"]),
            )
            for name, row in counts.iterrows()
        ),
    )


def rates_grid(rates: pd.DataFrame, positive: str, apart: Mapping[str, Collection[str]]) -> Grid:
    """Return the rates of the mixture, from what `group_rates` returns.

    Args:
        rates: The rates.
        positive: What the positive class is called.
        apart: By rate, groups of too few people, whose rates have a mark.
    """
    titles = {rate: RATES[rate] for rate in SHOWN_RATES} | {"selection_rate": f"Given “{positive}”"}
    return Grid(
        "Rates of the mixture by group, with 95% intervals",
        ("Group", "Rows", f"Label “{positive}”", *titles.values()),
        tuple(
            (
                str(name),
                *(f"{row[each]:,.0f}" for each in ("n", "positives")),
                *(
                    f"{_with_interval(row, rate)}{FEW_MARK if name in apart.get(rate, ()) else ''}"
                    for rate in SHOWN_RATES
                ),
            )
            for name, row in rates.iterrows()
        ),
    )


def gaps_grid(found: Findings) -> Grid:
    """Return both gaps of every model, which group's rate is higher, and the p-value."""
    rows = []
    for model, gaps in found.gaps.items():
        cells = [MODELS[model]]
        for metric in ("dp", "eo"):
            gap = gaps[metric]
            difference = gap.test.difference
            cells += [
                METRICS[metric].text(difference),
                _higher_for(gap),
                p_value(gap.test.p_value),
            ]
        rows.append(tuple(cells))
    title = (
        "Gaps between groups by model: in how many are predicted positive (DP), and among those "
        "who truly are (EO)"
    )
    if len(found.run.data.groups) > 2:
        title += "; p-values are for the largest gap among all groups that are compared"
    return Grid(
        title,
        ("Model", "DP gap", "Higher for", "p-value", "EO gap", "Higher for", "p-value"),
        tuple(rows),
    )


def scores_grid(table: pd.DataFrame) -> Grid:
    """Return all scores, a column per model, from what `score_table` returns."""
    return Grid(
        "Scores of every model on the test rows",
        ("Score", *table.index.map(MODELS)),
        tuple(
            (about.label, *(about.text(float(value)) for value in table[metric]))
            for metric, about in METRICS.items()
        ),
    )


def weights_grid(weights: pd.DataFrame) -> Grid:
    """Return the gate's weights, from what `weights_by_group` returns."""
    return Grid(
        "Mean gate weights by group, with 95% intervals",
        ("Group", "Rows", *(MODELS[expert] for expert in EXPERTS)),
        tuple(
            (str(name), f"{row['rows']:,.0f}", *(_with_interval(row, e) for e in EXPERTS))
            for name, row in weights.iterrows()
        ),
    )


def attention_grid(means: pd.DataFrame) -> Grid:
    """Return the attention to every column, from what `mean_attention` returns."""
    return Grid(
        "Mean attention by column and group, with 95% intervals",
        ("Column", *(str(group) for group in means["group"].unique())),
        tuple(
            (str(column), *(_with_interval(row, "mean", "low", "high") for _, row in of.iterrows()))
            for column, of in means.groupby("column", sort=False)
        ),
    )


def curves_grid(lines: Sequence[Line]) -> Grid:
    """Return where every recorded figure began and ended."""
    return Grid(
        "What training recorded",
        ("Figure", "Phase", "Epochs", "First", "Last"),
        tuple(
            (
                line.name,
                line.phase,
                f"{line.epochs[-1]:,}",
                *(f"{value:.4g}" for value in (line.values[0], line.values[-1])),
            )
            for line in lines
        ),
    )


def origin_grid(run: Run) -> Grid:
    """Return from which data, with which seeds, where and by what a run was computed."""
    roles, settings, resolved = run.roles, run.settings, run.resolved
    split_seed = str(settings.seed if settings.split_seed is None else settings.split_seed)
    reused = reused_experts(run.experts_reused)
    facts = {
        "Run": run.run_id,
        "Table": run.data.name or "unnamed",
        "SHA-256 of the table's file": run.data.sha256,
        "SHA-256 of the settings": settings.digest(),
        "Target": roles.target.column,
        "Positive class": run.data.positive,
        "Outcomes": " / ".join(run.data.words),
        "What being positive is for the person": roles.target.outcome or "not told",
        "Sensitive columns": listed(roles.sensitive_columns),
        **{f"Merged in {name}": listed(values, 50) for name, values in roles.merged.items()},
        "Seed": str(settings.seed),
        "Seed of the split": "the table names the splits" if roles.split_column else split_seed,
        "Epochs in all": f"{resolved['epochs']:,}",
        "Rows per step": f"{resolved['batch_size']:,}",
        "Inputs of the models": f"{resolved['features']:,}",
        "Computed on": run.device,
        "Seconds from reading to scores": f"{run.seconds['total']:.1f}{reused}",
    }
    told = (f"{name} {each}" for name, each in versions().items())
    facts["Versions that made this report"] = ", ".join(told)
    return Grid("Where this run came from", ("What", "Value"), tuple(facts.items()), words=True)


def settings_grid(run: Run) -> Grid:
    """Return all settings of a run."""
    return Grid("All settings", _SETTING, tuple(_settings(run)), words=True)


def changed_settings_grid(run: Run) -> Grid:
    """Return the settings of a run that do not have their default."""
    changed = tuple(row for row in _settings(run) if row[1] != row[2])
    return Grid("Settings that were changed", _SETTING, changed, words=True)


def _settings(run: Run) -> Iterator[tuple[str, ...]]:
    for field in dataclasses.fields(run.settings):
        value = str(getattr(run.settings, field.name))
        yield field.name, value, str(field.default), field.metadata["help"]


def _higher_for(gap: Gap) -> str:
    if not gap.highest:
        return INSUFFICIENT
    return f"{gap.highest} than {gap.lowest}" if gap.test.difference > 0 else "no group"


def _with_interval(row: "pd.Series[float]", mean: str, *ends: str) -> str:
    if pd.isna(row[mean]):
        return INSUFFICIENT
    low, high = (row[end] for end in ends or (f"{mean}_low", f"{mean}_high"))
    if pd.isna(low):
        return _percent(row[mean])
    return f"{_percent(row[mean])} ({100 * low:.1f} to {100 * high:.1f})"


def _percent(share: float) -> str:
    return INSUFFICIENT if pd.isna(share) else f"{100 * share:.1f}%"
