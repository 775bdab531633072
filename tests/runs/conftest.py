"""A run of a model that was not trained, for what keeps and opens runs."""

import dataclasses
import hashlib
import math

import numpy as np
import pandas as pd
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data.assign import assign_roles
from fairmoe.data.encode import encode
from fairmoe.data.reading.record import ReadOptions
from fairmoe.data.roles import Roles, Sensitive, Target
from fairmoe.data.table import table_from_frame
from fairmoe.explain import Explainer
from fairmoe.names import EVERY_RUN, METRICS, SPLITS
from fairmoe.nn import ExpertStack, GateStack, Mixture
from fairmoe.runs import (
    Curve,
    DataSummary,
    Notes,
    Project,
    ProjectRun,
    ProjectTable,
    Run,
    SplitRecord,
    load_run,
    save_run,
    write_project,
)

ROLES = Roles(
    Target("hired", positive=("yes",), outcome="good"),
    (Sensitive("sex", merge=(("women", ("f",)),)), Sensitive("age", bins=(40.0,))),
    dropped=("id",),
)


CSV = b"id,hired,sex,age\np1,yes,f,30\np2,no,m,50\np3,yes,m,41\n"
OPTIONS = ReadOptions(kinds={"age": "category"}, missing={"": ("-",)})
NOTES = Notes(title="T", notes="Formeln =1+1\nund Ærø", decision="approved", reviewer="R")


def make_table():
    rng = np.random.default_rng(0)
    return table_from_frame(
        pd.DataFrame(
            {
                "id": [f"p{i}" for i in range(120)],
                "hired": np.where(rng.random(120) < 0.5, "yes", "no"),
                "sex": np.tile(["f", "m"], 60),
                "age": np.repeat([30, 50], 60),
                "town": pd.Series(rng.choice(["Ærø", "São Paulo", "東京"], 120)).where(
                    rng.random(120) < 0.9
                ),
                "grade": rng.normal(2.5, 1, 120),
            }
        ),
        name="applicants.csv",
    )


def make_mixture(n_inputs, column_of):
    generators = [torch.Generator().manual_seed(i) for i in range(3)]
    explainer = Explainer(
        "lime",
        baseline=torch.zeros(n_inputs),
        background=torch.ones(2, n_inputs),
        column_of=torch.tensor(column_of),
    )
    experts = ExpertStack(n_inputs, 4, slope=0.2, generators=generators)
    gate = GateStack(n_inputs, 5, temperature=0.5, generators=generators[:1])
    return Mixture(experts, gate, explainer).eval()


def make_record(mixture, split):
    with torch.no_grad():
        x = torch.from_numpy(split.x)
        experts, gate = mixture.expert_proba(x)[:, 0].numpy(), mixture.gate_proba(x)[0].numpy()
        mixed = mixture.proba(x)[0].numpy()
    constant = np.full(len(split.y), 0.1, dtype=np.float32)
    proba = [mixed, *experts, experts.mean(0), constant, constant]
    return SplitRecord(
        split.rows, split.y, split.group, dict(zip(EVERY_RUN, proba, strict=True)), gate
    )


@pytest.fixture(scope="session")
def run():
    """Return a run of a model that was not trained; but for accuracies its scores are made up."""
    table = make_table()
    labelled = assign_roles(table, ROLES)
    data = encode(labelled)
    mixture = make_mixture(data.train.x.shape[1], data.encoder.column_of)
    scores = {name: (i + 1) / 100 for i, name in enumerate(METRICS)} | {"eo": math.nan}
    splits = {name: make_record(mixture, getattr(data, name)) for name in SPLITS}
    counts = np.bincount(labelled.group)
    return Run(
        run_id="ab12",
        data=DataSummary(
            table.name,
            len(table.frame),
            table.frame.shape[1],
            table.sha256,
            {name: int(n) for name, n in zip(labelled.group_names, counts, strict=True)},
            labelled.positive,
            labelled.words,
        ),
        roles=ROLES,
        reading=table.reading,
        settings=Settings(
            epochs=8,
            lambda_fair=0.3,
            split_seed=None,
            hidden=4,
            slope=0.2,
            gate_hidden=5,
            temperature=0.5,
            attribution_method="lime",
        ),
        resolved={"epochs": 8, "batch_size": 72},
        device="cpu",
        seconds={"read": 0.1, "total": 0.5},
        curves=(Curve("loss of utility", "warm-up", (1, 2), (0.7, math.nan)),),
        splits=splits,
        scores={
            name: {
                model: scores | {"acc": float(np.mean((proba > 0.5) == (split.y_true == 1)))}
                for model, proba in split.proba.items()
            }
            for name, split in splits.items()
        },
        experts_reused=(),
        encoder=data.encoder,
        mixture=mixture,
    )


@pytest.fixture(scope="session")
def project(run):
    other = dataclasses.replace(run, run_id="ef56")
    table = ProjectTable(
        "applicants.csv", hashlib.sha256(CSV).hexdigest(), OPTIONS, ROLES, content=CSV
    )
    runs = (ProjectRun(run, "Ærø", "Because.", NOTES), ProjectRun(other, "Run 2"))
    return Project(runs, 1, table, 0.05)


@pytest.fixture(scope="session")
def content(project):
    return write_project(project)


@pytest.fixture
def kept(run, tmp_path):
    folder = tmp_path / "deep" / "run"
    save_run(run, str(folder))
    assert load_run(str(folder)).run_id == run.run_id
    return folder
