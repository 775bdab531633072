"""Which sessions the process keeps, for how long, and how many."""

import pytest

from fairmoe.ui.frame.sessions import (
    MINUTES,
    MOST_SESSIONS,
    SECONDS_AWAY,
    Sessions,
    seconds_kept,
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_session_is_found_by_its_token_until_it_was_unseen_for_too_long():
    clock, ended = Clock(), []
    kept = Sessions(60, on_end=ended.append, clock=clock)
    token = kept.keep("a")
    assert len(token) >= 32
    assert kept.keep("b") != token
    clock.now = 50
    assert kept.find(token) == "a"
    assert kept.find("") is kept.find(token[:-1]) is None
    clock.now = 100
    assert kept.find(token) == "a"
    assert ended == ["b"]
    clock.now = 200
    assert kept.find(token) is None
    assert ended == ["b", "a"]


def test_a_session_that_is_forgotten_is_gone_at_once():
    ended = []
    kept = Sessions(60, on_end=ended.append)
    token = kept.keep("a")
    kept.forget(token)
    kept.forget(token)
    assert kept.find(token) is None
    assert ended == ["a"]


def test_of_too_many_sessions_the_longest_unseen_goes():
    clock = Clock()
    kept = Sessions(60, clock=clock)
    tokens = []
    for i in range(MOST_SESSIONS + 1):
        clock.now = i / 100
        tokens.append(kept.keep(i))
    assert kept.find(tokens[0]) is None
    assert kept.find(tokens[1]) == 1


def test_nobody_pushes_out_the_sessions_of_others():
    clock = Clock()
    kept = Sessions(60, whose=lambda session: session[0], clock=clock)
    first = [kept.keep((name,)) for name in ("ann", "bob")]
    clock.now = 1
    own = [kept.keep(("mallory", i)) for i in range(MOST_SESSIONS + 8)]
    assert [kept.find(token) for token in first] == [("ann",), ("bob",)]
    assert [i for i, token in enumerate(own) if kept.find(token) is None] == list(range(10))
    clock.now = 59
    kept.find(own[-1])
    clock.now = 62
    assert kept.find(own[-1]) == ("mallory", MOST_SESSIONS + 7)
    assert kept.find(first[0]) is None


def test_several_that_are_too_many_at_once_go_though_each_is_of_somebody_else():
    """Two tabs may open theirs before either looks."""
    kept = Sessions(60, whose=lambda session: session, clock=Clock())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "forget_old", lambda: None)
        tokens = [kept.keep(str(i)) for i in range(MOST_SESSIONS + 2)]
    kept.forget_old()
    assert [i for i, token in enumerate(tokens) if kept.find(token) is None] == [0, 1]


@pytest.mark.parametrize(("told", "seconds"), [("", 3600), ("5", 300), ("1.5", 90)])
def test_the_minutes_are_configured(monkeypatch, told, seconds):
    monkeypatch.setenv(MINUTES, told)
    assert seconds_kept() == seconds


@pytest.mark.parametrize("told", ["soon", "-1", "0", "nan", "inf", "20000"])
def test_minutes_that_are_none_are_refused(monkeypatch, told):
    monkeypatch.setenv(MINUTES, told)
    with pytest.raises(ValueError, match="needs a number of minutes from 1 to 10080"):
        seconds_kept()


class Held:
    """A session that can be told from others, and packed into as many bytes as it says."""

    def __init__(self, name, size=10, whose=""):
        self.name, self.size, self.whose = name, size, whose


def packing_sessions(clock, **options):
    by_name = {}

    def pack(one):
        by_name[one.name] = one
        return one.name.encode().ljust(one.size)

    return Sessions(
        3600,
        clock=clock,
        whose=lambda one: one.whose,
        pack=options.pop("pack", pack),
        unpack=lambda content: Held(content.decode().strip()),
        **options,
    )


def test_what_nobody_looked_at_is_packed_and_found_again():
    clock = Clock()
    kept = packing_sessions(clock)
    tokens = [kept.keep(Held(name)) for name in "ab"]
    clock.now = SECONDS_AWAY
    kept.find(tokens[1])
    clock.now = SECONDS_AWAY + 1
    assert kept.pack_away() == []
    assert [kept._kept[token].packed != b"" for token in tokens] == [True, False]
    assert kept.bytes_besides("", lambda _: 1000) == 1010
    found = kept.find(tokens[0])
    assert found.name == "a"
    # Two tabs get one session, and another packing is of what that one has become.
    assert kept.find(tokens[0]) is found
    found.name = "c"
    clock.now += SECONDS_AWAY + 1
    kept.pack_away()
    del found
    assert kept.find(tokens[0]).name == "c"


def test_who_comes_back_while_it_is_packed_has_it_as_it_was():
    clock = Clock()

    def pack(_):
        clock.now += 1
        assert kept.find(token) is mine
        return b"old"

    kept = packing_sessions(clock, pack=pack)
    mine = Held("mine")
    token = kept.keep(mine)
    clock.now = SECONDS_AWAY + 1
    kept.pack_away()
    assert kept._kept[token].packed == b""
    assert kept.find(token) is mine


def test_of_too_many_bytes_the_oldest_of_whoever_has_most_goes():
    clock = Clock()
    kept = packing_sessions(clock, most_packed=100)
    names = [("ann", 40), ("bob", 30), ("bob", 25), ("ann", 5), ("bob", 20)]
    tokens = []
    for i, (whose, size) in enumerate(names):
        clock.now = i
        tokens.append(kept.keep(Held(f"{whose}{i}", size, whose)))
    clock.now = SECONDS_AWAY + 10
    kept.pack_away()
    left = [kept.find(token) is not None for token in tokens]
    assert left == [True, False, True, True, True]


def test_a_session_that_cannot_be_packed_stays_and_others_are_packed():
    clock = Clock()

    def pack(one):
        if one.name == "odd":
            raise TypeError("cannot pickle")
        return b"x" if one.name == "even" else None

    kept = packing_sessions(clock, pack=pack)
    tokens = {name: kept.keep(Held(name)) for name in ("odd", "even", "busy")}
    clock.now = SECONDS_AWAY + 1
    (bug,) = kept.pack_away()
    assert isinstance(bug, TypeError)
    assert {name: kept._kept[token].packed for name, token in tokens.items()} == {
        "odd": b"",
        "even": b"x",
        "busy": b"",
    }
