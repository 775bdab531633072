r"""Gradients of losses by hand, without a graph; each is held to autograd by a test.

A step of training consists of small products and passes over activations. Autograd takes twice as
many passes as are needed, and for small tables its own work is most of a step.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from fairmoe.functional.attention import TINY


def cross_entropy_gradient(
    proba: Float[Tensor, "*k n"], y_true: Int[Tensor, " n"]
) -> Float[Tensor, "*k n"]:
    r"""Return the gradient of the cross-entropy (6) in the log-odds, $(p_i - y_i) / n$.

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class.
        y_true: **Shape** `(n,)`, 0 or 1.
    """
    return (proba - y_true).div_(len(y_true))


def gap_gradient(
    proba: Float[Tensor, "*k n"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k n"]:
    """Return the gradient of the gap between group means, (14) or (17), in the log-odds.

    Where several groups have the largest or the smallest mean, the first of them is taken.

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class.
        averaging: **Shape** `(n, g)`. Of the groups that have rows; fewer than two give 0.
    """
    if averaging.shape[1] < 2:
        return torch.zeros_like(proba)
    means, of_groups = proba @ averaging, averaging.T
    apart = of_groups[means.argmax(-1)] - of_groups[means.argmin(-1)]
    return apart.mul_(proba - proba.square())


def divergence_with_gradient(
    distributions: Float[Tensor, "*k g c"],
) -> tuple[Float[Tensor, "*k"], Float[Tensor, "*k g c"]]:
    r"""Return the divergence (20) in nats, and its gradient in the distributions.

    But for the least number that keeps logarithms finite, all other terms cancel:

    $$\frac{\partial JSD}{\partial A_i} = \tfrac{1}{g} (\log A_i - \log M) \tag{20}$$

    Args:
        distributions: **Shape** `(*k, g, c)`, non-negative.
    """
    middle = distributions.mean(-2, keepdim=True)
    above, above_middle = distributions + TINY, middle + TINY
    ratio = above.log().sub_(above_middle.log())
    divergence = (distributions * ratio).mean(-2).sum(-1)
    rest = (distributions / above).sub_(middle / above_middle)
    return divergence, ratio.add_(rest).div_(distributions.shape[-2])


def representation_gradient(
    hidden: Float[Tensor, "*k n h"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k n h"]:
    """Return the gradient of the distance between mean hidden vectors (10) in these vectors.

    Args:
        hidden: **Shape** `(*k, n, h)`.
        averaging: **Shape** `(n, g)`. Of the groups that have rows; fewer than two give 0.

    Returns:
        **Shape** `(*k, n, h)`, its rows last in memory.
    """
    groups = averaging.shape[1]
    means = hidden.mT @ averaging
    apart = means - means.mean(-1, keepdim=True)
    return (apart.mul_(4 / max(groups - 1, 1)) @ averaging.T).mT
