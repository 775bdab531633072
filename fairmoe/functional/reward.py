r"""The reward of a routing (37), and what it would be if one row were routed elsewhere.

With frozen experts all that a reward depends on is a table per expert and row, so the reward of
any routing is a few gathers. The counterfactual rewards are exact: each score is a function of
counts and sorted values, and one row changes those in a way that can be looked up.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from fairmoe.functional.attention import TINY
from fairmoe.functional.groups import averaging_matrix, gap
from fairmoe.functional.scores import PARTS, all_scores, combine, fidelity, top_membership


class RewardTables(NamedTuple):
    """What frozen experts say of the rows, and the rows' labels and groups.

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
    values: Float[Tensor, "e k n ..."], actions: Int[Tensor, "*s k n"]
) -> Float[Tensor, "..."]:
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
    now_proba = routed(tables.proba, actions)
    now_masked = routed(tables.masked_proba, actions)
    predicted, now_predicted = tables.proba > 0.5, now_proba > 0.5
    kept = fidelity(tables.proba, tables.masked_proba)
    now_kept = fidelity(now_proba, now_masked)
    right = predicted == tables.y_true
    drop = right.double() - ((tables.masked_proba > 0.5) == tables.y_true).double()
    now_drop = routed(drop, actions)
    parts = {
        "acc": _accuracy(right, right_now=now_predicted == tables.y_true),
        "f1": _f1(predicted, now_predicted, tables.y_true),
        "auc": _auc(tables.proba, now_proba, tables.y_true),
        "dp": _rate_gap(predicted, now_predicted, tables),
        "eo": _rate_gap(predicted, now_predicted, tables, among=tables.y_true),
        "ref": _ratio_explanation(kept, now_kept, tables),
        "vef": _value_explanation(kept, now_kept, drop, now_drop, tables),
        "att_jsd": _attention_jsd(tables, actions),
    }
    return combine({name: part.nan_to_num() for name, part in parts.items()})["final_score"]


def _accuracy(right: Tensor, *, right_now: Tensor) -> Tensor:
    n = right.shape[-1]
    return (right_now.double().sum(-1, keepdim=True) + (right.double() - right_now.double())) / n


def _f1(predicted: Tensor, now: Tensor, y_true: Tensor) -> Tensor:
    change = predicted.double() - now.double()
    hits = (now & y_true).sum(-1, keepdim=True) + change * y_true
    return 2 * hits / (now.sum(-1, keepdim=True) + change + y_true.sum())


def _auc(proba: Tensor, now: Tensor, y_true: Tensor) -> Tensor:
    positive = now[..., y_true].sort(-1).values
    negative = now[..., ~y_true].sort(-1).values
    pairs = positive.shape[-1] * negative.shape[-1]

    def won(scores: Tensor) -> Tensor:
        """Pairs that each row wins with these scores against the other class as it is now."""
        over_negatives = _rank(negative, scores)
        under_positives = positive.shape[-1] - _rank(positive, scores)
        return torch.where(y_true, over_negatives, under_positives)

    won_now = won(now)
    total = torch.where(y_true, won_now, 0).sum(-1, keepdim=True)
    return (total + torch.stack([won(scores) for scores in proba]) - won_now) / pairs


def _rank(ordered: Tensor, values: Tensor) -> Tensor:
    """Return how many of `ordered` lie below each value, ties counting half."""
    values = values.contiguous()
    below = torch.searchsorted(ordered, values)
    return (below + torch.searchsorted(ordered, values, right=True)).double() / 2


def _rate_gap(
    predicted: Tensor, now: Tensor, tables: RewardTables, *, among: Tensor | None = None
) -> Tensor:
    averaging = averaging_matrix(tables.group, tables.n_groups, among=among, dtype=torch.float64)
    rates = now.double() @ averaging
    weight = averaging.gather(1, tables.group[:, None])[:, 0]
    own = rates[..., tables.group] + (predicted.double() - now.double()) * weight
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


def _ratio_explanation(kept: Tensor, now: Tensor, tables: RewardTables) -> Tensor:
    averaging = averaging_matrix(tables.group, tables.n_groups, dtype=torch.float64)
    share = averaging.expand(*now.shape, tables.n_groups)
    everyone = torch.zeros_like(tables.group)
    shares = _top_sums(kept, now, share, share, segment=everyone, ratio=tables.top_ratio)
    return gap(shares)


