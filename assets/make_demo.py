"""`python assets/make_demo.py`: train the demo with its front, and keep table and run beside it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fairmoe.analysis.routing import map_scores, weights_by_group
from fairmoe.data import DEMO_NAME, DEMO_NAMED_ROLES, DEMO_SETTINGS, demo_csv, demo_table
from fairmoe.dial import train_front
from fairmoe.experiment import prepare, run_prepared
from fairmoe.runs import DEMO_MAP, DEMO_RUN, Run, save_run
from fairmoe.sentences.mixture_map import EVERYONE, map_of_mixture

HERE = Path(__file__).parent

PROBA_STEPS, GATE_STEPS = 1024, 512
"""What is shipped of each row is rounded so finely, which halves the file; scores are not."""


def rounded(run: Run) -> Run:
    """Return a run and its front with probabilities and gate weights rounded.

    Decisions stay what they were, and the weights of a row add up to 1.
    """
    splits = {
        name: replace(
            split,
            proba={model: _round_proba(proba) for model, proba in split.proba.items()},
            gate=_round_gate(split.gate),
        )
        for name, split in run.splits.items()
    }
    return replace(run, splits=splits, front=tuple(map(rounded, run.front)))


def _round_proba(proba: NDArray[np.float32]) -> NDArray[np.float32]:
    steps = np.round(proba.astype(np.float64) * PROBA_STEPS)
    half = PROBA_STEPS // 2
    steps = np.where(proba > 0.5, np.maximum(steps, half + 1), np.minimum(steps, half))
    return (steps / PROBA_STEPS).astype(np.float32)


def _round_gate(gate: NDArray[np.float32]) -> NDArray[np.float32]:
    shares = gate.astype(np.float64) * GATE_STEPS
    steps = np.floor(shares)
    # What is left of a row goes to the largest remainders.
    ranks = (steps - shares).argsort(axis=1, kind="stable").argsort(axis=1)
    steps += ranks < (GATE_STEPS - steps.sum(axis=1, keepdims=True))
    return (steps / GATE_STEPS).astype(np.float32)


def write_map(run: Run) -> None:
    """Write the map of the demo's mixture, which Home shows before it has imported any run."""
    test = run.splits["test"]
    weights = weights_by_group(test.gate, test.group, list(run.data.groups))
    drawn = map_of_mixture(weights.iloc[0], map_scores(run, "test")[0], EVERYONE, is_group=False)
    (HERE / DEMO_MAP).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    settings = DEMO_SETTINGS.replace(device="cpu")
    prepared = prepare(demo_table(), DEMO_NAMED_ROLES, settings)
    run = run_prepared(prepared, settings)
    run = run.with_front(train_front(prepared, run))
    (HERE / DEMO_NAME).write_bytes(demo_csv())
    (HERE / DEMO_RUN).unlink(missing_ok=True)
    run = rounded(run)
    save_run(run, HERE / DEMO_RUN)
    write_map(run)
