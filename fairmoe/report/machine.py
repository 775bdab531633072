"""What a report says, for programs: one JSON document, one tidy CSV table."""

import dataclasses
import json
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from fairmoe._csv import csv_text
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.metrics import GAPS, Account, Review
from fairmoe.metrics.harm import CHANGES_AMONG, COUNTS, RATES_AMONG
from fairmoe.names import EXPERTS, METRICS, RATES
from fairmoe.report.attention import Attention
from fairmoe.report.document import Report
from fairmoe.report.findings import Findings, GapOrigin
from fairmoe.report.grids import versions
from fairmoe.report.signing import Cover
from fairmoe.report.statements import limits_of
from fairmoe.runs import to_document
from fairmoe.sweep import to_document as sweep_document

FORMAT = 1
"""Version of the document's layout."""


def to_json(report: Report, cover: Cover) -> str:
    """Return everything that the report says as strict JSON; null where not estimable.

    Beside what `fairmoe.runs.to_document` returns (under `run`) it holds the cover, the roles, the
    digests, the versions that made the report, and for the test rows the rates of each model and
    group with intervals, the gaps with their permutation tests, and what a reviewer asks first
    of the mixture and of the utility expert, as `fairmoe.metrics.Review` names it. `gap_origin` is
    what comes through each column of the difference in log-odds between two groups, as
    `fairmoe.analysis.gap_sources.GapSources` names it; null without the table. `sweep` is what
    `fairmoe.sweep.to_document` returns of other runs on the same rows; null without them. Groups
    that are one because they are small have null for a cut-off, if each has its own.
    """
    found = report.findings
    run = found.run
    of_run = to_document(run)
    if run.cutoffs is not None:
        of_run["cutoffs"]["thresholds"] = list(found.thresholds)
    document = {
        "format": FORMAT,
        "cover": dataclasses.asdict(cover) | {"date": cover.date.isoformat()},
        "run": of_run,
        "roles": run.roles.to_dict(),
        "sha256": {"data": run.data.sha256, "settings": run.settings.digest()},
        "versions": versions(),
        "rates": {model: _finite(found.rates[model].to_dict("index")) for model in found.rates},
        "gaps": {model: _gaps(found, model) for model in found.rates},
        "review": {model: review.to_dict() for model, review in found.reviews.items()},
        "sweep": None if found.sweep is None else sweep_document(found.sweep),
        "attention": None if found.attention is None else _attention(found.attention),
        "gap_origin": None if found.origin is None else _origin(found.origin),
        "merged_groups": list(found.merged),
        "open_points": list(report.open_points),
        "limits": list(limits_of(found)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(report: Report) -> str:
    """Return scores, rates, gate weights and attention on the test rows, one figure per line.

    Where groups were merged because they are small, the first line is a note: how many, and in `n`
    how many people a group needs to be told of by itself.

    Columns: `kind` (score, rate, review, comparison with the reference group, people, gate weight,
    attention), `model`, `group` (empty for all), `measure` (for attention the column, for people
    those of `fairmoe.metrics.Account`), `value` (1 for the whole, empty where not estimable), `low`
    and `high` (95% interval), `p_value` (of a gap) and `n` (the rows that it rests on).
    """
    return csv_text(pd.DataFrame(_lines(report.findings)), index=False)


def _lines(found: Findings) -> Iterator[dict[str, Any]]:
    rows = len(found.run.splits["test"].y_true)
    if found.merged:
        yield _line("note", "", SMALL_GROUPS, "groups merged", len(found.merged), found.smallest)
    yield from _scores(found, rows)
    trials = {"true_positive_rate": "positives", "positive_predictive_value": "selected"}
    for model in found.rates:
        for group, row in found.rates[model].iterrows():
            for rate in RATES:
                n = row[trials.get(rate, "n")]
                if rate == "false_positive_rate":
                    n = row["n"] - row["positives"]
                line = _line("rate", model, str(group), rate, row[rate], int(n))
                yield line | {"low": row[f"{rate}_low"], "high": row[f"{rate}_high"]}
    for model, review in found.reviews.items():
        yield from _review(model, review)
    if found.account is not None:
        yield from _people(found.account)
    for place, (group, row) in enumerate(found.weights.iterrows()):
        for expert in EXPERTS:
            name = str(group) if place else ""
            line = _line("gate weight", expert, name, "mean", row[expert], int(row["rows"]))
            yield line | {"low": row[f"{expert}_low"], "high": row[f"{expert}_high"]}
    if found.attention is not None:
        for _, row in found.attention.means.iterrows():
            line = _line(
                "attention", "mixture", row["group"], row["column"], row["mean"], int(row["rows"])
            )
            yield line | {"low": row["low"], "high": row["high"]}


def _scores(found: Findings, rows: int) -> Iterator[dict[str, Any]]:
    for model in found.rates:
        for metric in METRICS:
            score = found.scores[metric][model]
            line = _line("score", model, "", metric, score, rows)
            test = found.gaps[model][metric].test if metric in GAPS else None
            # A score counts every group, a test only those that can be compared.
            is_tested = test is not None and math.isclose(test.difference, score, abs_tol=1e-5)
            yield line | {"p_value": test.p_value if test and is_tested else math.nan}


def _review(model: str, review: Review) -> Iterator[dict[str, Any]]:
    """Yield the gaps of a review with their intervals, and each group beside the reference."""
    ends = ("low", "high")
    for measure, row in review.differences.iterrows():
        line = _line("review", model, "", str(measure), row["value"], row["n"])
        yield line | {end: row[end] for end in ends}
    for of in review.comparisons.to_dict("records"):
        line = _line("comparison", model, str(of["group"]), of["rate"], of["difference"], of["n"])
        yield line | {name: of[name] for name in (*ends, "p_value")}


def _people(account: Account) -> Iterator[dict[str, Any]]:
    """Yield what the mixture gives people beside the utility expert, everyone first."""
    rows = [("", account.everyone), *((str(name), row) for name, row in account.groups.iterrows())]
    for group, row in rows:
        for count in COUNTS:
            yield _line("people", "mixture", group, count, row[count], int(row["n"]))
        rates = {f"{rate}_rate": among for rate, among in RATES_AMONG.items()}
        for name, among in (rates | CHANGES_AMONG).items():
            line = _line("people", "mixture", group, name, row[name], int(row[among]))
            yield line | {"low": row[f"{name}_low"], "high": row[f"{name}_high"]}


def _line(kind: str, model: str, group: str, measure: str, value: float, n: int) -> dict[str, Any]:
    nothing = {"low": math.nan, "high": math.nan, "p_value": math.nan}
    names = {"kind": kind, "model": model, "group": group, "measure": measure}
    return names | {"value": float(value)} | nothing | {"n": n}


def _attention(attention: Attention) -> dict[str, Any]:
    means: dict[str, dict[str, float | None]] = {}
    for _, row in attention.means.iterrows():
        means.setdefault(str(row["group"]), {})[str(row["column"])] = _number(row["mean"])
    test = attention.test
    return {
        "means": means,
        "distance": {
            "difference": _number(test.difference),
            "p_value": _number(test.p_value),
            "n_permutations": test.n_permutations,
        },
    }


def _origin(origin: GapOrigin) -> dict[str, Any]:
    sources = origin.sources
    return {
        "group": origin.one,
        "compared_with": origin.other,
        "columns": _finite(sources.parts.to_dict("index")),
        "totals": _finite(sources.totals.to_dict("index")),
    }


def _gaps(found: Findings, model: Any) -> dict[str, Any]:
    return {
        metric: {
            "difference": _number(gap.test.difference),
            "highest": gap.highest or None,
            "lowest": gap.lowest or None,
            "not_compared": list(gap.apart),
            "p_value": _number(gap.test.p_value),
            "n_permutations": gap.test.n_permutations,
        }
        for metric, gap in found.gaps[model].items()
    }


def _finite(rates: dict[Any, dict[Any, float]]) -> dict[str, dict[str, float | int | None]]:
    counts = ("n", "positives", "selected")
    return {
        str(group): {
            str(name): int(value) if name in counts else _number(value)
            for name, value in row.items()
        }
        for group, row in rates.items()
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
