"""What each model said of each row, as a table of text that a spreadsheet opens."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from fairmoe.names import EVERY_RUN, EXPERTS, SPLITS, Model, SplitName
from fairmoe.runs.files import PREDICTIONS, not_as_written
from fairmoe.runs.parts import DataSummary, SplitRecord
from fairmoe.runs.record import Run

_IDS = ("row", "group", "y_true")
_GATE = tuple(f"gate_{expert}" for expert in EXPERTS)


def write_predictions(run: Run) -> bytes:
    """Return the predictions of a run, by the rows' positions."""
    frames = []
    for name in SPLITS:
        split = run.splits[name]
        columns: dict[str, Any] = {"row": split.rows, "split": name}
        columns |= {"group": split.group, "y_true": split.y_true}
        columns |= {f"proba_{model}": split.proba[model] for model in run.models}
        columns |= {f"gate_{expert}": split.gate[:, i] for i, expert in enumerate(EXPERTS)}
        if split.weight is not None:
            columns["weight"] = split.weight
        frames.append(pd.DataFrame(columns))
    text = io.BytesIO()
    # Nine digits tell every float32 from its neighbours.
    pd.concat(frames, ignore_index=True).to_csv(text, index=False, float_format="%.9g")
    return text.getvalue()


def read_predictions(
    content: bytes, data: DataSummary, models: Sequence[Model] = EVERY_RUN
) -> dict[SplitName, SplitRecord]:
    """Return the predictions that `write_predictions` wrote.

    Args:
        content: The file.
        data: What was trained on.
        models: Those of the run, in their order.

    Raises:
        InvalidInputError: They are damaged, out of range, or of other rows and groups than `data`.
    """
    probas = tuple(f"proba_{model}" for model in models)
    weighted = content[:1000].split(b"\n")[0].rstrip(b"\r").endswith(b",weight")
    types = {name: pa.int64() for name in _IDS} | {"split": pa.string()}
    types |= dict.fromkeys((*probas, *_GATE), pa.float32())
    types |= {"weight": pa.float64()} if weighted else {}
    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(content),
            read_options=pyarrow.csv.ReadOptions(use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(quote_char=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=types, null_values=[], strings_can_be_null=False
            ),
        )
        found_names = table.column_names
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise _damaged() from error
    names = ["row", "split", "group", "y_true", *probas, *_GATE]
    if found_names != [*names, *(("weight",) if weighted else ())]:
        raise _damaged()
    columns = {name: table[name].to_numpy() for name in types if name != "split"}
    split = table["split"].to_numpy(zero_copy_only=False)
    _check(columns, data, probas)
    found: dict[SplitName, SplitRecord] = {}
    for name in SPLITS:
        here = split == name
        if not here.any():
            raise _damaged()
        found[name] = _record({name: values[here] for name, values in columns.items()}, models)
    if sum(len(each.rows) for each in found.values()) < len(split):
        raise _damaged()
    return found


def _record(columns: dict[str, NDArray[Any]], models: Sequence[Model]) -> SplitRecord:
    return SplitRecord(
        rows=columns["row"],
        y_true=columns["y_true"],
        group=columns["group"],
        proba={model: columns[f"proba_{model}"] for model in models},
        gate=np.stack([columns[name] for name in _GATE], 1),
        weight=columns.get("weight"),
    )


def _check(columns: dict[str, NDArray[Any]], data: DataSummary, probas: Sequence[str]) -> None:
    """Check ranges, and that rows and groups are those of the data."""
    rows, group, y_true = (columns[name] for name in _IDS)
    shares = [columns[name] for name in (*probas, *_GATE)]
    weight = columns.get("weight", np.ones(1))
    gate = np.sum([columns[name] for name in _GATE], axis=0)
    right = (
        bool(len(rows))
        and _within(rows, 0, data.rows - 1)
        and len(np.unique(rows)) == len(rows)
        and _within(group, 0, len(data.groups) - 1)
        and _within(y_true, 0, 1)
        and all(_within(share, 0, 1) for share in shares)
        and _within(gate, 0.999, 1.001)
        and _within(weight, 0, np.finfo(np.float64).max)
    )
    if not right:
        raise not_as_written(f"'{PREDICTIONS}' holds values that cannot be")
    counts = np.bincount(group, minlength=len(data.groups))
    if (counts > list(data.groups.values())).any():
        raise not_as_written(f"'{PREDICTIONS}' has other groups than the record")


def _within(values: NDArray[Any], low: float, high: float) -> bool:
    """Return whether all values lie within limits; NaN lies within none."""
    return bool((values >= low).all() and (values <= high).all())


def _damaged() -> Exception:
    return not_as_written(f"'{PREDICTIONS}' is missing or was changed")
