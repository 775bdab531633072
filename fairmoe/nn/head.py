"""The gradients of a mixture's log-odds in the logits of its gate and in its experts' log-odds."""

from torch import Tensor
from torch.nn.functional import logsigmoid

from fairmoe.nn.path import Said


def mixture_head(logits: Tensor, said: Said) -> tuple[Tensor, Tensor]:
    """Return the gradients of the log-odds of `k` mixtures; a `fairmoe.nn.path.Head`.

    An expert's share in what the mixture says for a class is the gradient of the logarithm of
    that in the logarithm of its weight, and in that of its own probability. The shares in either
    class sum to 1, so that nothing of their difference is lost in the softmax of the gate.

    Args:
        logits: **Shape** `(k, 3, m)`. Of the gate, over its temperature.
        said: By the experts.
    """
    joint = logits + logsigmoid(said.log_odds)
    of_positive, of_negative = joint.softmax(1), joint.sub_(said.log_odds).softmax(1)
    of_logits = of_positive - of_negative
    return of_logits, of_positive.lerp_(of_negative, said.proba)
