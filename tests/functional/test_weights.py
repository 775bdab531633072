"""A row that weighs three counts as three rows, in every loss and score."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.functional.explanation_scores import top_membership
from fairmoe.functional.guard import find_faults
from fairmoe.functional.losses import adversarial_loss, cross_entropy_loss
from fairmoe.functional.scores import all_scores
from fairmoe.training.thresholds import fit_thresholds


def _rows(seed, models=2, n=40):
    """Logits with ties, labels and groups of 40 rows, and for how many each stands."""
    draw = torch.Generator().manual_seed(seed)
    logits = torch.randint(-4, 5, (models, n, 2), generator=draw).double() / 2
    y, group = torch.randint(2, (2, n), generator=draw)
    weights = torch.randint(1, 4, (n,), generator=draw)
    return logits, y, group, weights, torch.repeat_interleave(torch.arange(n), weights)


@given(st.integers(0, 10_000), st.sampled_from([0.25, 1.0, 3.7]))
def test_losses_weigh_rows_as_often_as_they_would_come(seed, scale):
    logits, y, group, weights, again = _rows(seed)
    scaled = weights.double() * scale
    torch.testing.assert_close(
        cross_entropy_loss(logits, y, scaled), cross_entropy_loss(logits[:, again], y[again])
    )
    torch.testing.assert_close(
        adversarial_loss(logits, -logits, group, scaled),
        adversarial_loss(logits[:, again], -logits[:, again], group[again]),
    )


@given(st.integers(0, 10_000), st.sampled_from([0.25, 1.0, 3.7]))
def test_scores_weigh_rows_as_often_as_they_would_come(seed, scale):
    logits, y, group, weights, again = _rows(seed)
    proba = logits.softmax(-1)[..., 1]
    masked = proba.roll(1, -1)
    attention = logits.square() + 0.1
    attention = attention / attention.sum(-1, keepdim=True)

    def scores(rows, weights):
        return all_scores(
            proba[:, rows],
            masked[:, rows],
            attention[:, rows],
            y_true=y[rows] == 1,
            group=group[rows],
            n_groups=2,
            top_ratio=0.3,
            weights=weights,
        )

    weighted, repeated = scores(slice(None), weights * scale), scores(again, None)
    assert weighted.keys() == repeated.keys()
    for name, value in repeated.items():
        torch.testing.assert_close(weighted[name], value, equal_nan=True, msg=name)


@given(st.integers(0, 10_000))
def test_top_rows_make_up_their_share_of_the_weight(seed):
    logits, *_, weights, _ = _rows(seed)
    member = top_membership(logits[..., 0], 0.2, weights.double())
    assert ((member >= 0) & (member <= 1)).all()
    torch.testing.assert_close(member @ weights.double(), 0.2 * weights.sum().double().repeat(2))


@given(st.integers(0, 10_000), st.sampled_from([True, False, None]), st.booleans())
def test_the_guard_counts_people_not_rows(seed, favourable, choosing):
    logits, y, group, weights, again = _rows(seed)
    pred, plain = (logits[..., i] > 0 for i in (0, 1))

    def faults(rows, weights):
        return find_faults(
            pred[:, rows],
            y[rows] == 1,
            group=group[rows],
            n_groups=2,
            plain=plain[:, rows],
            favourable=favourable,
            choosing=choosing,
            weights=weights,
        )

    weighted, repeated = faults(slice(None), weights.double()), faults(again, None)
    assert torch.equal(weighted.inaccurate, repeated.inaccurate)
    assert torch.equal(weighted.lopsided, repeated.lopsided)
    if choosing:
        assert torch.equal(weighted.harmful, repeated.harmful)
    else:
        # What three people in one row do is less sure than what three rows do.
        assert (~weighted.harmful | repeated.harmful).all()


def test_a_threshold_follows_the_weight():
    draw = torch.Generator().manual_seed(0)
    n = 2_000
    y = torch.arange(n) % 2
    log_odds = (2.0 * y - 3 + torch.randn(n, generator=draw))[None]
    group = torch.zeros(n, dtype=torch.long)
    accepts = lambda yes: torch.zeros(yes.shape[:-1], dtype=torch.bool)  # noqa: E731

    def fitted(weights):
        threshold = fit_thresholds(log_odds, y, group, 1, accepts, by_utility=True, weights=weights)
        return threshold.item()

    plain = fitted(None)
    assert -3 < plain < -1
    assert fitted(torch.full((n,), 7.0)) == plain
    # Negatives that stand for five each need more to be called positive.
    assert fitted(torch.where(y == 1, 1.0, 5.0)) > plain


@pytest.mark.parametrize("favourable", [True, False, None])
@pytest.mark.parametrize("choosing", [True, False])
def test_the_guard_does_not_refuse_by_the_rounding_of_equal_weights(favourable, choosing):
    generator = torch.Generator().manual_seed(0)
    refused = 0
    for _ in range(200):
        y, plain, model, group = (torch.randint(0, 2, (40,), generator=generator) for _ in range(4))
        arguments = {
            "group": group,
            "n_groups": 2,
            "plain": (plain == 1)[None],
            "favourable": favourable,
            "choosing": choosing,
        }
        without = find_faults((model == 1)[None], y == 1, **arguments)
        weighed = find_faults(
            (model == 1)[None], y == 1, **arguments, weights=torch.full((40,), 0.1)
        )
        for one, other in zip(without, weighed, strict=True):
            assert torch.equal(one, other)
        refused += int(without.any)
    assert 20 < refused < 200
