import math

import pytest

from fairmoe.sentences import wording
from fairmoe.sentences.wording import (
    drawn_from,
    listed,
    listed_people,
    may_be_chance,
    more_groups,
    p_value,
    significance,
    the_model,
)


@pytest.mark.parametrize(
    ("p", "verdict"),
    [
        (0.0002, "The gap is statistically significant (p < 0.001)."),
        (0.05, "The gap is statistically significant (p = 0.05)."),
        (
            0.0501,
            "The gap is not statistically significant (p = 0.05); with more data one may show.",
        ),
        (1.0, "The gap is not statistically significant (p = 1); with more data one may show."),
    ],
)
def test_the_verdict_on_chance(p, verdict):
    assert significance(p, "gap") == verdict


def test_the_p_value_is_explained():
    assert wording.P_VALUE_EXPLAINED == (
        "The p-value is how often groups drawn at random differ as much. Up to 0.05 a difference "
        "is called statistically significant."
    )
    assert p_value(math.nan) == "insufficient data"


def test_groups_that_are_not_named_are_counted():
    assert more_groups(9, 8) == "; 1 more group is in the table"
    assert more_groups(12, 8) == "; 4 more groups are in the table"
    assert more_groups(8, 8) == ""


def test_names_and_sources():
    assert listed([]) == ""
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"
    assert the_model("logistic") == "the logistic regression"
    assert drawn_from("", 1000, "validation", 3) == (
        "Unnamed table, 1,000 validation rows, seed 3."
    )


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-0.1, 0.1, "could be chance"),
        (0.0, 0.1, "could be chance"),
        (-0.1, 0.0, "could be chance"),
        (0.001, 0.1, ""),
        (-0.1, -0.001, ""),
        (math.nan, math.nan, "could be chance"),
    ],
)
def test_what_could_be_chance(low, high, told):
    assert may_be_chance(low, high) == told


def test_people_are_called_so_once():
    nouns = ["people with sex = f", "people in smaller groups", "men"]
    assert listed_people(["2 more", "1 more", "1 fewer"], nouns) == [
        "2 more people with sex = f",
        "1 more in smaller groups",
        "1 fewer man",
    ]
    assert listed_people(["1 more"], nouns[:1]) == ["1 more person with sex = f"]
    assert listed_people(["11 more"], nouns[:1]) == ["11 more people with sex = f"]


@pytest.mark.parametrize(
    ("people", "one"),
    [
        ("women", "1 more woman"),
        ("young men", "1 more young man"),
        # Of other plurals it is not known.
        ("boys", "1 more of the boys"),
        ("servicemen", "1 more of the servicemen"),
    ],
)
def test_one_of_a_group_is_called_so(people, one):
    assert listed_people(["1 more"], [people]) == [one]
    assert listed_people(["2 more"], [people]) == [f"2 more {people}"]


def test_people_are_called_so_again_after_others_and_by_names_of_their_own():
    assert listed_people(["2 more", "1 more"], ["men", "people with race = Asian"]) == [
        "2 more men",
        "1 more person with race = Asian",
    ]
    assert listed_people(["2 more", "3 more"], ["people with sex = f", "people of colour"]) == [
        "2 more people with sex = f",
        "3 more people of colour",
    ]


@pytest.mark.parametrize(
    ("count", "who"),
    [
        ("1", "person"),
        ("1 fewer", "person"),
        ("1 and 5 of 100", "people"),
        ("of 100", "people"),
        ("1,204 more", "people"),
    ],
)
def test_one_person_is_called_so_and_one_of_a_hundred_people_not(count, who):
    assert listed_people([count], ["people with sex = f"]) == [f"{count} {who} with sex = f"]
