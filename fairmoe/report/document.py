"""Findings and a cover -> one HTML file that needs no network."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from plotly.offline import get_plotlyjs

from fairmoe.data import LabelledTable
from fairmoe.errors import InvalidInputError
from fairmoe.names import REPORT_SECTIONS
from fairmoe.report.blocks import Chart, Section
from fairmoe.report.findings import Findings, find
from fairmoe.report.front_page import points_of
from fairmoe.report.sections import SECTIONS
from fairmoe.report.signing import Cover, sign_off, use
from fairmoe.runs import PeerScores, Run, SweepScores

_PARTED = re.compile(r"\d pp|p [<=] \d|(?:[\d%] |(?<=pp) )?\([-+]?[\d.,%]+(?: to [-+]?[\d.]+%?)?\)")
_FOLDER = Path(__file__).parent / "template"

DEFAULT = tuple(key for key in REPORT_SECTIONS if key not in ("training", "ll144"))
"""Those that a report has unless others are asked for: on paper at most six sheets of A4."""


@dataclass(frozen=True, eq=False)
class Report:
    """What was found, as numbers and as sections, without a cover.

    Attributes:
        findings: The numbers.
        sections: All sections, in their order.
    """

    findings: Findings
    sections: tuple[Section, ...]

    @property
    def open_points(self) -> tuple[str, ...]:
        """What is open before anyone relies on the run, a sentence each."""
        return points_of(self.findings)


def make_report(
    run: Run,
    labelled: LabelledTable | None = None,
    *,
    reference: str | None = None,
    tolerance: float | None = None,
    sweep: SweepScores | None = None,
    other: Run | None = None,
    peers: Sequence[PeerScores] = (),
    smallest_group: int = 0,
) -> Report:
    """Find what a report says of a run, and draw its charts.

    Args:
        run: The run.
        labelled: The table that it was trained on; without it there is no attention.
        reference: The group that the others are compared with; by default the largest.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; it brings verdicts.
        sweep: Other runs of the same data, for the section on what smaller gaps cost.
        other: The run that differs only in whether its models see the sensitive columns, for the
            section that compares both.
        peers: Fits of Fairlearn's methods on the same rows, for what smaller gaps cost.
        smallest_group: How many people of a split a group needs to be told of by itself; smaller
            ones are merged, and the limits say so.

    Raises:
        InvalidInputError: The table is not the one that the run was trained on, the reference is no
            group, the tolerance is outside its limits, or too few groups are large enough.
    """
    found = find(
        run,
        labelled,
        reference=reference,
        tolerance=tolerance,
        sweep=sweep,
        other=other,
        peers=peers,
        smallest_group=smallest_group,
    )
    made = (make(found) for make in SECTIONS)
    return Report(found, tuple(section for section in made if section is not None))


def sections_of(report: Report, cover: Cover, chosen: Sequence[str]) -> list[Section]:
    """Return the first page, and what was chosen to follow it.

    Args:
        report: What was found.
        cover: What the reviewer adds.
        chosen: Keys of `REPORT_SECTIONS`, in any order.

    Raises:
        InvalidInputError: A section is unknown.
    """
    unknown = sorted(set(chosen) - set(REPORT_SECTIONS))
    if unknown:
        raise InvalidInputError(
            "A known section is needed",
            however=f"there is none called '{unknown[0]}'",
            choices=tuple(REPORT_SECTIONS),
        )
    run = report.findings.run
    sections = (*report.sections, use(cover), sign_off(run, cover))
    return [s for s in sections if s.key in chosen or s.key not in REPORT_SECTIONS]


def to_html(report: Report, cover: Cover, chosen: Sequence[str] = DEFAULT) -> str:
    """Return one HTML file: styles, charts and numbers inside, and nothing fetched.

    A policy in its head lets a browser run the two scripts inside it, by their digests, and
    forbids it every request.

    Args:
        report: What was found.
        cover: What the reviewer adds; all else is the same for the same run.
        chosen: Keys of `REPORT_SECTIONS`, in any order.

    Raises:
        InvalidInputError: A section is unknown.
    """
    sections = sections_of(report, cover, chosen)
    charts = [block for s in sections for block in s.blocks if isinstance(block, Chart)]
    run = report.findings.run
    scripts = (_plotly(), _script())
    return _template().render(
        title=cover.title_for(run.data.name),
        cover=cover,
        run=run,
        sections=sections,
        style=(_FOLDER / "style.css").read_text(encoding="utf-8"),
        scripts=[text for text, _ in scripts],
        digests=[digest for _, digest in scripts],
        charts=[(each.key, _inert(each.spec)) for each in charts],
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = _unbroken
    return environment.get_template("report.html")


@lru_cache(maxsize=1)
def _plotly() -> tuple[str, str]:
    return _with_digest(get_plotlyjs())


@lru_cache(maxsize=1)
def _script() -> tuple[str, str]:
    return _with_digest((_FOLDER / "charts.js").read_text(encoding="utf-8"))


def _with_digest(script: str) -> tuple[str, str]:
    """Return a script with the digest by which the policy knows it."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return script, f"sha256-{digest}"


def _unbroken(text: str) -> str:
    """Return a text in which no line ends between a figure and its unit."""
    return _PARTED.sub(lambda gap: gap[0].replace(" ", "\u00a0"), text)


def _inert(spec: str) -> str:
    """Return JSON that cannot end the element that holds it, whatever names it holds."""
    return spec.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
