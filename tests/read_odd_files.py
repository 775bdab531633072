"""Reads pickled files in a process of 2 GiB, and prints a verdict for each as JSON."""

import json
import pickle
import resource
import sys
import time
import traceback

from fairmoe.data import ReadOptions, read_table
from fairmoe.errors import InvalidInputError
from tests.odd_table import MARK

MOST_BYTES = 2 * 2**30
OPTIONS = ReadOptions(max_bytes=256 * 2**20)
"""As the app asks for."""


def verdict(content: bytes) -> dict[str, object]:
    """Return how reading a file ended: a sentence if it is refused, and what must not be."""
    started = time.process_time()
    sentence, broken, told = None, None, ""
    try:
        read_table(content, options=OPTIONS)
    except InvalidInputError as error:
        sentence, told = str(error), "".join(traceback.format_exception(error))
    except Exception as bug:
        broken = type(bug).__name__
    seconds = time.process_time() - started
    return {"sentence": sentence, "broken": broken, "cell": MARK in told, "seconds": seconds}


if __name__ == "__main__":
    files = pickle.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    json.dump({name: verdict(content) for name, content in files.items()}, sys.stdout)
