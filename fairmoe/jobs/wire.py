"""What a process and its workers send one another: pickles with their length before them.

Both ends are processes of ours, joined by pipes that nobody else can open.
"""

import io
import pickle
import struct
import threading
from collections.abc import Callable
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


# From Python 3.13 on these methods are those of a class only.
class Pickler(pickle.Pickler):
    """Writes objects, and of some their names alone.

    Args:
        out: Where to.
        name_of: Returns the name of an object that is not written itself, or None.
    """

    def __init__(self, out: IO[bytes], name_of: Callable[[Any], int | None]) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._name_of = name_of

    def persistent_id(self, obj: Any) -> int | None:
        """Return the name of an object, or None."""
        return self._name_of(obj)


class Unpickler(pickle.Unpickler):
    """Reads what a `Pickler` wrote, in this process or another of ours.

    Args:
        content: Where from.
        object_of: Returns what stands here for a name.
    """

    def __init__(self, content: IO[bytes], object_of: Callable[[int], Any]) -> None:
        super().__init__(content)
        self._object_of = object_of

    def persistent_load(self, pid: Any) -> Any:
        """Return what stands for a name."""
        return self._object_of(pid)


class Wire:
    """Sends and receives objects over two pipes.

    Args:
        reads: From where.
        writes: To where; several threads may send.
        name_of: Returns the name of an object that is not sent itself, or None.
        object_of: Returns what stands at this end for a name.
    """

    def __init__(
        self,
        reads: IO[bytes],
        writes: IO[bytes],
        *,
        name_of: Callable[[Any], int | None] = lambda _: None,
        object_of: Callable[[int], Any] = lambda _: None,
    ) -> None:
        self._reads, self._writes = reads, writes
        self._lock = threading.Lock()
        self._name_of, self._object_of = name_of, object_of

    def send(self, *message: Any) -> None:
        """Send a message.

        Raises:
            OSError: The other end is gone.
        """
        out = io.BytesIO()
        Pickler(out, self._name_of).dump(message)
        content = out.getbuffer()
        with self._lock:
            self._writes.write(_LENGTH.pack(len(content)))
            self._writes.write(content)
            self._writes.flush()

    def receive(self) -> tuple[Any, ...]:
        """Wait for a message, and return it.

        Raises:
            EOFError: The other end is gone.
        """
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        unpickler = Unpickler(io.BytesIO(self._read(length)), self._object_of)
        message: tuple[Any, ...] = unpickler.load()
        return message

    def _read(self, length: int) -> bytes:
        content = self._reads.read(length)
        if content is None or len(content) < length:
            raise EOFError
        return content
