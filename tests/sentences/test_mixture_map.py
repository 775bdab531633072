import math

import pandas as pd
import pytest

from fairmoe.names import EXPERTS
from fairmoe.sentences.mixture_map import (
    expert_stops,
    map_explained,
    map_of_lesson,
    map_of_mixture,
    map_of_person,
    map_takeaway,
    mixture_stop,
    no_map,
    people_stop,
    person_stops,
)

SCORES = {
    "mixture": {"acc": 0.747, "dp": 0.089},
    "utility": {"acc": 0.753, "dp": 0.175},
    "result": {"acc": 0.74, "dp": 0.08},
    "procedural": {"acc": 0.758, "dp": math.nan},
}
SAID = {
    "mixture": 0.62,
    "utility": 0.4,
    "result": 0.7,
    "procedural": 0.5,
    "weight of utility": 0.25,
    "weight of result": 0.65,
    "weight of procedural": 0.1,
}


def lines(stops):
    return {model: stop.lines for model, stop in stops.items()}


def test_experts_say_what_they_want_and_what_they_reach():
    assert lines(expert_stops(SCORES)) == {
        "utility": ("wants right answers", "accuracy 75.3%", "gap 17.5 pp"),
        "result": ("wants equal outcomes", "accuracy 74.0%", "gap 8.0 pp"),
        "procedural": ("wants equal reasons", "accuracy 75.8%", "gap insufficient data"),
    }
    assert mixture_stop(SCORES).lines == ("accuracy 74.7%", "gap 8.9 pp")
    assert people_stop("women", 1280).lines == ("1,280 people",)
    assert people_stop("women", 1).lines == ("1 person",)


def test_what_widths_and_the_gap_mean():
    widths = "Widths: mean gate weights. Gap: demographic parity difference between "
    assert map_explained(()) == f"{widths}all groups."
    assert map_explained(("Asian",)) == f"{widths}groups of at least 30 people."
    assert map_explained(("Asian",), weighted=True) == (
        f"{widths}groups that count, by their weights, as at least 30 people."
    )


def test_of_one_person_they_say_what_they_decide():
    experts, mixture = person_stops(SAID, ("hired", "not hired"))

    assert lines(experts) == {
        "utility": ("wants right answers", "“hired”: 40%", "so “not hired”"),
        "result": ("wants equal outcomes", "“hired”: 70%", "so “hired”"),
        "procedural": ("wants equal reasons", "“hired”: 50%", "so “not hired”"),
    }
    assert mixture.lines == ("“hired”: 62%", "so “hired”")


def test_of_one_person_fifty_percent_is_told_more_closely_where_it_decides():
    close = SAID | {"mixture": 0.4997, "result": 0.5049, "procedural": 0.5}
    experts, mixture = person_stops(close, ("hired", "not hired"))

    assert experts["result"].lines[1:] == ("“hired”: 50.5%", "so “hired”")
    assert experts["procedural"].lines[1:] == ("“hired”: 50%", "so “not hired”")
    assert mixture.lines == ("“hired”: 49.97%", "so “not hired”")


def test_where_the_positive_outcome_is_bad_the_good_one_is_told_of():
    words = ("reoffends", "does not reoffend")
    experts, mixture = person_stops(SAID | {"mixture": 0.5003}, words, turned=True)

    assert experts["result"].lines[1:] == ("“does not reoffend”: 30%", "so “reoffends”")
    assert experts["procedural"].lines[1:] == ("“does not reoffend”: 50%", "so “does not reoffend”")
    assert mixture.lines == ("“does not reoffend”: 49.97%", "so “reoffends”")
    html = map_of_person(SAID, words, "women", turned=True)
    assert "“does not reoffend”: 38%" in html
    assert "“reoffends”: " not in html


def test_the_map_is_read_aloud():
    told = map_takeaway(
        "women",
        {"utility": 0.25, "result": 0.65, "procedural": 0.1},
        expert_stops(SCORES),
        mixture_stop(SCORES),
    )

    assert told == (
        "For women the gate gives the utility expert 25%, the result expert 65% and the procedural "
        "expert 10% of the weight. Utility expert: wants right answers, accuracy 75.3%, gap 17.5 "
        "pp. Result expert: wants equal outcomes, accuracy 74.0%, gap 8.0 pp. Procedural expert: "
        "wants equal reasons, accuracy 75.8%, gap insufficient data. Mixture: accuracy 74.7%, gap "
        "8.9 pp."
    )


@pytest.mark.parametrize(
    ("made", "begins"),
    [
        (
            map_of_mixture(
                pd.Series({"rows": 280.0, **dict.fromkeys(EXPERTS, 1 / 3)}),
                SCORES,
                "Everyone",
                is_group=False,
            ),
            "For everyone the gate",
        ),
        (
            map_of_mixture(
                pd.Series({"rows": 280.0, **dict.fromkeys(EXPERTS, 1 / 3)}), SCORES, "Everyone"
            ),
            "For the group Everyone the gate",
        ),
        (
            map_of_mixture(
                pd.Series({"rows": 280.0, **dict.fromkeys(EXPERTS, 1 / 3)}), SCORES, "x & y"
            ),
            "For the group x &amp; y the gate",
        ),
        (map_of_person(SAID, ("hired", "not hired"), "women"), "For this person the gate"),
        (map_of_lesson(dict.fromkeys(EXPERTS, 1 / 3)), "For the applicants the gate"),
    ],
)
def test_whom_a_map_is_about(made, begins):
    assert f'aria-label="{begins} gives the utility expert ' in made


def test_too_few_people_have_no_map():
    assert no_map(4, 5) == (
        "Not estimable: the map needs at least 5 people who count, and this split has 4."
    )
