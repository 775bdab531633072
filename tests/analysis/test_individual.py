from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.individual import (
    baseline_proba,
    closest_refusal,
    explain,
    nearest_other,
    predict,
    swap_sensitive,
)
from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, assign_roles, make_demo, table_from_frame
from fairmoe.experiment import run_experiment
from fairmoe.names import EXPERTS


def encoded(run, frame):
    return torch.as_tensor(run.encoder.transform(frame))


@pytest.fixture(scope="module")
def rows(demo_run):
    return rows_of_run(*demo_run, "test")


@pytest.fixture(scope="module")
def seeing():
    """A run that sees sex and age, by whose crossing people are grouped."""
    table = table_from_frame(make_demo(400, seed=3), name="seeing")
    roles = Roles(
        Target("hired", positive=("yes",)),
        (Sensitive("sex"), Sensitive("age", bins=(40.0,))),
        include_sensitive=True,
        dropped=("applicant_id",),
    )
    run = run_experiment(table, roles, Settings(epochs=16, lambda_fair=0.0))
    return run, assign_roles(table, roles)


def test_predictions_are_those_of_the_run(demo_run, rows):
    said = predict(demo_run[0], rows.x)
    record = rows.record
    for model in ("mixture", *EXPERTS):
        np.testing.assert_allclose(said[model], record.proba[model], atol=1e-6)
    weights = said[[f"weight of {expert}" for expert in EXPERTS]].to_numpy()
    np.testing.assert_allclose(weights, record.gate, atol=1e-6)


def test_what_the_columns_add_leads_from_the_baseline_to_the_person(demo_run, rows):
    person = rows.x[[5]]
    attributions = explain(demo_run[0], person)
    start = baseline_proba(demo_run[0])
    end = predict(demo_run[0], person)["mixture"].iloc[0]
    moved = np.log(end / (1 - end)) - np.log(start / (1 - start))
    assert attributions["mixture"].sum() == pytest.approx(moved, abs=0.05)
    assert attributions["mixture"].abs().is_monotonic_decreasing
    assert set(attributions) == {"mixture", *EXPERTS}


def test_a_model_that_never_sees_the_sensitive_column_has_nothing_to_swap(demo_run, rows):
    run, labelled = demo_run
    assert swap_sensitive(run, labelled, rows.frame.iloc[[0]]) is None
    other = rows.frame.iloc[[0]].assign(sex="unheard of")
    same = predict(run, encoded(run, other))["mixture"].iloc[0]
    assert same == predict(run, rows.x[[0]])["mixture"].iloc[0]


def test_swapped_values_are_predicted_as_if_they_were_in_the_table(seeing):
    run, labelled = seeing
    person = labelled.table.frame.iloc[[7]]
    swapped = swap_sensitive(run, labelled, person)
    own = swapped.iloc[0]
    assert [own["sex"], own["age"]] == [person["sex"].iloc[0], person["age"].iloc[0]]
    assert own["mixture"] == pytest.approx(predict(run, encoded(run, person))["mixture"].iloc[0])
    assert sorted(swapped["group"]) == [-1, 0, 1, 2, 3]
    for _, row in swapped.iterrows():
        direct = predict(run, encoded(run, person.assign(sex=row["sex"], age=row["age"])))
        assert row["mixture"] == pytest.approx(direct["mixture"].iloc[0], abs=1e-6)
    assert swapped["mixture"].nunique() > 1


def test_a_number_stands_for_its_group_by_the_median(seeing):
    run, labelled = seeing
    swapped = swap_sensitive(run, labelled, labelled.table.frame.iloc[[7]])
    young = labelled.table.frame["age"][labelled.rows][labelled.group == 0]
    assert swapped.set_index("group").loc[0, "age"] == young.median()


