"""Which source columns a model's log-odds rest on: four methods, one interface."""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from fairmoe.functional.attention import attention_weights, mask_top
from fairmoe.functional.attributions import (
    lime_coalitions,
    masked_rows,
    shapley_coalitions,
    sum_by_column,
)
from fairmoe.names import AttributionMethod

BACKGROUND_ROWS = 16
COALITIONS = 256
VALUES_AT_ONCE = 2**24
ROWS_IN_LOSS: dict[AttributionMethod, int] = {
    "integrated_gradients": 1024,
    "gradient_shap": 256,
    "shap": 128,
    "lime": 128,
}
"""How many rows per step the attention loss looks at, where the user does not say."""


@runtime_checkable
class Explainable(Protocol):
    """A model, or a stack of them, whose log-odds can be attributed."""

    def log_odds(self, x: Float[Tensor, "n d"]) -> Float[Tensor, "*k n"]:
        """Return log-odds of the positive class."""

    def average_gradient(
        self, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "*k n d"]:
        """Return the gradient of the log-odds averaged over the line from baseline to row."""


class Explainer(nn.Module):
    """Attributes log-odds to source columns by one fixed method.

    Its background rows and coalitions are drawn once, so that the same row is always explained in
    the same way, and they are kept with the model.

    Args:
        method: One of the four.
        baseline: **Shape** `(d,)`. What rows are compared with.
        background: **Shape** `(b, d)`. Rows that gradient SHAP compares with instead; no other
            method needs any.
        column_of: **Shape** `(d,)`. The source column of each encoded one.
        coalitions: **Shape** `(s, c)` and `(c, s)`. `masks` and `solve` of an explainer that was
            kept; left out, they are drawn.
    """

    baseline: Tensor
    background: Tensor
    column_of: Tensor
    masks: Tensor
    solve: Tensor

    def __init__(
        self,
        method: AttributionMethod,
        *,
        baseline: Float[Tensor, " d"],
        background: Float[Tensor, "b d"],
        column_of: Int[Tensor, " d"],
        coalitions: tuple[Bool[Tensor, "s c"], Float[Tensor, "c s"]] | None = None,
    ) -> None:
        super().__init__()
        self.method = method
        self.n_columns = int(column_of.max()) + 1
        self.register_buffer("baseline", baseline)
        self.register_buffer("background", background)
        self.register_buffer("column_of", column_of)
        masks, solve = coalitions or self._coalitions()
        self.register_buffer("masks", masks)
        self.register_buffer("solve", solve.to(baseline.dtype))

    def _coalitions(self) -> tuple[Bool[Tensor, "s c"], Float[Tensor, "c s"]]:
        generator = torch.Generator().manual_seed(0)
        if self.method == "shap":
            return shapley_coalitions(self.n_columns, budget=COALITIONS, generator=generator)
        if self.method == "lime":
            return lime_coalitions(self.n_columns, budget=COALITIONS, generator=generator)
        return torch.zeros(0, self.n_columns, dtype=torch.bool), torch.zeros(self.n_columns, 0)

    def attributions(self, model: Explainable, x: Float[Tensor, "n d"]) -> Float[Tensor, "*k n c"]:
        """Return signed attributions of the log-odds.

        Args:
            model: One model or a stack. Gradients flow to its weights.
            x: **Shape** `(n, d)`. Encoded rows.

        Returns:
            **Shape** `(*k, n, c)`, in log-odds.
        """
        if self.method == "integrated_gradients":
            return self._along_path(model, x, self.baseline)
        if self.method == "gradient_shap":
            paths = (self._along_path(model, x, row) for row in self.background)
            return sum(paths, torch.zeros((), device=x.device)) / len(self.background)
        at_once = max(1, VALUES_AT_ONCE // (len(self.masks) * x.shape[1]))
        parts = [self._over_coalitions(model, rows) for rows in torch.split(x, at_once)]
        return torch.cat(parts, -2)

    def _over_coalitions(
        self, model: Explainable, x: Float[Tensor, "n d"]
    ) -> Float[Tensor, "*k n c"]:
        rows = masked_rows(x, self.baseline, self.masks, self.column_of).flatten(0, 1)
        outputs = model.log_odds(rows)
        return outputs.view(*outputs.shape[:-1], len(self.masks), len(x)).mT @ self.solve.T

    def _along_path(
        self, model: Explainable, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "*k n c"]:
        distance = x - baseline
        return sum_by_column(
            distance * model.average_gradient(x, baseline), self.column_of, self.n_columns
        )

    def attention(self, model: Explainable, x: Float[Tensor, "n d"]) -> Float[Tensor, "*k n c"]:
        """Return attention (21): absolute attributions as shares, by source column."""
        return attention_weights(self.attributions(model, x))

    def mask(
        self, x: Float[Tensor, "n d"], attention: Float[Tensor, "*k n c"], *, top_k: int
    ) -> Float[Tensor, "*k n d"]:
        """Return the rows with their `top_k` most attended columns set to the baseline."""
        return mask_top(attention, x, baseline=self.baseline, column_of=self.column_of, top_k=top_k)
