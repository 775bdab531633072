"""A training that ends at once, in place of the real one."""

import threading
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from fairmoe.config import Settings
from fairmoe.data import Roles, Table, assign_roles
from fairmoe.names import EVERY_RUN, EXPERTS, METRICS, SPLITS
from fairmoe.progress import OnProgress, Progress, ignore_progress
from fairmoe.runs import Curve, DataSummary, Run, SplitRecord
from tests.patience import PATIENCE


def make_run(table: Table, roles: Roles, settings: Settings) -> Any:
    """Return a run whose predictions are right of seven in ten, and whose test EO is NaN."""
    labelled = assign_roles(table, roles)
    rng = np.random.default_rng(settings.seed)
    splits = {}
    for split, rows in zip(
        SPLITS, np.array_split(rng.permutation(len(labelled.y)), 3), strict=True
    ):
        label = labelled.y[rows]
        proba = {
            m: (0.7 * rng.random(len(rows)) + 0.3 * label).astype(np.float32) for m in EVERY_RUN
        }
        proba["constant"] = np.full(len(rows), 0.4, dtype=np.float32)
        gate = rng.dirichlet([4, 2, 1], len(rows)).astype(np.float32)
        splits[split] = SplitRecord(rows, labelled.y[rows], labelled.group[rows], proba, gate)
    scores = {
        split: {m: dict.fromkeys(METRICS, 0.1 * (i + 1)) for i, m in enumerate(EVERY_RUN)}
        for split in SPLITS
    }
    # Whether an expert leads by chance is asked of models, which there are none of.
    for of in scores.values():
        of.update({expert: of[expert] | {"final_score": 0.1} for expert in EXPERTS})
    scores["test"]["logistic"]["eo"] = float("nan")
    counts = np.bincount(labelled.group)
    return Run(
        run_id="0123456789abcdef",
        data=DataSummary(
            name=table.name,
            rows=len(table.frame),
            columns=len(table.kinds),
            sha256=table.sha256,
            groups={n: int(c) for n, c in zip(labelled.group_names, counts, strict=True)},
            positive=labelled.positive,
            words=labelled.words,
        ),
        roles=roles,
        reading=table.reading,
        settings=settings,
        resolved={"epochs": 10, "batch_size": 2400, "features": 24},
        device="cpu",
        seconds={"read": 0.1, "experts": 0.5, "gate": 0.8, "evaluate": 0.1, "total": 1.5},
        curves=(
            Curve("loss of utility", "experts", (1, 2), (0.7, 0.5)),
            Curve("reward", "gate", (1, 2), (0.0, 0.1)),
        ),
        splits=splits,
        scores=scores,
        experts_reused=(),
        encoder=None,
        mixture=None,
    )


def run_at_once(
    table: Table, roles: Roles, settings: Settings, *, on_progress: OnProgress = ignore_progress
) -> Any:
    on_progress(Progress("experts", 1, 2, {"loss of utility": 0.7}))
    on_progress(Progress("gate", 1, 2, {"reward": 0.1}))
    return make_run(table, roles, settings)


class Held:
    """A training that goes on until it is let go or cancelled."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.started = threading.Event()
        self.stopped = threading.Event()

    def __call__(self, table, roles, settings, *, on_progress):
        try:
            while not self.go.is_set():
                on_progress(Progress("experts", 3, 12, {"loss of utility": 0.5}))
                self.started.set()
                self.go.wait(0.005)
            return make_run(table, roles, settings)
        finally:
            self.stopped.set()


def settle(app: AppTest) -> None:
    """Look at the page until the training has ended."""
    for _ in range(int(PATIENCE / 0.02)):
        if app.session_state["fairmoe"].job() is None:
            break
        threading.Event().wait(0.02)
    app.run()
