"""Weights of rows, and rows of no known group, on their way through the training."""

import dataclasses

import numpy as np
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import EncodedSplit, Roles, Sensitive, Target, assign_roles, encode
from fairmoe.data.demo import make_demo
from fairmoe.data.table import table_from_frame
from fairmoe.functional.losses import adversarial_loss
from fairmoe.nn import AdversaryStack
from fairmoe.training import batches, evaluate, make_batch, train
from fairmoe.training.batches import make_batches, resolve_schedule
from fairmoe.training.expert_phase import make_explainer
from fairmoe.training.gate import GateTrainer
from fairmoe.training.group_sample import GroupSample
from fairmoe.training.proportion import representative

CPU = torch.device("cpu")
ROLES = Roles(Target("hired"), (Sensitive("sex"),), dropped=("applicant_id",))


@pytest.fixture(scope="module")
def demo():
    table = make_demo(300)
    table["w"] = np.random.default_rng(0).integers(1, 5, 300)
    return table


def _encoded(frame, **roles):
    return encode(assign_roles(table_from_frame(frame), dataclasses.replace(ROLES, **roles)))


@pytest.fixture(scope="module")
def weighted(demo):
    return _encoded(demo, weight="w")


@pytest.fixture(scope="module")
def partly_known(demo):
    return _encoded(demo.assign(sex=demo["sex"].where(demo.index % 5 > 0)), unknown="train")


def _repeated(split):
    rows = np.repeat(np.arange(len(split.y)), split.weight.astype(int))
    return EncodedSplit(split.x[rows], split.y[rows], split.group[rows], split.rows[rows])


def test_means_over_groups_are_those_of_repeated_rows(weighted):
    batch, repeated = (
        make_batch(split, slice(None), 2) for split in (weighted.train, _repeated(weighted.train))
    )
    for name in ("averaging", "averaging_positives"):
        torch.testing.assert_close(
            batch.x.T @ getattr(batch, name), repeated.x.T @ getattr(repeated, name)
        )
    assert repeated.effective_rows == len(repeated.y)
    w = weighted.train.weight
    assert batch.effective_rows == pytest.approx(w.sum() ** 2 / (w**2).sum())


def test_a_sample_of_rows_has_the_weighted_means():
    random = np.random.default_rng(0)
    x = random.normal(size=(2000, 3)).astype(np.float32)
    group, y = random.integers(2, size=(2, 2000))
    weight = np.where(x[:, 0] > 0, 9.0, 1.0)
    batch = make_batch(EncodedSplit(x, y, group, np.arange(2000), weight), slice(None), 2)
    sample = GroupSample(batch, 200)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.stack([sample.draw(generator).T @ sample.averaging for _ in range(100)]).mean(0)
    exact = torch.as_tensor(
        np.array([np.average(x[group == g], 0, weight[group == g]) for g in (0, 1)])
    )
    assert exact[:, 0].min() > 0.5
    torch.testing.assert_close(drawn, exact.T.float(), atol=0.05, rtol=0)


def test_the_gate_sees_rows_as_often_as_their_weight_says(weighted, partly_known):
    split = weighted.train
    chosen = representative(split)
    assert len(chosen.y) == len(split.y)
    assert chosen.weight is None
    times = np.bincount(np.searchsorted(split.rows, chosen.rows), minlength=len(split.y))
    wanted = split.weight * len(split.y) / split.weight.sum()
    assert np.abs(times - wanted).max() < 1
    known = representative(partly_known.train)
    assert (known.group >= 0).all()
    assert set(known.rows) == set(partly_known.train.rows[partly_known.train.group >= 0])
    plain = dataclasses.replace(split, weight=None)
    assert representative(plain) is plain


