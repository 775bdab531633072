"""On which columns a model rests that somebody else trained: mean attribution by group.

shap and captum do the work and are imported when they are needed.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.given import as_pandas, frame_of_array
from fairmoe.errors import InvalidInputError

ROWS = 1000
"""So many rows are looked at, as many of each group as far as it has them."""

ROWS_ASKED = 60
"""So many where a model has to be asked anew for each set of columns."""

STEPS = 64
"""Of captum's integrated gradients."""

_CLIP = 1e-6

_TREES = (
    "DecisionTreeClassifier",
    "ExtraTreesClassifier",
    "GradientBoostingClassifier",
    "RandomForestClassifier",
)
"""Of scikit-learn, and what shap's TreeExplainer takes whatever they were fitted on."""

NOT_ASKED = "Attributions were not asked for."
NO_SCORES = (
    "The model gives decisions only, neither probabilities nor scores, so there is nothing to "
    "attribute to columns."
)
NO_COLUMNS = "Attributions need rows of numbers or a data frame; these rows are something else."

Attribute = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""Takes the positions of rows `(k,)` and returns what each column adds to each, `(k, c)`."""


@dataclass(frozen=True, eq=False)
class Attributions:
    """How much each column moves a model, by group.

    Attributes:
        table: The mean absolute attribution, at least 0: a row for each column, a column for each
            group and for `everyone`. None where the model does not allow it.
        note: By what it was computed, in which unit and on how many rows; or why there is none.
    """

    table: pd.DataFrame | None
    note: str


@dataclass(frozen=True, eq=False)
class _Explained:
    columns: Sequence[Any]
    attribute: Attribute
    rows: int
    told: str


def attribute_by_group(
    model: Any,
    X: Any,
    *,
    group: NDArray[np.int64],
    group_names: Sequence[str],
    rows: int = ROWS,
    sample_weight: NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Attributions:
    """Return the mean absolute attribution of each column to a model's score, by group.

    A linear model and a tree or forest of scikit-learn are explained by shap's own algorithms for
    them, a torch module by captum's integrated gradients from the mean row; any other model is
    asked about columns in the place of those of a typical row (shap's KernelExplainer).

    Args:
        model: A fitted classifier of scikit-learn's kind, or a torch module as
            `fairmoe.audit_model` takes it.
        X: The rows, as the model takes them.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group.
        rows: At most so many rows are looked at; 0 for none.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.
        seed: Decides which rows are looked at.
    """
    if rows <= 0:
        return Attributions(None, NOT_ASKED)
    with warnings.catch_warnings():
        # What these libraries warn of while they are imported is for those who maintain them.
        warnings.simplefilter("ignore")
        found = _explain(model, X, seed)
        if isinstance(found, str):
            return Attributions(None, found)
        chosen = _sample(group, len(group_names), min(rows, found.rows), seed)
        size = np.abs(found.attribute(chosen))
    weight = np.ones(len(group)) if sample_weight is None else sample_weight
    total = np.bincount(group, weight, len(group_names))
    means = np.full((len(group_names), size.shape[1]), np.nan)
    for place in range(len(group_names)):
        own = group[chosen] == place
        if weight[chosen[own]].sum() > 0:
            means[place] = np.average(size[own], axis=0, weights=weight[chosen[own]])
    told = ~np.isnan(means[:, 0])
    table = pd.DataFrame(
        means.T, index=pd.Index(list(found.columns), name="column"), columns=list(group_names)
    )
    # Groups are looked at alike, however many they are, and count by how many they are.
    table["everyone"] = np.average(means[told], axis=0, weights=total[told])
    table = table.sort_values("everyone", ascending=False, kind="stable")
    return Attributions(table, f"{found.told}, of {len(chosen):,} of {len(group):,} rows.")


def torch_scores(model: Any, X: Any) -> NDArray[np.float64]:
    """Return the log-odds `(n,)` of a torch module with one or two logits a row.

    Raises:
        InvalidInputError: It has others.
    """
    import torch  # noqa: PLC0415

    with torch.no_grad():
        scores: NDArray[np.float64] = _log_odds(model)(_tensor(model, X)).double().numpy()
    return scores


def is_torch_module(model: Any) -> bool:
    """Return whether a model is a torch module; does not import torch for one that is none."""
    return any(cls.__module__.startswith("torch.nn") for cls in type(model).__mro__)


def _explain(model: Any, X: Any, seed: int) -> _Explained | str:
    """Return what explains a model, or why nothing does."""
    given = as_pandas(X)
    if is_torch_module(model):
        return _by_captum(model, given)
    if not isinstance(given, pd.DataFrame):
        array = np.asarray(given)
        if array.ndim != 2:
            return NO_COLUMNS
    name = type(model).__name__
    is_sklearn = type(model).__module__.startswith("sklearn.")
    if is_sklearn and getattr(model, "coef_", None) is not None and np.shape(model.coef_)[0] == 1:
        return _by_linear(model, given)
    if is_sklearn and name in _TREES:
        return _by_trees(model, given)
    if not hasattr(model, "predict_proba") and not hasattr(model, "decision_function"):
        return NO_SCORES
    return _by_asking(model, given, seed)


def _by_linear(model: Any, given: Any) -> _Explained:
    import shap  # noqa: PLC0415

    columns, values = _numbers(given)
    background = shap.maskers.Independent(values, max_samples=len(values))
    attribute = _by_shap(shap.LinearExplainer(model, background), values)
    unit = "log-odds" if hasattr(model, "predict_proba") else "the model's own score"
    return _Explained(columns, attribute, ROWS, f"shap's LinearExplainer, in {unit}")


def _by_trees(model: Any, given: Any) -> _Explained:
    import shap  # noqa: PLC0415

    columns, values = _numbers(given)
    attribute = _by_shap(shap.TreeExplainer(model), values)
    unit = "log-odds" if "Boosting" in type(model).__name__ else "probability"
    return _Explained(columns, attribute, ROWS, f"shap's TreeExplainer, in {unit}")


def _by_shap(explainer: Any, values: NDArray[np.float64]) -> Attribute:
    def attribute(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        found = np.asarray(explainer.shap_values(values[rows]), dtype=float)
        positive: NDArray[np.float64] = found[..., 1] if found.ndim == 3 else found
        return positive

    return attribute


def _by_captum(model: Any, given: Any) -> _Explained:
    import torch  # noqa: PLC0415
    from captum.attr import IntegratedGradients  # noqa: PLC0415

    x = _tensor(model, given)
    columns = list(given.columns) if isinstance(given, pd.DataFrame) else list(range(x.shape[1]))
    explainer = IntegratedGradients(_log_odds(model))
    baseline = x.mean(dim=0, keepdim=True)

    def attribute(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        found = explainer.attribute(x[torch.tensor(rows)], baselines=baseline, n_steps=STEPS)
        return np.asarray(found.detach().double().numpy(), dtype=float)

    return _Explained(columns, attribute, ROWS, "captum's IntegratedGradients, in log-odds")


def _by_asking(model: Any, given: Any, seed: int) -> _Explained:
    import shap  # noqa: PLC0415

    is_frame = isinstance(given, pd.DataFrame)
    frame = given if is_frame else frame_of_array(np.asarray(given))
    typical = frame.apply(_typical).to_dict() if len(frame.columns) else {}
    has_proba = hasattr(model, "predict_proba")

    def attribute_one(row: int) -> NDArray[np.float64]:
        both = {
            name: pd.Series([typical[name], frame[name].iloc[row]]).astype(frame[name].dtype).array
            for name in frame.columns
        }

        def outputs(masks: NDArray[np.float64]) -> NDArray[np.float64]:
            taken = masks.astype(np.int64)
            rows = pd.DataFrame(
                {name: of.take(taken[:, i]) for i, (name, of) in enumerate(both.items())}
            )
            asked = rows if is_frame else rows.to_numpy()
            if not has_proba:
                return np.asarray(model.decision_function(asked), dtype=float)
            proba = np.clip(np.asarray(model.predict_proba(asked))[:, 1], _CLIP, 1 - _CLIP)
            return np.asarray(np.log(proba / (1 - proba)), dtype=float)

        kernel = shap.KernelExplainer(outputs, np.zeros((1, len(frame.columns))))
        # Without regularisation, which else keeps ten columns and drops the others.
        found = kernel.shap_values(np.ones((1, len(frame.columns))), silent=True, l1_reg=False)
        return np.asarray(found, dtype=float).reshape(-1)

    def attribute(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        state = np.random.get_state()  # noqa: NPY002 - shap knows no generator of its own
        np.random.seed(seed)  # noqa: NPY002
        try:
            return np.stack([attribute_one(int(row)) for row in rows])
        finally:
            np.random.set_state(state)  # noqa: NPY002

    unit = "log-odds" if has_proba else "the model's own score"
    told = f"shap's KernelExplainer against a row of typical values, in {unit}"
    return _Explained(list(frame.columns), attribute, ROWS_ASKED, told)


def _typical(values: "pd.Series[Any]") -> Any:
    """Return the median of numbers, one that is there, and the commonest of other values."""
    known = values.dropna()
    if known.empty:
        return np.nan
    if pd.api.types.is_numeric_dtype(known.dtype) and not pd.api.types.is_bool_dtype(known.dtype):
        return known.sort_values().iloc[len(known) // 2]
    return known.mode().iloc[0]


def _numbers(given: Any) -> tuple[list[Any], NDArray[np.float64]]:
    if isinstance(given, pd.DataFrame):
        # A copy, for pandas' own may not be written to, of which torch warns.
        return list(given.columns), given.to_numpy(dtype=np.float64, copy=True)
    values = np.asarray(given, dtype=np.float64)
    return list(range(values.shape[1])), values


def _tensor(model: Any, given: Any) -> Any:
    import torch  # noqa: PLC0415

    given = as_pandas(given)
    weights = next(iter(model.parameters()), None)
    dtype = torch.float32 if weights is None else weights.dtype
    if torch.is_tensor(given):
        return given.detach().to(dtype)
    return torch.tensor(_numbers(given)[1]).to(dtype)


def _log_odds(model: Any) -> Callable[[Any], Any]:
    """Return what takes rows `(n, d)` to log-odds `(n,)`."""

    def scores(x: Any) -> Any:
        logits = model(x)
        if logits.ndim == 2 and logits.shape[1] == 2:
            return logits[:, 1] - logits[:, 0]
        if logits.ndim == 1 or (logits.ndim == 2 and logits.shape[1] == 1):
            return logits.reshape(-1)
        raise InvalidInputError(
            "A module with one or two logits for each row is needed",
            however=f"the shape of its output is {tuple(logits.shape)}",
        )

    return scores


def _sample(group: NDArray[np.int64], n_groups: int, rows: int, seed: int) -> NDArray[np.int64]:
    """Return rows of which as many are of each group as far as it has them, ascending."""
    rng = np.random.default_rng(seed)
    each = max(1, rows // n_groups)
    members = [np.flatnonzero(group == place) for place in range(n_groups)]
    chosen = [rng.permutation(own)[:each] for own in members]
    return np.sort(np.concatenate(chosen))
