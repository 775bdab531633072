r"""The losses of the three experts: equations (4) to (17) and (22) to (28).

Every function takes leading axes `*k` (experts, settings, seeds) and gives one loss for each.
The attention loss (19)-(21) has a module of its own, `fairmoe.functional.attention`.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from fairmoe.functional.groups import gap


def cross_entropy_loss(
    logits: Float[Tensor, "*k n 2"],
    y_true: Int[Tensor, " n"],
    weights: Float[Tensor, " n"] | None = None,
) -> Float[Tensor, "*k"]:
    r"""Return the utility loss of every expert; for the first it is the whole loss.

    $$\mathcal{L}_{E1} = \text{CrossEntropy}(p, y)
    = -\sum_{i=1}^{n} \sum_{c=0}^{1} y_{i,c} \log(p_{i,c}) \tag{4}$$
    $$\mathcal{L}_{E1} = \mathcal{L}_{CE} \tag{5}$$
    $$\mathcal{L}_{CE} = -\frac{1}{n} \sum_{i=1}^{n} \log(p_{i,y_i}) \tag{6}$$

    NOTE[DIFF]: (4) sums over rows and (6) averages; the mean is used, as (5) and (6) together say.

    Args:
        logits: **Shape** `(*k, n, 2)`. Before the softmax, never after it. Gradients flow.
        y_true: **Shape** `(n,)`, 0 or 1.
        weights: **Shape** `(n,)`, at least 0. How much a row counts in the mean; all the same if
            they are left out.

    Example:
        >>> cross_entropy_loss(torch.zeros(3, 2), torch.tensor([0, 1, 1])).item()
        0.6931471824645996
    """
    # >>> Equations (4), (5), (6): with two classes, -log p_y = softplus(logit_other - logit_y)
    log_odds = logits[..., 1] - logits[..., 0]
    return _mean(F.softplus(torch.where(y_true == 1, -log_odds, log_odds)), weights)
    # <<< Equations (4), (5), (6)


def representation_loss(
    hidden: Float[Tensor, "*k n h"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k"]:
    r"""Return how far the groups' mean hidden vectors lie apart.

    $$\mu_0 = \frac{1}{n_0} \sum_{i: s_i = 0} h_i \tag{8}$$
    $$\mu_1 = \frac{1}{n_1} \sum_{i: s_i = 1} h_i \tag{9}$$
    $$\mathcal{L}_{rep} = \|\mu_0 - \mu_1\|_2^2 \tag{10}$$

    For more than two groups it is the mean over the pairs of groups.

    Args:
        hidden: **Shape** `(*k, n, h)`. After the activation. Gradients flow.
        averaging: **Shape** `(n, g)`. Of the groups that have rows; fewer than two give 0.
    """
    # >>> Equations (8), (9)
    means = averaging.T @ hidden
    # <<< Equations (8), (9)
    # >>> Equation (10): the g^2 ordered differences count each of the g (g - 1) / 2 pairs twice
    groups = averaging.shape[1]
    differences = means[..., :, None, :] - means[..., None, :, :]
    return differences.square().sum((-1, -2, -3)) / max(groups * (groups - 1), 1)
    # <<< Equation (10)


def demographic_parity_loss(
    proba: Float[Tensor, "*k n"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k"]:
    r"""Return the largest less the smallest group mean of the positive class's probability.

    $$p_0 = \frac{1}{n_0} \sum_{i: s_i = 0} p_{i,1} \tag{12}$$
    $$p_1 = \frac{1}{n_1} \sum_{i: s_i = 1} p_{i,1} \tag{13}$$
    $$\mathcal{L}_{DP} = |p_0 - p_1| \tag{14}$$

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class. Gradients flow.
        averaging: **Shape** `(n, g)`. Means over the groups that have rows, from `estimable`; fewer
            than two give 0.
    """
    # >>> Equations (12), (13), (14)
    return _gap_of_means(proba, averaging)
    # <<< Equations (12), (13), (14)


def equal_opportunity_loss(
    proba: Float[Tensor, "*k n"], averaging_positives: Float[Tensor, "n g"]
) -> Float[Tensor, "*k"]:
    r"""Return the gap between groups in the mean probability of their positive rows.

    $$p_0^{pos} = \frac{1}{n_0^{pos}} \sum_{i: s_i = 0, y_i = 1} p_{i,1} \tag{15}$$
    $$p_1^{pos} = \frac{1}{n_1^{pos}} \sum_{i: s_i = 1, y_i = 1} p_{i,1} \tag{16}$$
    $$\mathcal{L}_{EO} = |p_0^{pos} - p_1^{pos}| \tag{17}$$

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class. Gradients flow.
        averaging_positives: **Shape** `(n, g)`. Averages over positive rows only, of the groups
            that have any; fewer than two groups give 0.
    """
    # >>> Equations (15), (16), (17)
    return _gap_of_means(proba, averaging_positives)
    # <<< Equations (15), (16), (17)


def _gap_of_means(
    values: Float[Tensor, "*k n"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k"]:
    if averaging.shape[1] < 2:
        return values.sum(-1) * 0
    return gap(values @ averaging)


def fairness_loss(
    parity: Float[Tensor, "*k"], opportunity: Float[Tensor, "*k"]
) -> Float[Tensor, "*k"]:
    r"""Return the mean of the two outcome gaps.

    $$\mathcal{L}_{fair} = \frac{\mathcal{L}_{DP} + \mathcal{L}_{EO}}{2} \tag{11}$$
    """
    # >>> Equation (11)
    return (parity + opportunity) / 2
    # <<< Equation (11)


def adversarial_loss(
    hidden_logits: Float[Tensor, "*k n g"],
    output_logits: Float[Tensor, "*k n g"],
    group: Int[Tensor, " n"],
    weights: Float[Tensor, " n"] | None = None,
) -> Float[Tensor, "*k"]:
    r"""Return how badly the two adversaries tell the groups apart.

    $$\mathcal{L}_{adv}^{hidden} = \text{CrossEntropy}(\ell_{adv}^{hidden}, s) \tag{25}$$
    $$\mathcal{L}_{adv}^{logits} = \text{CrossEntropy}(\ell_{adv}^{logits}, s) \tag{28}$$
    $$\mathcal{L}_{adv} =
    \frac{\mathcal{L}_{adv}^{hidden} + \mathcal{L}_{adv}^{logits}}{2} \tag{22}$$

    The adversaries descend on it; the expert, behind the gradient reversal, ascends.

    Args:
        hidden_logits: **Shape** `(*k, n, g)`. Of the adversary that sees the hidden vector.
        output_logits: **Shape** `(*k, n, g)`. Of the adversary that sees the probabilities.
        group: **Shape** `(n,)`, ids in `[0, g)`.
        weights: **Shape** `(n,)`, at least 0. How much a row counts; 0 for one of no group.
    """
    # >>> Equations (25), (28)
    hidden_loss = _group_cross_entropy(hidden_logits, group, weights)
    output_loss = _group_cross_entropy(output_logits, group, weights)
    # <<< Equations (25), (28)
    # >>> Equation (22)
    return (hidden_loss + output_loss) / 2
    # <<< Equation (22)


def _group_cross_entropy(
    logits: Float[Tensor, "*k n g"],
    group: Int[Tensor, " n"],
    weights: Float[Tensor, " n"] | None,
) -> Float[Tensor, "*k"]:
    log_proba = logits.mT.log_softmax(-2)
    of_rows = log_proba.gather(-2, group.expand(*logits.shape[:-2], 1, -1))[..., 0, :]
    return -_mean(of_rows, weights)


def _mean(
    values: Float[Tensor, "*k n"], weights: Float[Tensor, " n"] | None
) -> Float[Tensor, "*k"]:
    if weights is None:
        return values.mean(-1)
    return values @ (weights / weights.sum()).to(values.dtype)


def result_expert_loss(
    cross_entropy: Float[Tensor, "*k"],
    representation: Float[Tensor, "*k"],
    fairness: Float[Tensor, "*k"],
    *,
    lambda_rep: Float[Tensor, "*k"],
    lambda_fair: Float[Tensor, "*k"],
) -> Float[Tensor, "*k"]:
    r"""Return the whole loss of the result-fairness expert.

    $$\mathcal{L}_{E2} = \mathcal{L}_{CE} + \lambda_{rep} \cdot \mathcal{L}_{rep}
    + \lambda_{fair} \cdot \mathcal{L}_{fair} \tag{7}$$
    """
    # >>> Equation (7)
    return cross_entropy + lambda_rep * representation + lambda_fair * fairness
    # <<< Equation (7)


def procedural_expert_loss(
    cross_entropy: Float[Tensor, "*k"],
    attention: Float[Tensor, "*k"],
    adversarial: Float[Tensor, "*k"],
    *,
    lambda_attention: Float[Tensor, "*k"],
    lambda_adv: Float[Tensor, "*k"],
) -> Float[Tensor, "*k"]:
    r"""Return the whole loss of the procedural-fairness expert.

    $$\mathcal{L}_{E3} = \mathcal{L}_{CE} + \lambda_{attention} \cdot \mathcal{L}_{attention}
    + \lambda_{adv} \cdot \mathcal{L}_{adv} \tag{18}$$
    """
    # >>> Equation (18)
    return cross_entropy + lambda_attention * attention + lambda_adv * adversarial
    # <<< Equation (18)
