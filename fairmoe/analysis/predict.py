"""What a run says of rows that it has not seen."""

import copy
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fairmoe.data import MISSING, Change, ColumnKind, Reading, Table
from fairmoe.data.codes import (
    CategoryCode,
    Code,
    DateCode,
    NumberCode,
    numbers_in,
    parts_of_dates,
)
from fairmoe.data.groups import groups_of_new_rows
from fairmoe.data.kinds import as_category
from fairmoe.data.reading import sentences
from fairmoe.data.reading.again import interpret_like
from fairmoe.data.reading.record import ColumnReading
from fairmoe.data.table import check_columns
from fairmoe.errors import InvalidInputError, nearest_first
from fairmoe.names import EXPERTS
from fairmoe.runs import Run
from fairmoe.training import on_one_thread

_KINDS: Mapping[type[Code], ColumnKind] = {
    NumberCode: "number",
    CategoryCode: "category",
    DateCode: "date",
}


FAR_DEVIATIONS = 15
"""Of scaled numbers; at most 0.5% of the training rows can be that far (Chebyshev)."""
FAR_RANGE = 3
"""In halves of the range from its middle: as far beyond the range as it is wide."""


class Predictions(NamedTuple):
    """What the mixture of a run says of rows.

    Attributes:
        rows: One row per row of the table: `row`, at which a spreadsheet shows it; `probability` of
            the positive class; `decision`, 1 above a probability of 0.5 and else 0; and the gate's
            weight for each expert, `gate_utility`, `gate_result`, `gate_procedural`. All but `row`
            are missing where no feature is known: such a decision is not estimable.
        changes: What was found that no training row had: other texts than numbers, other levels,
            numbers and dates far from all; and how many decisions are not estimable.
    """

    rows: pd.DataFrame
    changes: tuple[Change, ...]


def reading_of(run: Run) -> Reading:
    """Return how the columns that the models of a run see were read when it was trained."""
    columns = {}
    for code in run.encoder.codes:
        kind = _KINDS[type(code)]
        plain = ColumnReading(kind, order="year first" if kind == "date" else None)
        columns[code.column] = run.reading.columns.get(code.column, plain)
    return Reading(run.reading.decimal, columns)


@on_one_thread()
@torch.no_grad()
def predict_rows(run: Run, table: Table, *, like: Reading | None = None) -> Predictions:
    """Return what the mixture of a run says of each row of a table.

    The table is taken as the one was that the run was trained on, so that what is said of a row
    does not depend on which others there are. In place of a text among numbers or dates stands a
    missing value; a level that no training row had counts as a rare one, if there were any, and
    else as none.

    Args:
        run: The run.
        table: Any rows with the columns that the models see; neither the target nor, unless the
            models see them, the sensitive columns are needed. `read_table` does best with
            `like=reading_of(run)`. A run with cut-offs by group needs the sensitive columns.
        like: How its columns are read, where not as `reading_of(run)` says, such as with another
            decimal sign.

    Raises:
        InvalidInputError: Columns are missing; or a row's group, where cut-offs go by it; or a
            probability cannot be estimated.
    """
    _check_columns(run, table)
    columns = interpret_like(table.raw, reading_of(run) if like is None else like)
    frame = pd.DataFrame(columns.cells, index=table.frame.index)
    x = torch.as_tensor(run.encoder.transform(frame)).double()
    # In float64 a row's prediction does not depend on which rows it is predicted with.
    mixture = copy.deepcopy(run.mixture).double()
    proba = _cut(run, table, mixture.proba(x)[0].numpy())
    gate = mixture.gate_proba(x)[0].numpy()
    _check_finite(proba, gate)
    known, unseen = _known(run, frame)
    proba, gate = np.where(known, proba, np.nan), np.where(known[:, None], gate, np.nan)
    decision = pd.array((proba > 0.5).astype(np.int64), dtype="Int64")
    decision[~known] = pd.NA
    rows = pd.DataFrame(
        {
            "row": [table.line(position) for position in range(len(x))],
            "probability": proba,
            "decision": decision,
        }
        | {f"gate_{expert}": gate[:, i] for i, expert in enumerate(EXPERTS)}
    )
    unknown = int((~known).sum())
    nobody = [sentences.not_estimable(unknown)] if unknown else []
    return Predictions(rows, (*columns.changes, *unseen, *_far(run, frame), *nobody))


