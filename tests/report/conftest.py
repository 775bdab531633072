"""Runs whose numbers are known, made from a real one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fairmoe.data import Encoder, LabelledTable, Roles, Sensitive, Target
from fairmoe.names import EVERY_RUN, SPLITS
from fairmoe.runs import Run, SplitRecord

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \"q\" 'a' {{ 7 * 7 }}"


def run_maker(run: Run) -> Callable[..., Run]:
    """Return a function that makes a run of given labels, groups and predictions."""

    def make(
        y: Sequence[int],
        group: Sequence[int],
        proba: Mapping[str, Sequence[float]],
        names: Sequence[str] = ("a", "b"),
    ) -> Run:
        true, ids = np.asarray(y, np.int64), np.asarray(group, np.int64)
        given = {m: np.asarray(proba.get(m, proba["mixture"]), np.float32) for m in EVERY_RUN}
        gate = np.tile(np.array([0.5, 0.25, 0.25], np.float32), (len(true), 1))
        record = SplitRecord(np.arange(len(true)), true, ids, given, gate)
        groups = {name: int(3 * (ids == i).sum()) for i, name in enumerate(names)}
        return replace(
            run,
            data=replace(run.data, rows=3 * len(true), groups=groups),
            splits=dict.fromkeys(SPLITS, record),
        )

    return make


@pytest.fixture
def run_of(demo_run: Any) -> Callable[..., Run]:
    """What `run_maker` returns, of the demo's run."""
    return run_maker(demo_run[0])


@pytest.fixture
def nasty_run(run_of: Callable[..., Run], demo_run: Any) -> tuple[Run, LabelledTable]:
    """A run on as many rows as Adult, and its table, each name of which tries to be markup."""
    rng = np.random.default_rng(0)
    rows = 32_561 // 3
    names = [f"{NASTY} {i}" for i in range(6)]
    run = run_of(
        rng.integers(0, 2, rows),
        np.arange(rows) % len(names),
        {model: rng.random(rows) for model in EVERY_RUN},
        names,
    )
    codes = [replace(code, column=f"{NASTY} {code.column}") for code in run.encoder.codes]
    roles = Roles(Target(NASTY), (Sensitive(f"{NASTY} sex"),), dropped=(f"{NASTY} d",))
    _, labelled = demo_run
    frame = labelled.table.frame.iloc[np.arange(rows) % len(labelled.table.frame)]
    kinds = {f"{NASTY} {column}": kind for column, kind in labelled.table.kinds.items()}
    table = replace(labelled.table, frame=frame.add_prefix(f"{NASTY} "), kinds=kinds)
    return (
        replace(
            run,
            data=replace(
                run.data, name=NASTY, positive=f"{NASTY} = {NASTY}", words=(NASTY, f"not {NASTY}")
            ),
            roles=roles,
            encoder=Encoder(tuple(codes)),
        ),
        replace(labelled, table=table, roles=roles),
    )
