import dataclasses
import inspect
import threading
import tomllib
from types import SimpleNamespace

import pytest
from starlette.exceptions import HTTPException
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.web.server.starlette import starlette_routes

from fairmoe.config import Settings
from fairmoe.data import (
    DEMO_ROLES,
    Roles,
    Sensitive,
    Target,
    assign_roles,
    demo_csv,
    demo_table,
    read_table,
)
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs import Bounds, Task
from fairmoe.ui.frame import limits as module
from fairmoe.ui.frame import room, uploads
from fairmoe.ui.frame.kept import DELETED, Deleted, KeptRun
from fairmoe.ui.frame.limits import (
    Limits,
    check_front,
    check_peers,
    check_training,
    encoded_features,
)
from fairmoe.ui.frame.person import Person
from fairmoe.ui.frame.process import registry, sessions, turns, workers
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.uploads import _limit, admit_uploads
from tests.patience import PATIENCE


@pytest.fixture
def may(monkeypatch):
    """Return a function that sets limits."""
    module.limits.cache_clear()
    cached = (registry, turns, workers)

    def set_(**values: int) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"FAIRMOE_{name.upper()}", str(value))
        module.limits.cache_clear()
        for one in cached:
            one.clear()

    yield set_
    monkeypatch.undo()
    module.limits.cache_clear()
    for one in cached:
        one.clear()


@pytest.fixture(scope="module")
def labelled():
    return assign_roles(demo_table(), DEMO_ROLES)


def test_limits_come_from_the_environment(may):
    may(session_mib=7, job_minutes=0, workers=3)
    found = module.limits()
    assert (found.session_mib, found.minutes, found.workers) == (7, 0, 3)
    assert found.all_mib == Limits().all_mib


def test_trainings_have_a_process_of_their_own_unless_a_server_says_otherwise(monkeypatch):
    monkeypatch.delenv("FAIRMOE_WORKERS")
    assert Limits.read().workers == 1
    monkeypatch.setenv("FAIRMOE_WORKERS", "0")
    assert Limits.read().workers == 0


@pytest.mark.parametrize("told", ["many", "-1", "0", "1.5"])
def test_limits_that_are_none_are_refused(monkeypatch, told):
    monkeypatch.setenv("FAIRMOE_SWEEP_RUNS", told)
    with pytest.raises(ValueError, match="FAIRMOE_SWEEP_RUNS needs a whole number from 1 to"):
        Limits.read()


def test_the_queue_and_the_analyses_are_bounded_by_them(may):
    may(waiting=5, jobs_by_person=2, jobs_by_address=4, job_minutes=3, analyses=6)
    assert registry()._bounds == Bounds(5, 2, 4, 180.0)
    assert turns()._count == 6
    assert workers() is None


def test_a_training_of_the_usual_size_is_taken(labelled):
    check_training(labelled, Settings(epochs=1000, hidden=32))


@pytest.mark.parametrize(
    ("changes", "runs", "shown"),
    [
        (
            {"epochs": 50_000},
            1,
            r"is 1\.\d times as large\. It would take it with at most [34]\d,\d{3} epochs, or "
            r"at most [89],\d{3} rows, or at most \d hidden units\.",
        ),
        ({"epochs": 1000, "hidden": 512}, 200, r"with at most \d hidden units?\."),
        ({"epochs": 100_000, "hidden": 512}, 200, "Take far fewer rows, epochs and runs."),
    ],
)
def test_a_training_that_is_too_large_is_told_what_would_do(may, labelled, changes, runs, shown):
    may(work=100)
    with pytest.raises(InvalidInputError, match=shown):
        check_training(labelled, Settings(**changes), runs=runs)


def test_a_front_and_fairlearns_methods_are_held_to_the_size_of_a_training(may, labelled):
    settings = Settings(epochs=1000)
    may(work=100)
    check_front(labelled, settings)
    check_peers(labelled)
    may(work=1)
    with pytest.raises(InvalidInputError, match=r"as large\. It would take it with at most .*rows"):
        check_front(labelled, settings)
    with pytest.raises(
        InvalidInputError, match=r"as large\. It would take it with at most [\d,]+ r"
    ):
        check_peers(labelled)


