"""How much longer work takes here: by a probe first, then from what was done before."""

import dataclasses

import pytest

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, make_demo, table_from_frame
from fairmoe.experiment import prepare, run_prepared
from fairmoe.progress import Progress
from fairmoe.training import Size, expected_seconds, forget_experts, pace
from fairmoe.training.expert_phase import missing_experts
from fairmoe.training.pace import Pace, learn_from, with_time_left


def test_the_pace_is_probed_first_and_then_learnt():
    probed = []
    own = Pace(lambda: probed.append(1))
    first = own.factor()
    assert first > 0
    assert own.factor() == first
    assert len(probed) == 2
    own.learn(2.0, 8.0)
    assert own.factor() == pytest.approx(4)
    own.learn(1.0, 1.0)
    assert own.factor() == pytest.approx(2)
    for _ in range(3):
        own.learn(1.0, 3.0)
    assert own.factor() == pytest.approx(3)
    own.learn(0.0, 3.0)
    assert own.factor() == pytest.approx(3)


@pytest.fixture(scope="module")
def prepared():
    return prepare(table_from_frame(make_demo(500), name="demo"), DEMO_ROLES, Settings())


def test_a_training_tells_how_long_all_of_it_takes_yet_and_is_learnt_from(prepared, monkeypatch):
    settings = Settings(epochs=8, device="cpu")
    own = Pace(lambda: None)
    monkeypatch.setattr(pace, "PACE", own)
    forget_experts()
    assert missing_experts(prepared.data, [settings]) == [1, 1, 1]
    reports = []
    run = run_prepared(prepared, settings, on_progress=reports.append)
    assert missing_experts(prepared.data, [settings.replace(lambda_adv=3.0)]) == [0, 0, 1]
    assert all(report.work_left is not None for report in reports)
    assert reports[-1].work_left == pytest.approx(0, abs=1e-6)
    assert len(own._ratios) == 1
    # Whoever takes the run over in the same process may learn from it too, as from a copy.
    learn_from(dataclasses.replace(run))
    assert len(own._ratios) == 1
    learn_from(dataclasses.replace(run, run_id="other", device="cuda"))
    assert len(own._ratios) == 1
    assert Size.of(prepared.data) == Size.of_run(run)
    expected = sum(
        seconds
        for phase, seconds in expected_seconds(Size.of_run(run), [settings]).items()
        if phase != "encode"
    )
    took = sum(run.seconds[part] for part in ("experts", "gate", "evaluate"))
    assert own.factor() == pytest.approx(took / expected)
    # Of experts that were there already nothing is learnt.
    parts = expected_seconds(Size.of_run(run), [settings])
    seconds = {"experts": 99.0, "gate": 2 * parts["gate"], "evaluate": 2 * parts["evaluate"]}
    learn_from(dataclasses.replace(run, experts_reused=("utility",), seconds=seconds))
    assert own._ratios[-1] == pytest.approx(2)
    forget_experts()


def test_other_work_is_passed_on_as_it_is(prepared):
    reports = []
    tell = with_time_left(reports.append, prepared.data, [Settings()])
    tell(Progress("read", 1, 2))
    assert reports == [Progress("read", 1, 2)]
