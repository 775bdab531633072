"""The Trade-off page with the demo's run, and a front made of it."""

from dataclasses import replace

import pytest

from fairmoe.progress import Progress
from tests.ui.fakes import settle


@pytest.fixture
def tradeoff(app, demo_run):
    app.session_state["fairmoe"].keep(*demo_run)
    return app.switch_page("pages/tradeoff.py").run()


@pytest.fixture
def front(demo_run):
    """The demo run between two points made of it, with other scores."""
    run, _ = demo_run

    def point(weight, acc, dp):
        own = {**run.scores["test"]["mixture"], "acc": acc, "dp": dp}
        scores = {**run.scores, "test": {**run.scores["test"], "mixture": own}}
        settings = run.settings.replace(fairness_weight=weight)
        return replace(run, run_id=f"point-{weight:g}", settings=settings, scores=scores)

    return point(0, 0.78, 0.19), run, point(8, 0.71, 0.015)


@pytest.fixture
def drawn(tradeoff, front, monkeypatch):
    asked = []

    def answer(prepared, run, *, on_progress):
        asked.append((prepared.data, run))
        on_progress(Progress("gate", 1, 2))
        return front

    monkeypatch.setattr("fairmoe.tasks.train_front", answer)
    tradeoff.button(key="front").click().run()
    settle(tradeoff)
    assert asked[0][1] is front[1]
    return tradeoff
