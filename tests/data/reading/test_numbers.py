"""Texts held against both readings of point and comma."""

import numpy as np
import pytest

from fairmoe.data.reading.numbers import hardly_numbers, look_at, number_of, plain_numbers


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("(5626)", -5626, ""),
        ("−1.41", -1.41, ""),
        ("88%", 88, "%"),
        ("88 %", 88, "%"),
        ("%88", 88, "%"),
        ("39\u202f382", 39382, ""),
        ("1 234 567.5", 1234567.5, ""),
        ("$1,200", 1200, "$"),
        ("-$1,200.50", -1200.5, "$"),
        ("$-5", -5, "$"),
        ("($5.5)", -5.5, "$"),
        ("$(1,234.50)", -1234.5, "$"),
        ("$ (5)", -5, "$"),
        ("€ 5", 5, "€"),
        ("5 eur", 5, "EUR"),
        ("CHF 1’234.50", 1234.5, "CHF"),
        ("5.-", 5, ""),
        ("5626-", -5626, ""),
        ("٢٥", 25, ""),
        ("１２．５", 12.5, ""),
        ("12,34,567.5", 1234567.5, ""),
        ("+5", 5, ""),
        (".5", 0.5, ""),
        ("5.", 5, ""),
        ("1.5E+03", 1500, ""),
        ("-inf", -np.inf, ""),
    ],
)
def test_a_number_with_a_decimal_point(text, number, unit):
    seen = look_at([text])
    assert seen.values("point").tolist() == [number]
    assert seen.units == (unit,)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,5", 1234.5),
        ("1.234.567", 1234567),
        ("-1,41", -1.41),
        (",5", 0.5),
        ("1,5e3", 1500),
        ("1\u202f234,567", 1234.567),
        ("١٬٢٣٤٫٥", 1234.5),
        ("٣٫١٢٥", 3.125),
        ("5,-- €", 5),
    ],
)
def test_a_number_with_a_decimal_comma(text, number):
    assert look_at([text]).values("comma").tolist() == [number]


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "$", "%", "0x10", "1 23", "12 34", "1.23,4", "1,2,3", "1.2.3", "--5", "(-5)"),
        *(
            "(5",
            "$(5",
            "($(5))",
            "-$(5)",
            "5%%",
            "$5 €",
            "a5",
            "5a",
            "1e",
            "e5",
            "12/05",
            "12:30",
            "10.07.2015",
            "1_000",
        ),
        *("٫", "½"),
    ],
)
def test_what_is_no_number_under_any_reading(text):
    assert not look_at([text]).is_number[0]
    assert number_of(text, "point") is None


@pytest.mark.parametrize("text", ["8.920", "1,250", "-8.920", "$8.920", "8.920 %", "123.456"])
def test_what_could_be_either(text):
    seen = look_at([text])
    assert seen.is_ambiguous[0]
    assert not seen.needs("point")[0]
    assert not seen.needs("comma")[0]
    assert seen.values("point")[0] != seen.values("comma")[0]


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("0.125", "point"),
        ("1234.567", "point"),
        ("8.92", "point"),
        ("8.9200", "point"),
        ("1,234.5", "point"),
        ("12,34,567", "point"),
        ("1.234e5", "point"),
        ("1 234.567", "point"),
        ("0,125", "comma"),
        ("1.234.567", "comma"),
    ],
)
def test_what_can_be_one_only(text, decimal):
    assert look_at([text]).needs(decimal)[0]


@pytest.mark.parametrize("text", ["5", "-5", "1234567", "1e3", "39 382", "5%"])
def test_what_shows_no_sign_is_in_no_doubt(text):
    seen = look_at([text])
    assert not seen.is_ambiguous[0]
    assert seen.values("point") == seen.values("comma")


def test_whole_numbers_stay_exact():
    assert look_at(["9007199254740993", "+1"]).values("point").tolist() == [9007199254740993, 1]
    assert look_at(["99999999999999999999"]).values("point").tolist() == [1e20]


def test_a_look_at_many_texts_is_short():
    assert hardly_numbers([f"name {i}" for i in range(1000)])
    assert not hardly_numbers([f"{i}" for i in range(1000)])
    assert not hardly_numbers(["n.d."] + [f"{i}" for i in range(1000)])


def test_plain_numbers_are_as_programs_write_them():
    assert plain_numbers(["-1.5", "2e3"]).tolist() == [-1.5, 2000]
    assert plain_numbers(["٢"]) is None
    assert plain_numbers(["1,5"]) is None
    assert plain_numbers([]) is None
