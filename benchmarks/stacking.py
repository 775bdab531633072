"""One step of many small experts at once: hand-stacked products against `torch.func` and a loop."""

import copy
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from fairmoe.functional.losses import cross_entropy_loss
from fairmoe.nn import ExpertStack

ROWS, COLUMNS, HIDDEN = 600, 60, 8
REPEATS = 15


def measure() -> dict[str, Any]:
    """Time a step of cross-entropy, backward pass included, for stacks of growing size."""
    results = {}
    for members in (3, 48, 192):
        seconds = _seconds(members)
        by_hand = seconds["hand-stacked"]
        results[f"{members} members"] = {
            "milliseconds": {name: round(1000 * value, 3) for name, value in seconds.items()},
            "ratios to hand-stacked": {
                name: round(value / by_hand, 2) for name, value in seconds.items()
            },
        }
    return results


def _seconds(members: int) -> dict[str, float]:
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
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, step in ways.items():
            started = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(each[3:]) for name, each in times.items()}
