"""Where an expert's decision threshold lies: chosen on validation rows, if they leave no doubt."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from fairmoe.functional.groups import gap

CANDIDATES = 40
VALUES_AT_ONCE = 2**20
"""About how many decisions are counted at once."""

FOLDS = 10
"""Parts of the rows of which each in turn is left out to learn how sure a gain is."""


@torch.no_grad()
def fit_thresholds(
    log_odds: Tensor,
    y: Tensor,
    group: Tensor,
    n_groups: int,
    refuses: Callable[[Tensor], Tensor],
    *,
    by_utility: bool,
    weights: Tensor | None = None,
) -> Tensor:
    """Return the log-odds from which each expert of a stack should say yes.

    Candidates are quantiles of an expert's own log-odds, but none with which it is refused, for
    saying the same of all closes every gap. The best is taken if what it gains over 0 is more than
    twice the gain's standard error (jackknife over `FOLDS` parts of the rows); so a few hundred
    rows rarely move a threshold, and thousands do where experts say yes too seldom. An expert that
    is refused at 0 begins where it says yes to as many as there are positives, or as nearly as may
    be.

    NOTE[DIFF]: the source decides at one half. The gaps of (14) and (17) are of mean
    probabilities, and shrinking all of them below one half closes these as well as equal treatment
    does: on Adult the result expert then says yes to almost nobody.

    Args:
        log_odds: **Shape** `(m, n)`.
        y: **Shape** `(n,)`. Labels, 0 or 1.
        group: **Shape** `(n,)`. Ids in `[0, G)`.
        n_groups: The number of groups, `G`.
        refuses: Tells of decisions `(t, m, n)` which members are refused with them, `(t, m)`.
        by_utility: Whether utility alone counts, or less the outcome gaps.
        weights: **Shape** `(n,)`. How much a row counts; all the same if they are left out.

    Returns:
        **Shape** `(m,)`.
    """
    positive = y == 1
    counts_as = torch.ones_like(y, dtype=torch.float64) if weights is None else weights.double()
    shares = torch.linspace(0.02, 0.98, CANDIDATES, device=log_odds.device)
    negatives, all_rows = (
        counted.sum(0, keepdim=True).to(log_odds.dtype)
        for counted in (counts_as[~positive], counts_as)
    )
    matching = negatives / all_rows
    candidates = torch.cat(
        [torch.zeros_like(log_odds[:, :1]), _quantiles(log_odds, torch.cat([matching, shares]))], 1
    )
    shape = (FOLDS, n_groups, 2)
    part = torch.arange(len(y), device=log_odds.device) % FOLDS
    cell = F.one_hot((part * n_groups + group) * 2 + y, FOLDS * n_groups * 2) * counts_as[:, None]
    members = cell.sum(0).view(shape)
    counts, refusals = [], []
    for at in torch.split(candidates.T, max(1, VALUES_AT_ONCE // log_odds.numel())):
        yes = log_odds > at[..., None]
        counts.append(yes.double() @ cell)
        refusals.append(refuses(yes))
    accepted, refused = torch.cat(counts).transpose(0, 1), torch.cat(refusals).T
    first = _first(accepted.sum(-1), refused, counts_as[positive].sum())
    accepted = accepted.reshape(*candidates.shape, *shape)

    def gain(accepted: Tensor, members: Tensor) -> Tensor:
        value = _criterion(accepted, members, by_utility=by_utility)
        return value - value.gather(1, first)

    of_all = gain(accepted.sum(2), members.sum(0)).masked_fill(refused, -torch.inf)
    without_a_part = torch.stack(
        [
            gain(accepted.sum(2) - accepted[:, :, i], members.sum(0) - members[i])
            for i in range(FOLDS)
        ]
    )
    best = of_all.argmax(1, keepdim=True)
    error = ((FOLDS - 1) * without_a_part.var(0, correction=0)).sqrt()
    sure = of_all.gather(1, best) > 2 * error.gather(1, best)
    return candidates.gather(1, torch.where(sure, best, first))[:, 0]


def _first(accepted: Tensor, refused: Tensor, positives: Tensor) -> Tensor:
    """Return the candidate that others have to beat, **Shape** `(m, 1)`.

    It is the first, unless that is refused and another is not: then the one that says yes to as
    nearly as many as there are positives.

    Args:
        accepted: **Shape** `(m, t)`. Rows above each candidate.
        refused: **Shape** `(m, t)`.
        positives: Their number.
    """
    apart = (accepted - positives).abs().masked_fill(refused, torch.inf)
    nearest = apart.argmin(1, keepdim=True)
    stays = ~refused[:, :1] | refused.all(1, keepdim=True)
    return torch.where(stays, 0, nearest)


def _quantiles(log_odds: Tensor, shares: Tensor) -> Tensor:
    """Return quantiles of each member's log-odds, none of which is the log-odds of a row.

    On a value that many rows share rounding would decide of all of them.

    Args:
        log_odds: **Shape** `(m, n)`.
        shares: **Shape** `(t,)`. In [0, 1].

    Returns:
        **Shape** `(m, t)`.
    """
    ordered = log_odds.sort(1).values
    quantiles = torch.quantile(ordered, shares, dim=1).T.contiguous()
    above = torch.searchsorted(ordered, quantiles, right=True)
    below = ordered.gather(1, (above - 1).clamp_min(0))
    middle = (below + ordered.gather(1, above.clamp_max(len(ordered[0]) - 1))) / 2
    return torch.where(quantiles == below, middle, quantiles)


def _criterion(accepted: Tensor, members: Tensor, *, by_utility: bool) -> Tensor:
    """Return utility, less the outcome gaps where they count, up to what no threshold changes.

    Args:
        accepted: **Shape** `(m, t, G, 2)`. Rows above each candidate, by group and label.
        members: **Shape** `(G, 2)`. All rows, by group and label.
        by_utility: Whether utility alone counts.

    Returns:
        **Shape** `(m, t)`.
    """
    negatives, positives = members.sum(0)
    false_yes, true_yes = accepted.sum(2).unbind(-1)
    accuracy = (true_yes + negatives - false_yes) / members.sum()
    f1 = 2 * true_yes / (true_yes + false_yes + positives)
    dp = _gap_of_rates(accepted.sum(-1), members.sum(1))
    eo = _gap_of_rates(accepted[..., 1], members[:, 1])
    utility: Tensor = (accuracy + f1) / 3
    return utility if by_utility else utility - (dp + eo) / 2


def _gap_of_rates(accepted: Tensor, members: Tensor) -> Tensor:
    """Return the gap between the groups that have members; none if there are not two of them."""
    there = members > 0
    if there.sum() < 2:
        return torch.zeros_like(accepted[..., 0])
    return gap((accepted / members)[..., there])
