"""The mixture behind scikit-learn's interface."""

import numbers
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from fairmoe.config import LAMBDAS, Settings
from fairmoe.data import (
    Encoder,
    LabelledTable,
    Outcome,
    Roles,
    Sensitive,
    Target,
    encode,
)
from fairmoe.data.given import (
    as_pandas,
    column_of,
    frame_of_array,
    groups_of_values,
    labels_of,
    positions_of,
    sensitive_of,
    weights_given,
)
from fairmoe.data.kinds import plain
from fairmoe.data.reading.sentences import rows_of
from fairmoe.data.split import held_out
from fairmoe.data.table import check_names, table_from_frame
from fairmoe.errors import InvalidInputError
from fairmoe.nn import Mixture
from fairmoe.training import train

Rows = Any
"""A data frame of any library that narwhals knows, or an array."""
SENSITIVE = "sensitive_features"


class FairMoEClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A fairness-aware mixture of experts for two classes.

    Numbers are scaled and categories encoded inside: give a data frame (of any library that
    narwhals knows) or an array of mixed columns; values may be missing. Where one of `fit` and
    `predict` gets a frame and the other an array, columns are taken by position. The greater of the
    two labels, in sorted order, is the positive class.

    Args:
        lambda_rep: Weight of representation alignment in the result-fairness expert, from 0 on.
            None for that of `settings`, as for each lambda.
        lambda_fair: Weight of the outcome gaps in the result-fairness expert.
        lambda_attention: Weight of attention alignment in the procedural-fairness expert.
        lambda_adv: Weight of the adversaries in the procedural-fairness expert.
        random_state: Seed of the training and of what is held out of it; None for that of
            `settings`, and a generator draws one.
        validation_fraction: Share of each group and class that is held out of the training, to
            choose the best weights by, in (0, 1).
        outcome: Whether the positive class is "good" or "bad" for the person, or "neither"; None
            if that is not told.
        sensitive_columns: One or two columns of `X`, by name or position, whose values part the
            rows into groups. For meta-estimators that pass on nothing but `X` and `y`.
        include_sensitive: Whether `sensitive_columns` are features too.
        settings: Everything else; None for `fairmoe.Settings()`. To search over one of them, give
            several: `{"settings": [Settings(hidden=h) for h in (4, 8)]}`.

    Attributes:
        classes_: The two labels, `(2,)`, the positive one last.
        groups_: The values of the sensitive features, `(G,)`, in the order of the group ids; of
            two that are crossed, texts such as "female & old".
        encoder_: What turns rows into the inputs of the mixture.
        mixture_: The trained `fairmoe.nn.Mixture`, a stack of one.
        changes_: What was done to the columns of `X`, a sentence each, such as rare levels merged.
        n_features_in_: The number of columns given to `fit`.
        feature_names_in_: Their names, if they were given as a data frame with text names.

    Example:
        >>> from fairmoe.data.demo import make_demo
        >>> table = make_demo(100)
        >>> X, sex, y = table.drop(columns=["hired", "sex"]), table["sex"], table["hired"]
        >>> model = FairMoEClassifier(lambda_fair=10, settings=Settings(epochs=4))
        >>> model = model.fit(X, y, sensitive_features=sex)
        >>> model.predict_proba(X).shape, model.gate_proba(X).shape
        ((100, 2), (100, 3))
    """

    def __init__(  # noqa: PLR0913 (scikit-learn's parameters are flat)
        self,
        *,
        lambda_rep: float | None = None,
        lambda_fair: float | None = None,
        lambda_attention: float | None = None,
        lambda_adv: float | None = None,
        random_state: int | np.random.RandomState | None = None,
        validation_fraction: float = 0.2,
        outcome: Outcome | None = None,
        sensitive_columns: str | Sequence[str | int] | None = None,
        include_sensitive: bool = False,
        settings: Settings | None = None,
    ) -> None:
        self.lambda_rep = lambda_rep
        self.lambda_fair = lambda_fair
        self.lambda_attention = lambda_attention
        self.lambda_adv = lambda_adv
        self.random_state = random_state
        self.validation_fraction = validation_fraction
        self.outcome = outcome
        self.sensitive_columns = sensitive_columns
        self.include_sensitive = include_sensitive
        self.settings = settings

    def fit(
        self,
        X: Rows,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        sensitive_features: Any = None,
    ) -> Self:
        """Train experts and gate. A fit that fails leaves the estimator as it was.

        Args:
            X: Shape `(n, c)`. A data frame or an array; values may be missing.
            y: Shape `(n,)`. Labels of two classes.
            sample_weight: Shape `(n,)`, at least 0. How much a row counts, in the losses and in
                what models are chosen by; rows of 0 are left out.
            sensitive_features: Shape `(n,)`, or `(n, 2)` for two that are crossed. What parts the
                rows into groups, such as sex; features only if they are in `X` too.

        Raises:
            InvalidInputError: `sensitive_features` is None, has missing values or a single group; a
                parameter is outside its limits; a group has too few rows to be split.
            ValueError: `y` has not two classes, or scikit-learn rejects `X`, `y` or the weights.
        """
        draft = type(self).__new__(type(self))
        draft.__dict__.update(self.__dict__)
        draft._fit(X, y, sample_weight, sensitive_features)
        self.__dict__ = draft.__dict__
        return self

    def predict(self, X: Rows) -> NDArray[Any]:
        """Return the class of each row, `(n,)`: the positive one above a probability of 0.5."""
        positive = self.predict_proba(X)[:, 1] > 0.5
        predicted: NDArray[Any] = self.classes_[positive.astype(int)]
        return predicted

    def predict_proba(self, X: Rows) -> NDArray[np.float64]:
        """Return the mixture's probability of each class, `(n, 2)`, in the order of `classes_`."""
        rows = self._inputs(X)
        positive = self.mixture_.proba(rows)[0].numpy()
        return np.column_stack([1 - positive, positive])

    def gate_proba(self, X: Rows) -> NDArray[np.float64]:
        """Return the gate's weights, `(n, 3)`: the utility, result and procedural expert."""
        rows = self._inputs(X)
        weights: NDArray[np.float64] = self.mixture_.gate_proba(rows)[0].numpy()
        return weights

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return plain figures and texts, so that skops keeps the model as pickle does."""
        state: dict[str, Any] = dict(super().__getstate__())
        if isinstance(self.settings, Settings):
            state["settings"] = self.settings.to_dict()
        if "mixture_" in state:
            tensors = self.mixture_.state_dict().items()
            weights = {name: value.detach().numpy() for name, value in tensors}
            state["mixture_"] = {"spec": self.mixture_.spec(), "weights": weights}
            state["encoder_"] = self.encoder_.to_dict()
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        state = dict(state)
        if isinstance(state["settings"], Mapping):
            state["settings"] = Settings.from_dict(state["settings"])
        if "mixture_" in state:
            kept = state["mixture_"]
            mixture = Mixture.from_spec(kept["spec"]).double().requires_grad_(False)
            mixture.load_state_dict({k: torch.tensor(v) for k, v in kept["weights"].items()})
            state["mixture_"] = mixture
            state["encoder_"] = Encoder.from_dict(state["encoder_"])
        super().__setstate__(state)

    def _fit(
        self, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None, sensitive_features: Any
    ) -> None:
        settings = self._settings()
        frame = self._frame(X, reset=True)
        self._columns = tuple(frame.columns)
        named = positions_of(self.sensitive_columns, self._columns)
        sensitive = sensitive_of(sensitive_features, frame, named, SENSITIVE)
        labels_given = column_of(y, "y")
        check_consistent_length(frame, labels_given, sensitive)
        weight = None
        if sample_weight is not None:
            weight = weights_given(sample_weight, len(frame))
            kept = weight > 0
            weight, frame = weight[kept], frame[kept]
            labels_given, sensitive = labels_given[kept], sensitive[kept]
        table = table_from_frame(frame)
        classes, labels = labels_of(labels_given)
        groups, group = groups_of_values(sensitive, SENSITIVE)
        seed = settings.seed if settings.split_seed is None else settings.split_seed
        split = held_out(labels, group, share=self.validation_fraction, seed=seed)
        left_out = set() if self.include_sensitive else set(named)
        features = [name for i, name in enumerate(self._columns) if i not in left_out]
        labelled = LabelledTable(
            features=table.frame[features],
            kinds={name: table.kinds[name] for name in features},
            y=labels,
            group=group,
            group_names=tuple(str(value) for value in groups),
            positive=f"y = {classes[1]}",
            words=(f"y = {classes[1]}", f"y = {classes[0]}"),
            rows=np.arange(len(labels)),
            split=split,
            notes=(),
            roles=Roles(Target("y", outcome=self.outcome), (Sensitive(SENSITIVE),)),
            table=table,
            weight=weight,
        )
        data = encode(labelled, scale=settings.scale, rare_level=settings.rare_level)
        # In float64 a row's prediction does not depend on which rows it is predicted with.
        self.mixture_ = train(data, [settings]).mixture.double()
        self.encoder_ = data.encoder
        self.changes_ = tuple(change.sentence for change in (*table.changes, *data.encoder.changes))
        self.classes_ = classes
        self.groups_ = groups

    def _settings(self) -> Settings:
        """Return `settings` with the lambdas and the seed that were given beside them."""
        settings = Settings() if self.settings is None else self.settings
        if not isinstance(settings, Settings):
            raise InvalidInputError(
                "'settings' need to be a fairmoe.Settings",
                however=f"{type(settings).__name__} was given",
                remedy="Write settings=Settings(epochs=200), for example.",
            )
        given = {name: getattr(self, name) for name in LAMBDAS}
        if isinstance(self.random_state, numbers.Integral):
            given["seed"] = int(self.random_state)
        elif self.random_state is not None:
            given["seed"] = int(check_random_state(self.random_state).randint(2**31 - 1))
        return settings.replace(**{name: v for name, v in given.items() if v is not None})

    def _frame(self, X: Rows, *, reset: bool) -> pd.DataFrame:
        X = as_pandas(X)
        if isinstance(X, pd.DataFrame):
            check_names([str(column) for column in X.columns])
            validate_data(self, X, reset=reset, skip_check_array=True)
            frame = X.set_axis(X.columns.map(str), axis="columns")
        else:
            frame = self._frame_of_array(X, reset=reset)
        if not len(frame):
            raise InvalidInputError("Rows are needed", however="'X' has none")
        return frame if reset else frame.set_axis(list(self._columns), axis="columns")

    def _frame_of_array(self, X: Any, *, reset: bool) -> pd.DataFrame:
        array = X if hasattr(X, "toarray") else np.asarray(X)
        if array.ndim != 2:
            raise InvalidInputError(
                "'X' needs rows and columns",
                however=f"its shape is {array.shape}",
                remedy="Reshape your data to (rows, columns).",
            )
        # Numbers are checked by scikit-learn; whatever else there is, column by column here.
        checks: dict[str, Any] = (
            {"dtype": None, "ensure_all_finite": False}
            if array.dtype.kind in "OUSTM"
            else {"ensure_all_finite": "allow-nan"}
        )
        frame = frame_of_array(validate_data(self, array, reset=reset, **checks))
        return frame.set_axis([f"x{i}" for i in range(frame.shape[1])], axis="columns")

    def _inputs(self, X: Rows) -> torch.Tensor:
        check_is_fitted(self, "mixture_")
        frame = self._frame(X, reset=False).apply(plain)
        unknown = int(frame[list(self.encoder_.columns)].isna().all(axis=1).sum())
        if unknown:
            warnings.warn(
                f"{rows_of(unknown)} of 'X' without any value: what is predicted there is the same "
                "for all such rows, and says nothing of anyone.",
                stacklevel=3,
            )
        return torch.from_numpy(self.encoder_.transform(frame)).double()
