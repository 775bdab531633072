"""How sure a figure is: intervals for rates, and permutation tests for gaps between groups.

A gap of group means is never negative, so a percentile bootstrap of it cannot cover zero. Hence
an interval for each group's own rate, and for a gap the chance that groups drawn at random would
show one as large.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_matrix, check_same_length, check_weight
from fairmoe.errors import InvalidInputError
from fairmoe.functional.attention import jensen_shannon_divergence
from fairmoe.metrics.effective import Counts, effective_counts

_ROUNDING = 1e-12
"""Gaps closer than this are the same gap, reached by sums in another order."""

_CHUNK_CELLS = 2_000_000
"""Shuffled labels held at once: about 50 MB with what is computed from them."""


@dataclass(frozen=True)
class PermutationTest:
    """A gap between groups, tested against groups drawn at random.

    Attributes:
        difference: The gap as observed; NaN where not estimable.
        p_value: The share of shufflings with a gap at least as large, the observed one counted
            among them: `(1 + #) / (1 + n_permutations)`, in (0, 1]; NaN where not estimable.
        n_permutations: How often the groups were shuffled.
        shuffled: The gap under each shuffling, `(n_permutations,)`; NaN where not estimable.
    """

    difference: float
    p_value: float
    n_permutations: int
    shuffled: NDArray[np.float64] = field(repr=False, compare=False)


def demographic_parity_test(
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    n_permutations: int = 2000,
    random_state: int = 0,
    sample_weight: ArrayLike | None = None,
) -> PermutationTest:
    """Test the gap in selection rates against shuffled groups.

    Args:
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups; one without rows makes the gap not estimable.
        n_permutations: How often the groups are shuffled, at least 1.
        random_state: Seed of the shuffling.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands; what is
            shuffled then are as many rows as tell as much (Kish), rounded.

    Raises:
        InvalidInputError: An array is not of this form, or there is no permutation.
    """
    selected, ids = check_binary(y_pred, "y_pred"), check_group(group, n_groups)
    check_same_length(y_pred=selected, group=ids)
    counts = effective_counts(
        selected, np.ones_like(selected), ids, n_groups, check_weight(sample_weight, len(ids))
    )
    return _rate_test(counts, n_permutations, random_state)


def equal_opportunity_test(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    n_permutations: int = 2000,
    random_state: int = 0,
    sample_weight: ArrayLike | None = None,
) -> PermutationTest:
    """Test the gap in true-positive rates against groups shuffled among the positive rows.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups; one without positives makes the gap not estimable.
        n_permutations: How often the groups are shuffled, at least 1.
        random_state: Seed of the shuffling.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands; what is
            shuffled then are as many rows as tell as much (Kish), rounded.

    Raises:
        InvalidInputError: An array is not of this form, or there is no permutation.
    """
    positive, selected = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
    ids = check_group(group, n_groups)
    check_same_length(y_true=positive, y_pred=selected, group=ids)
    counts = effective_counts(
        selected, positive, ids, n_groups, check_weight(sample_weight, len(ids))
    )
    return _rate_test(counts, n_permutations, random_state)


def attention_test(
    attention: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    n_permutations: int = 2000,
    random_state: int = 0,
) -> PermutationTest:
    """Test the divergence between the groups' mean attention, in bits, against shuffled groups.

    The time grows with `n * n_permutations`; the memory does not.

    Args:
        attention: Shape `(n, c)`, each row's attention over the source columns, in [0, 1].
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups; one without rows makes the divergence not estimable.
        n_permutations: How often the groups are shuffled, at least 1.
        random_state: Seed of the shuffling.

    Raises:
        InvalidInputError: An array is not of this form, or there is no permutation.
    """
    weights = check_matrix(attention, "attention").astype(np.float64)
    ids = check_group(group, n_groups)
    check_same_length(attention=weights, group=ids)
    labels = ids.astype(np.min_scalar_type(n_groups))
    observed = float(_divergence(labels[None], weights, n_groups)[0])
    random = _generator(n_permutations, random_state)
    chunk = max(1, _CHUNK_CELLS // len(labels))
    shuffled = [
        _divergence(
            random.permuted(np.tile(labels, (min(chunk, n_permutations - start), 1)), axis=1),
            weights,
            n_groups,
        )
        for start in range(0, n_permutations, chunk)
    ]
    return _compare(observed, np.concatenate(shuffled))


def _rate_test(counts: Counts, n_permutations: int, random_state: int) -> PermutationTest:
    random = _generator(n_permutations, random_state)
    hits, sizes = (np.rint(each).astype(np.int64) for each in counts)
    if not sizes.all():
        return _compare(np.nan, np.full(n_permutations, np.nan))
    # Shuffled groups meet the selected rows as balls drawn from an urn with a colour per group.
    shuffled = random.multivariate_hypergeometric(sizes, hits.sum(), size=n_permutations)
    observed = float(np.ptp(counts[0] / counts[1]))
    return _compare(observed, np.ptp(shuffled / sizes, axis=1))


def _generator(n_permutations: int, random_state: int) -> np.random.Generator:
    if n_permutations < 1:
        raise InvalidInputError(
            "At least one permutation is needed", however=f"{n_permutations} were asked for"
        )
    return np.random.default_rng(random_state)


def _divergence(
    labels: NDArray[np.unsignedinteger], attention: NDArray[np.float64], n_groups: int
) -> NDArray[np.float64]:
    """Return the divergence under each of `k` labellings: `(k, n)` and `(n, c)` to `(k,)`."""
    with np.errstate(invalid="ignore"):
        means = [
            (labels == g).astype(np.float64) @ attention / (labels[0] == g).sum()
            for g in range(n_groups)
        ]
    distributions = torch.from_numpy(np.stack(means, axis=1))
    divergence: NDArray[np.float64] = jensen_shannon_divergence(distributions, base=2.0).numpy()
    return divergence


def _compare(observed: float, shuffled: NDArray[np.float64]) -> PermutationTest:
    n_at_least = int((shuffled >= observed - _ROUNDING).sum())
    p_value = np.nan if np.isnan(observed) else (1 + n_at_least) / (1 + len(shuffled))
    return PermutationTest(observed, p_value, len(shuffled), shuffled)
