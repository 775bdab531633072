"""The mixture behind scikit-learn's interface."""

import dataclasses
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

from fairmoe.config import (
    AdversaryInput,
    AttributionBaseline,
    AttributionMethod,
    Auto,
    Credit,
    Device,
    GateStart,
    Reward,
    Scale,
    Select,
    Settings,
    Threshold,
)
from fairmoe.data import LabelledTable, Roles, Sensitive, Target, encode, split_rows
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
        validation_fraction: Share of each group and class that is held out of the training, to
            choose the best weights by, in (0, 1).
        random_state: The `seed` of the settings; None or a generator draws one.
        scale: This and all others are as in `fairmoe.config.Settings`.
        rare_level: See there.
        split_seed: See there.
        hidden: See there.
        dropout: See there.
        slope: See there.
        lambda_rep: See there.
        lambda_fair: See there.
        lambda_attention: See there.
        lambda_adv: See there.
        lambda_grl: See there.
        adversary_input: See there.
        attribution_method: See there.
        attribution_baseline: See there.
        attention_rows: See there.
        threshold: See there.
        learning_rate: See there.
        adversary_learning_rate: See there.
        adversary_steps: See there.
        weight_decay: See there.
        epochs: See there.
        batch_size: See there.
        rare_rows: See there.
        select: See there.
        gate_hidden: See there.
        temperature: See there.
        gate_start: See there.
        credit: See there.
        reward: See there.
        rollouts: See there.
        weight_by_disagreement: See there.
        gate_learning_rate: See there.
        gate_weight_decay: See there.
        entropy_weight: See there.
        load_balance_weight: See there.
        usage_momentum: See there.
        baseline_momentum: See there.
        fine_tune_every: See there.
        fine_tune_epochs: See there.
        top_k: See there.
        top_ratio: See there.
        device: See there.

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
        >>> model = FairMoEClassifier(epochs=4).fit(X, y, sensitive_features=sex)
        >>> model.predict_proba(X).shape, model.gate_proba(X).shape
        ((100, 2), (100, 3))
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        validation_fraction: float = 0.2,
        random_state: int | np.random.RandomState | None = 0,
        scale: Scale = "standard",
        rare_level: float = 0.005,
        split_seed: int | None = None,
        hidden: int = 8,
        dropout: float = 0.3,
        slope: float = 0.01,
        lambda_rep: float = 1.0,
        lambda_fair: float = 1.0,
        lambda_attention: float = 1.0,
        lambda_adv: float = 1.0,
        lambda_grl: float = 1.0,
        adversary_input: AdversaryInput = "probabilities",
        attribution_method: AttributionMethod = "integrated_gradients",
        attribution_baseline: AttributionBaseline = "mean",
        attention_rows: int | Auto = "auto",
        threshold: Threshold = "fitted",
        learning_rate: float = 1e-2,
        adversary_learning_rate: float = 2e-2,
        adversary_steps: int = 5,
        weight_decay: float | Auto = "auto",
        epochs: int | Auto = "auto",
        batch_size: int | Auto = "auto",
        rare_rows: int = 64,
        select: Select = "best",
        gate_hidden: int = 16,
        temperature: float = 1.0,
        gate_start: GateStart = "experts",
        credit: Credit = "counterfactual",
        reward: Reward = "routed",
        rollouts: int = 8,
        weight_by_disagreement: bool = True,
        gate_learning_rate: float = 1e-2,
        gate_weight_decay: float | Auto = "auto",
        entropy_weight: float = 1e-3,
        load_balance_weight: float = 1e-3,
        usage_momentum: float = 0.9,
        baseline_momentum: float = 0.9,
        fine_tune_every: int = 100,
        fine_tune_epochs: int = 5,
        top_k: int = 1,
        top_ratio: float = 0.2,
        device: Device = "auto",
    ) -> None:
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.scale = scale
        self.rare_level = rare_level
        self.split_seed = split_seed
        self.hidden = hidden
        self.dropout = dropout
        self.slope = slope
        self.lambda_rep = lambda_rep
        self.lambda_fair = lambda_fair
        self.lambda_attention = lambda_attention
        self.lambda_adv = lambda_adv
        self.lambda_grl = lambda_grl
        self.adversary_input = adversary_input
        self.attribution_method = attribution_method
        self.attribution_baseline = attribution_baseline
        self.attention_rows = attention_rows
        self.threshold = threshold
        self.learning_rate = learning_rate
        self.adversary_learning_rate = adversary_learning_rate
        self.adversary_steps = adversary_steps
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.batch_size = batch_size
        self.rare_rows = rare_rows
        self.select = select
        self.gate_hidden = gate_hidden
        self.temperature = temperature
        self.gate_start = gate_start
        self.credit = credit
        self.reward = reward
        self.rollouts = rollouts
        self.weight_by_disagreement = weight_by_disagreement
        self.gate_learning_rate = gate_learning_rate
        self.gate_weight_decay = gate_weight_decay
        self.entropy_weight = entropy_weight
        self.load_balance_weight = load_balance_weight
        self.usage_momentum = usage_momentum
        self.baseline_momentum = baseline_momentum
        self.fine_tune_every = fine_tune_every
        self.fine_tune_epochs = fine_tune_epochs
        self.top_k = top_k
        self.top_ratio = top_ratio
        self.device = device

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
            rows=np.arange(len(labels)),
            split=self._split(labels, group, settings),
            notes=(),
            roles=Roles(Target("y"), (Sensitive("sensitive_features"),)),
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
        names = {field.name for field in dataclasses.fields(Settings)} - {"seed"}
        seed = self.random_state
        if not isinstance(seed, numbers.Integral):
            seed = check_random_state(seed).randint(2**31 - 1)
        return Settings(seed=int(seed), **{name: getattr(self, name) for name in names})

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
