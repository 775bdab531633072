"""A sweep as one project: what it came to, and the models of its front."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmoe.cli.files import check_new_file
from fairmoe.cli.keeping import options_beside
from fairmoe.cli.messages import print_message
from fairmoe.data import Table
from fairmoe.errors import InvalidInputError
from fairmoe.runs import (
    MAX_SWEEP_RUNS,
    SUFFIX,
    Project,
    ProjectRun,
    ProjectTable,
    check_vacant,
    save_project,
)
from fairmoe.sentences.projects import sweep_too_long, what_it_holds
from fairmoe.sweep import Sweep, settings_label

MOST = 12
"""How many runs of a front are kept: as many as a session of the app takes by default."""

_LONGEST_NAME = 200


def places_of(
    out: Path, project: Path | None, *, keep: Sequence[str]
) -> tuple[Path | None, Path | None]:
    """Return the folder of finished runs and the project that a sweep is to write.

    Args:
        out: A folder, or a project in the place of one.
        project: A project beside a folder.
        keep: Runs that are to be kept in full in the folder.

    Raises:
        InvalidInputError: Two projects are named, a run is to be kept in a project, or the file of
            options beside it is there.
    """
    if out.suffix != SUFFIX or out.is_dir():
        return out, project
    for option, given in (("--project", project is not None), ("--keep", bool(keep))):
        if given:
            raise InvalidInputError(
                f"Option {option} needs a folder as --out",
                however=f"'{out.name}' is a project",
            )
    check_new_file(options_beside(out))
    return None, out


def check_project(path: Path | None) -> None:
    """Check that a project can be made, before anything is trained for it.

    Raises:
        InvalidInputError: The name does not end in .fairmoe, or nothing can be written there.
    """
    if path is None:
        return
    if path.suffix != SUFFIX:
        raise InvalidInputError(
            f"A file name that ends in {SUFFIX} is needed", however=f"'{path.name}' was given"
        )
    check_vacant(path)


def keep_front(result: Sweep, table: Table, path: Path | None) -> None:
    """Keep a sweep as a project: all scores, the Pareto-optimal runs, and the best of them shown.

    Of more than `MOST` those are kept that have the best final scores on the validation rows.

    Args:
        result: The sweep.
        table: What its runs were trained on.
        path: A new file; None to keep nothing.

    Raises:
        InvalidInputError: No run is Pareto-optimal, or nothing can be written there.
    """
    if path is None:
        return
    frame = result.frame()
    front = frame[result.front()].sort_values("validation_final_score", ascending=False)
    if front.empty:
        raise InvalidInputError(
            "A run that is Pareto-optimal is needed for a project", however="there is none"
        )
    chosen = sorted(front.index[:MOST])
    varied = list(result.varied)
    labels = [settings_label(row) for row in frame.loc[chosen, varied].to_dict("records")]
    seeds = frame.loc[chosen, "seed"]
    runs = tuple(
        ProjectRun(result.open(place), f"{label}, seed {seed}"[:_LONGEST_NAME])
        for place, label, seed in zip(chosen, labels, seeds, strict=True)
    )
    told = ProjectTable(table.name, table.sha256, table.reading.options, result.roles)
    scores = result if len(result) <= MAX_SWEEP_RUNS else None
    save_project(Project(runs, chosen.index(front.index[0]), told, sweep=scores), path)
    encoded = int(np.max([len(kept.run.mixture.explainer.background) for kept in runs]))
    print_message(
        f"{len(runs)} of {len(front)} Pareto-optimal runs are kept in {path}"
        f"{f', and the scores of all {len(result)}' if scores else ''}. "
        f"{'' if scores else f'{sweep_too_long(len(result), MAX_SWEEP_RUNS)} '}"
        f"{what_it_holds(with_table=False, encoded_rows=encoded)}"
    )
