"""What a front says, word by word."""

import pandas as pd

from fairmoe.sentences.front import (
    better_on_both,
    chosen_point,
    experts_change,
    front_takeaway,
    next_smaller,
    no_improvement,
    passed_over,
    wish_missed,
)
from fairmoe.sentences.front_points import (
    decide_the_same,
    harder_experts,
    line_explained,
    points_explained,
)


def test_a_chosen_point_says_what_holds_on_test_rows():
    told = chosen_point(2, "DP gap", gap=(0.175, 0.078), accuracy=(0.848, 0.834))
    assert told == (
        "The best point on the validation rows counts fairness twice as much as utility. On the "
        "test rows its DP gap is 7.8 pp at 83.4% accuracy; the utility expert has 17.5 pp at 84.8%."
    )
    none = chosen_point(0, "DP gap", gap=(0.175, 0.175), accuracy=(0.848, 0.848))
    assert none == (
        "The best point on the validation rows leaves fairness out. On the test rows its DP gap is "
        "as large as that of the utility expert: 17.5 pp against 17.5 pp, at "
        "84.8% accuracy against 84.8%."
    )
    once = chosen_point(1, "DP gap", gap=(0.175, 0.078), accuracy=(0.848, 0.834))
    assert once.startswith("The best point on the validation rows counts fairness as much as util")
    for weight, words in {
        0.125: "an eighth as much",
        0.25: "a quarter as much",
        0.5: "half as much",
        8: "8 times as much",
    }.items():
        other = chosen_point(weight, "DP gap", gap=(0.175, 0.078), accuracy=(0.848, 0.834))
        assert f"counts fairness {words} as utility." in other
    worse = chosen_point(2, "DP gap", gap=(0.175, 0.18), accuracy=(0.848, 0.85))
    assert worse.endswith(
        "On the test rows its DP gap is larger than that of the utility expert: "
        "18.0 pp against 17.5 pp, at 85.0% accuracy against 84.8%."
    )
    little = chosen_point(2, "DP gap", gap=(0.175, 0.174), accuracy=(0.848, 0.85))
    assert little.endswith(
        "its DP gap is 17.4 pp at 85.0% accuracy; the utility expert has 17.5 pp at 84.8%."
    )
    alike = chosen_point(2, "DP gap", gap=(0.1749, 0.1751), accuracy=(0.848, 0.85))
    assert "as large as that of the utility expert" in alike
    unknown = chosen_point(1, "DP gap", gap=(float("nan"), float("nan")), accuracy=(0.848, 0.834))
    assert unknown.endswith(
        " On the test rows its DP gap cannot be told; it has 83.4% accuracy, the utility expert "
        "has 84.8%."
    )


def test_a_wish_that_the_test_rows_miss_is_said_to_be_missed():
    assert wish_missed("DP gap", wished=0.05, found=0.053) == (
        " The wish is kept on the validation rows and missed on the test rows: the DP gap is 5.3 "
        "pp, not 5.0 or less."
    )
    assert "the DP gap is 5.04 pp, not 5.0" in wish_missed("DP gap", wished=0.05, found=0.0504)
    assert wish_missed("DP gap", wished=0.05, found=0.05) == ""
    assert wish_missed("DP gap", wished=0.05, found=0.02) == ""


def test_a_point_that_is_worse_in_both_on_test_rows_is_called_no_improvement():
    assert no_improvement((0.091, 0.830), (0.078, 0.841)) == (
        " This is no improvement: on the test rows it is worse in both than the mixture shown now, "
        "9.1 pp at 83.0% accuracy against 7.8 pp at 84.1% accuracy."
    )
    in_one = " This is no improvement: on the test rows it is worse in one and no better in the oth"
    assert no_improvement((0.091, 0.841), (0.078, 0.8411)).startswith(in_one)
    assert no_improvement((0.078, 0.830), (0.0781, 0.841)).startswith(in_one)
    assert no_improvement((0.078, 0.841), (0.0781, 0.8411)) == ""
    assert no_improvement((0.070, 0.830), (0.078, 0.841)) == ""
    assert no_improvement((0.091, 0.850), (0.078, 0.841)) == ""


