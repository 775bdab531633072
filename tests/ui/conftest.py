"""The app without its slow part."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.ui.frame.process import registry, sessions
from fairmoe.ui.frame.unasked import FRONTS
from fairmoe.ui.understand import gap_sources, summary
from tests.patience import PATIENCE
from tests.ui.fakes import run_at_once

APP = Path(__file__).resolve().parents[2] / "app.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that draw pages, but for the first of each module, which says that they draw."""
    drawn = set()
    for item in items:
        if "new_session" in getattr(item, "fixturenames", ()):
            if item.path in drawn:
                item.add_marker(pytest.mark.pages)
            drawn.add(item.path)


@pytest.fixture(autouse=True)
def _fresh_registry(monkeypatch: pytest.MonkeyPatch):
    registry.clear()
    sessions.clear()
    # No front is trained unasked, which would take longer than most tests.
    monkeypatch.setenv(FRONTS, "asked")
    # No timer draws the page again, so the script waits until a file is read.
    monkeypatch.setattr("fairmoe.ui.prepare.loading.SOON", PATIENCE)


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Return a function that puts another training in place of the real one."""

    def install(run_experiment: Callable[..., Any]) -> None:
        monkeypatch.setattr("fairmoe.experiment.run_experiment", run_experiment)

    install(run_at_once)

    def of_real_runs(state: Any, kept: Any, split: Any, **among: Any) -> str:
        # A run of `make_run` has no networks that could be explained.
        real = kept.run.encoder is not None
        return gap_sources.source_in_words(state, kept, split, **among) if real else ""

    monkeypatch.setattr(summary, "source_in_words", of_real_runs)
    # Nor is a pace learnt from one, or a size known.
    monkeypatch.setattr("fairmoe.training.learn_from", lambda _: None)
    return install


@pytest.fixture
def new_session(training: Any) -> Callable[[], AppTest]:
    """Return a function that opens the home page in a session of its own."""
    del training
    return lambda: AppTest.from_file(str(APP), default_timeout=PATIENCE).run()


@pytest.fixture
def app(new_session: Callable[[], AppTest]) -> AppTest:
    """The app on its home page."""
    return new_session()
