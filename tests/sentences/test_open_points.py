"""What is open before anyone relies on a run, word by word."""

import pandas as pd
import pytest

from fairmoe.sentences.open_points import (
    ONE_TRAINING,
    close_calls_open,
    open_points,
    readiness,
    readiness_in_brief,
)

DIFFERENCES = pd.DataFrame(
    {"verdict": ["within", "within", "within"]},
    index=[
        "demographic_parity_difference",
        "equal_opportunity_difference",
        "false_positive_rate_difference",
    ],
)
RATES = pd.DataFrame({"n": [400, 300], "positives": [100, 90]}, index=["women", "men"])

NOTHING = "Yes, as what the models do on these test rows: no point is open that figures can show."


def told(*, verdicts=("within", "within", "within"), rates=RATES, **changes):
    asked = {
        "tolerance": 0.05,
        "alarmed": False,
        "aim": "",
        "ahead": "",
        "worse": "",
        "close": "",
        "meaning_told": True,
        "seeds": 5,
    }
    return open_points(DIFFERENCES.assign(verdict=list(verdicts)), rates, **asked | changes)


def test_nothing_is_open():
    assert told() == ()
    assert readiness(told()) == NOTHING


@pytest.mark.parametrize(
    ("changes", "point"),
    [
        ({"alarmed": True}, "The mixture raises an alarm."),
        ({"aim": "The gap got larger."}, "The gap got larger."),
        ({"ahead": "Another is ahead."}, "Another is ahead."),
        ({"worse": "Groups differ more."}, "Groups differ more."),
        ({"close": "Many are close calls."}, "Many are close calls."),
        ({"tolerance": None}, "No tolerance was set, so no gap has a verdict."),
        (
            {"meaning_told": False},
            "It was not told whether the outcome is good or bad for the person.",
        ),
        ({"seeds": 1}, "All rests on one training: other seeds may give other figures."),
        (
            {"verdicts": ("exceeds", "within", "exceeds")},
            "Above the tolerance of 5 pp: demographic parity difference and false positive rate "
            "difference.",
        ),
        (
            {"verdicts": ("within", "cannot be told", "within"), "tolerance": 0.125},
            "Too few people to tell whether within the tolerance of 12.5 pp: equal opportunity "
            "difference.",
        ),
        (
            {"rates": RATES.assign(n=[400, 12])},
            "Too few rows to judge by (fewer than 100, or 20 positive ones): men.",
        ),
    ],
)
def test_each_point_is_told_alone(changes, point):
    assert told(**changes) == (point,)
    assert readiness(told(**changes)) == "Not yet: 1 point is open before anyone relies on this."


def test_the_gravest_comes_first_and_they_are_counted():
    points = told(
        alarmed=True,
        aim="Wider than before.",
        ahead="Better is the plain model.",
        worse="Groups differ more.",
        close="Many are close calls.",
        seeds=1,
        verdicts=("cannot be told", "exceeds", "within"),
        meaning_told=False,
    )
    assert [point.split()[0] for point in points] == [
        *("The", "Wider", "Better", "Groups", "Above", "Too", "Many", "It", "All"),
    ]
    assert readiness(points) == "Not yet: 9 points are open before anyone relies on this."


def test_in_brief_the_gravest_is_named_and_where_the_others_stand():
    assert readiness_in_brief(()) == NOTHING
    many = "points are open before anyone relies on this."
    assert readiness_in_brief(["A.", "B."]) == f"Not yet: 2 {many} A. B."
    assert readiness_in_brief(["A.", "B.", ONE_TRAINING]) == (
        f"Not yet: 3 {many} The gravest: A. 1 other stands below on this page. {ONE_TRAINING}"
    )
    assert readiness_in_brief(["A.", "B.", "C.", "D."]) == (
        f"Not yet: 4 {many} The gravest: A. 3 others stand below on this page."
    )


def test_without_a_tolerance_no_verdict_is_told():
    points = told(tolerance=None, verdicts=("exceeds", "exceeds", "exceeds"))
    assert points == ("No tolerance was set, so no gap has a verdict.",)


def test_close_calls_are_open_from_a_tenth_of_the_rows_on():
    assert close_calls_open(363, 1056, threshold=0.5) == (
        "363 of 1,056 test rows are close calls, within 1 pp of 50%: another training may decide "
        "otherwise about them."
    )
    assert close_calls_open(100, 1000, threshold=None) == (
        "100 of 1,000 test rows are close calls, within 1 pp of the cut-off of the group: another "
        "training may decide otherwise about them."
    )
    assert close_calls_open(1, 10, threshold=0.432) == (
        "1 of 10 test rows is a close call, within 1 pp of 43.2%: another training may decide "
        "otherwise about it."
    )
    assert close_calls_open(99, 1000, threshold=0.5) == ""
    assert close_calls_open(87, 2400, threshold=0.5) == ""
