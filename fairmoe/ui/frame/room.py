"""How much of the server's memory sessions hold, and whether there is room for more."""

from typing import TYPE_CHECKING

from fairmoe.data import Table
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.sentences.limits import server_is_full, too_many_bytes
from fairmoe.ui.frame.kept import DELETED, Deleted
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.process import sessions

if TYPE_CHECKING:
    from fairmoe.ui.frame.state import Session

_MIB = 2**20


def check_table_fits(state: "Session", table: Table, content: bytes | None) -> None:
    """Check that a session may hold a table in the place of the one that it has.

    A run that was deleted, and is kept to be brought back, gives way if there is no room.

    Args:
        state: The session.
        table: What comes.
        content: The bytes of its file, if they are kept.

    Raises:
        InvalidInputError: One session may not hold that much.
        UnavailableError: All together may not.
    """
    others = sessions().bytes_besides(state.token, bytes_of)
    try:
        _check_fits(state, table, content, others)
    except (InvalidInputError, UnavailableError):
        if state.parts.pop(DELETED, None) is None:
            raise
        _check_fits(state, table, content, others)


def _check_fits(state: "Session", table: Table, content: bytes | None, others: int) -> None:
    held = _bytes(state, (), None)
    check_room(held, _bytes(state, (table,), content) - held, others)


def check_room(held: int, more: int, others: int) -> None:
    """Check that a session may hold more.

    Args:
        held: Bytes that stay of what it holds.
        more: Bytes that come.
        others: Bytes of all other sessions.

    Raises:
        InvalidInputError: One session may not hold that much.
        UnavailableError: All together may not.
    """
    own, together = limits().session_mib * _MIB, limits().all_mib * _MIB
    if held + more > own:
        needed, however, remedy = too_many_bytes(held, more, own)
        raise InvalidInputError(needed, however=however, remedy=remedy)
    if held + more + others > together:
        raise UnavailableError(server_is_full(together))


def check_session_fits(state: "Session") -> None:
    """Check that there is room for all that a session holds; see `check_room`."""
    check_room(0, bytes_of(state), sessions().bytes_besides(state.token, bytes_of))


def bytes_of(state: "Session") -> int:
    """Return about how many bytes of the server's memory a session holds.

    Tables, the file that a table was read from, and what models said of rows, also of the run that
    was deleted last; weights are small.
    """
    tables = (one for one in (state.source, state.table) if one is not None)
    return _bytes(state, tuple(tables), state.content)


def _bytes(state: "Session", tables: tuple[Table, ...], content: bytes | None) -> int:
    distinct = {id(table): table for table in tables}
    total = 0 if content is None else len(content)
    deleted: Deleted | None = state.parts.get(DELETED)
    undone = () if deleted is None else (deleted.kept,)
    for kept in (*state.runs.values(), *undone):
        if kept.rows is not None:
            distinct[id(kept.rows.table)] = kept.rows.table
        for run in kept.front or (kept.run,):
            for split in run.splits.values():
                total += split.gate.nbytes + sum(one.nbytes for one in split.proba.values())
    return total + sum(
        int(table.frame.memory_usage(index=False, deep=True).sum()) for table in distinct.values()
    )
