"""All settings, seeds, digests and versions of a run, and what was done to its columns."""

from fairmoe.report.blocks import (
    Block,
    Folded,
    Grid,
    Section,
    Text,
)
from fairmoe.report.findings import Findings
from fairmoe.report.grids import (
    changed_settings_grid,
    origin_grid,
    settings_grid,
)
from fairmoe.runs import Run


def provenance(found: Findings) -> Section:
    """Give all settings, seeds, digests and versions."""
    return Section(
        "provenance",
        "Settings and provenance",
        (
            Text(
                "With the same table, roles, settings and seed, the same machine and versions "
                "give the same figures. A run of a sweep was trained beside others, which rounds "
                "otherwise than one alone."
            ),
            origin_grid(found.run),
            *_settings(found.run),
            *_changes(found),
        ),
    )


def _settings(run: Run) -> list[Block]:
    changed = changed_settings_grid(run)
    told = changed if changed.rows else Text("All settings have their default.")
    return [told, Folded("All settings", settings_grid(run))]


def _changes(found: Findings) -> tuple[Block, ...]:
    changes = found.run.data.changes
    if not changes:
        return ()
    what = "What was done to the columns"
    return (Folded(what, Grid(what, ("Change",), tuple((each,) for each in changes), words=True)),)
