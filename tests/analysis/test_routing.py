import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.analysis.routing import (
    by_disagreement,
    flows,
    mean_weights,
    most_telling_column,
    routed_rows,
    weights_by_column,
    weights_by_group,
)
from fairmoe.names import EXPERTS
from fairmoe.runs import SplitRecord

NAMES = ["a", "b"]


def record(gate, experts, mixture, y_true, group):
    n = len(y_true)
    proba = dict(zip(EXPERTS, np.array(experts, dtype=np.float32), strict=True))
    proba["mixture"] = np.array(mixture, dtype=np.float32)
    return SplitRecord(
        rows=np.arange(10, 10 + n),
        y_true=np.array(y_true),
        group=np.array(group),
        proba=proba,
        gate=np.array(gate, dtype=np.float32),
    )


@pytest.fixture
def rows() -> pd.DataFrame:
    return routed_rows(
        record(
            gate=[[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0.2, 0.5, 0.3]],
            experts=[[0.9, 0.2, 0.5], [0.6, 0.2, 0.7], [0.6, 0.2, 0.9]],
            mixture=[0.9, 0.2, 0.72],
            y_true=[1, 1, 0],
            group=[0, 1, 1],
        ),
        NAMES,
    )


def test_disagreement_and_entropy_by_hand(rows):
    # |.9 - .6|, |.9 - .6|, |.6 - .6| have the mean 0.2; .5, .7, .9 are .2, .4 and .2 apart.
    assert rows["disagreement"].tolist() == pytest.approx([0.2, 0, 0.8 / 3], abs=1e-6)
    nats = -(0.2 * math.log(0.2) + 0.5 * math.log(0.5) + 0.3 * math.log(0.3))
    assert rows["entropy"].tolist() == pytest.approx([0, 1, nats / math.log(3)], abs=1e-6)


def test_rows_carry_position_group_choice_and_outcome(rows):
    assert rows["row"].tolist() == [10, 11, 12]
    assert rows["group"].tolist() == ["a", "b", "b"]
    assert rows["top"].tolist() == ["utility", "utility", "result"]
    assert rows["predicted"].tolist() == [True, False, True]
    assert rows["right"].tolist() == [True, False, False]
    assert rows["weight_result"].tolist() == pytest.approx([0, 1 / 3, 0.5])
    assert rows["proba_procedural"].tolist() == pytest.approx([0.6, 0.2, 0.9])


def test_flows_by_hand(rows):
    assert flows(rows, "predicted").to_numpy().tolist() == [
        ["a", "utility", True, 1],
        ["b", "result", True, 1],
        ["b", "utility", False, 1],
    ]
    assert flows(rows, "right")["outcome"].tolist() == [True, False, False]


@pytest.mark.parametrize("outcome", ["predicted", "right"])
def test_flows_lose_no_row(demo_run, outcome):
    run, _ = demo_run
    split = run.splits["test"]
    rows = routed_rows(split, list(run.data.groups))
    counts = flows(rows, outcome)
    assert counts["rows"].sum() == len(rows)
    by_group = counts.groupby("group")["rows"].sum()
    assert by_group.tolist() == np.bincount(split.group).tolist()
    assert counts.loc[counts["outcome"], "rows"].sum() == rows[outcome].sum()


def test_mean_weights_have_normal_intervals_and_none_of_too_few_rows():
    gate = np.array([[0.2, 0.5, 0.3], [0.4, 0.3, 0.3]] * 3)
    table = mean_weights(gate, [np.ones(6, bool), np.arange(6) < 4], ["all", "few"])
    assert table["rows"].tolist() == [6, 4]
    # Three of 0.2 and three of 0.4: a standard deviation of 0.1 * sqrt(6 / 5).
    reach = 1.959964 * 0.1 * math.sqrt(6 / 5) / math.sqrt(6)
    all_ = table.loc["all"]
    assert all_[["utility", "utility_low", "utility_high"]].tolist() == pytest.approx(
        [0.3, 0.3 - reach, 0.3 + reach]
    )
    assert all_[["procedural_low", "procedural_high"]].tolist() == pytest.approx([0.3, 0.3])
    assert table.loc["few"].drop("rows").isna().all()


def test_a_row_counts_for_as_many_people_as_it_stands_for():
    random = np.random.default_rng(0)
    gate, people = random.dirichlet(np.ones(3), 40), random.integers(0, 4, 40)
    group = np.arange(40) % 2
    weighted = weights_by_group(gate, group, ["a", "b"], people.astype(float))
    repeated = weights_by_group(np.repeat(gate, people, 0), np.repeat(group, people), ["a", "b"])
    assert weighted["rows"].tolist() == [40, 20, 20]
    np.testing.assert_allclose(weighted[list(EXPERTS)], repeated[list(EXPERTS)])
    # As sure as the rows make it, not the people.
    widths, narrow = (
        table["utility_high"] - table["utility_low"] for table in (weighted, repeated)
    )
    assert (widths > 1.1 * narrow).all()
    # As many people for each row changes nothing.
    same, plain = (weights_by_group(gate, group, ["a", "b"], w) for w in (np.full(40, 3.0), None))
    pd.testing.assert_frame_equal(same, plain)
    column = pd.Series(group.astype(float), name="half")
    of_column = weights_by_column(column, gate, people.astype(float))
    np.testing.assert_allclose(of_column[list(EXPERTS)], weighted[list(EXPERTS)].iloc[1:])


