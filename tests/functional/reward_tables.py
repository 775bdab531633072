"""Small tables of rewards, and every routing of a few rows."""

import itertools

import torch

from fairmoe.functional.reward_tables import RewardTables


def make_tables(seed=0, runs=1, n=4, n_groups=2, ties=False):
    generator = torch.Generator().manual_seed(seed)
    proba = torch.rand(3, runs, n, generator=generator, dtype=torch.float64)
    masked = torch.rand(3, runs, n, generator=generator, dtype=torch.float64)
    if ties:
        proba, masked = (proba * 6).round() / 8 + 0.125, (masked * 4).round() / 8 + 0.25
    attention = torch.rand(3, runs, n, 3, generator=generator, dtype=torch.float64)
    attention = attention / attention.sum(-1, keepdim=True)
    y = torch.rand(n, generator=generator) < 0.6
    group = torch.arange(n) % n_groups
    return RewardTables(proba, masked, attention, y, group, n_groups, 0.2)


def every_routing(n):
    return torch.tensor(list(itertools.product(range(3), repeat=n)))
