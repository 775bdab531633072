"""One step of many small experts at once: hand-stacked products against `torch.func` and a loop."""

import copy
from collections.abc import Callable

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from benchmarks.measure import Measured, Seconds, alternate, median, ratio
from fairmoe.functional.losses import cross_entropy_loss
from fairmoe.nn import ExpertStack

ROWS, COLUMNS, HIDDEN = 600, 60, 8


def measure() -> Measured:
    """Time a step of cross-entropy, backward pass included, for stacks of growing size."""
    rows = []
    for members in (3, 48, 192):
        seconds = _seconds(members)
        rows += [
            {
                "members": members,
                "way": way,
                "milliseconds": 1000 * median(seconds, way),
                "ratio to hand-stacked": ratio(seconds, way, "hand-stacked"),
            }
            for way in seconds
        ]
    return Measured(rows, notes=[f"{ROWS} rows, {COLUMNS} columns, {HIDDEN} hidden units"])


def _seconds(members: int) -> Seconds:
    x = torch.randn(ROWS, COLUMNS)
    y = torch.randint(0, 2, (ROWS,))
    generators = [torch.Generator().manual_seed(seed) for seed in range(members)]
    stack = ExpertStack(COLUMNS, HIDDEN, slope=0.01, generators=generators)
    networks = [
        nn.Sequential(nn.Linear(COLUMNS, HIDDEN), nn.LeakyReLU(0.01), nn.Linear(HIDDEN, 2))
        for _ in range(members)
    ]
    state, _ = stack_module_state(networks)
    blank = copy.deepcopy(networks[0]).to("meta")

    def by_hand() -> torch.Tensor:
        experts = stack.part()
        return cross_entropy_loss(experts.outputs(experts.first_layer(x)).logits, y).sum()

    def by_vmap() -> torch.Tensor:
        logits = vmap(lambda weights: functional_call(blank, weights, (x,)))(state)
        return cross_entropy_loss(logits, y).sum()

    def one_by_one() -> torch.Tensor:
        for network in networks:
            loss = nn.functional.cross_entropy(network(x), y)
            loss.backward()
        return loss

    ways: dict[str, Callable[[], torch.Tensor]] = {
        "hand-stacked": lambda: by_hand().backward(),
        "torch.func": lambda: by_vmap().backward(),
        "one by one": one_by_one,
    }
    return alternate(ways)
