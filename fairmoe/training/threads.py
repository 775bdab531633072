"""How many processor threads small networks are computed with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_own = threading.local()
_inside = 0
_before = 1


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Let PyTorch compute on one processor thread, as a context manager or a decorator.

    The matrix products of a training step are too small to be computed in parallel: where anything
    else keeps the other processors busy, threads wait for one another far longer than they work.
    The number of threads belongs to the calling thread: each gets back what there was before the
    first of those that overlap, and only when it leaves the outermost of its own.
    """
    global _inside, _before  # noqa: PLW0603
    with _lock:
        # To ask settles the number of a thread that never computed; a later one would undo the 1.
        found = torch.get_num_threads()
        if _inside == 0:
            _before = found
        _inside += 1
        _own.depth = getattr(_own, "depth", 0) + 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            _own.depth -= 1
            if _own.depth == 0:
                torch.set_num_threads(_before)
