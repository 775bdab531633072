"""How long runs train, and what their batches and samples hold."""

import numpy as np
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import (
    EncodedSplit,
)
from fairmoe.training.batches import make_batches, resolve_schedule, resolve_weight_decay
from fairmoe.training.group_sample import GroupSample


def test_weight_decay_is_weaker_with_more_rows_and_what_the_user_says():
    assert resolve_weight_decay(Settings(), 800).weight_decay == pytest.approx(0.01)
    assert resolve_weight_decay(Settings(), 8000).weight_decay == pytest.approx(0.001)
    assert resolve_weight_decay(Settings(), 4).weight_decay == 1
    assert resolve_weight_decay(Settings(weight_decay=0), 800).weight_decay == 0
    assert resolve_weight_decay(Settings(weight_decay=0), 800).gate_weight_decay == 0.01
    assert resolve_weight_decay(Settings(gate_weight_decay=0.5), 8).gate_weight_decay == 0.5


def test_auto_epochs_keep_the_number_of_steps():
    assert resolve_schedule(Settings(), 600) == (1000, 600, 1, 100, 1, 5)
    large = resolve_schedule(Settings(), 20_000)
    assert large.batches == 10
    assert large.epochs == 100
    assert resolve_schedule(Settings(epochs=7, batch_size=100), 250) == (7, 100, 3, 1, 1, 0)


def test_the_gate_has_a_fifth_of_its_half_of_the_epochs_or_what_the_user_says():
    def gate(**changes):
        return resolve_schedule(Settings(epochs=200, **changes), 600)[3:]

    assert gate() == (20, 1, 1)
    assert gate(gate_epochs="half", fine_tune_every=30) == (100, 1, 3)
    assert gate(gate_epochs=55, fine_tune_every=0) == (55, 1, 0)


@pytest.mark.parametrize(
    ("rows", "changes", "turns"),
    [
        (1500, {}, 1),
        (1501, {}, 2),
        (4096, {}, 2),
        (20_000, {}, 2),
        # Two batches of 1,500 rows, and of one more.
        (3000, {"batch_size": 1500}, 1),
        (3002, {"batch_size": 1501}, 2),
        (20_000, {"batch_size": 512}, 1),
        # Who asks for epochs means all rows.
        (20_000, {"gate_epochs": "half"}, 1),
        (20_000, {"gate_epochs": 10}, 1),
    ],
)
def test_the_gate_sees_half_of_large_batches_in_an_epoch(rows, changes, turns):
    assert resolve_schedule(Settings(**changes), rows).gate_turns == turns


def split_of(sizes):
    """Return a split with as many rows of each cell as `sizes` say; each row is its own number."""
    cells = np.repeat(np.arange(len(sizes)), sizes)
    x = np.arange(len(cells), dtype=np.float32)[:, None]
    return EncodedSplit(x, cells % 2, cells // 2, np.arange(len(cells)))


def test_batches_hold_every_row_once_and_each_cell_in_proportion():
    batches = make_batches(split_of([400, 303, 300, 202]), 2, 5, torch.device("cpu"), least=64)
    numbers = torch.cat([batch.x[:, 0] for batch in batches])
    assert sorted(numbers.tolist()) == list(range(1205))
    for cell in range(4):
        counts = [int((batch.group * 2 + batch.y == cell).sum()) for batch in batches]
        assert max(counts) - min(counts) <= 1


def cells_seen(batch, split):
    """Return how many rows of each cell a batch of `split_of` sees, its own and those again."""
    rows = batch.x[:, 0].long()
    assert len(rows.unique()) == len(rows)
    cells = torch.as_tensor(split.group * 2 + split.y)[rows]
    return cells.bincount(minlength=4).tolist()


def test_rows_of_rare_cells_are_seen_by_several_batches():
    split = split_of([9000, 3000, 200, 30])
    batches = make_batches(split, 2, 6, torch.device("cpu"), least=64)
    # 64 of a cell that has more rows than that, and all of one that has fewer.
    assert [cells_seen(batch, split) for batch in batches] == [[1500, 500, 64, 30]] * 6
    own = torch.cat([batch.x[batch.own, 0] for batch in batches]).long()
    assert own.sort().values.tolist() == list(range(12_230))
    times = torch.cat([batch.x[:, 0] for batch in batches]).long().bincount()
    assert (times[:12_000] == 1).all()
    assert (times[12_200:] == 6).all()
    assert set(times[12_000:12_200].tolist()) <= {1, 2, 3}


def test_means_over_groups_are_those_of_labels_in_proportion():
    """Of a rare group one label may come again and the other not; its mean stays the group's."""
    split = split_of([9000, 3000, 200, 30])
    labels = torch.as_tensor(split.y).float()
    for batch in make_batches(split, 2, 6, torch.device("cpu"), least=64):
        of_rows = labels[batch.x[:, 0].long()]
        assert of_rows @ batch.averaging == pytest.approx([3000 / 12_000, 30 / 230], abs=1e-3)
        assert batch.averaging.sum(0) == pytest.approx([1, 1], abs=1e-4)
        assert of_rows @ batch.averaging_positives == pytest.approx([1, 1], abs=1e-4)
        sample = GroupSample(batch, 400)
        drawn = sample.draw(torch.Generator().manual_seed(0))
        of_drawn = labels[drawn[:, 0].long()]
        assert of_drawn @ sample.averaging == pytest.approx([3000 / 12_000, 30 / 230], abs=0.02)


def test_rows_that_come_again_are_no_more_than_half_of_those_dealt():
    split = split_of([900, 300, 20, 20])
    batches = make_batches(split, 2, 31, torch.device("cpu"), least=64)
    assert max(len(batch.x) - batch.own.stop for batch in batches) <= 20
    assert all(cells_seen(batch, split)[2:] == [5, 5] for batch in batches)


@pytest.mark.parametrize("n_batches", [1, 5])
def test_without_a_least_number_no_row_comes_again(n_batches):
    split = split_of([900, 300, 20, 3])
    for batch in make_batches(split, 2, n_batches, torch.device("cpu"), least=0):
        assert len(batch.x) == batch.own.stop


def test_samples_hold_each_group_in_proportion_and_average_rightly(demo):
    (batch,) = make_batches(demo.train, 2, 1, torch.device("cpu"), least=64)
    # Each row is its own number and its group, so that a draw tells which rows it took.
    numbered = torch.stack([torch.arange(len(batch.y)), batch.group], 1).float()
    sample = GroupSample(batch._replace(x=numbered), 100)
    generator = torch.Generator().manual_seed(0)
    times = torch.zeros(len(batch.y))
    for _ in range(400):
        rows = sample.draw(generator)
        drawn, group = rows.T
        assert len(drawn.unique()) == len(drawn) == len(sample.averaging)
        assert group.mean().item() == pytest.approx(batch.group.double().mean().item(), abs=0.01)
        means = drawn @ sample.averaging
        by_group = torch.stack([drawn[group == g].mean() for g in (0, 1)])
        assert torch.allclose(means, by_group)
        times[drawn.long()] += 1
    # 400 draws of about 100 of 480 rows: each row some 83 times, with a deviation of about 8
    assert times.mean().item() == pytest.approx(400 * len(drawn) / len(batch.y))
    assert times.min() > 40
    assert times.max() < 130
    everything = GroupSample(batch, 10_000)
    assert everything.draw(generator) is batch.x
    assert everything.averaging is batch.averaging
