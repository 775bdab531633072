"""A session whose page is away, in few bytes; and what all sessions of the demo share."""

import io
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from streamlit import runtime

from fairmoe.data import (
    DEMO_NAME,
    DEMO_NAMED_ROLES,
    LabelledTable,
    assign_roles,
    demo_csv,
    read_table,
)
from fairmoe.jobs.wire import Pickler, Unpickler
from fairmoe.ui.frame.process import forget_experts_of, registry

if TYPE_CHECKING:
    from fairmoe.ui.frame.state import Session

_CODEC = "zstd"
_OF_A_PROCESS = ("tabs", "aside", "_lock", "_take_over", "_answers", "_figures")
"""What a session that comes back begins anew."""


@cache
def shared_demo() -> tuple[LabelledTable, bytes]:
    """Return the demo in its roles, and its file, once for all sessions."""
    content = demo_csv()
    return assign_roles(read_table(content, name=DEMO_NAME), DEMO_NAMED_ROLES), content


def pack(session: "Session") -> bytes | None:
    """Return what a reload has to find of a session: table, roles, runs, fronts, what was entered.

    What pages computed and drew is let go, and experts that were trained for it: all of that is
    computed again when it is asked for. Work that has ended is taken over.

    Returns:
        The bytes, or None while a tab shows the session or its work waits or runs.
    """
    if _is_shown(session) or _has_work(session):
        return None
    session.forget_answers()
    session.trained.clear()
    forget_experts_of(session.owner)
    known = {name: value for name, value in vars(session).items() if name not in _OF_A_PROCESS}
    shared = {id(one): name for name, one in enumerate(_shared(with_run=bool(session.runs)))}
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, _CODEC) as out:
        _Pickler(out, lambda one: shared.get(id(one))).dump((type(session), known))
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


class _Pickler(Pickler):
    def reducer_override(self, obj: Any) -> Any:
        """Have the rows of roles found anew, for they repeat the cells of the table."""
        is_one = isinstance(obj, LabelledTable)
        return (assign_roles, (obj.table, obj.roles)) if is_one else NotImplemented


def unpack(packed: bytes) -> "Session":
    """Return the session that `pack` packed, in this process."""
    with pa.CompressedInputStream(pa.BufferReader(packed), _CODEC) as content:
        kind, known = Unpickler(io.BufferedReader(content), _shared_object).load()
    session: Session = kind()
    vars(session).update(known)
    return session


def _is_shown(session: "Session") -> bool:
    """Return whether a tab that shows the session is connected."""
    if not runtime.exists():
        return False
    is_active = runtime.get_instance().is_active_session
    # In place, for a script may just add its tab.
    session.tabs.difference_update([tab for tab in tuple(session.tabs) if not is_active(tab)])
    return bool(session.tabs)


def _has_work(session: "Session") -> bool:
    """Return whether work of a session waits or runs that somebody asked for.

    What has ended is taken over; what nobody asked for stops, and begins anew with the page.
    """
    job_id, owner = session.job_id, session.owner
    if job_id is not None and registry().is_active(job_id, owner=owner):
        return True
    if session.aside.is_active and not session.aside.unasked:
        return True
    session.job()
    if session.aside.is_active:
        session.aside.stop()
    else:
        session.aside.look()
    return False


def _shared_object(name: int) -> Any:
    of_table = _shared(with_run=False)
    return of_table[name] if name < len(of_table) else _shared(with_run=True)[name]


@cache
def _shared(*, with_run: bool) -> tuple[Any, ...]:
    """Return what no session has of its own, for it is the demo's."""
    if not with_run:
        labelled, content = shared_demo()
        return labelled, labelled.table, content
    from fairmoe.runs import demo_run  # noqa: PLC0415

    run = demo_run()
    points = (run, *run.front)
    parts = (part for point in points for part in vars(point).values())
    return (*_shared(with_run=False), *points, *parts)
