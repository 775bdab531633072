"""The app, as `streamlit run app.py` serves it, which writes down what it holds of its users.

It packs sessions at once, and finds none again by what Streamlit still holds of closed tabs.
"""

import json
import sys
import threading
import time
import weakref
from types import SimpleNamespace
from typing import Any

from streamlit.web.cli import main

from fairmoe.ui.frame import background, sessions
from fairmoe.ui.frame.process import registry
from fairmoe.ui.frame.process import sessions as all_sessions
from fairmoe.ui.frame.state import Session

HOLDS = "holds "

_made: list[weakref.ref[Session]] = []
_make = Session.__init__


def _noting(self: Session, *arguments: Any, **named: Any) -> None:
    """Make a session, and note it.

    It could be found among all objects of the garbage collector, but to ask for these breaks what
    other threads are doing: tuples that they are still making.
    """
    _make(self, *arguments, **named)
    _made.append(weakref.ref(self))


def _tell() -> None:
    while True:
        time.sleep(0.5)
        cache = sys.modules.get("fairmoe.training.cache")
        held = {
            "jobs": len(registry()._jobs),
            "running": len(registry()._running),
            "sessions": len(all_sessions()._kept),
            "packed": sum(bool(kept.packed) for kept in all_sessions()._kept.values()),
            "experts": 0 if cache is None else len(cache._kept),
            "with data": sum(_has_data(one()) for one in tuple(_made)),
        }
        sys.stdout.write(f"{HOLDS}{json.dumps(held)}\n")
        sys.stdout.flush()


def _has_data(session: Session | None) -> bool:
    return session is not None and bool(session.table or session.runs or session._answers)


if __name__ == "__main__":
    sessions.SECONDS_AWAY = background.SECONDS = 0.5
    sessions.weakref = SimpleNamespace(ref=lambda _: lambda: None)
    Session.__init__ = _noting  # type: ignore[method-assign]
    threading.Thread(target=_tell, daemon=True).start()
    sys.argv[1:1] = ["run", "app.py"]
    main()
