"""Models whose log-odds are linear: the constant predictor and a logistic regression."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from fairmoe.errors import InvalidInputError

MANY_ROWS = 200_000
"""From here on Newton's steps, which weigh a copy of all rows, would need most of the memory."""


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A model whose log-odds are linear in the encoded features.

    Attributes:
        weight: **Shape** `(d,)`, log-odds per unit of each encoded feature.
        bias: Log-odds of the row of zeros.
    """

    weight: Float[Tensor, " d"]
    bias: float

    def log_odds(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "*k n"]:
        """Return the log-odds of the positive class, `x @ weight + bias`. Gradients flow."""
        return x @ self.weight + self.bias

    def average_gradient(
        self,
        x: Float[Tensor, "n d"],
        baseline: Float[Tensor, " d"],  # noqa: ARG002
    ) -> Float[Tensor, "n d"]:
        """Return the gradient of the log-odds, which is the same from any baseline."""
        return self.weight.expand_as(x)


def fit_constant(
    x: Float[Tensor, "n d"],
    y_true: Int[Tensor, " n"],
    weights: Float[Tensor, " n"] | None = None,
) -> LinearModel:
    """Return the model that gives every row the base rate, and so the majority's class.

    Args:
        x: **Shape** `(n, d)`. Only its width, type and device matter.
        y_true: **Shape** `(n,)`, 0 or 1.
        weights: **Shape** `(n,)`. How much a row counts; all the same if they are left out.

    Raises:
        InvalidInputError: There is only one class.

    Example:
        >>> model = fit_constant(torch.zeros(4, 2), torch.tensor([1, 1, 1, 0]))
        >>> model.log_odds(torch.ones(1, 2)).sigmoid()
        tensor([0.7500])
    """
    _check_classes(y_true)
    base_rate = y_true.double().mean()
    if weights is not None:
        base_rate = y_true.double() @ (weights.double() / weights.sum())
    return LinearModel(x.new_zeros(x.shape[-1]), torch.logit(base_rate).item())


def fit_logistic(
    x: Float[Tensor, "n d"],
    y_true: Int[Tensor, " n"],
    weights: Float[Tensor, " n"] | None = None,
) -> LinearModel:
    """Return a logistic regression with scikit-learn's default penalty.

    The fit has one optimum and starts from zero: it needs no seed.

    Args:
        x: **Shape** `(n, d)`. Encoded training rows.
        y_true: **Shape** `(n,)`, 0 or 1.
        weights: **Shape** `(n,)`. How much a row counts, against a penalty that stays as it is.

    Raises:
        InvalidInputError: There is only one class.
    """
    _check_classes(y_true)
    # On one-hot columns lbfgs needs ten times as long and stops farther from the optimum.
    solver = "newton-cholesky" if len(x) < MANY_ROWS else "lbfgs"
    logistic = LogisticRegression(solver=solver, max_iter=1000)
    of_rows = None if weights is None else (weights / weights.mean()).cpu().numpy()
    fitted = logistic.fit(x.detach().cpu().numpy(), y_true.cpu().numpy(), of_rows)
    weight = torch.as_tensor(fitted.coef_[0], dtype=x.dtype, device=x.device)
    return LinearModel(weight, float(fitted.intercept_[0]))


def _check_classes(y_true: Int[Tensor, " n"]) -> None:
    if y_true.min() == y_true.max():
        raise InvalidInputError("A baseline needs two classes", however="the target has one")
