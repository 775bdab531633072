"""Routing where one expert decides about everyone."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from fairmoe.analysis.single_expert import find_single_expert
from fairmoe.runs import Cutoffs
from tests.ui.fakes import settle


def asking(run, weights):
    """Return a run whose gate gives every row the same weights."""
    splits = {
        name: replace(record, gate=np.tile(np.float32(weights), (len(record.rows), 1)))
        for name, record in run.splits.items()
    }
    mixture = copy.deepcopy(run.mixture)
    with torch.no_grad():
        mixture.gate.weight2.zero_()
        mixture.gate.bias2.copy_(torch.tensor(weights).log().clamp_min(-30))
    return replace(run, splits=splits, mixture=mixture)


def test_a_gate_that_has_learnt_to_ask_one_gave_no_way_however_certain_it_is(demo_run):
    run = demo_run[0]
    found = find_single_expert(replace(asking(run, (0, 1, 0)), mixture=run.mixture))
    assert found
    assert found.expert == "result"
    assert not found.took_place


@pytest.mark.parametrize(
    ("weights", "alone"),
    [((0, 1, 0), "result"), ((0.005, 0.005, 0.99), "procedural"), ((0.02, 0.98, 0), None)],
)
def test_who_decides_about_everyone(demo_run, weights, alone):
    run = asking(demo_run[0], weights)
    found = find_single_expert(run)
    assert (found and found.expert) == alone
    if found:
        (curve,) = (c for c in run.curves if c.name == "validation score of mixture")
        best = max(curve.values)
        assert found.scores["Gate, at its best"] == pytest.approx(best)
        rows = len(run.splits["validation"].rows)
        assert found.lead == pytest.approx(0.5 / np.sqrt(rows))
        # As far as 0.005 goes a gate by itself.
        assert found.took_place == (alone == "result")
        assert found.scores["Result expert"] == run.scores["validation"]["result"]["final_score"]


def test_routing_says_it_once_and_offers_the_other_gate(app, demo_run):
    run, labelled = demo_run
    app.session_state["fairmoe"].keep(asking(run, (0, 1, 0)), labelled)
    app.switch_page("pages/routing.py").run()

    assert not app.exception
    assert [note.value for note in app.info] == [
        "The gate asks the result expert about everyone, so the mixture decides as the result "
        r"expert does\. There is nothing to compare in who goes to which expert\."
    ]
    assert not app.tabs
    assert len(app.get("plotly_chart")) == 1
    app.button(key="other-gate").click().run()
    assert app.title[0].value in ("Train", "Result")
    settle(app)
    trained = app.session_state["fairmoe"].run
    assert trained.settings == replace(run.settings, gate_start="random")


@pytest.mark.parametrize(
    ("settings", "because"),
    [
        ({"guard": True}, ", because the guard refuses models that treat everyone worse"),
        ({"guard": False, "eo_weight": 2.0}, ", because it counts less with your weights"),
        ({"guard": False}, ""),
    ],
)
def test_why_a_higher_expert_was_passed_over_is_what_the_settings_allow(
    app, demo_run, settings, because
):
    run, labelled = demo_run
    validation = run.scores["validation"]
    procedural = validation["procedural"] | {"final_score": 0.99}
    run = replace(
        asking(run, (0, 1, 0)),
        mixture=run.mixture,
        scores={**run.scores, "validation": {**validation, "procedural": procedural}},
        settings=run.settings.replace(**settings),
    )
    app.session_state["fairmoe"].keep(run, labelled)
    app.switch_page("pages/routing.py").run()
    assert not app.exception
    told = "".join(each.value for each in app.main.caption).replace("\\", "")
    assert f"in these figures; it was passed over{because}. So none did" in told


def test_cutoffs_for_one_expert_are_why_it_decides_about_everyone(app, demo_run):
    run, labelled = demo_run
    cutoffs = Cutoffs("result", (0.4, 0.6))
    variant = replace(asking(run, (0, 1, 0)), cutoffs=cutoffs, run_id="variant")
    app.session_state["fairmoe"].keep(variant, labelled)
    app.switch_page("pages/routing.py").run()
    assert not app.exception
    told = " ".join(note.value for note in app.info)
    assert r"This variant has cut\-offs for the result expert alone" in told
    assert "The gate asks" not in told
    assert not app.get("plotly_chart")
    assert "other-gate" not in [button.key for button in app.button]
