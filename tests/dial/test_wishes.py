"""Which point of a front a wish points to."""

import dataclasses

import pytest

from fairmoe.dial import choose_point, limits_passed_over, loss_for_less
from fairmoe.errors import InvalidInputError


def with_scores(point, **scores):
    told = {**point.scores["validation"]["mixture"], **scores}
    plain = {**point.scores["validation"]["utility"], "acc": 0.8}
    of_split = {**point.scores["validation"], "mixture": told, "utility": plain}
    return dataclasses.replace(point, scores={**point.scores, "validation": of_split})


@pytest.fixture
def drawn(front, monkeypatch):
    points = [
        with_scores(point, acc=acc, dp=dp)
        for point, acc, dp in zip(
            front, (0.81, 0.79, 0.78, 0.75), (0.2, 0.12, 0.05, 0.01), strict=True
        )
    ]
    monkeypatch.setattr(type(front[0]), "alarms", lambda *_: {})
    return points


def test_a_point_is_chosen_by_what_is_wished_on_validation_rows(drawn):
    assert choose_point(drawn, max_gap=0.13) is drawn[1]
    assert choose_point(drawn, max_gap=0.02) is drawn[3]
    assert choose_point(drawn, max_loss=0.03) is drawn[2]
    assert choose_point(drawn, max_loss=0.015) is drawn[1]


def test_a_limit_that_is_just_kept_is_kept_whatever_the_last_bit(drawn):
    scores = with_scores(drawn[0], acc=0.8 - 0.01, dp=0.15 + 0.15)
    assert 0.8 - (0.8 - 0.01) > 0.01
    assert choose_point([scores], max_loss=0.01) is scores
    above = with_scores(drawn[0], dp=0.1 + 0.2)
    assert 0.1 + 0.2 > 0.3
    assert choose_point([above], max_gap=0.3) is above


def on_test(point, *, acc, dp):
    """Return a point with a loss of accuracy and a gap on the test rows."""
    plain = {**point.scores["test"]["utility"], "acc": 0.8}
    told = {**point.scores["test"]["mixture"], "acc": acc, "dp": dp}
    of_split = {**point.scores["test"], "mixture": told, "utility": plain}
    return dataclasses.replace(point, scores={**point.scores, "test": of_split})


def test_points_within_a_limit_of_loss_on_the_test_rows_alone_are_counted(drawn, monkeypatch):
    # On the validation rows they lose -1, 1, 2 and 5 pp.
    found = ((0.8, 0.2), (0.795, 0.12), (0.795, 0.05), (0.795, 0.01))
    points = [on_test(point, acc=acc, dp=dp) for point, (acc, dp) in zip(drawn, found, strict=True)]
    chosen = choose_point(points, max_loss=0.012)
    assert chosen is points[1]
    losses = limits_passed_over(points, chosen, 0.012, by_loss=True)
    assert losses == pytest.approx([0.02, 0.05])
    # None is better that has a larger gap or loses as much on the test rows.
    others = [points[1], on_test(points[2], acc=0.795, dp=0.13), on_test(points[3], acc=0.78, dp=0)]
    assert limits_passed_over(others, others[0], 0.012, by_loss=True) == []
    # Where no point fulfils the wish, whatever its gap.
    losses = limits_passed_over(others[1:], None, 0.012, by_loss=True)
    assert losses == pytest.approx([0.02])
    last = points[3].run_id
    monkeypatch.setattr(
        type(drawn[0]),
        "alarms",
        lambda self, split="test": {"mixture": 1} if (self.run_id, split) == (last, "test") else {},
    )
    assert limits_passed_over(points, chosen, 0.012, by_loss=True) == pytest.approx([0.02])


