"""What a reward is looked up in: predictions, attributions and fidelities by expert and row."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from fairmoe.functional.explanation_scores import fidelity
from fairmoe.functional.groups import averaging_matrix
from fairmoe.functional.ranks import TopRows, dense_ranks
from fairmoe.functional.scores import (
    EVEN,
    FairnessWeights,
)


class GapContext(NamedTuple):
    """Rows that count in the gaps of a routing, DP and EO, and in no other part of its reward.

    A batch has few rows of a rare group; with more of them its rates are less of a noise.

    Attributes:
        proba: **Shape** `(3, k, m)`. Probability of the positive class.
        y_true: **Shape** `(m,)`.
        group: **Shape** `(m,)`, ids in `[0, n_groups)`.
        weights: **Shape** `(n + m,)`. How much the rows of the tables, and then these, count in
            the rates of their groups.
    """

    proba: Tensor
    y_true: Tensor
    group: Tensor
    weights: Tensor


@dataclass(frozen=True, eq=False)
class RewardTables:
    """What frozen experts say of the rows, and the rows' labels and groups.

    What follows from them whatever the routing is computed when first asked for, and kept.

    Attributes:
        proba: **Shape** `(3, k, n)`. Probability of the positive class.
        masked_proba: **Shape** `(3, k, n)`. The same after the row's top columns are masked.
        attention: **Shape** `(3, k, n, c)`. Attention over the source columns.
        y_true: **Shape** `(n,)`.
        group: **Shape** `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        top_ratio: Share of rows that REF and VEF look at.
        context: Further rows for the gaps of counterfactual rewards, if there are any.
        weights: How much each run counts the gaps, each **Shape** `(k,)`.
        same_as: **Shape** `(k,)`. For each run, one that has the same experts, the same one for all
            that do; all differ if it is left out.
    """

    proba: Tensor
    masked_proba: Tensor
    attention: Tensor
    y_true: Tensor
    group: Tensor
    n_groups: int
    top_ratio: float
    context: GapContext | None = None
    weights: FairnessWeights = EVEN
    same_as: Tensor | None = None

    @cached_property
    def averaging(self) -> Tensor:
        """Means over the groups, **Shape** `(n, g)`."""
        return averaging_matrix(self.group, self.n_groups, dtype=torch.float64)

    @cached_property
    def share(self) -> Tensor:
        """What a row adds to the mean of its own group, **Shape** `(n,)`."""
        return self.averaging.gather(-1, self.group[:, None])[:, 0]

    @cached_property
    def group_sizes(self) -> Tensor:
        """Rows of each group, NaN for none, **Shape** `(g,)`."""
        return 1 / self.averaging.amax(0)

    @cached_property
    def rating(self) -> Tensor:
        """Rates of the groups, and of their positives, **Shape** `(2, n + m, g)`."""
        group, positive, weights = self.group, self.y_true, None
        if self.context is not None:
            group = torch.cat([group, self.context.group])
            positive = torch.cat([positive, self.context.y_true])
            weights = self.context.weights
        matrices = (
            averaging_matrix(
                group, self.n_groups, among=among, weights=weights, dtype=torch.float64
            )
            for among in (None, positive)
        )
        return torch.stack(list(matrices))

    @cached_property
    def rated(self) -> Tensor:
        """1 where an expert predicts the positive class, **Shape** `(3, k, n + m)`."""
        if self.context is None:
            return self.predicted
        return torch.cat([self.predicted, (self.context.proba > 0.5).double()], -1)

    @cached_property
    def rate_share(self) -> Tensor:
        """What a row adds to the rates of its own group, **Shape** `(2, n)`."""
        of_own = self.rating[:, : len(self.group)]
        return of_own.gather(-1, self.group[:, None].expand(2, -1, 1))[..., 0]

    @cached_property
    def positive(self) -> Tensor:
        """1 where a row is of the positive class, **Shape** `(n,)`."""
        return self.y_true.double()

    @cached_property
    def predicted(self) -> Tensor:
        """1 where an expert predicts the positive class, **Shape** `(3, k, n)`."""
        return (self.proba > 0.5).double()

    @cached_property
    def right(self) -> Tensor:
        """1 where an expert is right, **Shape** `(3, k, n)`."""
        return ((self.proba > 0.5) == self.y_true).double()

    @cached_property
    def attention_by_column(self) -> Tensor:
        """Attention with the rows last in memory, **Shape** `(3, k, c, n)`."""
        return self.attention.mT.contiguous()

    @cached_property
    def proba_ranks(self) -> Tensor:
        """Ranks of the probabilities, **Shape** `(3, k, n)`."""
        return self._ranks(self.proba, torch.zeros_like(self.group))

    @cached_property
    def explained_best(self) -> TopRows:
        """The top rows by fidelity, of all and of each group: two lists, one after the other.

        What is summed over the first is how many rows are of group 1, 2 and so on; over the second
        what masking costs in being right, -1, 0 or 1, as the first amount, and zeros.
        """
        kept = fidelity(self.proba, self.masked_proba)
        segment = torch.cat([torch.zeros_like(self.group), self.group + 1])
        drop = self.right - ((self.masked_proba > 0.5) == self.y_true).double()
        # Sums of 0, 1 and -1, which single precision holds.
        amounts = self.proba.new_zeros(self.n_groups - 1, *drop.shape[:-1], len(segment))
        for g in range(1, self.n_groups):
            amounts[g - 1, ..., : len(self.group)] = self.group == g
        amounts[0, ..., len(self.group) :] = drop
        ranks = self._ranks(torch.cat([kept, kept], -1), segment)
        return TopRows(ranks, amounts, segment, self.top_ratio)

    def _ranks(self, values: Tensor, segment: Tensor) -> Tensor:
        """Rank what the experts of each run give, `(3, k, n)`, once for the same experts."""
        if self.same_as is None:
            return dense_ranks(values, segment)
        distinct, of_run = torch.unique(self.same_as, return_inverse=True)
        return dense_ranks(values[:, distinct], segment)[:, of_run]
