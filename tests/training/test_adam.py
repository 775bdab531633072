"""Adam over stacks, against torch's."""

import torch

from fairmoe.nn import Experts, ExpertStack
from fairmoe.training.adam import Adam


def make_stack(members):
    generators = [torch.Generator().manual_seed(seed) for seed in range(members)]
    return ExpertStack(5, 4, slope=0.01, generators=generators)


def losses(stack):
    x = torch.randn(20, 5, generator=torch.Generator().manual_seed(0))
    experts = Experts(*stack.layers(), stack.slope)
    return experts.log_odds(x).square().mean(-1)


def test_each_run_moves_as_torchs_adam_moves_it_with_its_own_decay():
    decays = torch.tensor([0.0, 0.3])
    both = make_stack(2)
    ours = Adam(both, learning_rate=0.05, weight_decay=decays)
    for _ in range(10):
        ours.clear()
        losses(both).sum().backward()
        ours.step()
    for run, decay in enumerate(decays.tolist()):
        alone = make_stack(2)
        theirs = torch.optim.Adam(alone.parameters(), lr=0.05, weight_decay=decay)
        for _ in range(10):
            theirs.zero_grad()
            losses(alone).sum().backward()
            theirs.step()
        for name, parameter in alone.named_parameters():
            assert torch.allclose(both.get_parameter(name)[run], parameter[run], atol=1e-6)


def test_members_come_in_blocks_of_runs_and_frozen_ones_stay():
    stack = make_stack(6)
    before = [parameter.detach().clone() for parameter in stack.parameters()]
    adam = Adam(stack, learning_rate=0.1, weight_decay=torch.tensor([0.0, 1.0]), frozen=2)
    adam.clear()
    adam.step()
    for parameter, old in zip(stack.parameters(), before, strict=True):
        if not parameter.requires_grad:
            assert torch.equal(parameter, old)
            continue
        moved = (parameter != old).flatten(1).any(1)
        # Without a loss only decay moves weights: that of the second run, where it is not frozen.
        assert moved.tolist() == [False, False, False, True, False, True]


def test_members_that_are_spread_go_on_as_the_ones_they_began_as():
    two, four = make_stack(2), make_stack(2)
    decays = torch.tensor([0.0, 0.3])
    places = torch.tensor([1, 0, 1, 1])
    adams = [Adam(stack, learning_rate=0.05, weight_decay=decays) for stack in (two, four)]
    for step in range(8):
        if step == 4:
            adams[1].spread(places, decays[places])
        for adam, stack in zip(adams, (two, four), strict=True):
            adam.clear()
            losses(stack).sum().backward()
            adam.step()
    for name, parameter in two.named_parameters():
        if parameter.requires_grad:
            torch.testing.assert_close(four.get_parameter(name), parameter[places])
