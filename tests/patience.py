"""How long to wait for what is sure to come."""

import threading
from collections.abc import Callable

# No test is about time: only what never comes takes so long, however busy the machine.
PATIENCE = 120.0


def until(condition: Callable[[], object]) -> None:
    """Wait for something that is sure to come true."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("it did not come true")
