import threading

import pytest

from fairmoe.errors import UnavailableError
from fairmoe.jobs import Turns
from tests.patience import PATIENCE


class Asker:
    """Somebody who takes a turn in a thread, and has it until it is let go."""

    def __init__(self, turns: Turns, person: str, order: list[str]) -> None:
        self.go, self.has_it = threading.Event(), threading.Event()
        self.error: Exception | None = None

        def ask() -> None:
            try:
                with turns.take(person):
                    order.append(person)
                    self.has_it.set()
                    self.go.wait(PATIENCE)
            except UnavailableError as error:
                self.error = error

        self.thread = threading.Thread(target=ask)
        self.thread.start()

    def leave(self) -> None:
        self.go.set()
        self.thread.join(PATIENCE)


def waits(turns: Turns, count: int) -> None:
    pause = threading.Event()
    while len(turns._claims) < count:
        pause.wait(0.005)


def test_turns_are_taken_one_after_the_other_by_person():
    turns, order = Turns(1), list[str]()
    askers = []
    for place, person in enumerate(["flood", "flood", "flood", "ann", "bob"], 1):
        askers.append(Asker(turns, person, order))
        waits(turns, place)
    for asker in (askers[0], askers[3], askers[4], askers[1], askers[2]):
        assert asker.has_it.wait(PATIENCE)
        asker.leave()
    assert order == ["flood", "ann", "bob", "flood", "flood"]


def test_as_many_as_may_have_a_turn_at_a_time():
    turns, order = Turns(2), list[str]()
    askers = [Asker(turns, person, order) for person in ("ann", "bob")]
    assert all(asker.has_it.wait(PATIENCE) for asker in askers)
    third = Asker(turns, "cat", order)
    waits(turns, 3)
    assert not third.has_it.is_set()
    askers[0].leave()
    assert third.has_it.wait(PATIENCE)
    for asker in (askers[1], third):
        asker.leave()


def test_within_a_turn_another_is_had_already():
    turns = Turns(1)
    with turns.take("ann"), turns.take("ann"):
        assert len(turns._claims) == 1
    assert not turns._claims


def test_a_turn_that_fails_is_over():
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError), turns.take("ann"):
        _ = 1 / 0
    with turns.take("bob"):
        pass


def test_who_waits_too_long_or_finds_too_many_is_told():
    turns, order = Turns(1, max_waiting=1, patience=0.05), list[str]()
    first = Asker(turns, "ann", order)
    assert first.has_it.wait(PATIENCE)
    with pytest.raises(UnavailableError, match="Analyses of others took too long"), turns.take("b"):
        pass
    turns._patience = PATIENCE
    second = Asker(turns, "bob", order)
    waits(turns, 2)
    with pytest.raises(UnavailableError, match="1 analyses wait already"), turns.take("cat"):
        pass
    for asker in (first, second):
        asker.leave()
    assert order == ["ann", "bob"]


def test_a_turn_that_comes_as_its_owner_gives_up_goes_to_the_next(monkeypatch):
    turns, order = Turns(1, patience=PATIENCE), []
    first, is_next = turns._wait("first"), turns._is_next
    stays = Asker(turns, "first", order)
    waits(turns, 2)
    gives_up = Asker(turns, "other", order)
    waits(turns, 3)

    def give_up(claim):
        if claim.person == "other":
            raise UnavailableError("It took too long.")
        return is_next(claim)

    monkeypatch.setattr(turns, "_is_next", give_up)
    turns._leave(first)
    assert stays.has_it.wait(PATIENCE)
    stays.leave()
    gives_up.leave()
    assert (order, type(gives_up.error)) == (["first"], UnavailableError)
