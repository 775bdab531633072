"""The twelve scores of section 9.2 for one model, from arrays."""

import math

import torch
from numpy.typing import ArrayLike

from fairmoe._checks import (
    check_binary,
    check_group,
    check_matrix,
    check_proba,
    check_same_length,
    check_weight,
)
from fairmoe.errors import InvalidInputError
from fairmoe.functional.scores import (
    all_scores,
    combine,
    outcome_scores,
)
from fairmoe.names import METRICS


def score_predictions(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    attention: ArrayLike,
    masked_score: ArrayLike,
    top_ratio: float = 0.2,
    sample_weight: ArrayLike | None = None,
) -> dict[str, float]:
    """Return the twelve scores of one model by name, in the order of `METRICS`.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class; above 0.5 is predicted positive.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        attention: Shape `(n, c)`, each row's attention over the source columns, in [0, 1].
        masked_score: Shape `(n,)`, like `y_score`, after each row's most attended columns were set
            to the baseline.
        top_ratio: Share of rows that `ref` and `vef` look at, in (0, 1].
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Returns:
        Utilities and gaps in [0, 1] (`vef` up to 2), `final_score` their difference; NaN where not
        estimable, such as gaps with a group without rows.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    true, score = check_binary(y_true, "y_true"), check_proba(y_score, "y_score")
    masked, weights = (
        check_proba(masked_score, "masked_score"),
        check_matrix(attention, "attention"),
    )
    ids = check_group(group, n_groups)
    check_same_length(y_true=true, y_score=score, masked_score=masked, attention=weights, group=ids)
    if not 0 < top_ratio <= 1:
        raise InvalidInputError(
            "'top_ratio' needs a share above 0 and up to 1", however=f"{top_ratio:g} was given"
        )
    scores = all_scores(
        torch.tensor(score),
        torch.tensor(masked),
        torch.tensor(weights),
        y_true=torch.tensor(true),
        group=torch.tensor(ids),
        n_groups=n_groups,
        top_ratio=top_ratio,
        weights=_amounts(sample_weight, len(ids)),
    )
    return {name: scores[name].item() for name in METRICS}


def score_outcomes(
    y_true: ArrayLike,
    y_score: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    sample_weight: ArrayLike | None = None,
) -> dict[str, float]:
    """Return the twelve scores of a model that cannot be explained, in the order of `METRICS`.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of a positive prediction.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1, which need not follow from `y_score`.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Returns:
        As `score_predictions` does; NaN for `ref`, `vef`, `att_jsd` and what is made of them.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> scores = score_outcomes([1, 0], [0.9, 0.2], [1, 0], group=[0, 1], n_groups=2)
        >>> scores["utility"], scores["dp"], scores["final_score"]
        (1.0, 1.0, nan)
    """
    true, pred = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
    score, ids = check_proba(y_score, "y_score"), check_group(group, n_groups)
    check_same_length(y_true=true, y_score=score, y_pred=pred, group=ids)
    labels, predicted, of_rows = torch.tensor(true), torch.tensor(pred), torch.tensor(ids)
    unknown, amounts = torch.tensor(math.nan), _amounts(sample_weight, len(ids))
    scores = combine(
        outcome_scores(
            predicted,
            torch.tensor(score),
            y_true=labels,
            group=of_rows,
            n_groups=n_groups,
            weights=amounts,
        )
        | dict.fromkeys(("ref", "vef", "att_jsd"), unknown)
    )
    return {name: scores[name].item() for name in METRICS}


def _amounts(sample_weight: ArrayLike | None, n: int) -> torch.Tensor | None:
    weights = check_weight(sample_weight, n)
    return None if weights is None else torch.tensor(weights)
