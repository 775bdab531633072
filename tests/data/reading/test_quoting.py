"""Quotes around fields, and rows that have a field more than there are names."""

import pytest

from fairmoe.data import read_table
from fairmoe.errors import InvalidInputError

AGES = [36.9, 40.5, 42.0, 30.2, 28.9, 51.0]


def table_of(row: str, head: str = "sex,age,approved") -> bytes:
    rows = (
        row.format(i=i, sex="fm"[i % 2], age=age, cents=f"{age:.1f}".replace(".", ","))
        for i, age in enumerate(AGES, start=1)
    )
    return "\n".join([head, *rows]).encode()


@pytest.mark.parametrize(
    ("row", "head"),
    [
        ("'{sex}','{age}','yes, of course'", "'sex','age','approved'"),
        ("'{sex}',{age},'yes, of course'", "sex,age,approved"),
        ('"{sex}", "{age}", "yes, of course"', '"sex", "age", "approved"'),
        ('{sex}, "{age}", "yes, of course"', "sex, age, approved"),
        ('{sex}, {age},  "yes, of course"', "sex,age,approved"),
    ],
)
def test_quotes_are_no_part_of_names_and_values(row, head):
    table = read_table(table_of(row, head))
    assert list(table.frame) == ["sex", "age", "approved"]
    assert table.frame["age"].tolist() == AGES
    assert table.frame["sex"].tolist() == list("mf" * 3)
    assert set(table.frame["approved"]) == {"yes, of course"}


@pytest.mark.parametrize("text", ["O'Brien", "'tis", "rock 'n' roll", "d'", '5" pipe'])
def test_apostrophes_within_texts_stay(text):
    table = read_table(table_of(f"{{sex}},{{age}},{text}"))
    assert set(table.frame["approved"]) == {text}


def test_double_quotes_count_where_there_are_both():
    table = read_table(table_of("""'{sex}',{age},"'a', b" """))
    assert set(table.frame["approved"]) == {"'a', b"}
    assert set(table.frame["sex"]) == {"'f'", "'m'"}


def test_two_rows_of_one_name_are_fields_that_were_parted():
    with pytest.raises(InvalidInputError, match=r"Each row needs 3 fields, .* row 2 has 4"):
        read_table(table_of("{sex},{cents},yes"))


@pytest.mark.parametrize("row", ["{i}7,{cents},yes", "{cents},{sex},yes", "n{i},{cents},yes"])
def test_a_decimal_comma_without_quotes_is_no_delimiter(row):
    with pytest.raises(InvalidInputError) as caught:
        read_table(table_of(row))
    assert str(caught.value) == (
        "Each row needs 3 fields, one per column; however, rows have 4, and commas may stand "
        "within numbers. Part the columns by semicolons, put quotes around numbers with commas, "
        "or name the first column if it lacks a name."
    )


@pytest.mark.parametrize("row", ['"{i}",36,170,"yes"', "n{i},{sex},{age},yes"])
def test_names_of_rows_are_a_column(row):
    table = read_table(table_of(row, "weight,height,approved"))
    assert list(table.frame)[-3:] == ["weight", "height", "approved"]
    assert set(table.frame["approved"]) == {"yes"}
