"""Whether Captum and shap attribute the same rows as we do; both are imported when asked for."""

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairmoe.analysis.attention import model_of
from fairmoe.analysis.methods import sample_by_group
from fairmoe.analysis.rows import RunRows
from fairmoe.explain import Explainable, Explainer
from fairmoe.functional.attributions import sum_by_column
from fairmoe.names import ORACLES, AttributionMethod, Model
from fairmoe.progress import OnProgress, Progress, ignore_progress
from fairmoe.training import on_one_thread

ROWS = 12
STEPS = 256
"""Of Captum's integrated gradients."""

PERTURBATIONS = 512
"""Of Captum's Lime; KernelExplainer takes as many samples as it thinks right."""

_RIDGE, _KERNEL_WIDTH = 1e-2, 0.75
"""As in `fairmoe.functional.attributions.lime_coalitions`."""

Attribute = Callable[[Tensor], NDArray[np.float64]]


def check_attributions(
    rows: RunRows,
    model: Model,
    *,
    limit: int = ROWS,
    seed: int = 0,
    on_progress: OnProgress = ignore_progress,
) -> pd.DataFrame:
    """Attribute a few rows by our methods and by those of Captum and shap.

    All look at the same log-odds, the same baseline and the same source columns, in float64.
    KernelExplainer and Lime draw samples of columns, as ours do where they are many.

    Args:
        rows: The rows, of which a few are taken (see `fairmoe.analysis.methods.sample_by_group`).
        model: One of `fairmoe.names.TRAINED_MODELS`.
        limit: About how many; one of each group at least.
        seed: Decides which, and what is drawn.
        on_progress: Is called at first, and after each row of each method.

    Returns:
        One row per method, row and column: `method`, a key of `ORACLES`; `row`, the position in
        the split; `column`; `ours` and `theirs`, in log-odds.
    """
    run = rows.run
    chosen = sample_by_group(rows.record.group, limit, min_group_rows=1, seed=seed)
    mixture = copy.deepcopy(run.mixture).double()
    one, known = model_of(replace(run, mixture=mixture), model), mixture.explainer
    x = rows.x[chosen].double()
    frames, total = [], len(ORACLES) * len(chosen)
    on_progress(Progress("check", 0, total))
    for place, method in enumerate(ORACLES):
        explainer = Explainer(
            method,
            baseline=known.baseline,
            background=known.baseline[None][:0],
            column_of=known.column_of,
        )
        with on_one_thread(), torch.no_grad():
            ours = explainer.attributions(one, x)[0].numpy()
        attribute = _oracle(method, one, explainer)
        for i, row in enumerate(x):
            with on_one_thread(), _seeded(seed):
                theirs = attribute(row[None])
            frames.append(
                pd.DataFrame(
                    {
                        "method": method,
                        "row": chosen[i],
                        "column": run.encoder.columns,
                        "ours": ours[i],
                        "theirs": theirs,
                    }
                )
            )
            on_progress(Progress("check", place * len(chosen) + i + 1, total))
    return pd.concat(frames, ignore_index=True)


def agreement_of(checked: pd.DataFrame) -> pd.DataFrame:
    """Return how far other attributions agree with ours.

    Args:
        checked: As `check_attributions` returns it.

    Returns:
        Indexed by method: how many `rows`; the `correlation` over all rows and columns, in
        [-1, 1], NaN where one side does not vary; and the `largest` and the `mean` absolute
        difference, in log-odds.
    """
    found = {}
    for method, of in checked.groupby("method", sort=False):
        apart = (of["ours"] - of["theirs"]).abs()
        varies = of["ours"].nunique() > 1 and of["theirs"].nunique() > 1
        found[method] = {
            "rows": of["row"].nunique(),
            "correlation": float(of["ours"].corr(of["theirs"])) if varies else np.nan,
            "largest": float(apart.max()),
            "mean": float(apart.mean()),
        }
    return pd.DataFrame(found).T.astype({"rows": int}).rename_axis("method")


def _oracle(method: AttributionMethod, model: Explainable, explainer: Explainer) -> Attribute:
    """Return what attributes one row `(1, d)` by another library: `(c,)`."""
    with warnings.catch_warnings():
        # What these libraries warn of while they are imported is for those who maintain them.
        warnings.simplefilter("ignore")
        if method == "integrated_gradients":
            return _captum_integrated_gradients(model, explainer)
        if method == "shap":
            return _kernel_explainer(model, explainer)
        return _captum_lime(model, explainer)


def _captum_integrated_gradients(model: Explainable, explainer: Explainer) -> Attribute:
    from captum.attr import IntegratedGradients  # noqa: PLC0415

    captum = IntegratedGradients(lambda x: model.log_odds(x)[0])

    def attribute(row: Tensor) -> NDArray[np.float64]:
        encoded = captum.attribute(row, baselines=explainer.baseline[None], n_steps=STEPS)
        by_column = sum_by_column(encoded.detach(), explainer.column_of, explainer.n_columns)
        values: NDArray[np.float64] = by_column[0].numpy()
        return values

    return attribute


def _kernel_explainer(model: Explainable, explainer: Explainer) -> Attribute:
    from shap import KernelExplainer  # noqa: PLC0415

    n_columns = explainer.n_columns

    def attribute(row: Tensor) -> NDArray[np.float64]:
        def outputs(masks: NDArray[np.float64]) -> NDArray[np.float64]:
            kept = torch.as_tensor(masks, dtype=torch.bool)[:, explainer.column_of]
            with torch.no_grad():
                told: NDArray[np.float64] = model.log_odds(
                    torch.where(kept, row, explainer.baseline)
                )[0].numpy()
            return told

        kernel = KernelExplainer(outputs, np.zeros((1, n_columns)))
        # Without regularisation, which else keeps ten columns and drops the others.
        values = kernel.shap_values(np.ones((1, n_columns)), silent=True, l1_reg=False)
        return np.asarray(values, dtype=np.float64).reshape(n_columns)

    return attribute


def _captum_lime(model: Explainable, explainer: Explainer) -> Attribute:
    from captum._utils.models.linear_model import SkLearnLinearModel  # noqa: PLC0415
    from captum.attr import Lime  # noqa: PLC0415

    def similarity(_row: Tensor, _perturbed: Tensor, mask: Tensor, **_: object) -> Tensor:
        return torch.exp(-(1 - mask).double().mean() / _KERNEL_WIDTH**2)

    def log_odds(x: Tensor) -> Tensor:
        with torch.no_grad():
            return model.log_odds(x)[0]

    captum = Lime(
        log_odds,
        SkLearnLinearModel("linear_model.Ridge", alpha=_RIDGE),
        similarity_func=similarity,
    )

    def attribute(row: Tensor) -> NDArray[np.float64]:
        values = captum.attribute(
            row,
            baselines=explainer.baseline[None],
            feature_mask=explainer.column_of[None],
            n_samples=PERTURBATIONS,
            perturbations_per_eval=PERTURBATIONS,
            return_input_shape=False,
        )
        return np.asarray(values[0].detach().numpy(), dtype=np.float64)

    return attribute


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let these libraries draw the same samples each time; they know no generators of their own."""
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
