"""The whole training: schedule, stacks, determinism, cache, cancel, selection."""

import dataclasses

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import (
    Roles,
    Sensitive,
    Target,
    assign_roles,
    encode,
    make_demo,
    table_from_frame,
)
from fairmoe.errors import CancelledError, UnavailableError
from fairmoe.names import EXPERTS
from fairmoe.progress import Progress
from fairmoe.training import (
    experts_of,
    forget_experts,
    reporting,
    resolve_device,
    train,
    train_experts,
)
from fairmoe.training.stack import Stack

QUICK = {"epochs": 24, "gate_epochs": 12, "fine_tune_every": 5, "fine_tune_epochs": 2}


def weights(trained, run=0):
    return trained.mixture.select(run).state_dict()


def assert_same(one, other, **tolerance):
    assert one.keys() == other.keys()
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], **tolerance)


def differ(one, other):
    return any(not torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(demo):
    first = weights(train(demo, [Settings(**QUICK)]))
    forget_experts()
    assert_same(weights(train(demo, [Settings(**QUICK)])), first, rtol=0, atol=0)
    assert differ(weights(train(demo, [Settings(seed=1, **QUICK)])), first)


@pytest.fixture
def demo_in_float64(demo, in_float64):
    return in_float64(demo)


@pytest.mark.parametrize(
    "shared",
    [
        {},
        {"credit": "rollouts", "select": "last"},
        {"credit": "batch", "attribution_method": "shap", "batch_size": 160},
        {"adversary_input": "logits", "attribution_method": "gradient_shap", "attention_rows": 64},
    ],
)
@pytest.mark.slow
def test_a_stack_is_its_runs_one_by_one(demo_in_float64, shared):
    demo = demo_in_float64
    settings = [
        Settings(seed=3, lambda_fair=0, **QUICK, **shared),
        Settings(seed=3, lambda_fair=10, lambda_adv=0, dropout=0.1, **QUICK, **shared),
        Settings(seed=7, lambda_attention=5, weight_decay=0.01, lambda_grl=2, **QUICK, **shared),
    ]
    together = train(demo, settings)
    for run, one in enumerate(settings):
        alone = train(demo, [one])
        for (phase, name), (_, figures) in alone.curves.items():
            of_stack = together.curves[phase, name][1][:, run]
            torch.testing.assert_close(of_stack, figures[:, 0], rtol=1e-6, atol=1e-8)
        assert_same(weights(together, run), weights(alone), rtol=1e-6, atol=1e-8)


def test_a_stack_shares_what_it_must():
    with pytest.raises(ValueError, match="Runs of one stack share setting 'hidden'; it has 2"):
        Stack([Settings(), Settings(hidden=4)], torch.device("cpu"))


@pytest.mark.slow
def test_experts_are_trained_once_for_all_gates(demo):
    first = train(demo, [Settings(**QUICK)])
    assert not first.experts_reused
    other_gate = train(demo, [Settings(temperature=2, **QUICK)])
    assert other_gate.experts_reused
    assert [key for key in first.curves if key[0] != "gate"] == [
        key for key in other_gate.curves if key[0] != "gate"
    ]
    assert differ(weights(other_gate), weights(first))
    again = train(demo, [Settings(**QUICK)])
    assert again.experts_reused
    assert_same(weights(again), weights(first), rtol=0, atol=0)
    for change in ({"seed": 5}, {"top_ratio": 0.3}, {"dropout": 0.1}):
        assert not train(demo, [Settings(**QUICK, **change)]).experts_reused
    other_data = dataclasses.replace(demo, digest="other")
    assert not train(other_data, [Settings(**QUICK)]).experts_reused


@pytest.mark.parametrize(
    ("change", "others"),
    [
        ({"lambda_rep": 0}, ("utility", "procedural")),
        ({"lambda_fair": 4}, ("utility", "procedural")),
        ({"lambda_attention": 0}, ("utility", "result")),
        ({"lambda_adv": 4}, ("utility", "result")),
        ({"lambda_grl": 2}, ("utility", "result")),
        ({"fairness_weight": 4}, EXPERTS),
    ],
)
@pytest.mark.slow
def test_a_lambda_retrains_its_expert_alone(demo_in_float64, change, others):
    """And the expert that is trained alone is the one of a training of all three."""
    base, data = Settings(**QUICK), demo_in_float64
    train(data, [base])
    again = train(data, [base.replace(**change)])
    assert again.experts_reused == others
    forget_experts()
    afresh = train(data, [base.replace(**change)])
    assert afresh.experts_reused == ()
    assert_same(weights(again), weights(afresh), rtol=1e-6, atol=1e-8)
    for key, (epochs, figures) in afresh.curves.items():
        assert again.curves[key][0] == epochs
        torch.testing.assert_close(again.curves[key][1], figures, rtol=1e-6, atol=1e-8)


@pytest.mark.slow
def test_cancel_stops_within_an_epoch_and_keeps_nothing(demo, monkeypatch):
    monkeypatch.setattr(reporting, "SECONDS_BETWEEN_REPORTS", 0.0)
    epochs = []

    def on_progress(progress: Progress) -> None:
        if progress.phase == "experts":
            epochs.append(progress.done)
            if len(epochs) > 1:
                raise CancelledError

    settings = Settings(epochs=1200)
    with pytest.raises(CancelledError):
        train(demo, [settings], on_progress=on_progress)
    assert epochs == [1, 2]
    assert not train(demo, [settings.replace(epochs=8)]).experts_reused


def test_progress_goes_through_the_phases_in_order(demo):
    seen = []
    train(demo, [Settings(**QUICK)], on_progress=seen.append)
    assert list(dict.fromkeys(each.phase for each in seen)) == ["warm-up", "experts", "gate"]
    assert all(0 < each.done <= each.total for each in seen)
    assert {each.total for each in seen if each.phase == "gate"} == {12}
    last = seen[-1]
    assert last.done == last.total
    assert "reward" in last.values


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu_auto_takes_the_processor_and_cuda_says_so():
    assert resolve_device("auto").type == "cpu"
    with pytest.raises(UnavailableError, match="this machine has none that torch can use"):
        resolve_device("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
def test_a_gpu_computes_the_same_method(demo):
    on_gpu = train(demo, [Settings(device="cuda", dropout=0, **QUICK)])
    on_cpu = train(demo, [Settings(device="cpu", dropout=0, **QUICK)])
    assert on_gpu.device.startswith("cuda")
    losses = [each.curves["warm-up", "loss of utility"][1] for each in (on_gpu, on_cpu)]
    torch.testing.assert_close(*losses, rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_three_groups_and_a_group_without_positives_in_a_batch_train():
    frame = make_demo(600)
    frame["band"] = ["a"] * 400 + ["b"] * 180 + ["c"] * 20
    roles = Roles(target=Target("hired"), sensitive=(Sensitive("band"),))
    data = encode(assign_roles(table_from_frame(frame), roles))
    trained = train(data, [Settings(batch_size=40, **QUICK)])
    for figures in trained.curves.values():
        assert figures[1].isfinite().all()


def test_experts_trained_alone_are_those_of_the_mixture(demo):
    settings = [Settings(fine_tune_every=0, epochs=24, seed=seed) for seed in (0, 1)]
    experts, explainer = train_experts(demo, settings)
    forget_experts()
    whole = train(demo, settings).mixture
    assert_same(experts.state_dict(), whole.experts.state_dict(), rtol=0, atol=0)
    assert_same(explainer.state_dict(), whole.explainer.state_dict(), rtol=0, atol=0)
    assert not experts.weight1.requires_grad


def test_the_gate_takes_up_experts_that_were_trained_alone(demo):
    settings = [Settings(**QUICK)]
    experts, _ = train_experts(demo, settings)
    before = {name: value.clone() for name, value in experts.state_dict().items()}
    assert train(demo, settings).experts_reused
    assert_same(experts.state_dict(), before, rtol=0, atol=0)


def test_nobody_learns_by_a_training_what_another_owner_trained_on(demo):
    """Not that it was done before, nor in which time; and what is forgotten is the owner's own."""
    settings = [Settings(epochs=8)]
    with experts_of("one"):
        assert not train(demo, settings).experts_reused
        assert train(demo, settings).experts_reused == EXPERTS
    for other in ("two", ""):
        with experts_of(other):
            assert not train(demo, settings).experts_reused
    forget_experts("one")
    with experts_of("two"):
        assert train(demo, settings).experts_reused == EXPERTS
    with experts_of("one"):
        assert not train(demo, settings).experts_reused


@pytest.mark.slow
def test_rare_rows_is_a_setting(demo):
    settings = Settings(batch_size=80, select="last", **QUICK)
    alone, again = (weights(train(demo, [settings.replace(rare_rows=n)])) for n in (0, 64))
    assert differ(alone, again)
