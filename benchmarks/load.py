"""A server with many users at once: errors, what one is told of another, memory, repaints.

Each user uploads a table with its own marker in names and cells, trains, walks the pages, changes
what they show, draws a front, turns its dial, and is gone; every second one leaves in the middle
of a training. Then another one comes in its place. Idle sessions hold a WebSocket. Before all of
that one user repaints pages beside the training of another, and of nobody else.
"""

import argparse
import asyncio
import itertools
import math
import os
import re
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from websockets.exceptions import WebSocketException

from benchmarks.client import Client
from benchmarks.measure import Cell, Claim, Measured
from fairmoe._app import GIVES_BACK, WORKERS
from tests.browser.serving import serving

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("result", "experts", "routing", "attention", "individual", "report")
DIAL = "How much should fairness count?"
REPAINTED = ("experts", "routing", "attention")
BESIDE = 24
"""How often each page is repainted beside one training."""

SORRY = re.compile(b"Sorry, something went wrong|The process that did this work was ended")
MARKER = re.compile(rb"mk[0-9a-f]{10}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the size be chosen."""
    parser.add_argument("--users", type=int, default=20, help="users at work at a time")
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long users come")
    parser.add_argument("--idle", type=int, default=200, help="sessions that do nothing")
    parser.add_argument("--workers", type=int, default=1, help="processes that train")
    parser.add_argument("--rows", type=int, default=2000, help="rows of each table")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of each training")


@dataclass
class Seen:
    """What happened, of all users together."""

    until: float
    epochs: int
    markers: set[bytes] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    beside_one: list[float] = field(default_factory=list)
    repaints: list[float] = field(default_factory=list)
    trainings: list[float] = field(default_factory=list)
    mib: list[tuple[float, float]] = field(default_factory=list)


def measure(
    *, users: int, minutes: float, idle: int, workers: int, rows: int, epochs: int
) -> Measured:
    """Serve so many users for so long, and return what went wrong and how long things took."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    env = os.environ | GIVES_BACK | {WORKERS: str(workers)}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.txt")
        with serving(command, log, cwd=ROOT, env=env) as address:
            seen = asyncio.run(_load(address, users, 60 * minutes, idle, rows, epochs))
        logged = log.read_text("utf-8")
    tracebacks = len(re.findall(r"Traceback|^Bug \w+:", logged, re.MULTILINE))
    seen.problems += re.findall(r"^\w*(?:Error|Exception)\b.*", logged, re.MULTILINE)[:5]
    return _told(seen, tracebacks, f"{users} users for {minutes:g} minutes, {idle} idle sessions")


async def _load(
    address: str, users: int, seconds: float, idle: int, rows: int, epochs: int
) -> Seen:
    seen = Seen(math.inf, epochs)
    await _repaint_beside_one(address, rows, seen)
    seen.until = time.monotonic() + seconds
    watched = asyncio.create_task(_watch_memory(int(address.rsplit(":", 1)[1]), seen))
    idlers = [asyncio.create_task(_idle(address, seen)) for _ in range(idle)]
    await asyncio.gather(*(_come_and_go(address, rows, seen) for _ in range(users)))
    for task in (watched, *idlers):
        task.cancel()
    return seen


async def _repaint_beside_one(address: str, rows: int, seen: Seen) -> None:
    """Repaint pages while somebody else trains, one training after the other."""
    async with _user(address, seen) as (one, marker), _user(address, seen) as (other, of_other):
        await _prepare(one, marker, rows, seen.epochs)
        await one.click("Train")
        await one.wait_for("result")
        await _prepare(other, of_other, rows, epochs=1000)
        training = asyncio.create_task(_train_on(other))
        for page in REPAINTED:
            await one.open(page)
            seen.beside_one += [await _repaint(one, turn) for turn in range(BESIDE)][2:]
        assert not training.done(), f"the other training ended: {training}"
        training.cancel()


async def _train_on(client: Client) -> None:
    for seed in itertools.count():
        await client.choose("Seed", double_value=seed)
        await client.click("Train")
        await client.wait_for("result")
        await client.open("train")


async def _come_and_go(address: str, rows: int, seen: Seen) -> None:
    for turn in itertools.count():
        if time.monotonic() > seen.until:
            return
        try:
            async with _user(address, seen) as (client, marker):
                try:
                    await _use(client, marker, rows, seen, leaves=turn % 2 == 1)
                except (TimeoutError, AssertionError) as error:
                    raise AssertionError(f"{error} on {client.page}: {client.alarms()}") from error
            seen.counts["visits"] += 1
        except (OSError, WebSocketException, AssertionError) as error:
            seen.problems.append(f"{type(error).__name__}: {error}")


@asynccontextmanager
async def _user(address: str, seen: Seen) -> AsyncIterator[tuple[Client, str]]:
    """Let somebody come, and look for the markers of others in all that the server tells them."""
    marker = f"mk{secrets.token_hex(5)}"
    seen.markers.add(marker.encode())

    def listen(message: bytes) -> None:
        seen.counts["messages"] += 1
        for found in set(MARKER.findall(message)) & seen.markers:
            whose = "own marker" if found == marker.encode() else "markers of others"
            seen.counts[whose] += 1

    async with Client(address, listen) as client:
        yield client, marker


async def _use(client: Client, marker: str, rows: int, seen: Seen, *, leaves: bool) -> None:
    started = time.monotonic()
    await _prepare(client, marker, rows, seen.epochs)
    await client.click("Train")
    assert client.has("Cancel") or client.page == "result", "no training"
    if leaves:
        await asyncio.sleep(1.5)
        return
    await client.wait_for("result")
    seen.trainings.append(time.monotonic() - started)
    for page in PAGES:
        await client.open(page)
        text = client.text()
        assert not SORRY.search(text), f"{page} apologises"
        assert marker.encode() in text, f"{page} has not the marker of its own table"
        if page in REPAINTED:
            times = [await _repaint(client, turn) for turn in range(4)]
            # The first of each computes what later ones look up.
            seen.repaints += times[2:]
    await client.open("tradeoff")
    await client.wait_until(lambda: client.has(DIAL) or client.has("Draw the front"))
    if not client.has(DIAL):
        # Trainings of others come before what nobody asked for.
        seen.counts["fronts asked for"] += 1
        await client.click("Draw the front")
        await client.wait_until(lambda: client.has(DIAL))
    for weight in ("2", "0.5"):
        seen.repaints.append(await _timed(client.choose(DIAL, string_array_value=[weight])))


async def _prepare(client: Client, marker: str, rows: int, epochs: int) -> None:
    """Upload a table, say what its columns are for, and set the epochs."""
    await client.open("data")
    await client.upload(f"{marker}.csv", _table(marker, rows))
    # A file that takes long is read in the background.
    await client.wait_until(lambda: client.has("Target column"))
    await client.choose("Target column", string_value=f"{marker} yes")
    await client.choose("Sensitive column", string_value="group")
    await client.click("Continue to training")
    await client.choose("Epochs", double_value=epochs)


async def _repaint(client: Client, turn: int) -> float:
    label = ("Validation", "Test")[turn % 2]
    took = await _timed(client.choose("Rows", string_array_value=[label]))
    assert f"{label.lower()} rows".encode() in client.text(), f"{client.page} shows other rows"
    return took


async def _timed(work: Coroutine[Any, Any, None]) -> float:
    started = time.monotonic()
    await work
    # What a person does in between two clicks.
    await asyncio.sleep(0.2)
    return time.monotonic() - started - 0.2


def _table(marker: str, rows: int) -> bytes:
    rng = np.random.default_rng(abs(hash(marker)))
    skill, group = rng.normal(size=rows), rng.integers(0, 2, rows)
    yes = skill + 0.5 * group + rng.normal(size=rows) > 0
    return (
        pd.DataFrame(
            {
                f"{marker} skill": skill.round(3),
                f"{marker} level": [f"{marker} {i}" for i in rng.integers(0, 4, rows)],
                "age": rng.integers(18, 70, rows),
                "group": np.where(group, f"{marker} a", f"{marker} b"),
                f"{marker} yes": np.where(yes, "yes", "no"),
            }
        )
        .to_csv(index=False)
        .encode()
    )


async def _idle(address: str, seen: Seen) -> None:
    """Open a page and do nothing more."""
    try:
        async with _user(address, seen) as (client, _):
            seen.counts["idle sessions"] += 1
            await client.wait_until(lambda: False, patience=None)
    except (OSError, TimeoutError, WebSocketException) as error:
        seen.problems.append(f"an idle session ended: {type(error).__name__} {error}")


async def _watch_memory(port: int, seen: Seen) -> None:
    """Note what the server and its workers hold, every few seconds."""
    started = time.monotonic()
    (server,) = (
        each
        for each in psutil.process_iter()
        if f"--server.port={port}" in " ".join(each.cmdline() or ())
    )
    while True:
        processes = [server, *server.children(recursive=True)]
        held = sum(each.memory_info().rss for each in processes if each.is_running())
        seen.mib.append((time.monotonic() - started, held / 2**20))
        await asyncio.sleep(3)


def _told(seen: Seen, tracebacks: int, size: str) -> Measured:
    last = seen.mib[-1][0] if seen.mib else 0.0
    thirds = [
        max((mib for at, mib in seen.mib if last * i / 3 <= at <= last * (i + 1) / 3), default=0.0)
        for i in range(3)
    ]
    errors, of_others = tracebacks + len(seen.problems), float(seen.counts["markers of others"])
    beside_one, beside_all = _quantile(seen.beside_one, 0.95), _quantile(seen.repaints, 0.95)
    rows: list[dict[str, Cell]] = [
        {"what": "visits", "value": float(seen.counts["visits"])},
        {"what": "failed visits and ended sessions", "value": float(len(seen.problems))},
        {"what": "tracebacks in the log", "value": float(tracebacks)},
        {"what": "idle sessions", "value": float(seen.counts["idle sessions"])},
        {"what": "messages looked at", "value": float(seen.counts["messages"])},
        {"what": "messages with the own marker", "value": float(seen.counts["own marker"])},
        {"what": "messages with markers of others", "value": of_others},
        {"what": "trainings seen to their end", "value": float(len(seen.trainings))},
        {"what": "fronts asked for", "value": float(seen.counts["fronts asked for"])},
        {"what": "seconds until trained, median", "value": _quantile(seen.trainings)},
        {"what": "seconds until trained, slowest", "value": max(seen.trainings, default=math.nan)},
        {"what": "repaints beside one training", "value": float(len(seen.beside_one))},
        {"what": "seconds of one, median", "value": _quantile(seen.beside_one)},
        {"what": "seconds of one, p95", "value": beside_one},
        {"what": "repaints beside all users", "value": float(len(seen.repaints))},
        {"what": "seconds of one beside all, median", "value": _quantile(seen.repaints)},
        {"what": "seconds of one beside all, p95", "value": beside_all},
        *(
            {"what": f"most MiB of server and workers, third {i} of 3", "value": mib}
            for i, mib in enumerate(thirds, 1)
        ),
    ]
    return Measured(
        rows,
        [
            Claim("errors", float(errors), 0),
            Claim("markers of others", of_others, 0),
            Claim("seconds of a repaint beside one training, p95", beside_one, 1.0),
        ],
        [size, "users and server share the processors", *sorted(set(seen.problems))[:10]],
    )


def _quantile(values: list[float], share: float = 0.5) -> float:
    return float(np.quantile(values, share)) if values else math.nan
