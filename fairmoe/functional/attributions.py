r"""Attributions of a row's log-odds to its columns, differentiable in the weights of the model.

Two families. Path methods multiply a row's distance from the baseline by the gradient averaged
along the straight line between them (Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep
Networks", ICML 2017). Coalition methods set columns to the baseline, look at the model's outputs
and fit a linear model to them; with fixed coalitions that fit is a fixed linear map of the outputs.
"""

import itertools
import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def average_slope(
    z: Float[Tensor, "*k n h"], z_baseline: Float[Tensor, "*k #n h"], *, slope: float
) -> Float[Tensor, "*k n h"]:
    r"""Return the mean slope of the leaky ReLU between two arguments.

    $r_k = (a(z_k) - a(z'_k)) / (z_k - z'_k)$, and the slope at $z_k$ where the two coincide. It is
    the exact integral of the activation's derivative along the path, because each $z_k$ is affine
    in the input. The share of the path above zero is computed as
    $(z^+ + z'^+) / (|z| + |z'|)$: the same number, without a difference of near equals.

    Args:
        z: **Shape** `(*k, n, h)`. Before the activation. Gradients flow.
        z_baseline: **Shape** `(*k, n or 1, h)`. The same at the baseline. Gradients flow.
        slope: Of the activation below zero.

    Returns:
        **Shape** `(*k, n, h)`, in `[slope, 1]`.
    """
    length = z.abs() + z_baseline.abs().clamp(min=torch.finfo(z.dtype).tiny)
    return slope + (1 - slope) * (z.relu() + z_baseline.relu()) / length


def sum_by_column(
    values: Float[Tensor, "*k n d"], column_of: Int[Tensor, " d"], n_columns: int
) -> Float[Tensor, "*k n c"]:
    """Return the sums over the encoded parts of each source column, signs kept.

    Args:
        values: **Shape** `(*k, n, d)`. Gradients flow.
        column_of: **Shape** `(d,)`, in `[0, n_columns)`.
        n_columns: The number of source columns, `c`.

    Example:
        >>> sum_by_column(torch.tensor([[1.0, -2.0, 5.0]]), torch.tensor([0, 0, 1]), 2)
        tensor([[-1.,  5.]])
    """
    indicator = torch.nn.functional.one_hot(column_of, n_columns).to(values.dtype)
    return values @ indicator


def legendre_nodes(n_steps: int) -> tuple[Float[Tensor, " s"], Float[Tensor, " s"]]:
    """Return nodes in (0, 1) and weights summing to 1 of Gauss-Legendre quadrature, in float64.

    By the eigenvalues of the Jacobi matrix (Golub and Welsch, "Calculation of Gauss Quadrature
    Rules", 1969).
    """
    order = torch.arange(1, n_steps, dtype=torch.float64)
    off_diagonal = order / (4 * order**2 - 1).sqrt()
    values, vectors = torch.linalg.eigh(off_diagonal.diag(1) + off_diagonal.diag(-1))
    return (values + 1) / 2, vectors[0] ** 2


