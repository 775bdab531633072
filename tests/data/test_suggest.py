"""Which roles are suggested for a table."""

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import (
    Roles,
    Sensitive,
    Target,
    assign_roles,
    read_table,
    suggest_roles,
    table_from_frame,
)
from tests.data.people import N, people


def test_suggestions():
    frame = people(
        applicant_id=np.arange(N) * 7 % 1009,
        row=np.arange(5, N + 5),
        remark=[f"remark {i}" for i in range(N)],
        nothing=None,
        ForeignWorker=np.arange(N) % 2,
        usage=np.arange(N) % 2,
        fold=np.array(["train", "val", "test"])[np.arange(N) % 3],
    )
    suggestion = suggest_roles(table_from_frame(frame))
    assert suggestion.targets == ("hired", "usage")
    assert suggestion.sensitive == ("sex", "race", "age", "ForeignWorker")
    assert suggestion.left_out == {
        "applicant_id": "id",
        "row": "id",
        "remark": "id",
        "nothing": "empty",
    }
    assert suggestion.split_column == "fold"


def binary_columns(*names):
    return table_from_frame(pd.DataFrame({name: np.arange(40) % 2 for name in names}))


@pytest.mark.parametrize(
    ("columns", "first"),
    [
        # Bank marketing: whether credit is in default, and at the end whether the client said yes.
        (("default", "housing", "y"), "y"),
        (("is_recid", "is_violent_recid", "two_year_recid"), "two_year_recid"),
        (("GoodCustomer", "HasTelephone", "JobClassIsSkilled"), "GoodCustomer"),
        (("a", "target", "b"), "target"),
        (("a", "label", "b"), "label"),
        (("loan_approved", "b"), "loan_approved"),
        (("a", "approved", "b_class", "c"), "approved"),
        (("a", "b_class", "c", "loan_approved"), "loan_approved"),
        (("y94", "a", "b"), "b"),
    ],
)
def test_the_target_has_its_name_or_the_last_place(columns, first):
    assert suggest_roles(binary_columns(*columns)).targets[0] == first


def test_names_dates_and_texts_are_left_out_and_a_code_of_few_values_is_not():
    long = "a text that goes on and on about what somebody said of somebody else, " * 2
    frame = pd.DataFrame(
        {
            "last": [f"name {i % 60}" for i in range(400)],
            "town": [f"town {i % 60}" for i in range(400)],
            "case": [f"case {i // 2}" for i in range(400)],
            "born": [f"19{50 + i % 50}-0{1 + i % 9}-1{i % 10}" for i in range(400)],
            "remark": [f"{long} {i} {i * 7 % 31}" for i in range(400)],
            "hired": [i % 2 for i in range(400)],
        }
    )
    table = read_table(frame.to_csv(index=False).encode())
    assert (table.kinds["born"], table.kinds["remark"]) == ("date", "text")
    assert suggest_roles(table).left_out == {
        "last": "name",
        "case": "name",
        "born": "date",
        "remark": "text",
    }


def test_a_binary_column_without_telling_name_is_suggested_last_column_first():
    frame = people().rename(columns={"hired": "v9", "skill": "v8"}).drop(columns="race")
    frame.insert(0, "v1", np.arange(N) % 2)
    frame.insert(3, "v2", np.arange(N) % 2)
    assert suggest_roles(table_from_frame(frame)).targets == ("v9", "v1", "v2")


@pytest.mark.parametrize(
    ("name", "target", "sensitive"),
    [
        ("german_data_credit.csv", "class-label", "sex"),
        ("adult.csv", "income-per-year", "sex"),
        ("german.csv", "GoodCustomer", "Gender"),
        ("math.csv", "G3", "sex"),
        ("dutch.csv", "occupation", "sex"),
    ],
)
def test_real_files_need_no_choice(real_data, name, target, sensitive):
    table = read_table(real_data(name))
    suggestion = suggest_roles(table)
    assert suggestion.targets[0] == target
    assert suggestion.sensitive[0] == sensitive
    assert suggestion.left_out == {}
    labelled = assign_roles(table, Roles(Target(target), (Sensitive(sensitive),)))
    assert len(labelled.y) == len(table.frame)
    raw = pd.read_csv(real_data(name))[target]
    positive = raw == raw.max()
    np.testing.assert_array_equal(labelled.y, positive)
