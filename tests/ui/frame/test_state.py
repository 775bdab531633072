import threading
from dataclasses import replace

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, assign_roles, demo_table
from fairmoe.jobs import Task
from fairmoe.training import cache
from fairmoe.ui.frame import runs
from fairmoe.ui.frame.answers import MOST_ANSWERS, MOST_FIGURES
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.state import Session
from tests.ui.fakes import make_run


def kept(session, n):
    table = demo_table()
    run, labelled = make_run(table, DEMO_ROLES, Settings()), assign_roles(table, DEMO_ROLES)
    for i in range(n):
        session.keep(replace(run, run_id=f"{i}"), labelled)


def test_runs_are_named_and_the_newest_is_shown():
    session = Session()
    assert session.run is None
    kept(session, 2)
    assert [one.name for one in session.runs.values()] == ["Run 1", "Run 2"]
    assert session.run is session.runs["1"].run


def test_the_same_work_again_is_the_same_run():
    session = Session()
    kept(session, 2)
    session.keep(session.runs["0"].run, session.runs["0"].labelled)
    assert [one.name for one in session.runs.values()] == ["Run 2", "Run 1"]
    assert session.chosen == "0"


def test_why_a_run_has_its_settings_stays_known():
    session = Session()
    kept(session, 1)
    run, labelled = session.kept.run, session.kept.labelled
    session.keep(run, labelled, reason="why")
    session.keep(run, labelled, "other")
    session.rename(run.run_id, "third")
    assert (session.kept.name, session.kept.reason) == ("third", "why")


def test_a_forgotten_run_gives_way_to_the_newest():
    session = Session()
    kept(session, 3)
    session.forget("2")
    assert session.chosen == "1"
    session.forget("0")
    assert session.chosen == "1"
    session.forget("1")
    assert session.run is None


def test_the_oldest_runs_go():
    session = Session()
    kept(session, limits().runs + 2)
    assert list(session.runs) == [str(i) for i in range(2, limits().runs + 2)]
    assert session.kept.name == f"Run {limits().runs + 2}"


def test_an_answer_is_computed_once_and_the_longest_unasked_goes():
    session, asked = Session(), []

    def ask(n):
        return session.once(("square", n), lambda: asked.append(n) or n * n)

    assert [ask(2), ask(2), ask(3)] == [4, 4, 9]
    assert asked == [2, 3]
    for n in range(10, 9 + MOST_ANSWERS):
        ask(2)
        ask(n)
    ask(2)
    ask(3)
    assert asked.count(2) == 1
    assert asked.count(3) == 2


def test_another_run_of_the_same_id_has_answers_of_its_own(demo_run):
    run, labelled = demo_run
    session, key = Session(), ("judged", run.run_id)
    session.keep(run, labelled)
    assert session.once(key, lambda: "shipped") == session.drawn(key, lambda: "shipped")
    # With its front, or opened once more, it is the same run.
    session.keep(run.with_front([run]), labelled)
    assert session.once(key, lambda: "again") == "shipped"
    test = run.splits["test"]
    proba = test.proba | {"mixture": 1 - test.proba["mixture"]}
    trained = replace(run, splits={**run.splits, "test": replace(test, proba=proba)})
    session.forget(run.run_id)
    session.keep(trained, labelled)
    assert session.once(key, lambda: "trained") == "trained"
    assert session.drawn(key, lambda: "trained") == "trained"


def test_figures_are_drawn_once_and_push_out_no_answer():
    state = Session()
    drawn: list[int] = []
    state.once(("answer",), lambda: "kept")
    for i in [0, 0, *range(MOST_FIGURES + 1), 0]:
        state.drawn(("figure", i), lambda i=i: drawn.append(i))
    # The first is the longest unasked when one too many comes.
    assert drawn == [*range(MOST_FIGURES + 1), 0]
    assert state.once(("answer",), lambda: "anew") == "kept"


def test_what_is_trained_is_found_again_by_its_session_alone_unless_the_table_is_public():
    asked = []
    for public in (False, True):
        for _ in range(2):
            session = Session()
            session.load(demo_table(), DEMO_ROLES, public=public)
            session.start(
                Task(lambda *, on_progress: asked.append(cache._experts.get().owner)),  # noqa: ARG005
                table=session.table,
                queue="test",
                page="",
                take_over=lambda _: None,
            )
            while session.job() is not None:
                threading.Event().wait(0.01)
    one, two, *shared = asked
    assert len({one, two, ""}) == 3
    assert shared == ["", ""]


def test_a_deleted_run_that_comes_back_is_not_the_one_that_goes():
    session = Session()
    kept(session, limits().runs)
    runs._forget(session, "0")
    session.keep(replace(session.kept.run, run_id="new"), session.kept.labelled)
    runs._undo(session, session.parts[runs.DELETED])
    assert "0" in session.runs
    assert "1" not in session.runs
    assert len(session.runs) == limits().runs
