"""A step of the experts: its losses, and what they draw along, written out once more."""

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.functional.attention import attention_loss, mean_attention
from fairmoe.functional.losses import (
    adversarial_loss,
    cross_entropy_loss,
    demographic_parity_loss,
    equal_opportunity_loss,
    representation_loss,
)
from fairmoe.training.adam import MEAN_MEMORY
from fairmoe.training.batches import make_batches
from fairmoe.training.expert_losses import ExpertLosses
from fairmoe.training.expert_phase import make_explainer
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.group_sample import GroupSample
from fairmoe.training.members import Members, draw_initial
from fairmoe.training.stack import DROPOUT_STREAM

CPU = torch.device("cpu")
PLAIN = {"dropout": 0, "weight_decay": 0.01}
WEIGHTS = PLAIN | {"lambda_rep": 2, "lambda_fair": 3, "lambda_attention": 5, "lambda_adv": 7}


def in_float64(batch):
    parts = {name: part for name, part in batch._asdict().items() if part is not None}
    return batch._replace(
        **{name: part.double() for name, part in parts.items() if part.is_floating_point()}
    )


def make_trainer(data, settings, *, n_batches=1):
    batches = make_batches(data.train, data.n_groups, n_batches, CPU, least=64)
    batch = in_float64(batches[0])
    explainer = make_explainer(data, settings[0]).double()
    trainer = ExpertTrainer(
        Members.of_runs(settings, CPU), [batch], batch, data.n_groups, explainer
    )
    for module in trainer.modules():
        module.double()
    trainer.optimizers()
    return trainer, batch


def losses_by_autograd(trainer, batch, settings, keep):
    """Return the three losses of one run, written out for two groups, and what is descended.

    Adversaries descend their loss as it is; what it weighs for the expert is in the reversal.
    """
    experts = trainer.experts.part()
    outputs = experts.outputs(experts.first_layer(batch.x), keep)
    entropy = [
        torch.nn.functional.cross_entropy(outputs.logits[member], batch.y) for member in range(3)
    ]
    proba = outputs.logits.softmax(-1)[..., 1]
    first, second, positive = batch.group == 0, batch.group == 1, batch.y == 1
    hidden = outputs.hidden[1]
    apart = (hidden[first].mean(0) - hidden[second].mean(0)).square().sum()
    parity = (proba[1, first].mean() - proba[1, second].mean()).abs()
    opportunity = (proba[1, first & positive].mean() - proba[1, second & positive].mean()).abs()
    result = settings.lambda_rep * apart + settings.lambda_fair * (parity + opportunity) / 2
    attention = trainer._explainer.attention(experts, batch.x)[2]
    means = torch.stack([attention[first].mean(0), attention[second].mean(0)])
    divergence = (means * (means / means.mean(0)).log().nan_to_num()).sum(1).mean()
    seen = outputs.logits[2:]
    if settings.adversary_input == "probabilities":
        seen = seen.softmax(-1)
    shown = trainer.adversaries.view(outputs.hidden[2:], seen)
    back = settings.lambda_adv * settings.lambda_grl
    guesses = trainer.adversaries(shown, torch.full((1, 1, 1), back))
    fooled = sum(torch.nn.functional.cross_entropy(guess[0], batch.group) for guess in guesses) / 2
    aligned = settings.lambda_attention * divergence
    losses = (
        entropy[0],
        entropy[1] + result,
        entropy[2] + aligned + settings.lambda_adv * fooled,
    )
    return losses, sum(entropy) + result + aligned + fooled


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dropout": 0.3},
        {"adversary_input": "logits", "lambda_grl": 2.5},
        {"attribution_method": "gradient_shap"},
        {"slope": 0.3},
    ],
)
@pytest.mark.equation(7, 18)
def test_losses_and_gradients_are_what_autograd_makes_of_the_equations(demo, changes):
    settings = Settings(**WEIGHTS | changes)
    trainer, batch = make_trainer(demo, [settings])
    rows = GroupSample(batch, len(batch.y))
    trainer.reseed(1)
    keep = trainer.losses._draw_dropout(len(batch.y))
    trainer.reseed(1)
    losses = trainer.backward(batch, rows, full=True)
    trained = [p for m in trainer.modules() for p in m.parameters() if p.requires_grad]
    by_hand = [parameter.grad.clone() for parameter in trained]
    expected, descended = losses_by_autograd(trainer, batch, settings, keep)
    for name, loss in zip(("utility", "result", "procedural"), expected, strict=True):
        assert getattr(losses, name).item() == pytest.approx(loss.item(), rel=1e-6)
    gradients = torch.autograd.grad(descended, trained)
    masks = {id(trainer.adversaries.weight1): trainer.adversaries.mask1}
    masks[id(trainer.adversaries.weight2)] = trainer.adversaries.mask2
    for parameter, ours, theirs in zip(trained, by_hand, gradients, strict=True):
        assert theirs.abs().max() > 1e-4
        assert torch.allclose(ours, theirs * masks.get(id(parameter), 1), atol=1e-6)


