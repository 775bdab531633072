"""The app, as `streamlit run app.py` serves it, which writes down what it holds of its users.

It packs sessions at once, and finds none again by what Streamlit still holds of closed tabs.
"""

import gc
import json
import sys
import threading
import time
from types import SimpleNamespace

from streamlit.web.cli import main

from fairmoe.ui.frame import background, sessions
from fairmoe.ui.frame.process import registry
from fairmoe.ui.frame.process import sessions as all_sessions
from fairmoe.ui.frame.state import Session

HOLDS = "holds "


def _tell() -> None:
    while True:
        time.sleep(0.5)
        cache = sys.modules.get("fairmoe.training.cache")
        found = [one for one in gc.get_objects() if isinstance(one, Session)]
        held = {
            "jobs": len(registry()._jobs),
            "running": len(registry()._running),
            "sessions": len(all_sessions()._kept),
            "packed": sum(bool(kept.packed) for kept in all_sessions()._kept.values()),
            "experts": 0 if cache is None else len(cache._kept),
            "with data": sum(bool(one.table or one.runs or one._answers) for one in found),
        }
        sys.stdout.write(f"{HOLDS}{json.dumps(held)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sessions.SECONDS_AWAY = background.SECONDS = 0.5
    sessions.weakref = SimpleNamespace(ref=lambda _: lambda: None)
    threading.Thread(target=_tell, daemon=True).start()
    sys.argv[1:1] = ["run", "app.py"]
    main()
