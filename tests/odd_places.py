"""What is no plain file, or one that is too large, where a file is asked for."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

ODD_PLACES: dict[str, Callable[[Path], Any]] = {
    "missing": lambda _: None,
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "large": lambda path: (path.touch(), os.truncate(path, 2**33)),
}
"""What makes each, by its name; nothing is at the path before."""