def test_groups_come_after_everyone():
    gate = np.repeat([[1.0, 0, 0], [0, 1, 0]], [6, 6], axis=0)
    table = weights_by_group(gate, np.repeat([0, 1], 6), ["a", "b", "nobody"][:3])
    assert table.index.tolist() == ["everyone", "a", "b", "nobody"]
    assert table["utility"].tolist()[:3] == pytest.approx([0.5, 1, 0])
    assert table["rows"].tolist() == [12, 6, 6, 0]
    assert math.isnan(table.loc["nobody", "utility"])


@given(st.lists(st.integers(-50, 50) | st.none(), min_size=1, max_size=300))
def test_bins_of_a_number_hold_every_row_and_none_is_empty(cells):
    values = pd.Series(np.array(cells, dtype=np.float64), name="age")
    gate = np.full((len(cells), 3), 1 / 3)
    table = weights_by_column(values, gate)
    assert table["rows"].sum() == len(cells)
    assert (table["rows"] > 0).all()
    assert len(table) <= 9
    assert ("missing" in table.index) == (None in cells)


def test_bins_say_exactly_which_values_they_hold():
    values = pd.Series(np.arange(80.0), name="age")
    gate = np.zeros((80, 3))
    gate[:, 0] = values / 80
    table = weights_by_column(values, gate)
    assert table.index.tolist()[:2] == ["0 to 9", "10 to 19"]
    assert table["utility"].iloc[0] == pytest.approx(4.5 / 80)
    assert table["rows"].tolist() == [10] * 8


def test_rare_levels_are_taken_together_and_missing_stands_apart():
    sizes = range(20, 5, -1)
    cells = [f"level {i}" for i, size in enumerate(sizes) for _ in range(size)] + [None] * 5
    values = pd.Series(pd.Categorical(cells), name="job")
    gate = np.tile([0.0, 0, 1], (len(cells), 1))
    table = weights_by_column(values, gate)
    assert table.index.tolist()[:2] == ["level 0", "level 1"]
    assert table.index.tolist()[-2:] == ["all others (4 levels)", "missing"]
    assert len(table) == 13
    assert table["rows"].sum() == len(cells)
    assert table.loc["all others (4 levels)", "rows"] == 9 + 8 + 7 + 6
    assert table.loc["missing", "procedural"] == 1


def test_tenths_go_from_agreement_to_dispute():
    rows = pd.DataFrame(
        {"disagreement": np.arange(100) / 150, "entropy": np.repeat([1.0, 0.5], 50)}
    )
    tenths = by_disagreement(rows)
    assert tenths["rows"].tolist() == [10] * 10
    assert tenths["disagreement"].iloc[0] == pytest.approx(4.5 / 150)
    assert tenths["entropy"].tolist() == [1.0] * 5 + [0.5] * 5
    assert by_disagreement(rows.head(20))["entropy"].isna().all()


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (np.resize([1000001, 1000002], 40), "1000001"),
        (1484705 + np.arange(80), "1484705 to 1484714"),
        (np.arange(80) + 0.123456789, "0.123457 to 9.12346"),
    ],
)
def test_long_numbers_keep_the_digits_that_tell_them_apart(cells, first):
    gate = np.full((len(cells), 3), 1 / 3)
    table = weights_by_column(pd.Series(cells, name="number"), gate)
    assert table.index[0] == first
    assert table.index.is_unique


def test_the_column_that_moves_the_weights_is_told_from_noise_and_from_names():
    random = np.random.default_rng(0)
    n = 300
    step = random.integers(0, 2, n)
    result = 0.3 + 0.1 * step + 0.05 * random.normal(size=n)
    gate = np.column_stack([0.8 - result, result, np.full(n, 0.2)])
    cells = pd.DataFrame(
        {
            "person": pd.Categorical([f"p{i}" for i in range(n)]),
            "town": pd.Categorical(random.integers(0, 12, n).astype(str)),
            "noise": random.normal(size=n),
            "step": np.where(random.random(n) < 0.1, np.nan, step.astype(float)),
        }
    )
    assert most_telling_column(cells, gate) == "step"
    assert most_telling_column(cells.iloc[:20], gate[:20]) == "step"
    assert most_telling_column(cells, np.full((n, 3), 1 / 3)) == "person"


def test_names_of_the_rows_tell_less_than_what_moves_the_weights():
    gate = np.array([[0.5, 0.5, 0.0]] * 4 + [[0.4, 0.6, 0.0]] * 3 + [[0.5, 0.5, 0.0]])
    cells = pd.DataFrame({"name": pd.Categorical([*"abcdefgh"]), "half": [0] * 4 + [1] * 4})
    assert most_telling_column(cells, gate) == "half"
