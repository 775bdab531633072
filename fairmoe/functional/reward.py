r"""The reward of a routing (37), and what it would be if one row were routed elsewhere.

With frozen experts all that a reward depends on is a table per expert and row, so the reward of
any routing is a few gathers. The counterfactual rewards are exact: each score is a function of
counts and ranks, and one row changes those in a way that can be looked up. All that a row may be
routed to is ranked once, so that a routing is counted by rank and nothing is ever sorted again.
"""

import math

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from fairmoe.functional.attention import TINY, jensen_shannon_divergence
from fairmoe.functional.ranks import sums_below, taken, values_at
from fairmoe.functional.reward_tables import RewardTables
from fairmoe.functional.scores import (
    PARTS,
    FairnessWeights,
    all_scores,
    weighted_score,
)


def score_of(
    tables: RewardTables,
    proba: Float[Tensor, "*k n"],
    masked_proba: Float[Tensor, "*k n"],
    attention: Float[Tensor, "*k n c"],
) -> Float[Tensor, "*k"]:
    """Return the final score (47) of predictions for the rows of the tables, gaps weighed.

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
    return weighted_score({name: parts[name].nan_to_num() for name in PARTS}, tables.weights)


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

    With $F = F_{res} + F_{proc}$ it is the gain in final score over the utility expert; gaps count
    as `tables.weights` say.

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
    tables: RewardTables, actions: Int[Tensor, "k all"]
) -> Float[Tensor, "e k n"]:
    r"""Return the reward if one row were sent to another expert and all others stayed.

    Entry `(e, k, i)` is exactly $R(a_i = e, a_{-i})$, up to one constant per run: the utility
    expert's score, which no advantage depends on. With a context, its rows are part of the gaps.

    Args:
        tables: Of frozen experts.
        actions: **Shape** `(k, n + m)`, in `[0, 3)`. The routing around which one row is changed;
            first that of the `n` rows, then that of the context's.

    Returns:
        **Shape** `(3, k, n)`, in float64.
    """
    dp, eo = _rate_gaps(tables, actions)
    actions = actions[..., : len(tables.group)]
    ref, vef = _explanation_gaps(tables, actions)
    parts = {
        "acc": _accuracy(tables, actions),
        "f1": _f1(tables, actions),
        "auc": _auc(tables, actions),
        "dp": dp,
        "eo": eo,
        "ref": ref,
        "vef": vef,
        "att_jsd": _attention_jsd(tables, actions),
    }
    of_rows = FairnessWeights(*(weight[..., None] for weight in tables.weights))
    return weighted_score({name: part.nan_to_num() for name, part in parts.items()}, of_rows)


def _accuracy(tables: RewardTables, actions: Tensor) -> Tensor:
    now = taken(tables.right, actions)
    return (tables.right + (now.sum(-1, keepdim=True) - now)) / now.shape[-1]


def _f1(tables: RewardTables, actions: Tensor) -> Tensor:
    now, positive = taken(tables.predicted, actions), tables.positive
    change = tables.predicted - now
    hits = (now @ positive)[:, None] + change * positive
    return 2 * hits / (change + (now.sum(-1, keepdim=True) + positive.sum()))


def _auc(tables: RewardTables, actions: Tensor) -> Tensor:
    ranks, positive = tables.proba_ranks, tables.positive
    of_classes = torch.stack([1 - positive, positive])[:, None].expand(-1, *actions.shape)
    so_far = sums_below(taken(ranks, actions), of_classes, ranks[:, 0].numel())
    # Pairs that each row wins against the other class as it is now, ties counting half.
    negatives, positives = values_at((so_far[..., :-1] + so_far[..., 1:]) / 2, ranks)
    won = torch.where(tables.y_true, negatives, positive.sum() - positives)
    won_now = taken(won, actions)
    total = (won_now @ positive)[:, None]
    return (won + (total - won_now)) / (positive.sum() * (1 - positive).sum())


def _rate_gaps(tables: RewardTables, actions: Tensor) -> Tensor:
    """DP and EO, **Shape** `(2, e, k, n)`."""
    now = taken(tables.rated, actions)
    rates = now @ tables.rating
    change = (tables.predicted - now[..., : len(tables.group)]) * tables.rate_share[:, None, None]
    return _gap_with(_of_rows(rates, tables.group)[:, None] + change, rates, tables.group)


def _gap_with(own: Tensor, rates: Tensor, group: Tensor) -> Tensor:
    """Return the gap between groups `(*b, e, k, n)` if the rate of each row's group were `own`.

    Args:
        own: **Shape** `(*b, e, k, n)`.
        rates: **Shape** `(*b, k, g)`. Of all groups as they are.
        group: **Shape** `(n,)`.
    """
    n_groups = rates.shape[-1]
    itself = torch.eye(n_groups, dtype=torch.bool, device=rates.device)
    others = rates[..., None, :].expand(*rates.shape, n_groups)
    highest = _of_rows(others.masked_fill(itself, -math.inf).amax(-1), group)
    lowest = _of_rows(others.masked_fill(itself, math.inf).amin(-1), group)
    return torch.maximum(own, highest[..., None, :, :]) - torch.minimum(
        own, lowest[..., None, :, :]
    )


def _of_rows(values: Tensor, group: Tensor) -> Tensor:
    """Return `(*b, n)`, the values `(*b, g)` of each row's group."""
    return values.gather(-1, group.expand(*values.shape[:-1], -1))


