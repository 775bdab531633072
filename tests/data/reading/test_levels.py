"""Levels of categories: rare ones, spellings, and how they are named."""

import pandas as pd
import pytest

from fairmoe.data import (
    Encoder,
    ReadOptions,
    Roles,
    Sensitive,
    Target,
    assign_roles,
    read_table,
    reread,
)
from fairmoe.errors import InvalidInputError
from tests.data.reading.shared import csv_of, sentences


def test_long_texts_are_no_features():
    words = [f"a text of many words, number {i}" for i in range(60)]
    table = read_table(
        csv_of(note=words, sex=["f", "m"] * 30, x=range(0, 120, 2), hired=["no", "yes", "no"] * 20)
    )
    assert table.kinds["note"] == "text"
    labelled = assign_roles(table, Roles(Target("hired"), (Sensitive("sex"),), dropped=("name",)))
    assert list(labelled.kinds) == ["x"]
    assert [change.sentence for change in labelled.changes] == [
        "'note' holds texts of many words and is left out of the features.",
        "Left out, as chosen: 'name'.",
    ]
    kept = reread(table, ReadOptions(kinds={"note": "category"}))
    assert kept.kinds["note"] == "category"


@pytest.mark.parametrize(("each", "kept"), [(20, 100), (5, 0)])
def test_of_many_rare_levels_the_most_frequent_are_kept(each, kept):
    levels = pd.Series([f"level {i % 1000}" for i in range(1000 * each)])
    encoder = Encoder.fit(pd.DataFrame({"zip": levels}), {"zip": "category"})
    assert len(encoder.codes[0].levels) == kept
    assert len(encoder.codes[0].rare) == 1000 - kept
    (change,) = encoder.changes
    assert change.sentence == (
        "Of 1,000 levels of 'zip', 900 are rare and count as one."
        if kept
        else "None of the 1,000 levels of 'zip' is frequent enough to learn from."
    )


def test_spellings_are_offered_and_merged_when_told():
    cells = ["female", "Female ", "ＦＥＭＡＬＥ", "male", "male", "mal e"] * 10
    table = read_table(csv_of(sex=cells))
    assert len(table.frame["sex"].cat.categories) == 5
    assert sentences(table) == [
        "3 levels of 'sex' differ only in case, blanks or Unicode form, and would be 1 if they "
        "were merged. They are kept apart."
    ]
    merged = reread(table, ReadOptions(alike=("sex",)))
    assert list(merged.frame["sex"].cat.categories) == ["Female", "mal e", "male"]
    assert sentences(merged) == [
        "Levels of 'sex' that differ only in case, blanks or Unicode form were merged: 5 became 3."
    ]


def test_codes_that_are_told_to_be_categories_keep_their_zeros():
    content = b"ward,x\n01,5\n02,6\n10,7\n"
    assert read_table(content).kinds["ward"] == "number"
    table = read_table(content, options=ReadOptions(kinds={"ward": "category"}))
    assert list(table.frame["ward"]) == ["01", "02", "10"]


@pytest.mark.parametrize(
    ("positive", "merge"), [("1.0", ("01", "02")), ("1", ("1", "2")), (" 1,0 ", ("1,0", "$2"))]
)
def test_values_match_as_the_file_writes_them_and_as_they_are_read(positive, merge):
    rows = "".join(f"{i % 2}.0;0{1 + i % 3};{i}\n" for i in range(60))
    table = read_table(f"hired;region;x\n{rows}".encode())
    wanted = Roles(Target("hired", (positive,)), (Sensitive("region", merge=(("A", merge),)),))
    if positive == " 1,0 ":
        table = read_table(f"hired;region;x\n{rows}".replace(".0;", ",0;").encode())
    labelled = assign_roles(table, wanted)
    assert labelled.positive == "hired = 1"
    assert set(labelled.group_names) == {"A", "region = 3"}
    assert labelled.roles.target.positive == ("1",)
    assert assign_roles(table, labelled.roles).roles == labelled.roles


def test_a_value_that_the_column_does_not_have_is_told_as_it_was_given():
    table = read_table(b"hired;sex\n1,0;f\n0,0;m\n")
    with pytest.raises(InvalidInputError) as caught:
        assign_roles(table, Roles(Target("hired", ("2,0",)), (Sensitive("sex"),), True))
    assert caught.value.about == ("2,0",)
