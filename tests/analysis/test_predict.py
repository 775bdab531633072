import dataclasses

import numpy as np
import pandas as pd
import pytest

from fairmoe.analysis import predict_rows, unknown_levels
from fairmoe.data import DEMO_ROLES, Encoder, demo_table, read_table, table_from_frame
from fairmoe.errors import InvalidInputError
from fairmoe.names import EXPERTS


@pytest.fixture(scope="module")
def rows():
    seen = DEMO_ROLES.features(tuple(demo_table().frame.columns))
    return demo_table().frame[list(seen)]


def test_known_rows_are_predicted_as_in_the_run(demo_run, rows):
    run, _ = demo_run
    test = run.splits["test"]
    found = predict_rows(run, table_from_frame(rows.iloc[test.rows]))
    assert found["probability"].to_numpy() == pytest.approx(test.proba["mixture"], abs=1e-5)
    assert found[[f"gate_{e}" for e in EXPERTS]].to_numpy() == pytest.approx(test.gate, abs=1e-5)
    assert np.array_equal(found["decision"], found["probability"] > 0.5)


def test_rows_are_those_of_the_spreadsheet(demo_run, rows):
    lines = rows.head(3).to_csv(index=False).splitlines()
    text = "\n".join([*lines[:2], "", *lines[2:]])
    found = predict_rows(demo_run[0], read_table(text.encode()))
    assert found["row"].tolist() == [2, 4, 5]


def test_other_columns_and_their_order_do_not_matter(demo_run, rows):
    few = rows.head(5)
    plain = predict_rows(demo_run[0], table_from_frame(few))
    turned = few[few.columns[::-1]].assign(other="x")
    pd.testing.assert_frame_equal(predict_rows(demo_run[0], table_from_frame(turned)), plain)


def test_a_missing_column_is_named(demo_run, rows):
    with pytest.raises(InvalidInputError, match="Column 'age' is needed"):
        predict_rows(demo_run[0], table_from_frame(rows.drop(columns="age")))


def test_text_in_place_of_numbers_is_named_with_its_row(demo_run, rows):
    lines = rows.head(3).astype({"age": object}).assign(age=[30, "old", 40]).to_csv(index=False)
    first, *others = lines.splitlines()
    table = read_table("\n".join([first, "", *others]).encode())
    with pytest.raises(InvalidInputError, match=r"Column 'age' needs numbers.*row 4 holds text"):
        predict_rows(demo_run[0], table)


def test_categories_that_training_did_not_have_are_counted(demo_run, rows):
    few = rows.head(3).astype({"department": object})
    assert unknown_levels(demo_run[0], table_from_frame(few)) == {}
    few["department"] = ["moon", few["department"].iloc[1], "sun"]
    assert unknown_levels(demo_run[0], table_from_frame(few)) == {"department": 2}


def test_a_rare_level_of_the_training_rows_is_not_unknown(demo_run, rows):
    run, _ = demo_run
    codes = [
        dataclasses.replace(code, rare=("moon",)) if code.column == "department" else code
        for code in run.encoder.codes
    ]
    few = rows.head(3).astype({"department": object}).assign(department=["moon", "sun", "sun"])
    with_rare = dataclasses.replace(run, encoder=Encoder(tuple(codes)))
    assert unknown_levels(with_rare, table_from_frame(few)) == {"department": 2}
