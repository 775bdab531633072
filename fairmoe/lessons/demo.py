"""What the lessons share: the demo's rows, quick trainings on them, and their scores."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fairmoe.config import Settings
from fairmoe.data import (
    DEMO_NAMED_ROLES,
    EncodedData,
    EncodedSplit,
    Roles,
    assign_roles,
    encode,
    make_demo,
    table_from_frame,
)
from fairmoe.explain import Explainable, Explainer
from fairmoe.nn import Experts, ExpertStack
from fairmoe.training import evaluate, make_batch, train_experts

ROWS = 4000
"""Applicants of a lesson."""

WORLD: dict[str, Any] = {
    "seed": 0,
    "break_bias": 0.0,
    "label_bias": 1.7,
    "representation_bias": 0.3,
    "proxy": 0.85,
    "break_shares": (0.75, 0.05),
    "skill_weight": 1.7,
    "test_noise": 8.0,
}
"""How the applicants of the lessons differ from the demo's: all women were hired less often, not
only those with a career break, so that closing one gap opens the other."""

FRACTIONS = (0.3, 0.05, 0.65)
"""Few rows to learn from, so that it takes seconds; many to score on, against chance."""

AS_IT_COMES: dict[str, Any] = {"select": "last", "threshold": "half", "device": "cpu"}
"""Nothing is picked or fitted on validation rows, which are few here and would hide an effect."""

ONLY_ACCURACY = {"lambda_rep": 0.0, "lambda_fair": 0.0, "lambda_attention": 0.0, "lambda_adv": 0.0}
"""The weights of a training in which all three experts want the same."""


def lesson_applicants(rows: int = ROWS, **changes: Any) -> pd.DataFrame:
    """Return applicants of the lessons' world, as `make_demo` makes them."""
    return make_demo(rows, **(WORLD | changes))


def lesson_data(
    frame: pd.DataFrame | None = None,
    *,
    roles: Roles = DEMO_NAMED_ROLES,
    fractions: Sequence[float] = FRACTIONS,
) -> EncodedData:
    """Return applicants encoded.

    Args:
        frame: As `lesson_applicants` returns it, and by default with what it returns.
        roles: What each column is for.
        fractions: Shares of training, validation and test.
    """
    frame = lesson_applicants() if frame is None else frame
    return encode(assign_roles(table_from_frame(frame), roles), fractions=fractions)


def trained_experts(
    data: EncodedData, setting: str, values: Sequence[float], seeds: int, **shared: Any
) -> tuple[ExpertStack, Explainer]:
    """Train experts for each value of one setting and each seed, in one stack.

    All lambdas are 0 unless they are named. The last weights are kept: picked by validation score,
    a strong lambda would hide behind an early moment at which it had done little.

    Returns:
        The experts of all three kinds, within each by value and then by seed; what explains them.
    """
    fixed: dict[str, Any] = ONLY_ACCURACY | shared
    runs = [
        Settings(**(fixed | AS_IT_COMES | {setting: value, "seed": seed}))
        for value in values
        for seed in range(seeds)
    ]
    return train_experts(data, runs)


def experts_of(stack: ExpertStack, kind: int) -> Experts:
    """Return the utility (0), the result (1) or the procedural (2) experts of a stack."""
    runs = len(stack.bias1) // 3
    return stack.part(slice(kind * runs, (kind + 1) * runs))


def score_models(
    model: Explainable, explainer: Explainer, split: EncodedSplit, n_groups: int
) -> pd.DataFrame:
    """Return the twelve scores of every member of a stack, a row each; NaN where not estimable."""
    rows = make_batch(split, slice(None), n_groups)
    scores = evaluate(model, explainer, rows, n_groups, Settings()).scores
    return pd.DataFrame({name: values.numpy() for name, values in scores.items()})


def by_value_and_seed(
    frame: pd.DataFrame, name: str, values: Sequence[float], seeds: int
) -> pd.DataFrame:
    """Say of each row of a frame, one per member of a stack, which value and seed it is of."""
    of_rows = [(value, seed) for value in values for seed in range(seeds)]
    told = pd.DataFrame(of_rows, columns=[name, "seed"])
    return pd.concat([told, frame.reset_index(drop=True)], axis=1)