def _explanation_gaps(tables: RewardTables, actions: Tensor) -> tuple[Tensor, Tensor]:
    """REF and VEF."""
    group, ratio = tables.group, tables.top_ratio
    both_lists = tables.explained_best.sums(actions.repeat(1, 2))
    among_all, among_group = both_lists.tensor_split(2, -1)
    # The first group has what the others leave of all top rows.
    first = ratio * len(group) - among_all.sum(0, keepdim=True)
    shares = torch.cat([first, among_all]) / tables.group_sizes[:, None, None, None]
    own = among_group[0] * (tables.share / ratio)
    # What a row's group has with the action that the row takes now is what it has now.
    drops = own.new_full((len(actions), tables.n_groups), math.nan)
    drops[:, group] = taken(own, actions)
    return shares.amax(0) - shares.amin(0), _gap_with(own, drops, group)


def _attention_jsd(tables: RewardTables, actions: Tensor) -> Tensor:
    """JSD in bits, as the mean of the groups' negative entropies less that of their mean."""
    group, groups, attention = tables.group, tables.n_groups, tables.attention_by_column
    now = taken(attention, actions[:, None].expand(attention.shape[1:]))
    means = now.double() @ tables.averaging
    of_own = _of_rows(means, group).to(now.dtype) + TINY
    of_all = means.sum(-1, keepdim=True).to(now.dtype) + TINY
    share = tables.share.to(now.dtype)
    # One expert at a time: what is passed over again and again stays near.
    grown = [
        _entropy_change(of_own, of_all, groups, (each - now).mul_(share)) for each in attention
    ]
    distance = jensen_shannon_divergence(means.mT, base=2.0)
    return distance[:, None] + torch.stack(grown).double() / (groups * math.log(2))


def _entropy_change(p: Tensor, q: Tensor, g: int, change: Tensor) -> Tensor:
    """Return by how much `sum(p log p) - sum(q log(q / g))` grows if both change, over axis -2.

    With `d` the change it is `d log(g p / q) + (p + d) log(1 + d / p) - (q + d) log(1 + d / q)`,
    summed: no difference of large numbers, so single precision is enough. Changes add up to 0, and
    `g` does not count, only where the attention of a row adds up to 1 before and after.

    Args:
        p: **Shape** `(k, c, n)`. Attention of each row's group.
        q: **Shape** `(k, c, 1)`. Of all groups, added up.
        g: The number of groups.
        change: **Shape** `(k, c, n)`. At least `-p` but for rounding; is written to.
    """
    d = torch.maximum(change, p * (torch.finfo(p.dtype).eps - 1), out=change)
    grown = (d / p).log1p_().mul_(p + d)
    grown.sub_((d / q).log1p_().mul_(q + d))
    return grown.addcmul_(d, (p / q).mul_(g).log_()).sum(-2)