def test_rows_that_come_again_count_in_means_over_groups_alone(demo):
    settings = Settings(**WEIGHTS)
    trainer, batch = make_trainer(demo, [settings], n_batches=6)
    own = batch.own.stop
    assert own < len(batch.x)
    sample = GroupSample(batch, len(batch.x))
    losses = trainer.backward(batch, sample, full=True)
    layers = trainer.experts.layers()
    by_hand = [parameter.grad.clone() for parameter in layers]

    experts = trainer.experts.part()
    outputs = experts.outputs(experts.first_layer(batch.x))
    entropy = cross_entropy_loss(outputs.logits[:, :own], batch.y[:own])
    proba = outputs.log_odds[1].sigmoid()
    gaps = demographic_parity_loss(proba, batch.averaging) + equal_opportunity_loss(
        proba, batch.averaging_positives
    )
    apart = representation_loss(outputs.hidden[1], batch.averaging)
    result = settings.lambda_rep * apart + settings.lambda_fair * gaps / 2
    attributions = trainer._explainer.attributions(experts, batch.x)[2]
    aligned = settings.lambda_attention * attention_loss(
        mean_attention(attributions, batch.averaging)
    )
    shown = trainer.adversaries.view(outputs.hidden[2:, :own], outputs.logits[2:, :own].softmax(-1))
    back = torch.full((1, 1, 1), settings.lambda_adv * settings.lambda_grl)
    fooled = adversarial_loss(*trainer.adversaries(shown, back), batch.group[:own])[0]
    assert losses.result.item() == pytest.approx((entropy[1] + result).item(), rel=1e-6)
    assert losses.procedural.item() == pytest.approx(
        (entropy[2] + aligned + settings.lambda_adv * fooled).item(), rel=1e-6
    )
    theirs = torch.autograd.grad(entropy.sum() + result + aligned + fooled, layers)
    for ours, their in zip(by_hand, theirs, strict=True):
        assert their.abs().max() > 1e-4
        assert torch.allclose(ours, their, atol=1e-6)


def test_frozen_members_have_no_gradient_and_the_others_the_same(demo):
    found = []
    for frozen in (False, True):
        trainer, batch = make_trainer(demo, [Settings(**PLAIN)])
        trainer.backward(batch, trainer._samples[0], full=True, frozen=frozen)
        found.append([p.grad for p in trainer.experts.layers()])
    for free, held in zip(*found, strict=True):
        assert free[0].abs().max() > 0
        assert held[0].abs().max() == 0
        assert torch.equal(free[1:], held[1:])


def test_adversaries_that_catch_up_leave_the_experts_alone(demo):
    trainer, batch = make_trainer(demo, [Settings(**PLAIN)])
    optimizers = trainer.optimizers()
    before = [p.detach().clone() for p in trainer.experts.layers()]
    guessed = []
    for _ in range(20):
        losses = trainer.backward(batch, trainer._samples[0], full=True)
        guessed.append(losses.adversaries.item())
        trainer.train_adversaries(optimizers[1], batch)
    assert guessed[-1] < guessed[0] - 0.01
    for old, parameter in zip(before, trainer.experts.layers(), strict=True):
        assert torch.equal(old, parameter)


