"""How many processor threads small networks are computed with."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Compute on one processor thread, and go back to as many as there were.

    The products of a training step are too small to be shared out: where anything else keeps the
    other processors busy, threads wait for one another far longer than they work.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