def _check_finite(proba: NDArray[np.float64], gate: NDArray[np.float64]) -> None:
    """Refuse answers that are none: they would be taken for a no."""
    unknown = int((~np.isfinite(proba) | ~np.isfinite(gate).all(1)).sum())
    if unknown:
        raise InvalidInputError(
            "A run is needed whose probabilities are numbers",
            however=f"those of {unknown:,} of {len(proba):,} rows are not estimable",
            remedy="Train again, with smaller step sizes or lambdas.",
        )


def _cut(run: Run, table: Table, proba: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move probabilities so that decisions begin at one half, if the run has cut-offs."""
    if run.cutoffs is None:
        return proba
    if not run.cutoffs.by_group:
        return run.cutoffs.shift(proba, np.zeros(len(proba), np.int64))
    check_columns(table.frame, run.roles.sensitive_columns)
    group = groups_of_new_rows(table, run.roles, tuple(run.data.groups))
    unknown = int((group < 0).sum())
    if unknown:
        raise InvalidInputError(
            "Cut-offs by group need the group of each row",
            however=f"{unknown:,} of {len(group):,} rows have none that the run knows",
            remedy="Complete these rows, or use cut-offs that are the same for all.",
        )
    return run.cutoffs.shift(proba, group)


def _known(run: Run, frame: pd.DataFrame) -> tuple[NDArray[np.bool_], list[Change]]:
    """Return of which rows a feature is known, `(n,)`, and what no training row had."""
    known = np.zeros(len(frame), dtype=bool)
    changes = []
    for code in run.encoder.codes:
        given = frame[code.column].notna().to_numpy()
        if isinstance(code, CategoryCode):
            values = as_category(frame[code.column]).astype("str").fillna(MISSING)
            seen = values.isin((*code.levels, *code.rare)).to_numpy()
            if not seen.all():
                levels = tuple(values[~seen].unique()[:5])
                changes.append(sentences.unseen(code.column, int((~seen).sum()), levels))
            given = given & seen
        known |= given
    return known, changes


def _far(run: Run, frame: pd.DataFrame) -> list[Change]:
    """Count numbers and dates far from those of the training rows, by column.

    What is kept of these is how they were scaled: their mean and deviation, or their range.
    """
    ranges = run.settings.scale == "minmax"
    limit = FAR_RANGE if ranges else FAR_DEVIATIONS
    words = (
        "beyond the range of the training rows by more than the width of that range"
        if ranges
        else f"more than {FAR_DEVIATIONS} standard deviations from the mean of the training rows"
    )
    changes = []
    for code in run.encoder.codes:
        values = frame[code.column]
        if isinstance(code, NumberCode):
            part, numbers = code, numbers_in(values, code.column)
        elif isinstance(code, DateCode):
            days, _ = parts_of_dates(values, np.datetime64(code.first))
            part = code.parts[-1]
            numbers = days[part.column]
        else:
            continue
        far = int((((numbers - part.center) / part.spread).abs() > limit).sum())
        if far:
            what = _KINDS[type(code)]
            changes.append(sentences.far(code.column, far, what, words))
    return changes


def _check_columns(run: Run, table: Table) -> None:
    missing = [name for name in run.encoder.columns if name not in table.raw.cells]
    if not missing:
        return
    names = [str(name) for name in table.raw.cells]
    named = ", ".join(f"'{name}'" for name in missing)
    one = len(missing) == 1
    raise InvalidInputError(
        f"Column{'' if one else 's'} {named} {'is' if one else 'are'} needed",
        however=f"the table lacks {'it' if one else 'all of them' if not names else 'them'}",
        remedy="Give the columns that the run was trained on.",
        choices=nearest_first(missing[0], names),
    )
