"""The mixture behind scikit-learn's interface."""

import numbers
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, assert_all_finite, check_random_state
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from fairmoe.config import LAMBDAS, Settings
from fairmoe.data import LabelledTable, Outcome, Roles, Sensitive, Target, encode, split_rows
from fairmoe.data.table import table_from_frame
from fairmoe.errors import InvalidInputError
from fairmoe.training import train

Rows = ArrayLike | pd.DataFrame


class FairMoEClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A fairness-aware mixture of experts for two classes.

    Numbers are scaled and categories encoded inside: give a data frame of mixed columns, with
    missing values if it has any, or an array of numbers. The greater of the two labels, in sorted
    order, is the positive class.

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
        settings: Everything else; None for `fairmoe.Settings()`. To search over one of them, give
            several: `{"settings": [Settings(hidden=h) for h in (4, 8)]}`.

    Attributes:
        classes_: The two labels, `(2,)`, the positive one last.
        groups_: The values of the sensitive features, `(G,)`, in the order of the group ids.
        encoder_: What turns rows into the inputs of the mixture.
        mixture_: The trained `fairmoe.nn.Mixture`, a stack of one.
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

    def __init__(
        self,
        *,
        lambda_rep: float | None = None,
        lambda_fair: float | None = None,
        lambda_attention: float | None = None,
        lambda_adv: float | None = None,
        random_state: int | np.random.RandomState | None = None,
        validation_fraction: float = 0.2,
        outcome: Outcome | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.lambda_rep = lambda_rep
        self.lambda_fair = lambda_fair
        self.lambda_attention = lambda_attention
        self.lambda_adv = lambda_adv
        self.random_state = random_state
        self.validation_fraction = validation_fraction
        self.outcome = outcome
        self.settings = settings

    def fit(self, X: Rows, y: ArrayLike, *, sensitive_features: ArrayLike | None = None) -> Self:
        """Train experts and gate.

        Args:
            X: Shape `(n, c)`. A data frame, or an array of numbers; values may be missing.
            y: Shape `(n,)`. Labels of two classes.
            sensitive_features: Shape `(n,)`. The value that parts the rows into groups, such as
                sex. It is needed here only, and is a feature only if it is in `X` too.

        Raises:
            InvalidInputError: The sensitive features are absent, incomplete or all the same; the
                labels are not of two classes; a parameter is outside its limits.
            ValueError: Scikit-learn finds fault with `X` or `y`.
        """
        if sensitive_features is None:
            raise InvalidInputError(
                "'sensitive_features' are needed to train",
                however="none were given",
                remedy="Give fit one value per row, such as the column of sex.",
            )
        settings = self._settings()
        table = table_from_frame(self._frame(X, reset=True))
        classes, labels = _labels(y)
        groups, group = _groups(sensitive_features)
        check_consistent_length(table.frame, labels, group)
        labelled = LabelledTable(
            features=table.frame,
            kinds=table.kinds,
            y=labels,
            group=group,
            group_names=tuple(str(value) for value in groups),
            positive=f"y = {classes[1]}",
            words=(f"y = {classes[1]}", f"y = {classes[0]}"),
            rows=np.arange(len(labels)),
            split=self._split(labels, group, settings),
            notes=(),
            roles=Roles(Target("y", outcome=self.outcome), (Sensitive("sensitive_features"),)),
            table=table,
        )
        data = encode(labelled, scale=settings.scale, rare_level=settings.rare_level)
        # In float64 a row's prediction does not depend on which rows it is predicted with.
        self.mixture_ = train(data, [settings]).mixture.double()
        self.encoder_ = data.encoder
        self.classes_ = classes
        self.groups_ = groups
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
        return tags

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

    def _split(
        self, labels: NDArray[np.int64], group: NDArray[np.int64], settings: Settings
    ) -> NDArray[np.int64]:
        """Return 0 for each row to train on and 1 for each to choose by, `(n,)`."""
        share = self.validation_fraction
        if not 0 < share < 1:
            raise InvalidInputError(
                "'validation_fraction' needs a share above 0 and below 1",
                however=f"{share:g} was given",
            )
        seed = settings.seed if settings.split_seed is None else settings.split_seed
        # The rows that an experiment would test on are validation rows here.
        training, *_ = split_rows(
            labels, group, fractions=(1 - share, share / 2, share / 2), seed=seed
        )
        split = np.ones(len(labels), dtype=np.int64)
        split[training] = 0
        return split

    def _frame(self, X: Rows, *, reset: bool) -> pd.DataFrame:
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X.set_axis(X.columns.map(str), axis="columns")
        array = validate_data(self, X, reset=reset, ensure_all_finite="allow-nan")
        return pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])])

    def _inputs(self, X: Rows) -> torch.Tensor:
        check_is_fitted(self, "mixture_")
        return torch.from_numpy(self.encoder_.transform(self._frame(X, reset=False))).double()


def _labels(y: ArrayLike) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the two classes and each row's, 0 or 1."""
    assert_all_finite(np.asarray(y), input_name="y")
    kind = type_of_target(y, input_name="y", raise_unknown=True)
    if kind != "binary":
        raise InvalidInputError(
            "Only binary classification is supported", however=f"the target is {kind}"
        )
    classes, labels = np.unique(column_or_1d(y, warn=True), return_inverse=True)
    if len(classes) < 2:
        raise InvalidInputError("The target needs two classes", however="'y' has one class")
    return classes, labels.astype(np.int64)


def _groups(sensitive_features: ArrayLike) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the values that part the rows, and each row's, as an id."""
    column = pd.Series(column_or_1d(sensitive_features))
    group, values = pd.factorize(column, sort=True)
    missing = int((group < 0).sum())
    if missing:
        raise InvalidInputError(
            "'sensitive_features' need a value for each row",
            however=f"{missing:,} of {len(column):,} have none",
            remedy="Leave those rows out, or make a group of them.",
        )
    if len(values) < 2:
        raise InvalidInputError(
            "Fairness needs two groups to be compared",
            however="'sensitive_features' have one value",
        )
    return np.asarray(values), group.astype(np.int64)
