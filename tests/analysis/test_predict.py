import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmoe.analysis import predict_rows, reading_of
from fairmoe.config import Settings
from fairmoe.data import (
    DEMO_ROLES,
    Encoder,
    ReadOptions,
    Roles,
    Sensitive,
    Target,
    read_table,
    table_from_frame,
)
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import run_experiment
from fairmoe.names import EXPERTS


@pytest.fixture(scope="module")
def rows(demo_run):
    frame = demo_run[1].table.frame
    return frame[list(DEMO_ROLES.features(tuple(frame.columns)))]


def test_known_rows_are_predicted_as_in_the_run(demo_run, rows):
    run, _ = demo_run
    test = run.splits["test"]
    found = predict_rows(run, table_from_frame(rows.iloc[test.rows])).rows
    assert found["probability"].to_numpy() == pytest.approx(test.proba["mixture"], abs=1e-5)
    assert found[[f"gate_{e}" for e in EXPERTS]].to_numpy() == pytest.approx(test.gate, abs=1e-5)
    assert np.array_equal(found["decision"], found["probability"] > 0.5)


def test_rows_are_those_of_the_spreadsheet(demo_run, rows):
    lines = rows.head(3).to_csv(index=False).splitlines()
    text = "\n".join([*lines[:2], "", *lines[2:]])
    found = predict_rows(demo_run[0], read_table(text.encode())).rows
    assert found["row"].tolist() == [2, 4, 5]


def test_other_columns_and_their_order_do_not_matter(demo_run, rows):
    few = rows.head(5)
    plain = predict_rows(demo_run[0], table_from_frame(few)).rows
    turned = few[few.columns[::-1]].assign(other="x")
    pd.testing.assert_frame_equal(predict_rows(demo_run[0], table_from_frame(turned)).rows, plain)


def test_missing_columns_are_named_together(demo_run, rows):
    with pytest.raises(InvalidInputError) as caught:
        predict_rows(demo_run[0], table_from_frame(rows.drop(columns=["age", "education"])))
    assert str(caught.value) == (
        "Columns 'age', 'education' are needed; however, the table lacks them. Give the columns "
        "that the run was trained on."
    )


def test_texts_in_place_of_numbers_are_counted_and_count_as_missing(demo_run, rows):
    few = rows.head(3).astype({"age": object}).assign(age=[30, "old", 40])
    found = predict_rows(demo_run[0], table_from_frame(few))
    (change,) = found.changes
    assert change.sentence == (
        "1 row of 'age' holds a text that is not a number as in the rows that were trained on, "
        "taken as missing."
    )
    assert change.values == ("old",)
    few = few.assign(age=[30, None, 40])
    pd.testing.assert_frame_equal(predict_rows(demo_run[0], table_from_frame(few)).rows, found.rows)


def test_answers_that_are_no_numbers_are_not_taken_for_a_no(demo_run, rows):
    run, _ = demo_run
    mixture = copy.deepcopy(run.mixture)
    mixture.gate.bias2.data.fill_(np.nan)
    with pytest.raises(InvalidInputError, match=r"those of 3 of 3 rows are not estimable"):
        predict_rows(replace(run, mixture=mixture), table_from_frame(rows.head(3)))


def sentences(run, frame):
    return [change.sentence for change in predict_rows(run, table_from_frame(frame)).changes]


def test_categories_that_training_did_not_have_are_counted(demo_run, rows):
    few = rows.head(3).astype({"department": object})
    assert sentences(demo_run[0], few) == []
    few["department"] = ["moon", few["department"].iloc[1], "sun"]
    assert sentences(demo_run[0], few) == [
        "2 rows of column 'department' hold a category that no training row had."
    ]


def test_a_rare_level_of_the_training_rows_is_not_unseen(demo_run, rows):
    run, _ = demo_run
    codes = [
        replace(code, levels=code.levels[:-1], rare=("moon",))
        if code.column == "department"
        else code
        for code in run.encoder.codes
    ]
    few = rows.head(3).astype({"department": object}).assign(department=["moon", "sun", "sun"])
    with_rare = replace(run, encoder=Encoder(tuple(codes)))
    assert sentences(with_rare, few) == [
        "2 rows of column 'department' hold a category that no training row had."
    ]


def csv_of(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


WARDS = pd.DataFrame(
    {
        "sex": ["f", "m", "f", "m"] * 60,
        "ward": ["01", "02", "03", "0A", "02", "01"] * 40,
        "income": ["1.250", "940", "2,500.5", "n.d.", "(300)", "8.920"] * 40,
        "rate": ["12%", "5%", "7.5%"] * 80,
        "day": [f"{1 + i % 28:02}/{1 + i % 12:02}/20{10 + i % 9}" for i in range(240)],
        "member": ["1.0", "0.0"] * 120,
        "size": ["Small", "small ", "LARGE", "large"] * 60,
        "hired": ["yes", "no", "no"] * 80,
    }
)
STRANGE = st.sampled_from(
    (
        *("", "-", "n.d.", "01", "1", "0A", "zz", "1,250", "8.920", "1.5", "5%", "$5", "0x1F"),
        *("07/08/2012", "2012-08-07", "13/13/2013", "large", "SMALL", "1.0", "0", "inf", "1e400"),
        *("#", "٣"),
    )
)


@pytest.fixture(scope="module")
def wards_run():
    """A run on a table of odd columns, and rows like those it was trained on."""
    options = ReadOptions(alike=("size",), kinds={"ward": "category"})
    table = read_table(csv_of(WARDS), options=options)
    roles = Roles(Target("hired"), (Sensitive("sex"),))
    return run_experiment(table, roles, Settings(epochs=4))


@given(st.data())
@settings(max_examples=60)
@pytest.mark.slow
def test_each_row_is_answered_by_itself(wards_run, data):
    rows = WARDS.sample(12, random_state=data.draw(st.integers(0, 99))).reset_index(drop=True)
    names = [name for name in rows.columns if name not in ("sex", "hired")]
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, 11)), data.draw(st.sampled_from(names))
        rows.loc[place] = data.draw(STRANGE)
    rows = rows[names]
    whole = answers(wards_run, rows)
    part = data.draw(st.lists(st.integers(0, 11), min_size=1, max_size=12, unique=True))
    few = rows.iloc[part].assign(sex="x", other=["a", "2", "3,5", ""][len(part) % 4])
    few = few[data.draw(st.permutations(list(few.columns)))]
    np.testing.assert_array_equal(answers(wards_run, few), whole[part])


