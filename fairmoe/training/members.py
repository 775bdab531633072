"""The experts that some runs need: each distinct one once, in three blocks."""

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.names import EXPERTS, Model
from fairmoe.nn import AdversaryStack, ExpertStack
from fairmoe.training.stack import EXPERT_STREAM, PER_RUN, STREAMS

BEGINNING = ("seed", "dropout", "weight_decay")
"""What the warm-up of an expert depends on, beside what a stack shares."""

DEPENDS_ON: dict[Model, tuple[str, ...]] = {
    "utility": BEGINNING,
    "result": (*BEGINNING, "lambda_rep", "lambda_fair"),
    "procedural": (*BEGINNING, "lambda_attention", "lambda_adv", "lambda_grl"),
}
"""Which of the settings that differ between the runs of a stack an expert depends on."""

_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Settings)}


def reduce_settings(settings: Settings, names: Sequence[str]) -> Settings:
    """Return settings with defaults for all that runs may differ in, but for some names.

    Example:
        >>> reduce_settings(Settings(seed=3, lambda_fair=9), DEPENDS_ON["utility"]).lambda_fair
        1.0
    """
    return settings.replace(**{name: _DEFAULTS[name] for name in PER_RUN.difference(names)})


class Members:
    """Experts that are trained as one stack: utility, result and procedural ones, any number each.

    Args:
        blocks: The settings of the three blocks' members, each reduced to what they depend on.
        device: Where tensors go.

    Attributes:
        blocks: As given.
        settings: Of all `m` members, one block after the other.
        sizes: Members by block.
        shared: Settings that all members share.
        block_of: **Shape** `(m,)`. The block of each member, 0, 1 or 2.
    """

    def __init__(self, blocks: Sequence[Sequence[Settings]], device: torch.device) -> None:
        self.blocks = tuple(map(tuple, blocks))
        self.device = device
        self.settings = tuple(one for block in self.blocks for one in block)
        self.sizes = [len(block) for block in self.blocks]
        self.shared = self.settings[0]
        self.block_of = torch.arange(len(EXPERTS)).repeat_interleave(torch.tensor(self.sizes))

    @classmethod
    def of_runs(cls, runs: Sequence[Settings], device: torch.device) -> "Members":
        """Return the distinct experts that runs need."""
        reduced = ([reduce_settings(one, names) for one in runs] for names in DEPENDS_ON.values())
        return cls([list(dict.fromkeys(block)) for block in reduced], device)

    def __len__(self) -> int:
        return len(self.settings)

    def places_of(self, runs: Sequence[Settings]) -> Tensor:
        """Return where the three experts of each run are among the members, **Shape** `(3, k)`."""
        places, first = [], 0
        for block, names in zip(self.blocks, DEPENDS_ON.values(), strict=True):
            place = {one: first + i for i, one in enumerate(block)}
            places.append([place[reduce_settings(run, names)] for run in runs])
            first += len(block)
        return torch.tensor(places)

    def only(self, wanted: Sequence[bool]) -> "Members":
        """Return those members that are wanted."""
        is_wanted = iter(wanted)
        blocks = [[one for one in block if next(is_wanted)] for block in self.blocks]
        return Members(blocks, self.device)

    def beginnings(self) -> tuple["Members", Tensor]:
        """Return the distinct experts of the warm-up, and which of them each member begins as.

        Returns:
            The experts of the warm-up, which no lambda touches.
            **Shape** `(m,)`. Places among them.
        """
        reduced = [[reduce_settings(one, BEGINNING) for one in block] for block in self.blocks]
        distinct = [list(dict.fromkeys(block)) for block in reduced]
        places, first = [], 0
        for block, of_block in zip(reduced, distinct, strict=True):
            places += [first + of_block.index(one) for one in block]
            first += len(of_block)
        return Members(distinct, self.device), torch.tensor(places, device=self.device)

    def utility_experts(self) -> list[Settings]:
        """Return the settings of the utility expert that each member is compared with."""
        return [reduce_settings(one, BEGINNING) for one in self.settings]

    def split(self, values: Tensor) -> tuple[Tensor, ...]:
        """Return values of **Shape** `(m, ...)` by block."""
        return values.split_with_sizes(self.sizes)

    def values(self, name: str) -> Tensor:
        """Return a setting of all members, **Shape** `(m,)`."""
        return torch.tensor([getattr(one, name) for one in self.settings], device=self.device)

    def seeds(self) -> tuple[list[int], Tensor]:
        """Return the different seeds, and for each member the position of its seed among them."""
        distinct = sorted({one.seed for one in self.settings})
        positions = [distinct.index(one.seed) for one in self.settings]
        return distinct, torch.tensor(positions)

    def generators(self, stream: int, device: torch.device | None = None) -> list[torch.Generator]:
        """Return a generator for each different seed; the streams of one seed do not overlap."""
        return [
            torch.Generator(device or "cpu").manual_seed(seed * STREAMS + stream)
            for seed in self.seeds()[0]
        ]


def draw_initial(
    members: Members, n_inputs: int, n_groups: int
) -> tuple[ExpertStack, AdversaryStack]:
    """Return experts and the adversaries of the procedural ones, as drawn.

    One generator draws all networks of a seed: utility, result, procedural, adversaries.
    """
    shared, generators = members.shared, members.generators(EXPERT_STREAM)
    drawn = [
        ExpertStack(n_inputs, shared.hidden, slope=shared.slope, generators=generators)
        for _ in EXPERTS
    ]
    experts, adversaries = drawn[0], AdversaryStack(shared.hidden, n_groups, generators)
    seed_of = members.seeds()[1]
    for name, parameter in experts.named_parameters():
        of_blocks = torch.stack([block.get_parameter(name).data for block in drawn])
        parameter.data = of_blocks[members.block_of, seed_of]
    for parameter in adversaries.parameters():
        parameter.data = parameter.data[members.split(seed_of)[2]]
    return experts, adversaries