def _value_explanation(
    kept: Tensor, now: Tensor, drop: Tensor, now_drop: Tensor, tables: RewardTables
) -> Tensor:
    ratio, group, n_groups = tables.top_ratio, tables.group, tables.n_groups
    sizes = torch.bincount(group, minlength=n_groups)
    sums = _top_sums(kept, now, drop[..., None], now_drop[..., None], segment=group, ratio=ratio)
    own = sums[..., 0] / (ratio * sizes.double())[group]
    members = [group == g for g in range(n_groups)]
    drops = [
        (top_membership(now[..., own_], ratio) * now_drop[..., own_]).sum(-1)
        / (ratio * own_.sum().double())
        for own_ in members
    ]
    return _gap_with(own, torch.stack(drops, -1), group)


def _top_sums(
    values: Tensor,
    now: Tensor,
    amounts: Tensor,
    now_amounts: Tensor,
    *,
    segment: Tensor,
    ratio: float,
) -> Tensor:
    """Return the amounts summed over the top rows of a segment, one row's value changed.

    The rows of each segment weigh as much as `top_membership` says they are among the top `ratio`
    of their segment. Entry `(e, k, i)` is the sum over the segment of row `i` after the value and
    the amounts of row `i` have become those of `e`.

    Args:
        values: **Shape** `(e, k, n)`. What row `i` may change to.
        now: **Shape** `(k, n)`. What all rows are.
        amounts: **Shape** `(e, k, n, q)` or `(k, n, q)`. What is summed for a changed row.
        now_amounts: **Shape** `(k, n, q)`. What is summed for the other rows.
        segment: **Shape** `(n,)`, ids from 0.
        ratio: In (0, 1].
    """
    sizes = torch.bincount(segment)
    ends = sizes.cumsum(0)
    mass = ratio * sizes.double()
    # Values lie within 1 of 0, so shifting each segment by 4 sorts the segments one after another.
    shift = 4.0 * segment
    keys, now_key = values.double() + shift, now.double() + shift
    ordered, order = now_key.sort(-1)
    padded = torch.nn.functional.pad(ordered, (1, 1), value=math.inf)
    padded[..., 0] = -math.inf

    # The last row that is wholly or partly among the top, and its neighbours in the order.
    last = (ends - (mass - 1e-9).ceil().long())[segment]
    at, under, over = padded[..., last + 1], padded[..., last], padded[..., last + 2]
    start, end = (ends - sizes)[segment], ends[segment]
    under = torch.where(last > start, under, -math.inf)
    over = torch.where(last + 1 < end, over, math.inf)
    lowest = torch.where(now_key >= at, under, at)
    highest = torch.where(now_key >= over, at, over)
    threshold = torch.minimum(torch.maximum(keys, lowest), highest)

    runs = torch.arange(len(now), device=now.device)[:, None]
    so_far = torch.nn.functional.pad(now_amounts[runs, order].cumsum(-2), (0, 0, 1, 0))
    stacked = ordered.expand(threshold.shape).contiguous()
    below = torch.searchsorted(stacked, threshold)
    not_above = torch.searchsorted(stacked, threshold, right=True)

    was_above, was_tied = now_key > threshold, now_key == threshold
    is_above, is_tied = keys > threshold, keys == threshold
    above = end - not_above - was_above.long() + is_above.long()
    tied = not_above - below - was_tied.long() + is_tied.long()
    sum_above = so_far[runs, end] - so_far[runs, not_above]
    sum_above = sum_above - was_above[..., None] * now_amounts + is_above[..., None] * amounts
    sum_tied = so_far[runs, not_above] - so_far[runs, below]
    sum_tied = sum_tied - was_tied[..., None] * now_amounts + is_tied[..., None] * amounts
    share_of_tied = ((mass[segment] - above) / tied).clamp(0, 1)
    return sum_above + share_of_tied[..., None] * sum_tied


def _attention_jsd(tables: RewardTables, actions: Tensor) -> Tensor:
    """JSD in bits, as the mean of the groups' negative entropies less that of their mean."""
    attention = tables.attention.double()
    averaging = averaging_matrix(tables.group, tables.n_groups, dtype=torch.float64)
    now = routed(attention, actions)
    of_groups = averaging.T @ now
    change = (attention - now) / torch.bincount(tables.group)[tables.group][:, None]
    entropies = _negative_entropy(of_groups)
    own = _negative_entropy(of_groups[..., tables.group, :] + change)
    groups = tables.n_groups
    mean = (entropies.sum(-1)[..., None] - entropies[..., tables.group] + own) / groups
    middle = of_groups.mean(-2)[..., None, :] + change / groups
    return (mean - _negative_entropy(middle)) / math.log(2)


def _negative_entropy(distribution: Tensor) -> Tensor:
    return (distribution * (distribution + TINY).log()).sum(-1)
