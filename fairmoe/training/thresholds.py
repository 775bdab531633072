"""Where an expert's decision threshold lies: chosen on validation rows, if they leave no doubt."""

import torch
from torch import Tensor
from torch.nn import functional as F

from fairmoe.functional.groups import gap
from fairmoe.functional.scores import collapsed

CANDIDATES = 40
FOLDS = 10
"""Parts of the rows of which each in turn is left out to learn how sure a gain is."""


@torch.no_grad()
def fit_thresholds(
    log_odds: Tensor, y: Tensor, group: Tensor, n_groups: int, by_utility: Tensor
) -> Tensor:
    """Return the log-odds from which each expert of a stack should say yes.

    Candidates are quantiles of an expert's own log-odds, but none with which it collapses, for
    saying the same of all closes every gap. The best is taken if what it gains over 0 is more than
    twice the gain's standard error (jackknife over `FOLDS` parts of the rows); so a few hundred
    rows rarely move a threshold, and thousands do where experts say yes too seldom. An expert that
    collapses at 0 begins where it says yes to as many as there are positives.

    NOTE[DIFF]: the source decides at one half. The gaps of (14) and (17) are of mean
    probabilities, and shrinking all of them below one half closes these as well as equal treatment
    does: on Adult the result expert then says yes to almost nobody.

    Args:
        log_odds: **Shape** `(m, n)`.
        y: **Shape** `(n,)`. Labels, 0 or 1.
        group: **Shape** `(n,)`. Ids in `[0, G)`.
        n_groups: The number of groups, `G`.
        by_utility: **Shape** `(m,)`. Whether utility alone counts, or less the outcome gaps.

    Returns:
        **Shape** `(m,)`.
    """
    positive = y == 1
    shares = torch.linspace(0.02, 0.98, CANDIDATES, device=log_odds.device)
    candidates = torch.cat(
        [_initial_thresholds(log_odds, positive), _quantiles(log_odds, shares)], dim=1
    )
    shape = (FOLDS, n_groups, 2)
    part = torch.arange(len(y), device=log_odds.device) % FOLDS
    cell = F.one_hot((part * n_groups + group) * 2 + y, FOLDS * n_groups * 2).double()
    members = cell.sum(0).view(shape)
    counts, collapses = [], []
    for at in candidates.T:
        yes = log_odds > at[:, None]
        counts.append(yes.double() @ cell)
        collapses.append(collapsed(yes, positive))
    accepted = torch.stack(counts, dim=1).view(*candidates.shape, *shape)

    def gain(accepted: Tensor, members: Tensor) -> Tensor:
        value = _criterion(accepted, members, by_utility[:, None])
        return value - value[:, :1]

    of_all = gain(accepted.sum(2), members.sum(0))
    of_all = of_all.masked_fill(torch.stack(collapses, dim=1), -torch.inf)
    without_a_part = torch.stack(
        [
            gain(accepted.sum(2) - accepted[:, :, i], members.sum(0) - members[i])
            for i in range(FOLDS)
        ]
    )
    best = of_all.argmax(1, keepdim=True)
    error = ((FOLDS - 1) * without_a_part.var(0, correction=0)).sqrt()
    sure = of_all.gather(1, best) > 2 * error.gather(1, best)
    return candidates.gather(1, torch.where(sure, best, 0))[:, 0]


def _initial_thresholds(log_odds: Tensor, positive: Tensor) -> Tensor:
    """Return the thresholds that others have to beat, **Shape** `(m, 1)`.

    Where not even as many yes as there are positives can be had, it stays at 0.
    """
    matching = _quantiles(log_odds, (~positive).to(log_odds.dtype).mean(0, keepdim=True))
    at_zero, at_matching = (collapsed(log_odds > at, positive) for at in (0, matching))
    return torch.where((at_zero & ~at_matching)[:, None], matching, 0.0)


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


def _criterion(accepted: Tensor, members: Tensor, by_utility: Tensor) -> Tensor:
    """Return utility, less the outcome gaps where they count, up to what no threshold changes.

    Args:
        accepted: **Shape** `(m, t, G, 2)`. Rows above each candidate, by group and label.
        members: **Shape** `(G, 2)`. All rows, by group and label.
        by_utility: **Shape** `(m, 1)`.

    Returns:
        **Shape** `(m, t)`.
    """
    negatives, positives = members.sum(0)
    false_yes, true_yes = accepted.sum(2).unbind(-1)
    accuracy = (true_yes + negatives - false_yes) / members.sum()
    f1 = 2 * true_yes / (true_yes + false_yes + positives)
    dp = _gap_of_rates(accepted.sum(-1), members.sum(1))
    eo = _gap_of_rates(accepted[..., 1], members[:, 1])
    criterion: Tensor = (accuracy + f1) / 3 - torch.where(by_utility, 0.0, (dp + eo) / 2)
    return criterion


def _gap_of_rates(accepted: Tensor, members: Tensor) -> Tensor:
    """Return the gap between the groups that have members; none if there are not two of them."""
    there = members > 0
    if there.sum() < 2:
        return torch.zeros_like(accepted[..., 0])
    return gap((accepted / members)[..., there])
