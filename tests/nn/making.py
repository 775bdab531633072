"""Small stacks with weights that are always the same."""

import torch

from fairmoe.explain import Explainer
from fairmoe.nn import ExpertStack, GateStack, Mixture


def generators(n, first=0):
    return [torch.Generator().manual_seed(first + seed) for seed in range(n)]


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make_mixture(runs=2, d=5):
    explainer = Explainer(
        "integrated_gradients",
        baseline=torch.zeros(d),
        background=draws(4, d),
        column_of=torch.arange(d),
    )
    return Mixture(
        ExpertStack(d, 4, slope=0.01, generators=generators(3 * runs)),
        GateStack(d, 6, temperature=1.0, generators=generators(runs, first=50)),
        explainer,
    )