def answers(run, frame):
    """Return what a run says of the rows of a file, to the digits that are written of it."""
    table = read_table(csv_of(frame), like=reading_of(run))
    found = predict_rows(run, table).rows.drop(columns="row")
    assert len(found) == len(frame)
    return found.astype("float32").to_numpy()


def nobody(rows):
    """Return three rows, of whom the second has no feature."""
    few = rows.head(3).astype(object).reset_index(drop=True)
    few.loc[1] = None
    return few


def test_of_a_person_without_features_nothing_is_estimable(demo_run, rows):
    found = predict_rows(demo_run[0], table_from_frame(nobody(rows)))
    plain = predict_rows(demo_run[0], table_from_frame(rows.head(3))).rows
    assert found.rows["row"].tolist() == plain["row"].tolist()
    assert found.rows.iloc[1, 1:].isna().all()
    pd.testing.assert_frame_equal(found.rows.iloc[[0, 2]], plain.iloc[[0, 2]])
    assert found.changes[-1].sentence == (
        "1 row has no feature that the model knows: all are missing or of a category that no "
        "training row had. Its decision is not estimable and left empty."
    )
    found = predict_rows(demo_run[0], table_from_frame(nobody(rows).iloc[[1, 1]]))
    assert found.rows["decision"].isna().all()
    assert found.changes[-1].sentence.startswith("2 rows have no feature that the model knows:")
    assert found.changes[-1].sentence.endswith("Their decision is not estimable and left empty.")


def test_a_category_that_nobody_had_tells_nothing_of_a_person(demo_run, rows):
    few = nobody(rows).assign(department=["moon", "moon", None])
    found = predict_rows(demo_run[0], table_from_frame(few)).rows
    assert found["decision"].isna().tolist() == [False, True, False]
    few = nobody(rows).assign(department=rows["department"].iloc[0])
    assert predict_rows(demo_run[0], table_from_frame(few)).rows["decision"].notna().all()


def with_scale(run, scale, center, spread):
    """Return a run that says it was scaled in a way, with the same figures for all numbers."""
    codes = [
        replace(code, center=center, spread=spread) if hasattr(code, "spread") else code
        for code in run.encoder.codes
    ]
    return replace(run, encoder=Encoder(tuple(codes)), settings=replace(run.settings, scale=scale))


@pytest.mark.parametrize(
    ("scale", "inside", "limit"),
    [
        ("standard", 15, "more than 15 standard deviations from the mean of the training rows"),
        ("minmax", 3, "beyond the range of the training rows by more than the width of that range"),
    ],
)
def test_numbers_far_from_those_of_training_are_counted_by_column(
    demo_run, rows, scale, inside, limit
):
    run = with_scale(demo_run[0], scale, 40.0, 2.0)
    few = rows.head(4).astype({"age": float})
    others = [name for name in few if name != "age" and pd.api.types.is_numeric_dtype(few[name])]
    few[others] = 40.0
    edge = 2 * inside
    assert sentences(run, few.assign(age=[40 - edge, 40, 40 + edge, None])) == []
    (sentence,) = sentences(run, few.assign(age=[40 - edge - 0.1, 40, 40 + edge + 0.1, None]))
    assert sentence == (
        f"2 rows of 'age' hold a number {limit}. The model may be wrong there, however certain its "
        "answer."
    )


def test_numbers_of_training_rows_are_hardly_ever_called_far(demo_run, rows):
    assert sentences(demo_run[0], rows) == []


@pytest.mark.parametrize("value", [1e30, -1e30, 1e308, np.inf])
def test_an_absurd_number_is_not_taken_without_a_word(demo_run, rows, value):
    few = rows.head(3).astype({"age": float}).assign(age=[30, value, 40])
    table = read_table(csv_of(few), like=reading_of(demo_run[0]))
    (sentence,) = (change.sentence for change in predict_rows(demo_run[0], table).changes)
    assert sentence.startswith("1 row of 'age' holds a")
    if abs(value) > 1e30:
        assert sentence == (
            "1 row of 'age' holds an infinite number or one beyond 1e30, taken as missing."
        )


def test_dates_far_from_those_of_training_are_counted(wards_run):
    few = WARDS.drop(columns=["sex", "hired"]).head(3).assign(day=["01/02/2015", "01/02/9015", ""])
    table = read_table(csv_of(few), like=reading_of(wards_run))
    said = [each.sentence for each in predict_rows(wards_run, table).changes]
    assert [each for each in said if "'day'" in each] == [
        "1 row of 'day' holds a date more than 15 standard deviations from the mean of the "
        "training rows. The model may be wrong there, however certain its answer."
    ]
