"""Phase 1: what the losses reach, what each lambda buys, and which weights are kept."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from fairmoe.config import Settings
from fairmoe.data import (
    DEMO_ROLES,
    assign_roles,
    demo_table,
    encode,
    make_demo,
    table_from_frame,
)
from fairmoe.training import expert_judge
from fairmoe.training.batches import make_batch, make_batches, resolve_weight_decay
from fairmoe.training.evaluation import evaluate
from fairmoe.training.expert_phase import make_explainer
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.members import Members
from fairmoe.training.reporting import Recorder
from fairmoe.training.selection import BestWeights
from fairmoe.training.threads import on_one_thread

NOTHING = {"lambda_rep": 0, "lambda_fair": 0, "lambda_attention": 0, "lambda_adv": 0}
CPU = torch.device("cpu")


def make_trainer(data, settings):
    resolved = [resolve_weight_decay(one, len(data.train.y)) for one in settings]
    members = Members.of_runs(resolved, CPU)
    batches = make_batches(data.train, data.n_groups, 1, CPU, least=0)
    validation = make_batch(data.validation, torch.arange(len(data.validation.y)), data.n_groups)
    explainer = make_explainer(data, settings[0])
    return ExpertTrainer(members, batches, validation, data.n_groups, explainer), batches[0]


def train_experts(data, settings, epochs):
    trainer, _ = make_trainer(data, settings)
    with on_one_thread():
        trainer.train(epochs, Recorder(lambda _: None))
    return trainer


@pytest.fixture(scope="module")
def large_demo():
    return encode(assign_roles(demo_table(), DEMO_ROLES))


@pytest.mark.parametrize(
    ("setting", "block"),
    [("lambda_rep", 1), ("lambda_fair", 1), ("lambda_attention", 2), ("lambda_adv", 2)],
)
@pytest.mark.parametrize("method", ["integrated_gradients", "gradient_shap", "shap", "lime"])
def test_each_lambda_reaches_the_first_layer_of_its_expert_alone(demo, setting, block, method):
    if method != "integrated_gradients" and setting != "lambda_attention":
        pytest.skip("only the attention loss depends on the method")
    gradients = []
    for value in (0.0, 1.0):
        settings = Settings(**(NOTHING | {setting: value}), dropout=0, attribution_method=method)
        trainer, batch = make_trainer(demo, [settings])
        trainer.optimizers()
        trainer.backward(batch, trainer._samples[0], full=True)
        gradients.append(trainer.experts.weight1.grad.clone())
    change = (gradients[1] - gradients[0]).abs().amax((1, 2))
    assert change[block] > 1e-6
    others = [member for member in range(3) if member != block]
    assert change[others].max() == 0


def test_in_the_warm_up_experts_learn_from_cross_entropy_alone(demo):
    gradients = []
    for lambdas in (NOTHING, dict.fromkeys(NOTHING, 50.0)):
        trainer, batch = make_trainer(demo, [Settings(**lambdas, dropout=0)])
        trainer.optimizers()
        trainer.backward(batch, trainer._samples[0], full=False)
        gradients.append([p.grad for p in trainer.experts.parameters() if p.requires_grad])
        assert trainer.adversaries.weight1.grad.abs().max() > 0
    for one, other in zip(*gradients, strict=True):
        assert torch.equal(one, other)


def test_the_baseline_row_is_the_training_mean_or_zero(demo):
    mean = make_explainer(demo, Settings()).baseline
    assert torch.allclose(mean, torch.as_tensor(demo.train.x).mean(0), atol=1e-6)
    zero = make_explainer(demo, Settings(attribution_baseline="zero")).baseline
    assert zero.abs().max() == 0
    assert mean.abs().max() > 0


def test_only_gradient_shap_keeps_rows_of_others(demo):
    for method in ("integrated_gradients", "shap", "lime"):
        assert len(make_explainer(demo, Settings(attribution_method=method)).background) == 0
    kept = make_explainer(demo, Settings(attribution_method="gradient_shap")).background
    assert 15 <= len(kept) <= 17


def test_fine_tuning_leaves_the_utility_expert_alone(demo):
    trainer = train_experts(demo, [Settings()], 10)
    before = {name: p.detach().clone() for name, p in trainer.experts.named_parameters()}
    trainer.fine_tune(3)
    for name in ("weight1", "bias1", "weight2", "bias2"):
        parameter = trainer.experts.get_parameter(name)
        assert torch.equal(parameter[0], before[name][0])
        assert not torch.equal(parameter[1], before[name][1])
        assert not torch.equal(parameter[2], before[name][2])


def test_the_keeper_keeps_each_members_best():
    module = torch.nn.Linear(1, 3, bias=False)
    best = BestWeights(module, 3, CPU)
    for value, criterion in [
        (1.0, [0.1, 0.5, 0.2]),
        (2.0, [0.3, 0.4, 0.2]),
        (3.0, [0.2, 0.6, 0.1]),
    ]:
        torch.nn.init.constant_(module.weight, value)
        best.offer(torch.tensor(criterion).double())
    best.restore()
    assert module.weight[:, 0].tolist() == [2.0, 3.0, 1.0]


@pytest.mark.slow
def test_utility_matches_logistic_regression_without_lambdas(large_demo):
    data = large_demo
    trainer = train_experts(data, [Settings(seed=seed, **NOTHING) for seed in range(3)], 300)
    test = make_batch(data.test, torch.arange(len(data.test.y)), 2)
    scores = evaluate(trainer.experts.part(), trainer._explainer, test, 2, Settings()).scores
    logistic = LogisticRegression(max_iter=1000).fit(data.train.x, data.train.y)
    auc = roc_auc_score(data.test.y, logistic.decision_function(data.test.x))
    assert scores["auc"].mean().item() > auc - 0.01


@pytest.mark.slow
def test_lambda_attention_draws_the_groups_attention_together(large_demo):
    settings = [
        Settings(seed=seed, **(NOTHING | {"lambda_attention": value}))
        for value in (0, 1, 10)
        for seed in range(2)
    ]
    trainer = train_experts(large_demo, settings, 160)
    split = large_demo.test
    rows = make_batch(split, torch.arange(len(split.y)), 2)
    procedural = trainer.experts.part(slice(4, None))
    scores = evaluate(procedural, trainer._explainer, rows, 2, Settings()).scores
    without, one, ten = scores["att_jsd"].view(3, 2).mean(1).tolist()
    assert one < 0.8 * without
    assert ten < 0.5 * without


@pytest.mark.parametrize(("select", "strength"), [("last", 1), ("last", 3)])
@pytest.mark.slow
def test_a_fresh_probe_tells_the_group_worse_from_an_adversarially_trained_hidden_vector(
    large_demo, select, strength
):
    settings = [
        Settings(seed=seed, select=select, **(NOTHING | {"lambda_adv": value}))
        for value in (0, strength)
        for seed in range(3)
    ]
    trainer = train_experts(large_demo, settings, 400)
    experts = trainer.experts.part(slice(6, None))
    hidden = {
        name: experts.outputs(experts.first_layer(torch.as_tensor(split.x))).hidden.detach().numpy()
        for name, split in (("train", large_demo.train), ("test", large_demo.test))
    }
    auc = []
    for member in range(6):
        spread = hidden["train"][member].std(0) + 1e-6
        probe = LogisticRegression(max_iter=1000)
        probe.fit(hidden["train"][member] / spread, large_demo.train.group)
        told = probe.decision_function(hidden["test"][member] / spread)
        auc.append(roc_auc_score(large_demo.test.group, told))
    without, with_adversary = np.reshape(auc, (2, 3))
    assert with_adversary.mean() < without.mean() - 0.05


def test_rows_that_all_are_meant_are_not_copied_and_not_kept(large_demo):
    batch = make_batch(large_demo.train, slice(None), large_demo.n_groups)
    assert np.shares_memory(batch.x.numpy(), large_demo.train.x)
    explainer = make_explainer(large_demo, Settings())
    assert explainer.background.untyped_storage().nbytes() == 0
    of_rows = make_explainer(large_demo, Settings(attribution_method="gradient_shap")).background
    assert 0 < of_rows.untyped_storage().nbytes() < 100 * batch.x[0].nbytes


def test_thresholds_are_fitted_on_the_validation_rows_only(demo, monkeypatch):
    seen = []
    honest = expert_judge.fit_thresholds

    def spy(log_odds, y, group, *others, **options):
        seen.append((y, group))
        return honest(log_odds, y, group, *others, **options)

    monkeypatch.setattr(expert_judge, "fit_thresholds", spy)
    trainer, _ = make_trainer(demo, [Settings()])
    trainer.train(4, Recorder(lambda _: None))
    assert len(seen) == 2
    for y, group in seen:
        assert torch.equal(y, torch.as_tensor(demo.validation.y))
        assert torch.equal(group, torch.as_tensor(demo.validation.group))


def test_fine_tuning_fits_thresholds_from_one_half_anew():
    data = encode(assign_roles(table_from_frame(make_demo(6000)), DEMO_ROLES))
    trainer, _ = make_trainer(data, [Settings()])
    trainer.train(40, Recorder(lambda _: None))
    with torch.no_grad():
        trainer.experts.bias2[:, 0] += 2
    trainer.fine_tune(0)
    fitted = trainer.experts.threshold.clone()
    assert (fitted < -0.5).all()
    trainer.fine_tune(0)
    assert torch.equal(trainer.experts.threshold, fitted)
