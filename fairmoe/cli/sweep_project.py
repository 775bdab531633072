"""The front of a sweep as one project."""

from pathlib import Path

import numpy as np

from fairmoe.cli.messages import print_message
from fairmoe.data import Table
from fairmoe.errors import InvalidInputError
from fairmoe.runs import SUFFIX, Project, ProjectRun, ProjectTable, check_vacant, save_project
from fairmoe.sentences.projects import what_it_holds
from fairmoe.sweep import Sweep, settings_label

MOST = 12
"""How many runs of a front are kept: as many as a session of the app takes by default."""

_LONGEST_NAME = 200


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
    """Keep the Pareto-optimal runs of a sweep as a project, and show the best of them.

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
    told = ProjectTable(table.name, table.sha256, table.reading.options, result.prepared.roles)
    save_project(Project(runs, chosen.index(front.index[0]), told), path)
    encoded = int(np.max([len(kept.run.mixture.explainer.background) for kept in runs]))
    print_message(
        f"{len(runs)} of {len(front)} Pareto-optimal runs are kept in {path}. "
        f"{what_it_holds(with_table=False, encoded_rows=encoded)}"
    )
