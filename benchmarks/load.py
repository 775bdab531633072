"""A server with many users at once: errors, what one is told of another, memory, repaints.

Each user is a browser of its own: it uploads a table with its own marker in names and cells,
trains, walks the pages, changes what they show, draws a front, turns its dial, and is gone; every
second one leaves in the middle of a training. Then another one comes in its place. Idle sessions
hold a WebSocket.
"""

import argparse
import asyncio
import itertools
import math
import os
import re
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as BrowserError
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect

from benchmarks.app import _REPAINT
from benchmarks.measure import Cell, Claim, Measured
from tests.browser.driving import IDLE
from tests.browser.serving import serving

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("Result", "Experts", "Routing", "Attention", "Individual", "Report")
REPAINTED = ("Experts", "Routing", "Attention")
TIMEOUT = 180_000
SORRY = re.compile("Sorry, something went wrong|The process that did this work was ended")


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
    markers: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    repaints: list[float] = field(default_factory=list)
    trainings: list[float] = field(default_factory=list)
    mib: list[tuple[float, float]] = field(default_factory=list)


def measure(
    *, users: int, minutes: float, idle: int, workers: int, rows: int, epochs: int
) -> Measured:
    """Serve so many users for so long, and return what went wrong and how long things took."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    env = os.environ | {"FAIRMOE_WORKERS": str(workers), "FAIRMOE_FRONTS": "asked"}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.txt")
        with serving(command, log, cwd=ROOT, env=env) as address:
            seen = asyncio.run(_load(address, users, 60 * minutes, idle, rows, epochs))
        logged = log.read_text("utf-8")
    tracebacks = len(re.findall(r"Traceback|^Bug \w+:", logged, re.MULTILINE))
    return _told(seen, tracebacks, f"{users} users for {minutes:g} minutes, {idle} idle sessions")


async def _load(
    address: str, users: int, seconds: float, idle: int, rows: int, epochs: int
) -> Seen:
    seen = Seen(time.monotonic() + seconds, epochs)
    port = int(address.rsplit(":", 1)[1])
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        watched = asyncio.create_task(_watch_memory(port, seen))
        idlers = [asyncio.create_task(_idle(address, seen)) for _ in range(idle)]
        await asyncio.gather(*(_come_and_go(chromium, address, rows, seen) for _ in range(users)))
        for task in (watched, *idlers):
            task.cancel()
        await chromium.close()
    return seen


async def _come_and_go(chromium: Browser, address: str, rows: int, seen: Seen) -> None:
    for turn in itertools.count():
        if time.monotonic() > seen.until:
            return
        marker = f"mk{secrets.token_hex(5)}"
        seen.markers.add(marker)
        context = await chromium.new_context(viewport={"width": 1280, "height": 1000})
        context.set_default_timeout(TIMEOUT)
        page = await context.new_page()
        _listen(page, marker, seen)
        try:
            await _use(page, address, marker, rows, seen, leaves=turn % 2 == 1)
            seen.counts["visits"] += 1
        except (BrowserError, AssertionError) as error:
            first = str(error).splitlines()[0]
            seen.counts["failed visits"] += 1
            seen.problems.append(f"{type(error).__name__}: {first}")
        await context.close()


def _listen(page: Page, marker: str, seen: Seen) -> None:
    """Look for the markers of others in all that the server sends to a user."""

    def look(payload: str | bytes) -> None:
        text = payload if isinstance(payload, str) else payload.decode("latin-1")
        seen.counts["messages"] += 1
        for found in set(re.findall(r"mk[0-9a-f]{10}", text)) & seen.markers:
            whose = "own marker" if found == marker else "markers of others"
            seen.counts[whose] += 1

    page.on("websocket", lambda socket: socket.on("framereceived", look))
    page.on("crash", lambda _: seen.problems.append("a page crashed"))


async def _use(
    page: Page, address: str, marker: str, rows: int, seen: Seen, *, leaves: bool
) -> None:
    await page.goto(f"{address}/data")
    await page.wait_for_selector(IDLE)
    name = f"{marker}.csv"
    await page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": _table(marker, rows)}
    )
    await page.get_by_role("heading", name=name, exact=True).wait_for()
    for label, column in (("Target column", f"{marker} yes"), ("Sensitive column", "group")):
        await page.get_by_role("combobox", name=label).click()
        await page.get_by_role("option", name=column, exact=True).click()
        await page.wait_for_selector(IDLE)
    await page.get_by_role("button", name="Continue to training").click()
    await page.get_by_text("Advanced", exact=True).click()
    await page.get_by_role("tab", name="Schedule").click()
    epochs = page.get_by_label("Epochs", exact=True)
    await epochs.fill(str(seen.epochs))
    await epochs.press("Enter")
    await page.wait_for_selector(IDLE)
    started = time.monotonic()
    await page.keyboard.press("Control+Enter")
    if leaves:
        await page.wait_for_timeout(1500)
        return
    await page.get_by_role("heading", name="Result", exact=True).wait_for()
    seen.trainings.append(time.monotonic() - started)
    for title in PAGES:
        await page.get_by_role("link", name=title, exact=True).first.click()
        await page.get_by_role("heading", name=title, exact=True).first.wait_for()
        await page.wait_for_selector(IDLE)
        if title in REPAINTED:
            await _repaint(page, seen)
        text = await page.inner_text("body")
        assert not SORRY.search(text), f"{title} apologises"
        assert marker in text, f"{title} has not the marker of its own table"
    await page.get_by_role("link", name="Trade-off", exact=True).first.click()
    await page.get_by_role("button", name="Draw the front").first.click()
    dial = page.get_by_role("slider").first
    await dial.wait_for()
    await page.wait_for_selector(IDLE)
    started = time.monotonic()
    await dial.press("ArrowRight")
    await page.wait_for_timeout(100)
    await page.wait_for_selector(IDLE)
    seen.repaints.append(time.monotonic() - started - 0.1)


async def _repaint(page: Page, seen: Seen) -> None:
    await page.get_by_text(" rows, seed 0").first.wait_for()
    for turn in range(4):
        label = "Test" if turn % 2 else "Validation"
        took = await page.evaluate(_REPAINT, [label, f"{label.lower()} rows, seed 0"])
        # The first of each computes what later ones look up.
        if turn > 1:
            seen.repaints.append(took / 1000)
        await page.wait_for_timeout(200)


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
    uri = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    message = BackMsg()
    message.rerun_script.query_string = ""
    try:
        async with connect(
            uri, subprotocols=["streamlit"], origin=address, max_size=None, ping_timeout=None
        ) as socket:
            await socket.send(message.SerializeToString())
            seen.counts["idle sessions"] += 1
            async for received in socket:
                content: Any = received
                if isinstance(content, bytes) and re.search(rb"mk[0-9a-f]{10}", content):
                    seen.counts["markers of others"] += 1
    except OSError as error:
        seen.problems.append(f"an idle session ended: {error}")


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
    errors = seen.counts["failed visits"] + tracebacks + len(seen.problems)
    p95 = float(np.quantile(seen.repaints, 0.95)) if seen.repaints else math.nan
    rows: list[dict[str, Cell]] = [
        {"what": "visits", "value": float(seen.counts["visits"])},
        {"what": "failed visits", "value": float(seen.counts["failed visits"])},
        {"what": "tracebacks in the log", "value": float(tracebacks)},
        {"what": "idle sessions", "value": float(seen.counts["idle sessions"])},
        {"what": "messages looked at", "value": float(seen.counts["messages"])},
        {"what": "messages with the own marker", "value": float(seen.counts["own marker"])},
        {
            "what": "messages with markers of others",
            "value": float(seen.counts["markers of others"]),
        },
        {"what": "trainings seen to their end", "value": float(len(seen.trainings))},
        {"what": "seconds until trained, median", "value": _median(seen.trainings)},
        {"what": "seconds until trained, slowest", "value": max(seen.trainings, default=math.nan)},
        {"what": "repaints", "value": float(len(seen.repaints))},
        {"what": "seconds of a repaint, median", "value": _median(seen.repaints)},
        {"what": "seconds of a repaint, p95", "value": p95},
        *(
            {"what": f"most MiB of server and workers, third {i} of 3", "value": mib}
            for i, mib in enumerate(thirds, 1)
        ),
    ]
    return Measured(
        rows,
        [
            Claim("errors", float(errors), 0),
            Claim("markers of others", float(seen.counts["markers of others"]), 0),
            Claim("seconds of a repaint, p95", p95, 1.0),
        ],
        [size, "browsers and server share the processors", *sorted(set(seen.problems))[:10]],
    )


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else math.nan
