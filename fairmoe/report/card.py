"""A model card: markdown with the front matter that the Hugging Face hub reads."""

import json
import math
import re
from collections.abc import Iterator
from functools import singledispatch
from html import escape
from typing import Any

from fairmoe.names import METRICS
from fairmoe.report.blocks import Block, Caution, Chart, Folded, Form, Grid, Picture, Points, Text
from fairmoe.report.document import Report, sections_of
from fairmoe.report.findings import Findings
from fairmoe.report.signing import Cover

SECTIONS = ("use", "data", "groups", "scores", "limits", "signoff")
"""What a card holds after the first page of the report."""

HUB_METRICS = {"acc": "accuracy", "f1": "f1", "auc": "roc_auc"}
"""What the hub calls those of our scores that it knows."""

_MARKUP = re.compile(r"([\\`*{}\[\]|~#!]|(?<![^\W_])_|_(?![^\W_]))")
_LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\w)(?=@\w)", re.IGNORECASE)


def to_card(report: Report, cover: Cover) -> str:
    """Return the model card of a run.

    Args:
        report: What was found.
        cover: What the reviewer adds.
    """
    run = report.findings.run
    lines = ["---", *_front_matter(report.findings), "---", ""]
    lines += [f"# {_plain(cover.title_for(run.data.name))}", ""]
    for section in sections_of(report, cover, SECTIONS):
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += _lines(block)
        if section.key == "summary" and cover.notes.strip():
            lines += ["## Notes", "", *_lines(Text(cover.notes.strip()))]
        if section.key == "use":
            lines += _how_to_use(run.run_id)
    return "\n".join(lines).rstrip() + "\n"


def _front_matter(found: Findings) -> Iterator[str]:
    """Yield lines of YAML; what comes from a table is quoted as JSON, which YAML reads too."""
    run, scores = found.run, found.scores
    values = [
        {"type": hub, "name": METRICS[name].label, "value": round(float(value), 6)}
        for name, hub in HUB_METRICS.items()
        if not math.isnan(value := scores[name]["mixture"])
    ]
    result: dict[str, Any] = {
        "task": {"type": "tabular-classification", "name": "Tabular classification"},
        "dataset": {
            "type": "tabular",
            "name": _printable(run.data.name) or "unnamed table",
            "split": "test",
        },
        "metrics": values,
    }
    yield "library_name: fairmoe"
    yield "pipeline_tag: tabular-classification"
    yield "tags: [tabular-classification, fairness, mixture-of-experts]"
    yield f"metrics: [{', '.join(HUB_METRICS.values())}]"
    yield "model-index:"
    yield f"- name: fairmoe-{run.run_id}"
    yield f"  results: {json.dumps([result] if values else [], ensure_ascii=False)}"


def _how_to_use(run_id: str) -> list[str]:
    return [
        "```shell",
        f"fairmoe predict {run_id} people.csv --out decisions.csv",
        "```",
        "",
        "The first argument is the folder that the run was kept in, the second a table with the "
        "columns that it was trained on.",
        "",
    ]


@singledispatch
def _lines(block: Block) -> list[str]:
    """Return a part of the report as markdown, with an empty line after it."""
    raise TypeError(type(block))


@_lines.register
def _(block: Text) -> list[str]:
    lead = f"**{_plain(block.lead)}** " if block.lead else ""
    return [f"{lead}{_plain(block.text)}", ""]


@_lines.register
def _(block: Caution) -> list[str]:
    return [f"> **Careful.** {_plain(block.text)}", ""]


@_lines.register
def _(block: Points) -> list[str]:
    return [*(f"- {_plain(point)}" for point in block.points), ""]


@_lines.register
def _(block: Grid) -> list[str]:
    ruler = ("---", *["---" if block.words else "---:"] * (len(block.columns) - 1))
    rows = [tuple(map(_plain, cells)) for cells in (block.columns, *block.rows)]
    table = [rows[0], ruler, *rows[1:]]
    return [f"**{_plain(block.caption)}**", "", *(f"| {' | '.join(row)} |" for row in table), ""]


@_lines.register
def _(block: Chart) -> list[str]:
    return [_plain(block.takeaway), "", *([] if block.grid is None else _lines(block.grid))]


@_lines.register
def _(block: Picture) -> list[str]:
    return [_plain(block.takeaway), "", *([] if block.grid is None else _lines(block.grid))]


@_lines.register
def _(block: Folded) -> list[str]:
    return _lines(block.grid)


@_lines.register
def _(block: Form) -> list[str]:
    return [
        *(
            f"- **{_plain(name)}:** {_plain(value) or '(not filled in)'}"
            for name, value in block.fields
        ),
        "",
    ]


def _plain(text: str) -> str:
    """Return text that shows letter by letter on one line, whatever markup it holds."""
    marked = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return _LINK.sub("<!-- -->", escape(marked, quote=False))


def _printable(text: str) -> str:
    """Return text without what YAML forbids, or takes for the end of a line."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
