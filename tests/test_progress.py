import pytest

from fairmoe.names import PHASES, TRAINING
from fairmoe.progress import PartsClock, Progress, part_done


def test_progress_never_goes_back_over_the_phases():
    parts = [part_done(Progress(phase, done, 4)) for phase in TRAINING for done in range(5)]

    assert parts == sorted(parts)
    assert parts[0] == 0
    assert parts[-1] == pytest.approx(1)


def test_a_part_of_a_training_is_counted_by_what_its_phases_take():
    phases = ("gate", "evaluate")
    gate, evaluate = (PHASES[phase].share for phase in phases)

    assert part_done(Progress("gate", 1, 2), phases) == pytest.approx(gate / 2 / (gate + evaluate))
    assert part_done(Progress("evaluate", 2, 2), phases) == 1
    assert part_done(Progress("gate", 0, 0), phases) == pytest.approx(gate / (gate + evaluate))


def test_what_was_there_before_is_no_part_of_the_work():
    assert part_done(Progress("experts", 3, 4), ("gate", "evaluate")) == 0


class Hands:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_what_is_left_is_scaled_by_what_the_parts_before_took():
    clock = PartsClock([10.0, 10.0, 20.0], clock=(hands := Hands()))
    assert clock.left(0) == pytest.approx(40)
    hands.now = 5
    assert clock.left(0) == pytest.approx(35)
    hands.now = 30
    # Three times as long as expected, of which a prior of 4 seconds knows nothing.
    assert clock.left(1) == pytest.approx(30 * 34 / 14)
    hands.now = 45
    # Its own half took 15; of the part to come less is known.
    assert clock.left(1, 0.5) == pytest.approx(15 + 20 * 49 / 19, rel=0.02)
    hands.now = 100
    assert clock.left(2, 1.0) == pytest.approx(0)
    assert clock.left(3) == 0


def test_a_part_that_was_there_already_counts_for_nothing():
    clock = PartsClock([1.0, 100.0, 10.0], clock=(hands := Hands()))
    clock.left(0)
    hands.now = 1
    assert clock.left(2) == pytest.approx(10)
    hands.now = 2
    assert clock.left(2, 0.05) == pytest.approx(10, rel=0.5)


def test_work_may_begin_with_any_part():
    clock = PartsClock([100.0, 1.0, 10.0], clock=(hands := Hands()))
    hands.now = 1
    assert clock.left(1) == pytest.approx(10)
    hands.now = 2
    # Of the first part nothing is known; of the second, that it took 2 in place of 1.
    assert clock.left(2) == pytest.approx(10 * 13.1 / 12.1)


def test_work_that_says_nothing_of_its_part_is_never_less_than_over():
    clock = PartsClock([1.0], clock=(hands := Hands()))
    hands.now = 60
    assert clock.left(0) == 0
