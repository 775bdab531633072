"""Which models are no choice, by hand and against a slow oracle of single people."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.functional.guard import find_faults

LABELS = torch.tensor([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]) == 1
GROUPS = torch.tensor([0, 0, 1, 1, 0, 0, 0, 1, 1, 1])


def faults(decisions, plain=LABELS, favourable=None, labels=LABELS):
    return find_faults(
        torch.as_tensor(decisions, dtype=torch.bool)[None],
        labels,
        group=GROUPS,
        n_groups=2,
        plain=torch.as_tensor(plain, dtype=torch.bool)[None],
        favourable=favourable,
        choosing=True,
    )


def refused(*arguments, **options):
    found = faults(*arguments, **options)
    assert found.any.item() == (found.inaccurate | found.lopsided | found.harmful).item()
    return found.any.item()


def test_a_model_may_be_as_accurate_as_one_answer_for_all_and_no_less():
    right = LABELS.clone()
    right[[0, 1, 4, 5]] = ~right[[0, 1, 4, 5]]
    assert not faults(right).inaccurate
    right[6] = ~right[6]
    assert faults(right).inaccurate
    # Where the utility expert is no better, no one need be.
    assert not faults(right, plain=right).inaccurate


@pytest.mark.parametrize(
    ("choosing", "positives", "given_to", "expected"),
    [
        (False, 40, 19, True),
        (False, 40, 20, False),
        (False, 40, 70, False),
        (False, 40, 71, True),
        (False, 10, 20, False),
        (False, 10, 21, True),
        (True, 40, 24, True),
        (True, 40, 25, False),
        (True, 40, 62, False),
        (True, 40, 63, True),
        (True, 10, 16, False),
        (True, 10, 17, True),
    ],
)
def test_a_class_goes_to_half_and_to_twice_as_many_as_have_it_and_no_model_near_that_is_chosen(
    choosing, positives, given_to, expected
):
    """Of 100 people; those who have the class are the first to be given it."""
    labels, given_it = torch.arange(100) < positives, torch.arange(100) < given_to
    for decisions, having in ((given_it, labels), (~given_it, ~labels)):
        assert faults_of_all(decisions, having, choosing=choosing).lopsided.item() == expected


def faults_of_all(decisions, labels, *, choosing=True):
    """Return the faults of decisions on people of one group."""
    return find_faults(
        decisions[None],
        labels,
        group=torch.zeros(len(labels), dtype=torch.long),
        n_groups=1,
        plain=labels[None],
        favourable=None,
        choosing=choosing,
    )


@pytest.mark.parametrize("favourable", [True, False])
def test_who_chooses_takes_no_model_that_harms_more_people_in_all(favourable):
    """Two of each group have the good label if positive is good, three if it is bad."""
    members = [((favourable == LABELS) & (group == GROUPS)).nonzero()[:, 0] for group in (0, 1)]
    plain = LABELS.clone()
    plain[members[0][0]] = not favourable
    moved = LABELS.clone()
    moved[members[1][0]] = not favourable
    assert not refused(moved, plain=plain, favourable=favourable)
    assert refused(moved, plain=LABELS, favourable=favourable)
    assert not refused(moved, plain=LABELS, favourable=not favourable)


@pytest.mark.parametrize(("errors", "expected"), [(5, False), (6, True)])
@pytest.mark.parametrize("label", [0, 1])
def test_where_harm_is_not_told_no_error_rate_rises_by_more_than_five_points(
    label, errors, expected
):
    labels = torch.arange(200) % 2 == 1
    decisions = labels.clone()
    decisions[(labels == label).nonzero()[:errors, 0]] = not label
    found = find_faults(
        decisions[None],
        labels,
        group=torch.zeros(200, dtype=torch.long),
        n_groups=1,
        plain=labels[None],
        favourable=None,
        choosing=True,
    )
    assert found.harmful.item() == expected
    assert not found.inaccurate.item()
    assert not found.lopsided.item()


def harmful(decisions, labels, plain, *, favourable=True):
    found = find_faults(
        decisions[None],
        labels,
        group=torch.arange(len(labels)) % 2,
        n_groups=2,
        plain=plain[None],
        favourable=favourable,
        choosing=False,
    )
    return found.harmful.item()


def test_who_judges_asks_for_harm_in_every_group_with_someone_to_be_harmed():
    labels = torch.arange(80) < 40
    first, every = labels.clone(), labels.clone()
    first[torch.arange(0, 20, 2)] = False
    every[:20] = False
    assert not harmful(first, labels, plain=labels)
    assert harmful(every, labels, plain=labels)
    assert not harmful(every, labels, plain=labels, favourable=None)
    of_first = labels & (torch.arange(80) % 2 == 0)
    assert harmful(torch.zeros_like(labels), of_first, plain=of_first)
    assert not harmful(labels, torch.zeros_like(labels), plain=labels)


@pytest.mark.parametrize(("worse", "expected"), [(13, False), (14, True)])
def test_who_judges_asks_for_harm_beyond_chance(worse, expected):
    """5 are better off: of 18 who change 8 more are worse off, of 19 there are 9."""
    labels = torch.ones(60, dtype=torch.bool)
    plain, decisions = labels.clone(), labels.clone()
    decisions[:worse] = False
    plain[40:45] = False
    assert harmful(decisions, labels, plain) == expected


@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([True, False, None]))
def test_it_is_what_counting_people_one_by_one_gives(seed, n_groups, favourable):
    generator = torch.Generator().manual_seed(seed)
    labels, decisions, plain = torch.rand(3, 24, generator=generator) < 0.5
    group = torch.randint(0, n_groups, (24,), generator=generator)
    people = list(
        zip(labels.tolist(), decisions.tolist(), plain.tolist(), group.tolist(), strict=True)
    )
    accuracy = sum(label == said for label, said, _, _ in people)
    constant = max(sum(label == each for label, *_ in people) for each in (True, False))
    lopsided = narrowly = False
    for each in (True, False):
        having = sum(label == each for label, *_ in people)
        given_ = sum(said == each for _, said, _, _ in people)
        lopsided |= not having / 2 <= given_ <= 2 * having
        narrowly |= not (5 * having <= 8 * given_ and 5 * given_ <= 8 * having)

    def rise(label, g=None):
        members = [one for one in people if one[0] == label and g in (None, one[3])]
        errors = sum(said != label for _, said, _, _ in members)
        return errors - sum(said != label for _, _, said, _ in members), members

    def change(label):
        return sum(said != before for truth, said, before, _ in people if truth == label)

    for choosing in (True, False):
        if favourable is None:
            rises = [rise(label) for label in (True, False)]
            harm = choosing and any(more > 0.05 * len(members) for more, members in rises)
        elif choosing:
            harm = rise(favourable)[0] > 0
        else:
            of_groups = [rise(favourable, g) for g in range(n_groups)]
            harm = rise(favourable)[0] > 2 * change(favourable) ** 0.5
            harm &= all(more > 0 for more, members in of_groups if members)
        found = find_faults(
            decisions[None],
            labels,
            group=group,
            n_groups=n_groups,
            plain=plain[None],
            favourable=favourable,
            choosing=choosing,
        )
        assert found.inaccurate.item() == (
            accuracy < min(constant, sum(label == said for label, _, said, _ in people))
        )
        assert found.lopsided.item() == (narrowly if choosing else lopsided)
        assert found.harmful.item() == bool(harm)