@pytest.mark.parametrize(("halved", "halves"), [(100, True), (150, False)])
def test_the_gate_sees_half_of_large_batches_of_known_groups(
    partly_known, monkeypatch, halved, halves
):
    rows, step = [], GateTrainer._step

    def watch(self, optimizer, batch):
        rows.append(len(batch.tables.group))
        return step(self, optimizer, batch)

    monkeypatch.setattr(GateTrainer, "_step", watch)
    monkeypatch.setattr(batches, "HALVED_ROWS", halved)
    settings = Settings(epochs=20, fine_tune_every=0)
    known = int((partly_known.train.group >= 0).sum())
    assert resolve_schedule(settings, len(partly_known.train.y)).gate_turns == 2
    train(partly_known, [settings])
    assert rows == ([known // 2, known - known // 2] if halves else [known, known])


def test_adversaries_descend_what_the_weighted_loss_says():
    stack = AdversaryStack(4, 2, [torch.Generator().manual_seed(0)]).double()
    draw = torch.Generator().manual_seed(1)
    view = torch.randn(1, 6, 7, generator=draw, dtype=torch.float64)
    group, weights = torch.tensor([0, 1, 0, 1, 1, 0]), torch.tensor([1.0, 0, 3, 2, 0.5, 0]).double()
    adversarial_loss(*stack(view, torch.ones(1, 1, 1)), group, weights).sum().backward()
    # Outside of its two blocks there is no weight.
    masks = {"weight1": stack.mask1, "weight2": stack.mask2, "bias2": 1}
    expected = {name: p.grad.clone() * masks[name] for name, p in stack.named_parameters()}
    member = torch.nn.functional.one_hot(group, 2).T.double()
    stack.adversarial_backward(view, member, weights)
    for name, parameter in stack.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[name], msg=name)
    assert max(grad.abs().max() for grad in expected.values()) > 0


def test_rows_of_no_known_group_are_learnt_from_and_judge_nothing(partly_known):
    train_split = partly_known.train
    unknown = train_split.group < 0
    assert unknown.sum() == 60
    assert sorted(train_split.rows[unknown]) == list(range(0, 300, 5))
    for split in (partly_known.validation, partly_known.test):
        assert (split.group >= 0).all()
    (batch,) = make_batches(train_split, 2, 1, CPU, least=64)
    assert batch.weights is None
    assert (batch.averaging[batch.group_weights == 0] == 0).all()
    known = make_batch(train_split.known(), slice(None), 2)
    torch.testing.assert_close(batch.x.T @ batch.averaging, known.x.T @ known.averaging)
    sample = GroupSample(batch, 60)
    assert len(sample.draw(torch.Generator())) <= 62


@pytest.mark.parametrize("batch_size", ["auto", 64])
def test_runs_train_with_weights_and_unknown_groups(demo, batch_size):
    frame = demo.assign(sex=demo["sex"].where(demo.index % 5 > 0))
    data = _encoded(frame, weight="w", unknown="train")
    settings = Settings(epochs=8, batch_size=batch_size, attention_rows=32)
    mixture = train(data, [settings]).mixture
    rows = make_batch(data.test, slice(None), 2)
    assert torch.isfinite(mixture.proba(rows.x)).all()


def test_who_counts_more_is_predicted_better(demo):
    positive = demo["hired"] == "yes"
    means = []
    for factor in (1, 9):
        data = _encoded(demo.assign(w=np.where(positive, factor, 1)), weight="w")
        mixture = train(data, [Settings(epochs=40, threshold="half")]).mixture
        means.append(mixture.expert_proba(torch.as_tensor(data.test.x))[0].mean().item())
    assert means[1] > means[0] + 0.15


def test_scores_of_an_evaluation_are_weighted(weighted):
    settings = Settings(epochs=4)
    mixture = train(weighted, [settings]).mixture
    explainer = make_explainer(weighted, settings)
    scores = [
        evaluate(mixture, explainer, make_batch(split, slice(None), 2), 2, settings).scores
        for split in (weighted.validation, _repeated(weighted.validation))
    ]
    for name in scores[0]:
        torch.testing.assert_close(scores[0][name], scores[1][name], msg=name)


@pytest.mark.parametrize("weight", [1.0, 0.1, 0.01])
def test_no_group_vanishes_for_its_small_weight_from_what_the_gate_learns(weight):
    rng = np.random.default_rng(0)
    group, y = rng.choice(3, 300, p=[0.45, 0.45, 0.1]), rng.integers(0, 2, 300)
    of_rows = np.where(group == 2, weight, 1.0)
    split = EncodedSplit(np.zeros((300, 1), np.float32), y, group, np.arange(300), of_rows)
    drawn = representative(split)
    cells = np.bincount(drawn.group * 2 + drawn.y, minlength=6)
    expected = 300 * np.bincount(group * 2 + y, of_rows) / of_rows.sum()
    assert cells.min() >= 1
    np.testing.assert_allclose(cells, expected.clip(1), atol=0.51)
