"""What columns are taken as, and what is said of it."""

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import (
    Encoder,
    ReadOptions,
    read_table,
    reread,
    table_from_frame,
)
from fairmoe.data.reading.dates import days_of, find_order
from fairmoe.data.reading.missing import are_marks, sentinel_of
from fairmoe.data.reading.record import Reading
from fairmoe.errors import InvalidInputError
from tests.data.reading.shared import csv_of, sentences


def test_a_column_in_doubt_follows_one_that_is_not():
    table = read_table(b"a;b\n8.920;1,5\n940;2,25\n")
    assert table.frame["a"].tolist() == [8920, 940]
    assert sentences(table) == []
    table = read_table(b"a;b\n8.920;1.5\n940;2.25\n")
    assert table.frame["a"].tolist() == [8.92, 940]


def test_where_no_column_decides_it_is_asked():
    table = read_table(b"a;b\n8.920;x\n940;y\n")
    assert table.frame["a"].tolist() == [8.92, 940]
    assert sentences(table) == [
        "Numbers of 'a' can be read in two ways, and no column decides. The point was taken as the "
        "decimal sign; if it parts thousands, say that the decimal sign is the comma."
    ]
    told = reread(table, ReadOptions(decimal="comma"))
    assert told.frame["a"].tolist() == [8920, 940]
    assert sentences(told) == []


def test_columns_that_contradict_each_other_decide_for_no_third():
    table = read_table(b"a;b;c\n1,5;1.5;8.920\n2,5;2.5;940\n")
    assert table.frame["a"].tolist() == [1.5, 2.5]
    assert table.frame["b"].tolist() == [1.5, 2.5]
    assert [change.column for change in table.changes if change.code == "doubt"] == ["c"]


def test_what_is_told_decides_for_columns_in_doubt_only():
    table = read_table(b"a;b\n1,5;8.920\n2,5;940\n", options=ReadOptions(decimal="point"))
    assert table.frame["a"].tolist() == [1.5, 2.5]
    assert table.frame["b"].tolist() == [8.92, 940]


def test_another_unit_is_another_text_when_a_column_is_read_again():
    reading = read_table(b"a,b\n5%,1\n6%,2\n7%,3\n").reading
    table = read_table(b"a,b\n8%,1\n9,2\n$5,3\n", like=reading)
    np.testing.assert_array_equal(table.frame["a"], [8, 9, np.nan])
    assert [change.values for change in table.changes] == [("$5",)]


def test_a_column_of_both_signs_or_several_units_stays_a_category():
    table = read_table(b"a;b;c\n1,5;$5;5%\n2.5;5 EUR;6\n3;7;7%\n")
    assert table.kinds == {"a": "category", "b": "category", "c": "category"}
    assert sentences(table) == [
        "Numbers of 'a' have both decimal points and decimal commas, so the column stays a "
        "category.",
        "Numbers of 'b' have several units, so the column stays a category.",
        "Numbers of 'c' have several units, so the column stays a category.",
    ]


def test_units_are_taken_off_and_said():
    table = read_table(b"a;b\n5%;$1,200\n0;-\n7.5 %;$3\n9%;$4\n")
    assert table.frame["a"].tolist() == [5, 0, 7.5, 9]
    assert table.frame["b"].tolist()[2:] == [3, 4]
    assert sentences(table)[:2] == [
        "The sign % was taken off numbers of 'a'; 5% is 5.",
        "The sign $ was taken off numbers of 'b'.",
    ]


@pytest.mark.parametrize(
    ("numbers", "others", "expected"),
    [
        (3, ["-"], True),
        (3, ["0A"], False),
        (2, ["-"], False),
        (21, ["a"], True),
        (20, ["a"], False),
        (21, list("abcde"), True),
        (100, list("abcdef"), False),
        (100, ["-", ".", "None", "n.d.", "#DIV/0!", "unknown", "k.A."], True),
        (3, ["-", ".", "None", "n.d."], False),
    ],
)
def test_few_different_texts_mark_missing_numbers(numbers, others, expected):
    assert are_marks(numbers, others) is expected


