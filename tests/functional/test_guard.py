"""Which models are no choice, by hand and against a slow oracle of single people."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.functional.guard import find_faults

LABELS = torch.tensor([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]) == 1
GROUPS = torch.tensor([0, 0, 1, 1, 0, 0, 0, 1, 1, 1])


def refused(decisions, plain=LABELS, favourable=None, labels=LABELS):
    found = find_faults(
        torch.as_tensor(decisions, dtype=torch.bool)[None],
        labels,
        group=GROUPS,
        n_groups=2,
        plain=torch.as_tensor(plain, dtype=torch.bool)[None],
        favourable=favourable,
    )
    return found.any.item()


def test_a_model_may_be_as_accurate_as_one_answer_for_all_and_no_less():
    right = LABELS.clone()
    right[[0, 1, 4, 5]] = ~right[[0, 1, 4, 5]]
    assert not refused(right)
    right[6] = ~right[6]
    assert refused(right)
    # Where the utility expert is no better, no one need be.
    assert not refused(right, plain=right)


def test_a_class_goes_to_half_and_to_twice_as_many_as_have_it_and_not_beyond():
    """Of 20 people 8 are positive."""
    labels = torch.cat([LABELS, LABELS])

    def given_to(n):
        decisions = torch.arange(20) < n
        order = torch.argsort(labels.long(), descending=True, stable=True)
        spread = torch.empty(20, dtype=torch.bool)
        spread[order] = decisions
        return find_faults(
            spread[None],
            labels,
            group=torch.cat([GROUPS, GROUPS]),
            n_groups=2,
            plain=labels[None],
            favourable=None,
        ).any.item()

    assert [given_to(n) for n in (3, 4, 8, 14, 15)] == [True, False, False, False, True]


@pytest.mark.parametrize("favourable", [True, False])
def test_more_harm_in_one_group_is_no_reason_and_in_all_it_is(favourable):
    """Two of each group have the good label if positive is good, three if it is bad."""
    of_group = [(favourable == LABELS) & (group == GROUPS) for group in (0, 1)]
    harmed = LABELS.clone()
    first = [int(members.nonzero()[0]) for members in of_group]
    harmed[first[0]] = not favourable
    assert not refused(harmed, favourable=favourable)
    harmed[first[1]] = not favourable
    assert refused(harmed, favourable=favourable)
    assert not refused(harmed, favourable=None)
    assert not refused(harmed, plain=harmed, favourable=favourable)
    assert not refused(harmed, favourable=not favourable)


def harmful(decisions, labels, plain, errors=0.0):
    found = find_faults(
        decisions[None],
        labels,
        group=torch.arange(len(labels)) % 2,
        n_groups=2,
        plain=plain[None],
        favourable=True,
        errors=errors,
    )
    return found.harmful.item()


def test_groups_without_anyone_to_be_harmed_have_no_say():
    of_first = torch.tensor([1, 0, 1, 0, 0, 0]) == 1
    nobody = torch.zeros(6, dtype=torch.bool)
    assert harmful(nobody, of_first, plain=of_first)
    assert not harmful(nobody, nobody, plain=nobody)


def test_what_chance_may_explain_is_no_harm_beyond_chance():
    """Of 20 who change sides 15 are harmed: a difference of 10, and its standard error is 4.5."""
    labels = torch.ones(40, dtype=torch.bool)
    plain, decisions = labels.clone(), labels.clone()
    decisions[:15] = False
    plain[15:20] = False
    assert harmful(decisions, labels, plain, errors=2.2)
    assert not harmful(decisions, labels, plain, errors=2.3)


@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([True, False, None]))
def test_it_is_what_counting_people_one_by_one_gives(seed, n_groups, favourable):
    generator = torch.Generator().manual_seed(seed)
    labels, decisions, plain = torch.rand(3, 24, generator=generator) < 0.5
    group = torch.randint(0, n_groups, (24,), generator=generator)
    found = find_faults(
        decisions[None],
        labels,
        group=group,
        n_groups=n_groups,
        plain=plain[None],
        favourable=favourable,
    ).any.item()
    people = list(
        zip(labels.tolist(), decisions.tolist(), plain.tolist(), group.tolist(), strict=True)
    )
    accuracy = sum(label == said for label, said, _, _ in people)
    constant = max(sum(label == each for label, *_ in people) for each in (True, False))
    expected = accuracy < min(constant, sum(label == said for label, _, said, _ in people))
    for each in (True, False):
        having = sum(label == each for label, *_ in people)
        given_ = sum(said == each for _, said, _, _ in people)
        expected |= not having / 2 <= given_ <= 2 * having
    if favourable is not None:
        worse = []
        for g in range(n_groups):
            of_group = [person for person in people if person[3] == g and person[0] == favourable]
            if of_group:
                now = sum(said != favourable for _, said, _, _ in of_group)
                before = sum(said != favourable for _, _, said, _ in of_group)
                worse.append(now > before)
        expected |= bool(worse) and all(worse)
    assert found == expected