def test_points_within_a_limit_of_the_gap_on_the_test_rows_alone_are_counted(drawn):
    gaps = [point.scores["validation"]["mixture"]["dp"] for point in drawn]
    limit = sorted(gaps)[1]
    points = [on_test(point, acc=0.7, dp=limit) for point in drawn]
    chosen = choose_point(points, max_gap=limit)
    assert limits_passed_over(points, chosen, limit, by_loss=False) == []
    better = [point if point is chosen else on_test(point, acc=0.75, dp=limit) for point in points]
    assert limits_passed_over(better, chosen, limit, by_loss=False) == pytest.approx(
        sorted(gaps)[2:]
    )
    # Those that are more accurate and miss the limit on the test rows too are no matter.
    far = [point if point is chosen else on_test(point, acc=0.75, dp=0.9) for point in points]
    assert limits_passed_over(far, chosen, limit, by_loss=False) == []


def test_a_point_that_raises_an_alarm_is_no_choice(drawn, monkeypatch):
    last = drawn[3].run_id
    monkeypatch.setattr(
        type(drawn[0]), "alarms", lambda self, _: {"mixture": 1} if self.run_id == last else {}
    )
    assert choose_point(drawn, max_loss=0.5) is drawn[2]
    with pytest.raises(InvalidInputError, match=r"the smallest gap there is 5\.0 pp"):
        choose_point(drawn, max_gap=0.02)


def test_a_wish_that_no_point_fulfils_is_told_what_there_is(drawn):
    with pytest.raises(
        InvalidInputError, match=r"limit on the validation rows: the smallest loss is -1\.0 pp"
    ):
        choose_point(drawn, max_loss=-0.02)
    # A figure that one digit would make equal to the limit has more.
    with pytest.raises(InvalidInputError, match=r"the smallest loss is -1\.0 pp"):
        choose_point(drawn, max_loss=-0.0104)
    with pytest.raises(InvalidInputError, match=r"the smallest gap there is 5\.04 pp"):
        choose_point([with_scores(drawn[2], dp=0.0504)], max_gap=0.05)
    close = with_scores(drawn[2], acc=0.7896)
    with pytest.raises(InvalidInputError, match=r"the smallest loss is 1\.04 pp"):
        choose_point([close], max_loss=0.01)
    with pytest.raises(InvalidInputError, match="neither was given"):
        choose_point(drawn)
    with pytest.raises(InvalidInputError, match="both were given"):
        choose_point(drawn, max_gap=0.1, max_loss=0.1)


def test_models_that_see_the_groups_are_named_where_none_does(drawn):
    with pytest.raises(InvalidInputError, match=r"other lambdas, or with models that see the gr"):
        choose_point(drawn, max_loss=-0.02)
    aware = [
        dataclasses.replace(point, roles=dataclasses.replace(point.roles, include_sensitive=True))
        for point in drawn
    ]
    with pytest.raises(InvalidInputError, match=r"Allow more, or train with other lambdas\.$"):
        choose_point(aware, max_loss=-0.02)


def test_the_cheapest_point_with_a_smaller_gap_is_what_a_smaller_gap_costs(drawn):
    def loss(point):
        scores = point.scores["validation"]
        return scores["utility"]["acc"] - scores["mixture"]["acc"]

    def gap(point):
        return point.scores["validation"]["mixture"]["dp"]

    fine = [point for point in drawn if "mixture" not in point.alarms("validation")]
    for chosen in drawn:
        smaller = [loss(point) for point in fine if gap(point) < gap(chosen)]
        assert loss_for_less(drawn, chosen) == (min(smaller) if smaller else None)
    assert loss_for_less(drawn, min(fine, key=gap)) is None
    assert loss_for_less(drawn, max(drawn, key=gap)) is not None


def test_a_gap_that_cannot_be_estimated_is_no_choice(drawn):
    nothing = [with_scores(point, dp=float("nan")) for point in drawn[:3]]
    assert choose_point([*nothing, drawn[3]], max_loss=0.5) is drawn[3]
    with pytest.raises(
        InvalidInputError, match="the gap cannot be estimated, or all raise an alarm"
    ):
        choose_point(nothing, max_loss=0.5)
