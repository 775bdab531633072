r"""The reward of a routing (37), and what it would be if one row were routed elsewhere.

With frozen experts all that a reward depends on is a table per expert and row, so the reward of
any routing is a few gathers. The counterfactual rewards are exact: each score is a function of
counts and ranks, and one row changes those in a way that can be looked up. All that a row may be
routed to is ranked once, so that a routing is counted by rank and nothing is ever sorted again.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from fairmoe.functional.attention import TINY, group_attention, jensen_shannon_divergence
from fairmoe.functional.groups import averaging_matrix
from fairmoe.functional.ranks import dense_ranks, sums_below, top_sums, values_at
from fairmoe.functional.scores import PARTS, all_scores, combine, fidelity


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
    """

    proba: Tensor
    masked_proba: Tensor
    attention: Tensor
    y_true: Tensor
    group: Tensor
    n_groups: int
    top_ratio: float

    @cached_property
    def everyone(self) -> Tensor:
        """One segment of all rows, **Shape** `(n,)`."""
        return torch.zeros_like(self.group)

    @cached_property
    def averaging(self) -> Tensor:
        """Means over the groups, **Shape** `(n, g)`."""
        return averaging_matrix(self.group, self.n_groups, dtype=torch.float64)

    @cached_property
    def averaging_positives(self) -> Tensor:
        """Means over the positives of the groups, **Shape** `(n, g)`."""
        positive = self.y_true
        return averaging_matrix(self.group, self.n_groups, among=positive, dtype=torch.float64)

    @cached_property
    def predicted(self) -> Tensor:
        """1 where an expert predicts the positive class, **Shape** `(3, k, n)`."""
        return (self.proba > 0.5).double()

    @cached_property
    def right(self) -> Tensor:
        """1 where an expert is right, **Shape** `(3, k, n)`."""
        return ((self.proba > 0.5) == self.y_true).double()

    @cached_property
    def drop(self) -> Tensor:
        """What masking costs in being right: -1, 0 or 1, **Shape** `(3, k, n)`."""
        return self.right - ((self.masked_proba > 0.5) == self.y_true).double()

    @cached_property
    def proba_ranks(self) -> Tensor:
        """Ranks of the probabilities, **Shape** `(3, k, n)`."""
        return dense_ranks(self.proba, self.everyone)

    @cached_property
    def fidelity_ranks(self) -> Tensor:
        """Ranks of the fidelities, **Shape** `(3, k, n)`."""
        return dense_ranks(fidelity(self.proba, self.masked_proba), self.everyone)

    @cached_property
    def fidelity_ranks_by_group(self) -> Tensor:
        """Ranks of the fidelities, one group after the other, **Shape** `(3, k, n)`."""
        return dense_ranks(fidelity(self.proba, self.masked_proba), self.group)


def score_of(
    tables: RewardTables,
    proba: Float[Tensor, "*k n"],
    masked_proba: Float[Tensor, "*k n"],
    attention: Float[Tensor, "*k n c"],
) -> Float[Tensor, "*k"]:
    """Return the final score (47) of predictions for the rows of the tables.

    In a batch without, say, positives of one group, a gap that cannot be estimated is left out of
    the score, as it is left out of the losses; so is it here.
    """
    parts = all_scores(
        proba,
        masked_proba,
        attention,
        y_true=tables.y_true,
        group=tables.group,
        n_groups=tables.n_groups,
        top_ratio=tables.top_ratio,
    )
    return combine({name: parts[name].nan_to_num() for name in PARTS})["final_score"]


def routed(
    values: Shaped[Tensor, "e k n ..."], actions: Int[Tensor, "*s k n"]
) -> Shaped[Tensor, "..."]:
    """Return each row's value from the expert that its action names."""
    runs = torch.arange(values.shape[1], device=actions.device)[:, None]
    rows = torch.arange(values.shape[2], device=actions.device)
    return values[actions, runs, rows]


def routing_reward(tables: RewardTables, actions: Int[Tensor, "*s k n"]) -> Float[Tensor, "*s k"]:
    r"""Return the reward of sending each row to the expert that its action names.

    $$R = (U_2 - U_1) - (F_2 - F_1) \tag{37}$$

    With $F = F_{res} + F_{proc}$ it is the gain in final score over the utility expert.

    NOTE[DIFF]: $U_2$ and $F_2$ are those of the routed predictions $p_{a_i}$. Scored on the soft
    mixture (44), the reward would not depend on the actions and the gate would learn nothing from
    it; `reward="mixture"` keeps that reading.

    Args:
        tables: Of frozen experts.
        actions: **Shape** `(*s, k, n)`, in `[0, 3)`.
    """
    # >>> Equation (37)
    two = score_of(
        tables,
        routed(tables.proba, actions),
        routed(tables.masked_proba, actions),
        routed(tables.attention, actions),
    )
    one = score_of(tables, tables.proba[0], tables.masked_proba[0], tables.attention[0])
    return two - one
    # <<< Equation (37)


