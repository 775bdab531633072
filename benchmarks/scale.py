"""Tables of growing length: time per row and peak memory from the file to the scores.

Each size runs in a process of its own, `python -m benchmarks.scale ROWS FILE`, after another one
has written the file.
"""

import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from benchmarks.measure import Cell, Claim, Measured
from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, read_table
from fairmoe.experiment import run_experiment
from fairmoe.names import Phase
from fairmoe.progress import Progress

SIZES = (10_000, 100_000, 1_000_000)
NUMBERS = CATEGORIES = 14
EPOCHS = 20
GIB = 2**30
STAGES = ("read", "encode", "train", "evaluate")
_STAGE_OF: dict[Phase, str] = {
    "encode": "encode",
    "warm-up": "train",
    "experts": "train",
    "gate": "train",
    "evaluate": "evaluate",
}


def measure() -> Measured:
    """Run all sizes, each in a fresh process."""
    runs = [_run(size) for size in SIZES]
    rows: list[dict[str, Cell]] = []
    for run in runs:
        per_row = {f"{stage}, µs/row": 1e6 * run[stage] / run["rows"] for stage in STAGES}
        rows.append(
            {
                "rows": int(run["rows"]),
                **per_row,
                "all, µs/row": sum(per_row.values()),
                "encoded, MiB": run["encoded"] / 2**20,
                "peak, MiB": run["peak"] / 2**20,
                "peak, of the limit": run["peak"] / (3 * run["encoded"] + GIB),
            }
        )
    claims = []
    for small, large in itertools.pairwise(rows):
        grown = _number(large, "all, µs/row") / _number(small, "all, µs/row")
        sizes = f"{small['rows']:,} to {large['rows']:,} rows"
        claims.append(Claim(f"growth of the time per row from {sizes}", grown, 1.1))
    most = max(_number(row, "peak, of the limit") for row in rows)
    claims.append(Claim("peak memory, as a share of 3 times the encoded rows + 1 GiB", most, 1))
    return Measured(
        rows,
        claims,
        [
            f"{NUMBERS} columns of numbers, {CATEGORIES} of categories with 2 to 28 levels, a "
            f"target, a group; CSV; {EPOCHS} epochs; all models scored on all splits",
            "CPU seconds and peak resident memory of one fresh process per size, imports included "
            "in the memory",
        ],
    )


def _number(row: dict[str, Cell], name: str) -> float:
    value = row[name]
    assert isinstance(value, int | float)
    return value


def _run(size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "table.csv"))
        for task in ("write", "run"):
            command = [sys.executable, "-m", "benchmarks.scale", task, str(size), path]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
    run: dict[str, float] = json.loads(done.stdout)
    return run


def _write(size: int, path: str) -> None:
    rng = np.random.default_rng(0)
    columns: dict[str, pa.Array] = {}
    for i in range(NUMBERS):
        numbers = rng.normal(size=size).round(3) if i % 3 else rng.integers(0, 1000, size)
        mask = rng.random(size) < (0.05 if i == 5 else 0)
        columns[f"number {i}"] = pa.array(numbers, mask=mask)
    for i in range(CATEGORIES):
        levels = [f"level {level}" for level in range(2 * i + 2)]
        columns[f"category {i}"] = _texts(rng.integers(0, len(levels), size), levels)
    group = rng.integers(0, 2, size)
    noise = rng.normal(size=size) + 0.5 * group
    positive = columns["number 1"].to_numpy() + noise > 0.2
    columns["group"] = _texts(group, ["a", "b"])
    columns["target"] = _texts(positive, ["no", "yes"])
    pyarrow.csv.write_csv(pa.table(columns), path)


def _texts(codes: np.ndarray, levels: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), levels)


def _work(path: str) -> dict[str, float]:
    seconds = dict.fromkeys(STAGES, 0.0)
    stage, since = "read", time.process_time()

    def enter(next_stage: str) -> None:
        nonlocal stage, since
        now = time.process_time()
        seconds[stage] += now - since
        stage, since = next_stage, now

    def follow(report: Progress) -> None:
        enter(_STAGE_OF[report.phase])
        if report.phase == "encode" and report.done:
            # What comes after the encoding belongs to training, before it says so.
            enter("train")

    table = read_table(Path(path))
    roles = Roles(target=Target("target"), sensitive=(Sensitive("group"),))
    run = run_experiment(table, roles, Settings(epochs=EPOCHS, device="cpu"), on_progress=follow)
    enter("evaluate")
    rows = len(table.frame)
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rows": rows, "encoded": 4 * rows * run.resolved["features"], "peak": peak} | seconds


if __name__ == "__main__":
    if sys.argv[1] == "write":
        _write(int(sys.argv[2]), sys.argv[3])
    else:
        print(json.dumps(_work(sys.argv[3])))  # noqa: T201