@pytest.mark.parametrize("mark", ["-", ".", "None", "n.d.", "#DIV/0!", "unknown"])
def test_marks_are_missing_and_said_and_overruled(mark):
    table = read_table(csv_of(x=[mark if i % 3 else str(i) for i in range(60)]))
    assert table.kinds["x"] == "number"
    assert table.frame["x"].isna().sum() == 40
    assert sentences(table) == [f"'x' holds numbers; '{mark}' in 40 rows was taken as missing."]
    kept = reread(table, ReadOptions(kinds={"x": "category"}))
    assert mark in kept.frame["x"].cat.categories


def test_other_texts_are_counted_without_being_told():
    table = read_table(csv_of(x=["secret" if i == 3 else str(i) for i in range(60)]))
    assert sentences(table) == ["'x' holds numbers; 1 other text in 1 row was taken as missing."]
    assert table.changes[0].values == ("secret",)


def test_a_number_that_stands_apart_is_offered_but_not_taken():
    ages = [999 if i % 10 == 0 else 20 + i for i in range(60)]
    table = read_table(csv_of(age=ages))
    assert table.frame["age"].tolist() == ages
    assert sentences(table) == [
        "999 stands far from the other numbers of 'age' in 6 rows. It was taken as a number; say "
        "so if it means missing."
    ]
    told = read_table(csv_of(age=ages), options=ReadOptions(missing={"age": ("999",)}))
    assert told.frame["age"].isna().sum() == 6
    assert sentences(told) == []


@pytest.mark.parametrize(
    "numbers",
    [[1, 2, 3, 99], [97, 98, 99, 99, 95], [999, 999], [1, 2, 3, 500, 500], [0, 99, 99, 50]],
)
def test_what_does_not_stand_apart(numbers):
    assert sentinel_of(pd.Series(numbers, dtype="float64")) is None


def test_texts_that_are_told_to_be_missing_are_so_in_numbers_and_categories():
    content = csv_of(x=["Refused", "1", "2"] * 20, y=["refused", "a", "b"] * 20)
    table = read_table(content, options=ReadOptions(missing={"": ("refused",)}))
    assert table.kinds == {"name": "category", "x": "number", "y": "category"}
    assert table.frame[["x", "y"]].isna().sum().tolist() == [20, 20]


def test_numbers_too_large_are_missing_and_said():
    table = read_table(b"a,b\n1e308,inf\n1.5,2.5\n2.5,1\n")
    assert table.frame.isna().sum().tolist() == [1, 1]
    for column in "ab":
        assert (
            f"1 row of '{column}' holds an infinite number or one beyond 1e30, taken as missing."
        ) in sentences(table)


@pytest.mark.parametrize(
    ("texts", "order", "first"),
    [
        (["2015-07-10", "2015-08-01", "2015-09-13"], "year first", "2015-07-10"),
        (["2015/7/10 12:30", "2015/8/1 12:30:15", "2015/9/13"], "year first", "2015-07-10"),
        (["10/07/2015", "24/08/2010", "01/09/2011"], "day first", "2015-07-10"),
        (["10.7.15", "24.8.10", "1.9.11"], "day first", "2015-07-10"),
        (["07/10/2015", "08/24/2010", "09/01/2011"], "month first", "2015-07-10"),
        (["10 Jul 2015", "24 Aug 2010", "1 Sep 2011"], "day name", "2015-07-10"),
        (["July 10, 2015", "August 24, 2010", "Sept 1 2011"], "name day", "2015-07-10"),
        (
            ["2015-07-10T10:00:00Z", "2015-07-11T10:00:00Z", "2015-07-12"],
            "year first",
            "2015-07-10",
        ),
    ],
)
def test_dates_in_the_ways_they_are_written(texts, order, first):
    assert find_order(texts) == (order, False)
    assert str(days_of(texts, order)[0]) == first


@pytest.mark.parametrize(
    "texts",
    [
        ["2015-07-10", "2015-08-01"],
        ["2015-13-10", "2015-08-01", "2015-09-13"],
        ["31/02/2015", "24/08/2010", "01/09/2011"],
        ["10/07/2015", "2015-07-10", "01/09/2011"],
        ["1.2.3", "1.2.4", "1.2.5"],
        ["a", "b", "c"],
    ],
)
def test_what_are_no_dates(texts):
    assert find_order(texts) == (None, False)