def counterfactual_rewards(
    tables: RewardTables, actions: Int[Tensor, "k n"]
) -> Float[Tensor, "e k n"]:
    r"""Return the reward if one row were sent to another expert and all others stayed.

    Entry `(e, k, i)` is exactly $R(a_i = e, a_{-i})$, up to one constant per run: the utility
    expert's score, which no advantage depends on.

    Args:
        tables: Of frozen experts.
        actions: **Shape** `(k, n)`, in `[0, 3)`. The routing around which one row is changed.

    Returns:
        **Shape** `(3, k, n)`, in float64.
    """
    parts = {
        "acc": _accuracy(tables, actions),
        "f1": _f1(tables, actions),
        "auc": _auc(tables, actions),
        "dp": _rate_gap(tables, actions, tables.averaging),
        "eo": _rate_gap(tables, actions, tables.averaging_positives),
        "ref": _ratio_explanation(tables, actions),
        "vef": _value_explanation(tables, actions),
        "att_jsd": _attention_jsd(tables, actions),
    }
    return combine({name: part.nan_to_num() for name, part in parts.items()})["final_score"]


def _accuracy(tables: RewardTables, actions: Tensor) -> Tensor:
    now = routed(tables.right, actions)
    return (now.sum(-1, keepdim=True) + (tables.right - now)) / now.shape[-1]


def _f1(tables: RewardTables, actions: Tensor) -> Tensor:
    now, positive = routed(tables.predicted, actions), tables.y_true.double()
    change = tables.predicted - now
    hits = (now @ positive)[:, None] + change * positive
    return 2 * hits / (now.sum(-1, keepdim=True) + change + positive.sum())


def _auc(tables: RewardTables, actions: Tensor) -> Tensor:
    ranks, positive = tables.proba_ranks, tables.y_true.double()
    now_ranks = routed(ranks, actions)
    of_classes = torch.stack([1 - positive, positive])[:, None].expand(-1, *actions.shape)
    so_far = sums_below(now_ranks, of_classes, len(ranks) * ranks.shape[-1])
    negatives, positives = (values_at(so_far, ranks) + values_at(so_far, ranks + 1)) / 2
    # Pairs that each row wins against the other class as it is now, ties counting half.
    won = torch.where(tables.y_true, negatives, positive.sum() - positives)
    won_now = routed(won, actions)
    total = (won_now @ positive)[:, None]
    return (total + won - won_now) / (positive.sum() * (1 - positive).sum())


def _rate_gap(tables: RewardTables, actions: Tensor, averaging: Tensor) -> Tensor:
    now = routed(tables.predicted, actions)
    rates = now @ averaging
    weight = averaging.gather(1, tables.group[:, None])[:, 0]
    own = rates[..., tables.group] + (tables.predicted - now) * weight
    return _gap_with(own, rates, tables.group)


def _gap_with(own: Tensor, rates: Tensor, group: Tensor) -> Tensor:
    """Return the gap between groups `(e, k, n)` if the rate of each row's group were `own`.

    Args:
        own: **Shape** `(e, k, n)`.
        rates: **Shape** `(k, g)`. Of all groups as they are.
        group: **Shape** `(n,)`.
    """
    n_groups = rates.shape[-1]
    itself = torch.eye(n_groups, dtype=torch.bool, device=rates.device)
    others = rates[..., None, :].expand(*rates.shape, n_groups)
    highest = others.masked_fill(itself, -math.inf).amax(-1)[..., group]
    lowest = others.masked_fill(itself, math.inf).amin(-1)[..., group]
    return torch.maximum(own, highest) - torch.minimum(own, lowest)


def _ratio_explanation(tables: RewardTables, actions: Tensor) -> Tensor:
    share = tables.averaging.T[:, None]
    shares = top_sums(
        tables.fidelity_ranks,
        routed(tables.fidelity_ranks, actions),
        share[:, None],
        share.expand(-1, *actions.shape),
        segment=tables.everyone,
        ratio=tables.top_ratio,
    )
    return shares.amax(0) - shares.amin(0)


def _value_explanation(tables: RewardTables, actions: Tensor) -> Tensor:
    ratio, group, n_groups = tables.top_ratio, tables.group, tables.n_groups
    ranks, now_drop = tables.fidelity_ranks_by_group, routed(tables.drop, actions)
    (sums,) = top_sums(
        ranks,
        routed(ranks, actions),
        tables.drop[None],
        now_drop[None],
        segment=group,
        ratio=ratio,
    )
    own = sums / (ratio * torch.bincount(group).double())[group]
    # What a row's group has with the action that the row takes now is what it has now.
    drops = own.new_full((len(actions), n_groups), math.nan)
    drops[:, group] = routed(own, actions)
    return _gap_with(own, drops, group)


def _attention_jsd(tables: RewardTables, actions: Tensor) -> Tensor:
    """JSD in bits, as the mean of the groups' negative entropies less that of their mean."""
    group, groups, attention = tables.group, tables.n_groups, tables.attention
    now = routed(attention, actions)
    means = group_attention(now.double(), group, groups)
    change = (attention - now) / torch.bincount(group)[group][:, None]
    of_groups = _entropy_change(means.to(change.dtype)[:, group], change) / groups
    of_middle = _entropy_change(means.mean(-2, keepdim=True).to(change.dtype), change / groups)
    return jensen_shannon_divergence(means, base=2.0)[:, None] + (
        of_groups - of_middle
    ).double() / math.log(2)


def _entropy_change(distribution: Tensor, change: Tensor) -> Tensor:
    """Return by how much the negative entropy of a distribution grows if it changes.

    With `p` the distribution and `d` the change it is `d log p + (p + d) log(1 + d / p)`, summed:
    no difference of large numbers, so single precision is enough.
    """
    p = distribution + TINY
    ratio = (change / p).clamp(min=torch.finfo(change.dtype).eps - 1)
    return (change * p.log() + (distribution + change) * ratio.log1p()).sum(-1)