def test_what_is_said_to_do_does(may, labelled):
    may(work=1)
    with pytest.raises(InvalidInputError) as caught:
        check_training(labelled, Settings(epochs=2000))
    epochs = int(str(caught.value).split("at most ")[1].split(" epochs")[0].replace(",", ""))
    check_training(labelled, Settings(epochs=epochs))
    with pytest.raises(InvalidInputError):
        check_training(labelled, Settings(epochs=epochs + epochs // 10 + 1))


def test_levels_count_as_features_as_far_as_they_are_not_rare():
    rows = 3000
    text = "name,yes,sex\n" + "".join(f"n{i},{i % 2},{'fm'[i // 2 % 2]}\n" for i in range(rows))
    table = read_table(text.encode())
    roles = Roles(Target("yes", "1"), (Sensitive("sex"),))
    given = assign_roles(table, roles)
    features = encoded_features(given, Settings(rare_level=0.005))
    assert features <= 202
    if table.kinds["name"] == "category":
        assert encoded_features(given, Settings(rare_level=0)) == rows


def test_a_session_holds_so_much_and_no_more(may):
    session = Session()
    session.load(demo_table(), DEMO_ROLES, content=demo_csv())
    held = room.bytes_of(session)
    assert held > len(demo_csv())
    # Another table comes in its place.
    session.load(demo_table(), DEMO_ROLES)
    may(session_mib=1)
    version = session.version
    with pytest.raises(InvalidInputError, match="The tables of a session may take 1 MiB"):
        session.load(demo_table(), DEMO_ROLES, content=demo_csv())
    assert session.version == version
    assert session.table is not None


def test_a_deleted_run_counts_and_gives_way(may, demo_run):
    session = Session()
    session.load(demo_table(), DEMO_ROLES)
    before = room.bytes_of(session)
    kept = KeptRun("Run 1", demo_run[0], None)
    session.parts[DELETED] = Deleted("a", kept, ("a",), was_shown=True)
    run_alone = room.bytes_of(session) - before
    assert run_alone >= sum(split.gate.nbytes for split in demo_run[0].splits.values())
    may(session_mib=-(-before // 2**20))
    big = demo_csv() * 2
    session.content = None
    room_left = module.limits().session_mib * 2**20 - before
    filler = b"x" * (room_left - run_alone // 2)
    session.load(session.table, DEMO_ROLES, content=filler)
    assert DELETED not in session.parts
    assert session.content == filler
    with pytest.raises(InvalidInputError, match="The tables of a session may take"):
        session.load(session.table, DEMO_ROLES, content=filler + big)


def test_all_sessions_together_hold_so_much_and_no_more(may):
    sessions.clear()
    for _ in range(3):
        other = Session()
        other.load(demo_table(), DEMO_ROLES)
        sessions().keep(other)
    may(all_mib=2)
    second = Session()
    with pytest.raises(UnavailableError, match="The sessions of this server hold 2 MiB together"):
        second.load(demo_table(), DEMO_ROLES)
    assert second.table is None
    sessions.clear()
    second.load(demo_table(), DEMO_ROLES)


@pytest.mark.slow
def test_all_tabs_of_a_browser_are_one_person(may, new_session):
    may(jobs_by_person=1)
    cookies = {"_streamlit_xsrf": "2|00000000|aabb|1"}
    context = SimpleNamespace(cookies=cookies, ip_address="10.0.0.1", headers={}, theme=None)
    one, other = new_session(), new_session()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.context", context)
        tabs = [tab.run().session_state["fairmoe"] for tab in (one, other)]
    assert [tab.person for tab in tabs] == [Person("aabb", "10.0.0.1")] * 2
    go = threading.Event()
    work = Task(lambda *, on_progress: go.wait(PATIENCE))  # noqa: ARG005

    def start(tab: Session) -> None:
        tab.start(work, table=demo_table(), queue="cpu", page="", take_over=lambda _: None)

    start(tabs[0])
    with pytest.raises(InvalidInputError, match="At most 1 of your trainings may wait or run"):
        start(tabs[1])
    go.set()


def file(name: str, size: int) -> UploadedFileRec:
    return UploadedFileRec(name, name, "text/csv", b"x" * size)


def test_uploads_that_nobody_read_are_bounded():
    manager = MemoryUploadedFileManager("/upload")
    _limit(manager, 1000, {"ann", "bob", "cat", "dan"})
    # One file of the largest size is taken, as one to follow it is if both are small.
    manager.add_file("ann", file("a", 400))
    manager.add_file("ann", file("a", 450))
    manager.add_file("ann", file("b", 50))
    with pytest.raises(HTTPException) as caught:
        manager.add_file("ann", file("c", 50))
    assert caught.value.status_code == 413
    manager.add_file("bob", file("d", 500))
    with pytest.raises(HTTPException):
        manager.add_file("cat", file("e", 1))
    manager.remove_file("ann", "a")
    manager.add_file("cat", file("e", 100))
    manager.remove_session_files("bob")
    manager.add_file("dan", file("f", 800))


def test_files_of_a_tab_that_saw_no_page_are_not_taken():
    """Whoever has not signed in has a tab too."""
    manager = MemoryUploadedFileManager("/upload")
    _limit(manager, 1000, {"ann"})
    with pytest.raises(HTTPException) as caught:
        manager.add_file("eve", file("a", 1))
    assert caught.value.status_code == 403
    assert manager.file_storage == {}


def test_who_signed_out_sends_no_more_files(monkeypatch):
    admitted = {}
    monkeypatch.setattr(uploads, "_admitted", lambda: admitted)
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: SimpleNamespace(session_id="ann"))
    for is_let_in in (True, True, False):
        admit_uploads(is_let_in=is_let_in)
        assert list(admitted) == ["ann"] * is_let_in


def test_streamlit_takes_uploads_by_the_method_that_is_bounded():
    """What `limit_uploads` rests on in Streamlit."""
    assert isinstance(inspect.getattr_static(Runtime, "uploaded_file_mgr"), property)
    assert "upload_mgr.add_file(" in inspect.getsource(starlette_routes)
    assert MemoryUploadedFileManager("").file_storage == {}


def test_each_limit_is_in_the_guide_to_hosting_with_its_default(pytestconfig):
    guide = (pytestconfig.rootpath / "docs" / "hosting.md").read_text("utf-8")
    rows = [line for line in guide.splitlines() if line.startswith("| `FAIRMOE_")]
    for field in dataclasses.fields(Limits):
        row = next(row for row in rows if f"`{field.metadata['variable']}`" in row)
        assert str(field.default) in row.rsplit("|", 2)[1]


def test_streamlit_keeps_a_page_that_is_away_for_as_long_as_its_training_goes_on(pytestconfig):
    config = tomllib.loads((pytestconfig.rootpath / ".streamlit/config.toml").read_text("utf-8"))
    assert config["server"]["disconnectedSessionTTL"] == registry()._patience
