"""The app on a port of its own."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patience import PATIENCE

_SECONDS_TO_END = 20


@contextmanager
def serving(
    command: Sequence[str], log: Path, *, cwd: Path, env: dict[str, str] | None = None
) -> Iterator[str]:
    """Run a command that serves the app, on a free port, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [*command, *options],
            cwd=cwd,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(address, server, log)
            yield address
        finally:
            # The command may have started the server as a process of its own.
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                # It may wait for a browser that still holds a connection.
                os.killpg(server.pid, signal.SIGKILL)


def _wait_until_healthy(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"the app did not start:\n{log.read_text()}")
