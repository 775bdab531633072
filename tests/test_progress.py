import pytest

from fairmoe.names import PHASES, TRAINING
from fairmoe.progress import Progress, part_done


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