def test_why_a_point_that_fulfils_a_wish_on_the_test_rows_alone_is_not_offered():
    assert passed_over("DP gap", [], accepted=0.01) == ""
    assert passed_over("DP gap", [0.0104, 0.02], accepted=0.01) == (
        "On the test rows, which the chart shows, 2 other points have a smaller DP gap than "
        "the one offered and lose no "
        "more than 1.0 pp of accuracy. On the validation rows, by which points are chosen, they "
        "lose 1.04 pp or more, and so are not offered. "
    )
    assert passed_over("DP gap", [0.013], accepted=0.01) == (
        "On the test rows, which the chart shows, 1 other point has a smaller DP gap than "
        "the one offered and loses no "
        "more than 1.0 pp of accuracy. On the validation rows, by which points are chosen, it "
        "loses 1.3 pp, and so is not offered. "
    )
    assert passed_over("DP gap", [0.013], accepted=0.01, is_one_offered=False).startswith(
        "On the test rows, which the chart shows, 1 point loses no more than 1.0 pp of accuracy. "
    )


def test_what_the_next_smaller_gap_costs():
    assert next_smaller("DP gap", 0.0136) == (
        " On the validation rows the next smaller DP gap costs 1.4 pp of accuracy."
    )
    assert next_smaller("DP gap", None) == " No point has a smaller DP gap on the validation rows."


def test_the_line_of_a_front_is_explained_where_there_is_one():
    points = points_of_a_front(on_front=[True, False, True])
    assert line_explained(points) == (
        " The blue line joins the 2 of 3 mixtures that no other beats in both accuracy and gap on "
        "these rows."
    )
    assert line_explained(points.assign(alarming=[False, True, False])) == (
        " The blue line joins the 2 of 3 mixtures that no other without an alarm beats in both "
        "accuracy and gap on these rows."
    )
    assert line_explained(points.assign(on_front=[True, False, False])) == ""


def test_mixtures_with_a_harder_expert_are_named_and_why_they_have_it():
    assert harder_experts(points_of_a_front(harder=[1.0, 1.0, 1.0])) == ""
    assert harder_experts(points_of_a_front(harder=[1.0, 1.0, 10.0])) == (
        " The mixture of weight 8 has a result expert that counts the gaps 10 times as much: with "
        "it the far end did better on the validation rows, which could be chance."
    )
    assert harder_experts(points_of_a_front(weight=[1.0, 6.0, 8.0], harder=[1.0, 10.0, 10.0])) == (
        " The mixtures of weights 6 and 8 have a result expert that counts the gaps 10 times as "
        "much: with it the far end did better on the validation rows, which could be chance."
    )


def test_mixtures_that_decide_the_same_are_named_once():
    points = points_of_a_front(weight=[1.0, 2.0, 8.0], decides_as=[1.0, 2.0, 2.0])
    told = " The mixtures of weights 2 and 8 decide the same about everyone in these rows."
    assert decide_the_same(points) == told
    assert decide_the_same(points.assign(decides_as=[1.0, 2.0, 8.0])) == ""
    weights = [0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0]
    many = pd.DataFrame({"weight": weights, "decides_as": [0, 0, 0.25, 0.5, 0.25, 0.5, 0.5, 8]})
    assert decide_the_same(many) == (
        " The mixtures of weights 0 and 0.125 decide the same about everyone in these rows, as do "
        "those of 0.25 and 1 and those of 0.5, 2 and 4."
    )
    points = points.assign(harder=1.0, on_front=True, alarming=False)
    assert points_explained(points) == told + line_explained(points)


