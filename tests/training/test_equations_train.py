"""Every equation is what trains: with one of them made a constant, a run ends elsewhere.

A constant keeps the value of a function and takes its gradient away, so that curves look the same.
"""

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.functional import attention, losses
from fairmoe.nn import adversaries
from fairmoe.nn import gate as gate_stack
from fairmoe.training import expert_losses, forget_experts, gate, gate_batches, train

QUICK = {"epochs": 12, "fine_tune_every": 0, "select": "last", "threshold": "half"}
SETTINGS = {
    "default": Settings(**QUICK),
    "rollouts": Settings(credit="rollouts", **QUICK),
    "batch": Settings(credit="batch", **QUICK),
    "logits": Settings(adversary_input="logits", **QUICK),
    "lime": Settings(attribution_method="lime", attention_rows=16, **QUICK),
}
EXPERTS = {"utility": 0, "result": 1, "procedural": 2}


def trained(data, settings):
    forget_experts()
    state = train(data, [settings]).mixture.state_dict()
    parts = {
        name: [value[place] for key, value in state.items() if key.startswith("experts.")]
        for name, place in EXPERTS.items()
    }
    return parts | {"gate": [value for key, value in state.items() if key.startswith("gate.")]}


@pytest.fixture(scope="module")
def untouched(demo):
    return {name: trained(demo, settings) for name, settings in SETTINGS.items()}


def constant(function):
    def without_gradient(*arguments, **options):
        value = function(*arguments, **options)
        return value.detach() + 0 * value

    return without_gradient


def twice(function):
    return lambda *arguments, **options: 2 * function(*arguments, **options)


def nothing(function):
    return lambda *arguments, **options: 0 * function(*arguments, **options)


def not_reversed(_):
    return lambda x, _: x


ALL = ["utility", "result", "procedural"]
EQUATIONS = [
    ("4, 5, 6", expert_losses, "cross_entropy_loss", constant, ALL, "default"),
    ("7", expert_losses, "result_expert_loss", constant, ["result"], "default"),
    ("8, 9, 10", expert_losses, "representation_loss", constant, ["result"], "default"),
    ("10, twice", expert_losses, "representation_loss", twice, ["result"], "default"),
    ("11", expert_losses, "fairness_loss", constant, ["result"], "default"),
    ("12, 13, 14", expert_losses, "demographic_parity_loss", constant, ["result"], "default"),
    ("15, 16, 17", expert_losses, "equal_opportunity_loss", constant, ["result"], "default"),
    ("18", expert_losses, "procedural_expert_loss", constant, ["procedural"], "default"),
    ("19", expert_losses, "attention_loss", constant, ["procedural"], "default"),
    ("19, over coalitions", expert_losses, "attention_loss", constant, ["procedural"], "lime"),
    ("20", attention, "jensen_shannon_divergence", constant, ["procedural"], "default"),
    ("20, twice", attention, "jensen_shannon_divergence", twice, ["procedural"], "default"),
    ("21", attention, "attention_weights", constant, ["procedural"], "default"),
    ("21, over coalitions", attention, "attention_weights", constant, ["procedural"], "lime"),
    ("22", expert_losses, "adversarial_loss", constant, ["procedural"], "default"),
    ("22, of logits", expert_losses, "adversarial_loss", constant, ["procedural"], "logits"),
    ("25, 28", losses, "_group_cross_entropy", constant, ["procedural"], "default"),
    ("23, 24, 26, 27", adversaries.AdversaryStack, "forward", constant, ["procedural"], "default"),
    ("29, 30", adversaries, "gradient_reversal", not_reversed, ["procedural"], "default"),
    ("33", gate_stack, "gate_log_proba", constant, ["gate"], "default"),
    ("37", gate, "routing_reward", nothing, ["gate"], "rollouts"),
    ("37, of single rows", gate, "counterfactual_rewards", nothing, ["gate"], "default"),
    ("38", gate, "reinforce_loss", constant, ["gate"], "batch"),
    ("38, rollouts", gate, "reinforce_loss", constant, ["gate"], "rollouts"),
    ("38, own actions summed", gate, "counterfactual_loss", constant, ["gate"], "default"),
    ("39", gate_batches, "disagreement_weights", twice, ["gate"], "default"),
    ("40", gate, "gate_entropy", constant, ["gate"], "default"),
    ("41, 42", gate, "load_balance_loss", constant, ["gate"], "default"),
    ("43", gate, "gate_loss", constant, ["gate"], "default"),
    ("45", gate, "moving_usage", constant, ["gate"], "default"),
    ("46", gate, "batch_usage", constant, ["gate"], "default"),
]


def test_a_run_that_nothing_is_changed_in_ends_where_it_ended(demo, untouched):
    for name, settings in SETTINGS.items():
        again = trained(demo, settings)
        for part, weights in untouched[name].items():
            for before, after in zip(weights, again[part], strict=True):
                assert torch.equal(before, after)


@pytest.mark.parametrize(
    ("place", "name", "change", "learners", "run"),
    [parameters for _, *parameters in EQUATIONS],
    ids=[number for number, *_ in EQUATIONS],
)
def test_training_follows_the_equation(
    demo, untouched, monkeypatch, place, name, change, learners, run
):
    monkeypatch.setattr(place, name, change(getattr(place, name)))
    found, before = trained(demo, SETTINGS[run]), untouched[run]
    for part in EXPERTS:
        same = all(map(torch.equal, found[part], before[part]))
        assert same == (part not in learners)
    if "gate" in learners:
        assert max((a - b).abs().max() for a, b in zip(found["gate"], before["gate"], strict=True))