def shapley_coalitions(
    n_columns: int, *, budget: int, generator: torch.Generator
) -> tuple[Bool[Tensor, "s c"], Float[Tensor, "c s"]]:
    r"""Return coalitions of columns, and the map from the model's outputs to Shapley values.

    Kernel SHAP (Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions", NeurIPS
    2017): weighted least squares with the weights
    $(c - 1) / (\binom{c}{s} s (c - s))$ for coalitions of size $s$, constrained to be complete.
    Coalition sizes are enumerated from the outside in while the budget lasts, which makes the
    result exact for few columns; of the sizes left, pairs of a coalition and its complement are
    sampled in proportion to their weight.

    Args:
        n_columns: The number of source columns, `c`, at least 1.
        budget: About how many coalitions, `s`, beside the empty and the full one.
        generator: Draws the sampled coalitions.

    Returns:
        masks: **Shape** `(s, c)`. True where a column keeps its value; first none, then all.
        solve: **Shape** `(c, s)`, float64. Attributions are `outputs @ solve.T`.
    """
    c = n_columns
    masks = [torch.zeros(c, dtype=torch.bool), torch.ones(c, dtype=torch.bool)]
    weights = [0.0, 0.0]
    left = budget
    sampled_sizes: list[int] = []
    for size in range(1, c // 2 + 1):
        both = {size, c - size}
        count = math.comb(c, size) * len(both)
        if count <= left and not sampled_sizes:
            for members in (m for s in both for m in itertools.combinations(range(c), s)):
                masks.append(torch.zeros(c, dtype=torch.bool))
                masks[-1][list(members)] = True
                weights.append((c - 1) / (math.comb(c, size) * size * (c - size)))
            left -= count
        else:
            sampled_sizes.append(size)
    if sampled_sizes:
        # Both sizes of a pair carry the total weight (c - 1) / (s (c - s)) each.
        mass = torch.tensor(
            [(c - 1) / (s * (c - s)) * len({s, c - s}) for s in sampled_sizes], dtype=torch.float64
        )
        draws = torch.multinomial(mass, max(left // 2, c), replacement=True, generator=generator)
        for draw in draws.tolist():
            kept = torch.randperm(c, generator=generator)[: sampled_sizes[draw]]
            masks.append(torch.zeros(c, dtype=torch.bool))
            masks[-1][kept] = True
            masks.append(~masks[-1])
            weights += [float(mass.sum()) / (2 * len(draws))] * 2
    stacked = torch.stack(masks)
    design = stacked.double()
    weighted = design.T * torch.tensor(weights, dtype=torch.float64)
    # Outputs relative to the empty coalition; then the constraint that the values add up to the
    # full coalition's output is worked in with its Lagrange multiplier.
    relative = torch.eye(len(masks), dtype=torch.float64)
    relative[:, 0] -= 1
    inverse = torch.linalg.pinv(weighted @ design) if c > 1 else torch.ones(1, 1).double()
    free = inverse @ weighted @ relative
    surplus = free.sum(0) - relative[1]
    return stacked, free - inverse.sum(1, keepdim=True) * surplus / inverse.sum()


def lime_coalitions(
    n_columns: int,
    *,
    budget: int,
    generator: torch.Generator,
    ridge: float = 1e-2,
    kernel_width: float = 0.75,
) -> tuple[Bool[Tensor, "s c"], Float[Tensor, "c s"]]:
    r"""Return perturbations of the columns, and the map from the model's outputs to LIME's values.

    Each column keeps its value or is set to the baseline with equal chance; a ridge regression with
    an intercept is fitted with the weights $\exp(-D^2 / w^2)$, where $D^2$ is the share of columns
    that were changed (Ribeiro, Singh and Guestrin, "Why Should I Trust You?", KDD 2016).

    Args:
        n_columns: The number of source columns, `c`, at least 1.
        budget: How many perturbations, `s`, beside the row itself and the baseline.
        generator: Draws the perturbations.
        ridge: The weight of the squared coefficients; the intercept is free.
        kernel_width: The width $w$.

    Returns:
        masks: **Shape** `(s, c)`. True where a column keeps its value; first none, then all.
        solve: **Shape** `(c, s)`, float64. Attributions are `outputs @ solve.T`.
    """
    fixed = torch.tensor([[False], [True]]).expand(2, n_columns)
    masks = torch.cat([fixed, torch.rand(budget, n_columns, generator=generator) < 0.5])
    weights = torch.exp(-(~masks).double().mean(1) / kernel_width**2)
    design = torch.cat([masks.double(), torch.ones(len(masks), 1).double()], 1)
    penalty = torch.full((n_columns + 1,), ridge, dtype=torch.float64)
    penalty[-1] = 0
    weighted = design.T * weights
    return masks, torch.linalg.solve(weighted @ design + penalty.diag(), weighted)[:-1]


def masked_rows(
    x: Float[Tensor, "n d"],
    baseline: Float[Tensor, " d"],
    masks: Bool[Tensor, "s c"],
    column_of: Int[Tensor, " d"],
) -> Float[Tensor, "s n d"]:
    """Return every row under every coalition: columns outside it are set to the baseline."""
    return torch.where(masks[:, None, column_of], x, baseline)