def test_experts_that_have_other_figures_along_the_dial_are_named():
    assert experts_change(("result", "procedural")) == (
        "The dial changes the figures of the result expert and the procedural expert too: each of "
        "its points has its own version of them."
    )
    assert experts_change(("result",)) == (
        "The dial changes the figures of the result expert too: each of its points has its own "
        "version of it."
    )
    assert experts_change(()) == ""
    far = "The far end of the dial has another result expert, which counts the gaps more."
    assert experts_change((), strengths=True) == far
    assert experts_change(("utility",), strengths=True).endswith(f"version of it. {far}")


def test_a_model_that_is_better_on_both_axes_is_named():
    beside = pd.DataFrame(
        {"gap": [0.25, 0.09], "accuracy": [0.86, 0.85]}, index=["utility", "logistic"]
    )
    assert better_on_both(points_of_a_front(), beside) == (
        " The logistic regression has a smaller gap and a higher accuracy than the mixture shown: "
        "9.0 pp at 85.0% accuracy."
    )
    # 9.98 pp and 84.02% are told as 10.0 and 84.0.
    for gap, accuracy in ((0.1, 0.85), (0.09, 0.84), (0.11, 0.83), (0.0998, 0.85), (0.09, 0.8402)):
        other = beside.assign(gap=[0.25, gap], accuracy=[0.86, accuracy])
        assert better_on_both(points_of_a_front(), other) == ""


def points_of_a_front(**changes):
    points = pd.DataFrame(
        {
            "weight": [0.0, 1.0, 8.0],
            "gap": [0.2, 0.1, 0.02],
            "accuracy": [0.85, 0.84, 0.8],
            "alarming": [False, False, False],
            "shown": [False, True, False],
        },
        index=list("abc"),
    )
    return points.assign(**changes)


PLAIN = pd.Series({"gap": 0.25, "accuracy": 0.86})


def test_a_front_says_what_the_point_shown_gives_and_how_far_it_goes():
    assert front_takeaway(points_of_a_front(), PLAIN, "DP") == (
        "DP on the test rows: 25.0 pp at 86.0% accuracy for the utility expert, 10.0 pp at 84.0% "
        "accuracy for the mixture shown. The smallest gap of these mixtures is 2.0 pp at 80.0% "
        "accuracy, where fairness counts 8 times."
    )
    last = points_of_a_front(shown=[False, False, True])
    assert front_takeaway(last, PLAIN, "DP").endswith(
        "2.0 pp at 80.0% accuracy for the mixture shown. None of these mixtures has a smaller gap."
    )
    alarming = points_of_a_front(alarming=[False, False, True])
    assert front_takeaway(alarming, PLAIN, "DP").endswith(
        "None of these mixtures without an alarm has a smaller gap."
    )
    first = points_of_a_front(alarming=[False, False, True], shown=[True, False, False])
    assert front_takeaway(first, PLAIN, "DP").endswith(
        "The smallest gap of these mixtures without an alarm is 10.0 pp at 84.0% accuracy, where "
        "fairness counts once."
    )
    as_small = points_of_a_front(gap=[0.2, 0.1, 0.1])
    told = front_takeaway(as_small, PLAIN, "DP")
    assert told.endswith("None of these mixtures has a smaller gap.")
    once = points_of_a_front(shown=[True, False, False], gap=[0.2, 0.1, 0.2])
    assert front_takeaway(once, PLAIN, "DP").endswith(
        "The smallest gap of these mixtures is 10.0 pp at 84.0% accuracy, where fairness counts "
        "once."
    )
    never = once.assign(weight=0.0)
    assert front_takeaway(never, PLAIN, "DP").endswith("accuracy, where fairness does not count.")
    nothing = points_of_a_front(gap=float("nan"))
    assert front_takeaway(nothing, PLAIN, "DP") == (
        "The gap of these mixtures cannot be estimated, or all of them raise an alarm."
    )