@pytest.mark.parametrize("place", [0, 11, 200])
def test_the_nearest_is_sklearns_among_other_groups_and_decisions(rows, place):
    record = rows.record
    decided = record.proba["mixture"] > 0.5
    found = nearest_other(
        rows,
        rows.x[[place]],
        group=int(record.group[place]),
        positive=bool(decided[place]),
    )
    pool = np.flatnonzero((record.group != record.group[place]) & (decided != decided[place]))
    oracle = NearestNeighbors(n_neighbors=1).fit(rows.x.numpy()[pool])
    distance, nearest = oracle.kneighbors(rows.x.numpy()[[place]])
    assert found.position == pool[nearest[0, 0]]
    assert found.distance == pytest.approx(distance[0, 0], rel=1e-5)
    assert found.among == len(pool)


def test_sensitive_columns_are_no_part_of_the_distance(seeing):
    run, labelled = seeing
    rows = rows_of_run(run, labelled, "train")
    person = rows.frame.iloc[[3]]
    decided = bool(rows.record.proba["mixture"][3] > 0.5)
    asked = {"group": int(rows.record.group[3]), "positive": decided}
    other = person.assign(sex="male" if person["sex"].iloc[0] == "female" else "female", age=65)
    found = [nearest_other(rows, encoded(run, frame), **asked) for frame in (person, other)]
    assert found[0] == found[1]


def test_without_anybody_there_is_no_nearest(rows):
    everyone = np.full(len(rows.record.group), 0.9, dtype=np.float32)
    same = replace(rows, record=replace(rows.record, proba={"mixture": everyone}))
    assert nearest_other(same, rows.x[[0]], group=0, positive=True) is None


def decided(run, proba, group, outcome="good", wrong=()):
    """Return the run with some probabilities of the mixture; the plain model favours group 1.

    The mixture is right but for the rows `wrong`.
    """
    group = np.array(group)
    models = {
        "mixture": np.array(proba, np.float32),
        "utility": group.astype(np.float32),
    }
    y_true = (models["mixture"] > 0.5) ^ np.isin(np.arange(len(group)), wrong)
    record = replace(run.splits["test"], group=group, proba=models, y_true=y_true.astype(np.int64))
    target = replace(run.roles.target, outcome=outcome)
    return replace(
        run,
        splits={**run.splits, "test": record},
        roles=replace(run.roles, target=target),
    )


@pytest.mark.parametrize(
    ("proba", "group", "outcome", "wrong", "row"),
    [
        ([0.1, 0.4, 0.49, 0.51], [0, 0, 1, 0], "good", (), 1),
        ([0.9, 0.8, 0.49, 0.51], [0, 0, 1, 1], "good", (), 2),
        ([0.9, 0.8, 0.6, 0.7], [0, 0, 1, 1], "good", (), 2),
        ([0.1, 0.4, 0.6, 0.55], [0, 0, 0, 1], None, (), 1),
        # Of a bad outcome the plain model harms group 1, and above one half is what one gets it.
        ([0.6, 0.9, 0.7, 0.45], [0, 1, 1, 1], "bad", (), 2),
        ([0.6, 0.3, 0.5, 0.45], [0, 1, 1, 1], "bad", (), 0),
        ([0.5, 0.5], [0, 1], "good", (), 0),
        # Who is refused wrongly goes before who is refused rightly, within the group first.
        ([0.1, 0.2, 0.4, 0.51], [0, 0, 0, 0], "good", (0, 1, 3), 1),
        ([0.1, 0.4, 0.49, 0.51], [0, 0, 1, 0], "good", (2, 3), 1),
        ([0.9, 0.8, 0.4, 0.3], [0, 0, 1, 1], "good", (0, 3), 3),
        ([0.6, 0.9, 0.7, 0.45], [0, 1, 1, 1], "bad", (0, 1, 3), 1),
    ],
)
def test_the_closest_refusal_of_the_group_that_is_worst_off(
    demo_run, proba, group, outcome, wrong, row
):
    assert closest_refusal(decided(demo_run[0], proba, group, outcome, wrong)) == row
