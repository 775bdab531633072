"""How many processor threads small networks are computed with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0
_before = 1


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Compute on one processor thread, and go back to as many as there were.

    The products of a training step are too small to be shared out: where anything else keeps the
    other processors busy, threads wait for one another far longer than they work. Where several
    are inside at once, the last to leave restores what the first found.
    """
    global _inside, _before  # noqa: PLW0603
    with _lock:
        if _inside == 0:
            _before = torch.get_num_threads()
        _inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                torch.set_num_threads(_before)