def test_dates_become_parts_that_models_see():
    days = [f"{1 + i % 28:02}/{1 + i % 12:02}/{2010 + i % 9}" for i in range(60)]
    table = read_table(csv_of(day=days))
    assert table.kinds["day"] == "date"
    assert table.frame["day"].tolist()[:2] == ["2010-01-01", "2011-02-02"]
    assert sentences(table) == [
        "'day' holds dates (day, month, year). Models see the year, the month, the weekday and the "
        "days since the first."
    ]
    beside = Encoder.fit(table.frame.iloc[5:], table.kinds).codes[1]
    encoder = Encoder.fit(table.frame[["day"]].iloc[5:], table.kinds)
    assert beside == encoder.codes[0]
    assert encoder.columns == ("day",)
    assert encoder.encoded_names[:4] == (
        "day (year)",
        "day (month)",
        "day (days since the first)",
        "day = Monday",
    )
    x = encoder.transform(table.frame[["day"]])
    friday = encoder.encoded_names.index("day = Friday")
    assert x[0, 3:].sum() == x[0, friday] == 1
    year, days = encoder.codes[0].parts[0], encoder.codes[0].parts[2]
    assert x[0, 0] == pytest.approx((2010 - year.center) / year.spread, rel=1e-6)
    first = np.datetime64(encoder.codes[0].first)
    since = (np.datetime64("2010-01-01") - first).astype(int)
    assert x[0, 2] == pytest.approx((since - days.center) / days.spread, rel=1e-5)
    assert Encoder.from_dict(encoder.to_dict()) == encoder


def test_a_missing_date_is_told_from_others():
    days = [None if i % 6 == 0 else f"2015-01-{1 + i % 28:02}" for i in range(60)]
    table = read_table(csv_of(day=days))
    encoder = Encoder.fit(table.frame[["day"]], table.kinds)
    missing = encoder.encoded_names.index("day (year) = (missing)")
    x = encoder.transform(table.frame[["day"]])
    assert x[:, missing].tolist() == [float(i % 6 == 0) for i in range(60)]
    assert np.isfinite(x).all()


def test_the_order_of_day_and_month_is_said_to_be_in_doubt():
    days = [f"{1 + i % 12:02}/{1 + i % 11:02}/2015" for i in range(60)]
    (sentence,) = sentences(read_table(csv_of(day=days)))
    assert sentence.endswith("It could also be month, day, year: no date decides.")


def test_times_of_a_data_frame_are_dates():
    frame = pd.DataFrame({"day": pd.date_range("2015-01-01", periods=60), "x": range(60)})
    table = table_from_frame(frame)
    assert table.kinds == {"day": "date", "x": "number"}
    encoder = Encoder.fit(table.frame, table.kinds)
    np.testing.assert_array_equal(encoder.transform(frame), encoder.transform(table.frame))


def test_options_name_columns_that_are_there():
    with pytest.raises(InvalidInputError, match="Column 'agee' is needed"):
        read_table(csv_of(age=range(60)), options=ReadOptions(kinds={"agee": "category"}))


def test_a_reading_passes_through_json():
    import json

    options = ReadOptions(alike=("sex",), missing={"": ("x",)}, kinds={"ward": "category"})
    content = b"ward,sex,day,rate\n01,F,1.2.2015,5%\n02,f,2.2.2015,6%\n03,m,3.2.2015,1.5%\n"
    reading = read_table(content, options=options).reading
    assert Reading.from_dict(json.loads(json.dumps(reading.to_dict()))) == reading


def test_eight_digits_are_a_day_if_that_is_told():
    rows = "\n".join(f"{20150710 + i % 20},{'fm'[i % 2]}" for i in range(60))
    content = f"day,sex\n{rows}\n".encode()
    assert read_table(content).kinds["day"] == "number"
    table = read_table(content, options=ReadOptions(kinds={"day": "date"}))
    assert table.kinds["day"] == "date"
    assert table.frame["day"].tolist()[:2] == ["2015-07-10", "2015-07-11"]
    again = read_table(b"day,sex\n20150801,f\n20151399,m\n", like=table.reading)
    assert again.frame["day"].isna().tolist() == [False, True]
    assert again.frame["day"].tolist()[0] == "2015-08-01"
