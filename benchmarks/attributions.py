"""Attributions of one network: ours, which are products, against Captum's and shap's."""

import functools
import warnings
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.measure import Cell, Claim, Measured, alternate, median, ratio
from fairmoe.explain import Explainer
from fairmoe.names import AttributionMethod
from fairmoe.nn import Experts, ExpertStack

with warnings.catch_warnings():
    # Both warn of their own imports.
    warnings.simplefilter("ignore")
    import shap
    from captum._utils.models.linear_model import SkLearnLinearModel
    from captum.attr import IntegratedGradients, KernelShap, Lime

ROWS, COLUMNS, HIDDEN = 10_000, 50, 8
STEPS = 50
EXACT_ROWS, EXACT_STEPS = 100, 5000
COALITION_ROWS = 200
REPETITIONS = 5
AT_ONCE = 20
"""Calls of ours that are timed together, for one alone is too short to time."""


def measure() -> Measured:
    """Time integrated gradients on 10,000 rows, and SHAP and LIME on 200."""
    generator = torch.Generator().manual_seed(0)
    experts = ExpertStack(COLUMNS, HIDDEN, slope=0.01, generators=[generator]).part()
    x = torch.randn(ROWS, COLUMNS, generator=generator)
    rows, claims = _integrated_gradients(experts, x)
    more_rows, more_claims = _coalitions(experts, x[:COALITION_ROWS])
    return Measured(
        rows + more_rows,
        claims + more_claims,
        [
            f"one network, {COLUMNS} columns, {HIDDEN} hidden units; the baseline is the mean row",
            f"medians of {REPETITIONS} turns after one to warm up, CPU seconds; "
            f"in a turn ours is called {AT_ONCE} times",
            f"errors are the largest distance, on {EXACT_ROWS} rows, from Captum with "
            f"{EXACT_STEPS:,} steps in float64",
            f"as many coalitions for the peers as for ours; shap without its lasso; "
            f"{COALITION_ROWS} rows",
        ],
    )


def _ours(method: AttributionMethod, experts: Experts, x: Tensor) -> Callable[[], Tensor]:
    explainer = Explainer(
        method, baseline=x.mean(0), background=x[:0], column_of=torch.arange(COLUMNS)
    )

    @torch.no_grad()
    def call() -> Tensor:
        for _ in range(AT_ONCE):
            attributions = explainer.attributions(experts, x)
        return attributions[0]

    return call


def _integrated_gradients(experts: Experts, x: Tensor) -> tuple[list[dict[str, Cell]], list[Claim]]:
    baseline = x.mean(0, keepdim=True)
    ours = _ours("integrated_gradients", experts, x)
    captum = IntegratedGradients(lambda rows: experts.log_odds(rows)[0])
    theirs = functools.partial(captum.attribute, x, baselines=baseline, n_steps=STEPS)
    seconds = alternate({"fairmoe": ours, "captum": theirs}, REPETITIONS, warm_up=1)

    exactly = _in_float64(experts)
    few = x[:EXACT_ROWS].double()
    exact = IntegratedGradients(lambda rows: exactly.log_odds(rows)[0]).attribute(
        few, baselines=baseline.double(), n_steps=EXACT_STEPS, internal_batch_size=20_000
    )
    errors = {
        name: (attributed()[:EXACT_ROWS].double() - exact).abs().max().item()
        for name, attributed in {"fairmoe": ours, "captum": theirs}.items()
    }
    faster = AT_ONCE * ratio(seconds, "captum", "fairmoe")
    rows: list[dict[str, Cell]] = [
        {
            "method": "integrated gradients",
            "of": of,
            "rows": ROWS,
            "seconds": median(seconds, name) / calls,
            "times ours": times,
            "error": errors[name],
        }
        for of, name, calls, times in (
            ("fairmoe", "fairmoe", AT_ONCE, 1.0),
            (f"captum, {STEPS} steps", "captum", 1, faster),
        )
    ]
    return rows, [
        Claim(f"times as fast as Captum with {STEPS} steps", faster, 500, at_least=True),
        Claim("error, as a share of Captum's", errors["fairmoe"] / errors["captum"], 1),
    ]


def _in_float64(experts: Experts) -> Experts:
    weights = (experts.weight1, experts.bias1, experts.weight2, experts.bias2)
    return Experts(*(weight.double() for weight in weights), experts.slope)


def _coalitions(experts: Experts, x: Tensor) -> tuple[list[dict[str, Cell]], list[Claim]]:
    baseline = x.mean(0, keepdim=True)
    ours = {"shap": _ours("shap", experts, x), "lime": _ours("lime", experts, x)}
    count = len(
        Explainer("shap", baseline=x[0], background=x[:0], column_of=torch.arange(COLUMNS)).masks
    )

    @torch.no_grad()
    def log_odds(rows: Tensor) -> Tensor:
        return experts.log_odds(rows)[0]

    def from_numpy(rows: np.ndarray) -> np.ndarray:
        return log_odds(torch.as_tensor(rows, dtype=torch.float32)).numpy()

    kernel = shap.KernelExplainer(from_numpy, baseline.numpy())
    theirs: dict[str, Callable[[], object]] = {
        "shap's KernelExplainer": lambda: kernel.shap_values(
            x.numpy(), nsamples=count, l1_reg=False, silent=True
        ),
        "captum's KernelShap": lambda: _row_by_row(KernelShap(log_odds), x, baseline, count),
        "captum's Lime": lambda: _row_by_row(
            Lime(log_odds, SkLearnLinearModel("linear_model.Ridge", alpha=0.01)),
            x,
            baseline,
            count,
        ),
    }
    seconds = alternate(ours | theirs, REPETITIONS, warm_up=1)
    rows: list[dict[str, Cell]] = []
    claims = []
    for method, title in {"shap": "SHAP", "lime": "LIME"}.items():
        rows.append(_row(title, "fairmoe", median(seconds, method) / AT_ONCE, 1.0))
        for peer in theirs:
            if ("Lime" in peer) == (method == "lime"):
                faster = AT_ONCE * ratio(seconds, peer, method)
                rows.append(_row(title, peer, median(seconds, peer), faster))
                claims.append(Claim(f"{title}: times as fast as {peer}", faster, 50, at_least=True))
    return rows, claims


def _row_by_row(method: KernelShap | Lime, x: Tensor, baseline: Tensor, count: int) -> Tensor:
    """Explain rows as Captum wants it, one by one, with all perturbations in one call."""
    return torch.cat(
        [
            method.attribute(
                row[None], baselines=baseline, n_samples=count, perturbations_per_eval=count
            )
            for row in x
        ]
    )


def _row(title: str, of: str, seconds: float, times: float) -> dict[str, Cell]:
    return {
        "method": title,
        "of": of,
        "rows": COALITION_ROWS,
        "seconds": seconds,
        "times ours": times,
        "error": None,
    }
