"""How a sentence speaks of the people of a group, whatever its values are called."""

import pytest

from fairmoe.data import MISSING, Roles, Sensitive, Target
from fairmoe.data.people import people_of

SEX, RACE = Sensitive("sex"), Sensitive("race")


def told(name, *sensitive, names=()):
    roles = Roles(Target("hired"), sensitive, group_names=names)
    return people_of([name], roles)[name]


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("Female", "people with sex = Female"),
        ("Other", "people with sex = Other"),
        ("sex = 1", "people with sex = 1"),
        ("sex ≤ 30", "people with sex ≤ 30"),
        ("30 < sex ≤ 40.5", "people with 30 < sex ≤ 40.5"),
        ("sex > 40.5", "people with sex > 40.5"),
        ("smaller groups", "people in smaller groups"),
        ("smaller groups*", "people in smaller groups"),
        (MISSING, "people with no known sex"),
        ("R & D", "people with sex = R & D"),
    ],
)
def test_raw_values_of_one_column(name, people):
    assert told(name, SEX) == people


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("Female & Black", "people with sex = Female, race = Black"),
        ("“R & D” & Black", "people with sex = R & D, race = Black"),
        ("women & Black", "people in the group “women & Black”"),
        ("Black women", "Black women"),
        ("smaller groups", "people in smaller groups"),
        (MISSING, "people with no known sex or race"),
    ],
)
def test_of_crossed_groups_both_values_are_told(name, people):
    names = (("Female", "women"), ("women & Black2", "Black women"))
    assert told(name, SEX, RACE, names=names) == people


def test_names_that_were_given_speak_for_themselves():
    roles = Roles(Target("hired"), (SEX,), group_names=(("f", "women"), ("m", "men")))
    assert people_of(["women", "men", "x"], roles) == {
        "women": "women",
        "men": "men",
        "x": "people with sex = x",
    }


@pytest.mark.parametrize("plain", ["(missing)", "smaller groups"])
def test_a_value_that_is_called_as_a_group_of_ours_stays_apart_from_it(plain):
    roles = Roles(Target("hired"), (Sensitive("race"),))
    told = people_of([plain, "a", f"{plain}*"], roles)
    assert told[plain] == f"people with race = {plain}"
    assert told[f"{plain}*"] == people_of([plain], roles)[plain]
    assert len(set(told.values())) == 3
