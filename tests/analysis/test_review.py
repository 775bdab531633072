"""What a reviewer asks of a run: its own predictions, and what the table adds."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from fairmoe.analysis import review_run, rows_of_run
from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, assign_roles, make_demo, table_from_frame
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import run_experiment
from fairmoe.metrics import review_groups


@pytest.fixture(scope="module")
def seeing():
    """A run that sees sex."""
    table = table_from_frame(make_demo(800, seed=3), name="seeing")
    roles = Roles(
        Target("hired", ("yes",), outcome="bad"),
        (Sensitive("sex"),),
        include_sensitive=True,
        dropped=("applicant_id",),
    )
    run = run_experiment(table, roles, Settings(epochs=40, lambda_fair=0.0))
    return run, assign_roles(table, roles)


def test_a_run_is_reviewed_by_its_test_predictions(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    found = run.review(tolerance=0.1, reference="female")
    scores = run.scores["test"]["mixture"]
    values = found.differences["value"]
    assert values["demographic_parity_difference"] == pytest.approx(scores["dp"], abs=1e-6)
    assert values["equal_opportunity_difference"] == pytest.approx(scores["eo"], abs=1e-6)
    assert (found.reference, found.tolerance) == ("female", 0.1)
    assert math.isnan(found.flip_rate)
    assert math.isnan(found.representation_difference)
    utility = run.review("utility", split="train")
    train = run.splits["train"]
    expected = review_groups(
        train.y_true,
        train.proba["utility"] > 0.5,
        train.proba["utility"],
        group=train.group,
        group_names=list(run.data.groups),
        favourable=True,
    )
    assert utility.to_dict() == expected.to_dict()
    assert len(train.y_true) != len(test.y_true)


def test_ratios_of_a_run_are_of_the_good_outcome(seeing):
    run, _ = seeing
    proba, group = run.splits["test"].proba["mixture"], run.splits["test"].group
    rates = [np.mean(proba[group == g] <= 0.5) for g in range(2)]
    assert run.review().ratios["value"].tolist() == pytest.approx(rates)


def test_the_flip_rate_swaps_the_sensitive_value_of_everyone(seeing):
    run, labelled = seeing
    test = run.splits["test"]
    frame = labelled.table.frame.iloc[test.rows]
    other = frame["sex"].map({"male": "female", "female": "male"}).astype(frame["sex"].dtype)
    x = torch.as_tensor(run.encoder.transform(frame.assign(sex=other)))
    swapped = run.mixture.proba(x)[0].detach().numpy() > 0.5
    expected = np.mean(swapped != (test.proba["mixture"] > 0.5))
    assert expected > 0
    assert review_run(run, labelled).flip_rate == pytest.approx(expected)


def test_where_the_model_does_not_see_the_sensitive_column_there_is_no_flip_rate(demo_run):
    assert math.isnan(review_run(*demo_run).flip_rate)


def test_a_model_that_is_not_kept_has_no_flip_rate(seeing):
    assert math.isnan(review_run(*seeing, "logistic").flip_rate)
    assert not math.isnan(review_run(*seeing, "utility").flip_rate)


def test_the_representation_of_an_expert_is_compared(demo_run):
    run, labelled = demo_run
    rows = rows_of_run(run, labelled, "test")
    experts = run.mixture.experts
    with torch.no_grad():
        before = rows.x @ experts.weight1[1].T + experts.bias1[1]
        hidden = torch.nn.functional.leaky_relu(before, experts.slope).numpy()
    means = [hidden[rows.record.group == g].mean(0) for g in range(2)]
    found = review_run(run, labelled, "result").representation_difference
    assert found == pytest.approx(float(np.linalg.norm(means[0] - means[1])), rel=1e-4)
    assert math.isnan(review_run(run, labelled).representation_difference)


def test_another_table_is_refused(demo_run):
    run, labelled = demo_run
    other = replace(labelled, table=replace(labelled.table, sha256="0" * 64))
    with pytest.raises(InvalidInputError, match="The table that the run was trained on is needed"):
        review_run(run, other)
