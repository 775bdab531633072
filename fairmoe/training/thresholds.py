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

    Candidates are quantiles of an expert's own log-odds. The best is taken if what it gains over 0
    is more than twice the gain's standard error (jackknife over `FOLDS` parts of the rows); so a
    few hundred rows rarely move a threshold, and thousands do where experts say yes too seldom.
    A threshold with which the expert collapses is none, for saying the same of all closes every
    gap; an expert that collapses at 0 is moved whatever the doubt, if there is somewhere to go.

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
    quantiles = torch.linspace(0.02, 0.98, CANDIDATES, device=log_odds.device)
    candidates = torch.cat(
        [torch.zeros_like(log_odds[:, :1]), torch.quantile(log_odds, quantiles, dim=1).T], dim=1
    )
    shape = (FOLDS, n_groups, 2)
    part = torch.arange(len(y), device=log_odds.device) % FOLDS
    cell = F.one_hot((part * n_groups + group) * 2 + y, FOLDS * n_groups * 2).double()
    members = cell.sum(0).view(shape)
    counts, same = [], []
    for at in candidates.T:
        yes = log_odds > at[:, None]
        counts.append(yes.double() @ cell)
        same.append(collapsed(yes, y == 1))
    said_yes = torch.stack(counts, dim=1).view(*candidates.shape, *shape)
    same_of_all = torch.stack(same, dim=1)

    def gain(said_yes: Tensor, members: Tensor) -> Tensor:
        worth = _worth(said_yes, members, by_utility[:, None])
        return worth - worth[:, :1]

    of_all = gain(said_yes.sum(2), members.sum(0))
    without_a_part = torch.stack(
        [
            gain(said_yes.sum(2) - said_yes[:, :, i], members.sum(0) - members[i])
            for i in range(FOLDS)
        ]
    )
    of_all = of_all.nan_to_num(-torch.inf).masked_fill(same_of_all, -torch.inf)
    best = of_all.argmax(1, keepdim=True)
    error = ((FOLDS - 1) * without_a_part.var(0, correction=0)).sqrt()
    sure = of_all.gather(1, best) > 2 * error.gather(1, best)
    sure |= same_of_all[:, :1] & ~same_of_all.gather(1, best)
    return torch.where(sure, candidates.gather(1, best), 0.0)[:, 0]


def _worth(said_yes: Tensor, members: Tensor, by_utility: Tensor) -> Tensor:
    """Return utility, less the outcome gaps where they count, up to what no threshold changes.

    Args:
        said_yes: **Shape** `(m, t, G, 2)`. Rows above each candidate, by group and label.
        members: **Shape** `(G, 2)`. All rows, by group and label.
        by_utility: **Shape** `(m, 1)`.

    Returns:
        **Shape** `(m, t)`.
    """
    negatives, positives = members.sum(0)
    false_yes, true_yes = said_yes.sum(2).unbind(-1)
    accuracy = (true_yes + negatives - false_yes) / members.sum()
    f1 = 2 * true_yes / (true_yes + false_yes + positives)
    dp = _gap_of_rates(said_yes.sum(-1), members.sum(1))
    eo = _gap_of_rates(said_yes[..., 1], members[:, 1])
    worth: Tensor = (accuracy + f1) / 3 - torch.where(by_utility, 0.0, (dp + eo) / 2)
    return worth


def _gap_of_rates(said_yes: Tensor, members: Tensor) -> Tensor:
    """Return the gap between the groups that have members; none if there are not two of them."""
    there = members > 0
    if there.sum() < 2:
        return torch.zeros_like(said_yes[..., 0])
    return gap((said_yes / members)[..., there])
