"""The app with processes that train."""

import os
import signal
import subprocess

from playwright.sync_api import expect

from fairmoe.jobs.workers import ENDED
from tests.browser.conftest import COMMAND, ENVIRONMENT, ROOT
from tests.browser.driving import begin_training, heading, train_on_the_demo
from tests.browser.serving import serving
from tests.patience import until


def workers_of(log: str) -> list[int]:
    """Return the numbers of the processes that train for the server of a port."""
    server = subprocess.run(
        ["pgrep", "-f", f"streamlit run .*{log.rsplit(':', 1)[1]}"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = subprocess.run(
        ["pgrep", "-f", "-P", ",".join(server.stdout.split()), "fairmoe.jobs.worker"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(number) for number in found.stdout.split()]


def test_a_killed_worker_costs_its_training_and_nothing_else(new_page, tmp_path):
    env = ENVIRONMENT | {"FAIRMOE_WORKERS": "1"}
    with serving(COMMAND, tmp_path / "log.txt", cwd=ROOT, env=env) as server:
        page = new_page()
        train_on_the_demo(page, server)
        page.get_by_role("link", name="Train", exact=True).click()
        heading(page, "Train").wait_for()
        begin_training(page, 20_000)
        expect(page.get_by_text("Step 2 of").first).to_be_visible()
        until(lambda: workers_of(server))
        (worker,) = workers_of(server)
        os.kill(worker, signal.SIGKILL)
        expect(page.get_by_text(ENDED)).to_be_visible()
        # The run of before is there, and the next training finds a new process.
        expect(page.get_by_role("link", name="Result", exact=True)).to_be_enabled()
        begin_training(page, 9)
        heading(page, "Result").wait_for()
        (another,) = workers_of(server)
        assert another != worker
