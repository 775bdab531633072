"""What an existing score or decision, which a column holds, says of rows."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.kinds import as_category
from fairmoe.errors import InvalidInputError, nearest_first


@dataclass(frozen=True)
class Existing:
    """A column that is another model's score or decision, and how it decides.

    Attributes:
        column: Its name.
        cutoff: For a score: where its decisions begin. None for a column of decisions.
        rises: For a score: whether more of it speaks for the positive class. Then what is above the
            cut-off is positive, and else what is not above it.
        positive: For decisions: the values, as texts, that decide for the positive class.

    Raises:
        InvalidInputError: The cut-off is no finite number, or values are named beside it.
    """

    column: str
    cutoff: float | None = None
    rises: bool = True
    positive: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cutoff is None:
            return
        if not math.isfinite(self.cutoff):
            raise InvalidInputError("The cut-off needs to be a finite number")
        if self.positive:
            raise InvalidInputError(
                f"Column '{self.column}' needs either a cut-off or values that decide",
                however="both were given",
            )

    @property
    def is_score(self) -> bool:
        """Whether it is a score with a cut-off rather than a decision."""
        return self.cutoff is not None


@dataclass(frozen=True, eq=False)
class Scored:
    """What an existing score or decision says of some rows.

    Attributes:
        known: Of which rows it says anything, `(n,)`.
        score: What it says of those, `(k,)`; more of it speaks for the positive class.
        cutoff: Above it the decision is the positive class.
    """

    known: NDArray[np.bool_]
    score: NDArray[np.float64]
    cutoff: float

    @property
    def decided(self) -> NDArray[np.int64]:
        """The decisions, `(k,)`, 0 or 1."""
        return (self.score > self.cutoff).astype(np.int64)

    @property
    def proba(self) -> NDArray[np.float32]:
        """The scores from 0 to 1 in their order, `(k,)`: above one half exactly where it decides.

        A probability that is cut at one half stays what it is. Others are only in the same order.
        """
        ends = np.array([min(self.score.min(), self.cutoff), max(self.score.max(), self.cutoff)])
        if ends[0] >= 0 and ends[1] <= 1:
            ends = np.array([0.0, 1.0])
        elif ends[0] >= -1 and ends[1] <= 0:
            ends = np.array([-1.0, 0.0])
        # So that differences of the largest numbers stay finite.
        largest = max(np.abs(ends).max(), np.finfo(np.float64).tiny)
        score, at, (low, high) = self.score / largest, self.cutoff / largest, ends / largest
        is_above = self.score > self.cutoff
        wide = np.where(is_above, high - at, at - low)
        away = np.divide(score - at, 2 * wide, out=np.zeros_like(score), where=wide > 0)
        proba = (0.5 + away).astype(np.float32).clip(0, 1)
        just_above = np.nextafter(np.float32(0.5), np.float32(1))
        below = np.minimum(proba, np.float32(0.5))
        decided: NDArray[np.float32] = np.where(is_above, np.maximum(proba, just_above), below)
        return decided


def scored_by(existing: Existing, values: "pd.Series[Any]") -> Scored:
    """Return what an existing score or decision says of some rows.

    Args:
        existing: How the column decides.
        values: Its cells of these rows, `(n,)`.

    Raises:
        InvalidInputError: It says nothing of any row, has no positive values, or is no number where
            there is a cut-off.
    """
    known = values.notna().to_numpy()
    name = f"column '{existing.column}'"
    if not known.any():
        raise InvalidInputError(f"Values of {name} are needed", however="these rows have none")
    if existing.cutoff is None:
        if not existing.positive:
            raise InvalidInputError(
                f"The values of {name} that decide for the outcome are needed",
                however="none was named",
            )
        texts = as_category(values[known])
        unknown = [value for value in existing.positive if value not in texts.cat.categories]
        if unknown:
            raise InvalidInputError(
                f"The values of {name} that decide for the outcome need to be there",
                however="one was named that there is not",
                choices=nearest_first(unknown[0], texts.cat.categories),
                about=unknown,
            )
        yes: NDArray[np.float64] = texts.isin(existing.positive).to_numpy().astype(np.float64)
        return Scored(known, yes, 0.5)
    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise InvalidInputError(
            f"A score needs numbers, and {name} has others",
            however="it was named as a score with a cut-off",
            remedy="Name it as a decision, with the values that decide for the outcome.",
        )
    score: NDArray[np.float64] = values[known].to_numpy(dtype=np.float64)
    return Scored(known, *rising(score, existing.cutoff, rises=existing.rises))


def rising(
    score: NDArray[np.float64], cutoff: float, *, rises: bool
) -> tuple[NDArray[np.float64], float]:
    """Return a score that rises with the positive class, and above what it decides for it.

    Args:
        score: As it was given, `(n,)`.
        cutoff: As it was given.
        rises: Whether it rises already; of one that falls what is not above the cut-off is
            positive.

    Example:
        >>> score, cutoff = rising(np.array([4.0, 5.0, 6.0]), 5.0, rises=False)
        >>> (score > cutoff).tolist()
        [True, True, False]
    """
    return (score, cutoff) if rises else (-score, math.nextafter(-cutoff, -math.inf))
