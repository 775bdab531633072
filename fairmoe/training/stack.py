"""The settings of many runs as tensors along one axis."""

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor

from fairmoe.config import GATE_WEIGHTS, LAMBDAS, Settings
from fairmoe.functional.scores import FairnessWeights

PER_RUN = frozenset({*LAMBDAS, *GATE_WEIGHTS, "lambda_grl", "dropout", "weight_decay", "seed"})
"""The settings in which the runs of one stack may differ."""

EXPERT_STREAM, DROPOUT_STREAM, FINE_TUNE_STREAM, GATE_STREAM, ACTION_STREAM = range(5)
STREAMS = 8


class Stack:
    """The settings of `k` runs that are trained at once.

    Args:
        settings: One per run. Apart from `PER_RUN` they must be the same.
        device: Where the tensors go.

    Raises:
        ValueError: The runs differ in a setting that a stack shares.
    """

    def __init__(self, settings: Sequence[Settings], device: torch.device) -> None:
        self.settings = tuple(settings)
        self.device = device
        self.shared = settings[0]
        for field in dataclasses.fields(Settings):
            values = {getattr(one, field.name) for one in settings}
            if len(values) > 1 and field.name not in PER_RUN:
                msg = f"Runs of one stack share setting '{field.name}'; it has {len(values)} values"
                raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.settings)

    def values(self, name: str) -> Tensor:
        """Return a setting of all runs, **Shape** `(k,)`."""
        return torch.tensor([getattr(one, name) for one in self.settings], device=self.device)

    def fairness_weights(self) -> FairnessWeights:
        """Return how much each run's gate counts the gaps."""
        return FairnessWeights(*(self.values(name).double() for name in GATE_WEIGHTS))

    def generators(self, stream: int, *, on_device: bool = False) -> list[torch.Generator]:
        """Return a generator for each run; the streams of one seed do not overlap."""
        device = self.device if on_device else torch.device("cpu")
        return [
            torch.Generator(device).manual_seed(one.seed * STREAMS + stream)
            for one in self.settings
        ]

    def seeds(self) -> tuple[list[int], Tensor]:
        """Return the different seeds, and for each run the position of its seed among them."""
        distinct = sorted({one.seed for one in self.settings})
        positions = [distinct.index(one.seed) for one in self.settings]
        return distinct, torch.tensor(positions, device=self.device)
