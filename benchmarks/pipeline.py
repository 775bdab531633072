"""One default run from a table to its scores: CPU seconds, and the cost of each phase's epochs."""

import statistics
import time

from benchmarks.measure import Cell, Claim, Measured
from benchmarks.tables import TABLES
from fairmoe.config import Settings
from fairmoe.data import Roles, Table
from fairmoe.experiment import run_experiment
from fairmoe.names import Phase
from fairmoe.progress import Progress
from fairmoe.training import forget_experts

REPEATS = 3


def measure() -> Measured:
    """Train with default settings on the demo, Math and German, each several times."""
    rows, claims = [], []
    for name in ("Demo", "Math", "German"):
        table, roles = TABLES[name]()
        runs = [_run(table, roles) for _ in range(REPEATS)]
        row: dict[str, Cell] = {"data": name} | {
            column: statistics.median(run[column] for run in runs) for column in runs[0]
        }
        rows.append(row)
        gate_to_experts = statistics.median(run["gate ms"] / run["experts ms"] for run in runs)
        claims.append(Claim(f"{name}: a gate epoch, times an expert epoch", gate_to_experts, 1))
    return Measured(
        rows,
        claims,
        [
            f"medians of {REPEATS} runs with default settings, CPU seconds of the process; an "
            "epoch is that of all batches, all three experts and, in its phase, the scoring of "
            "the validation rows"
        ],
    )


def _run(table: Table, roles: Roles) -> dict[str, float]:
    """Return the CPU seconds of a run and the CPU milliseconds of an epoch of each phase."""
    seen: dict[Phase, list[tuple[float, int]]] = {}

    def watch(progress: Progress) -> None:
        seen.setdefault(progress.phase, []).append((time.process_time(), progress.done))

    forget_experts()
    started = time.process_time()
    run_experiment(table, roles, Settings(), on_progress=watch)
    whole = time.process_time() - started

    def per_epoch(phase: Phase) -> float:
        (first, begun), *_, (last, ended) = seen[phase]
        return 1000 * (last - first) / (ended - begun)

    return {
        "CPU seconds": whole,
        "warm-up ms": per_epoch("warm-up"),
        "experts ms": per_epoch("experts"),
        "gate ms": per_epoch("gate"),
    }