def test_weights_between_the_two_adversaries_stay_zero(demo):
    trainer, _ = make_trainer(demo, [Settings(weight_decay=0.1)])
    for full in (False, True):
        trainer.epoch(trainer.optimizers(), full=full, frozen=False)
    adversaries = trainer.adversaries
    for weight, mask in (
        (adversaries.weight1, adversaries.mask1),
        (adversaries.weight2, adversaries.mask2),
    ):
        assert weight[:, mask[0] == 0].abs().max() == 0
        assert weight[:, mask[0] == 1].abs().min() > 0


def test_the_warm_up_is_cross_entropy_alone(demo):
    trainer, batch = make_trainer(demo, [Settings(**WEIGHTS)])
    trainer.backward(batch, trainer._samples[0], full=False)
    experts, layers = trainer.experts.part(), trainer.experts.layers()
    logits = experts.outputs(experts.first_layer(batch.x)).logits
    loss = sum(torch.nn.functional.cross_entropy(each, batch.y) for each in logits)
    for parameter, theirs in zip(layers, torch.autograd.grad(loss, layers), strict=True):
        assert torch.allclose(parameter.grad, theirs, atol=1e-10)


@pytest.mark.parametrize("limit", [100, 480])
def test_a_run_of_a_stack_has_the_gradients_that_it_has_alone(demo, limit):
    nothing = dict.fromkeys(("lambda_rep", "lambda_fair", "lambda_attention", "lambda_adv"), 0)
    runs = [Settings(**PLAIN | nothing), Settings(**WEIGHTS, lambda_grl=2, seed=1)]

    def gradients(settings):
        trainer, batch = make_trainer(demo, settings)
        trainer.backward(batch, GroupSample(batch, limit), full=True)
        trained = [p for m in trainer.modules() for p in m.parameters() if p.requires_grad]
        return [p.grad.unflatten(0, (-1, len(settings))) for p in trained]

    together = gradients(runs)
    for run, one in enumerate(runs):
        for ours, alone in zip(together, gradients([one]), strict=True):
            assert torch.allclose(ours[:, run], alone[:, 0], atol=1e-7)


@pytest.mark.parametrize("steps", [0, 3])
def test_adversaries_make_as_many_steps_of_their_own_as_they_are_told(demo, steps):
    trainer, batch = make_trainer(demo, [Settings(**PLAIN, adversary_steps=steps)])
    _, optimizer = trainer.optimizers()
    trainer.train_adversaries(optimizer, batch)
    assert optimizer._steps == steps


def test_adversaries_decay_less_the_more_they_push(demo):
    runs = [Settings(**PLAIN, lambda_adv=strength) for strength in (0, 1, 4)]
    trainer, _ = make_trainer(demo, runs)
    adversaries = trainer.adversaries
    before = adversaries.bias2.detach().clone()
    experts, optimizer = trainer.optimizers()
    optimizer.clear()
    optimizer.step()
    # Adam divides the first step by its own size; what the decay was shows in its mean.
    decayed = optimizer._mean[-before.numel() :].view_as(before) / (1 - MEAN_MEMORY)
    share = decayed / before
    assert share.mean(1).tolist() == pytest.approx([0.01, 0.01, 0.0025], rel=1e-4)
    assert experts._decay.unique().tolist() == pytest.approx([0.01])


def test_what_dropout_draws_is_of_a_members_own_seed(demo):
    runs = [Settings(seed=seed, dropout=0.5) for seed in (0, 1, 2)]
    every = Members.of_runs(runs, CPU)

    def drawn(members):
        explainer = make_explainer(demo, members.shared)
        of_members = draw_initial(members, demo.train.x.shape[1], demo.n_groups)
        losses = ExpertLosses(members, *of_members, explainer)
        losses.reseed(DROPOUT_STREAM)
        return losses._draw_dropout(20)

    of_all = drawn(every)
    # One expert of each kind, of one seed and of three.
    for places in ([0, 3, 6], [0, 4, 8]):
        members = every.only([place in places for place in range(9)])
        assert torch.equal(drawn(members), of_all[places])
