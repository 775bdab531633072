"""Where a model's decisions begin: one threshold for all, or one for each group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairmoe.errors import InvalidInputError
from fairmoe.names import MIXTURE_AND_EXPERTS, Model

FAR = 1e-7
"""Probabilities nearer to 0 or 1 are taken as this far, so that their log-odds are finite."""


@dataclass(frozen=True)
class Cutoffs:
    """The probabilities above which a model's answer is positive, by group.

    Attributes:
        model: Whose probabilities they are: the mixture or one of its experts.
        thresholds: In (0, 1), by group id; all the same for one threshold for all.
        name: What the user calls them.

    Raises:
        InvalidInputError: The model cannot be used alone, or a threshold is outside its limits.

    Example:
        >>> Cutoffs("mixture", (0.5, 0.4)).decide([0.45, 0.45], [0, 1]).tolist()
        [False, True]
    """

    model: Model
    thresholds: tuple[float, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if self.model not in MIXTURE_AND_EXPERTS:
            raise InvalidInputError(
                "Cut-offs need the mixture or one of its experts",
                however=f"'{self.model}' was given",
                choices=MIXTURE_AND_EXPERTS,
            )
        if not self.thresholds or not all(0 < at < 1 for at in self.thresholds):
            raise InvalidInputError("Cut-offs need probabilities between 0 and 1")

    @property
    def by_group(self) -> bool:
        """Whether people are treated by their group."""
        return len(set(self.thresholds)) > 1

    def decide(self, proba: ArrayLike, group: ArrayLike) -> NDArray[np.bool_]:
        """Return who is given the positive class.

        Args:
            proba: Shape `(n,)`, probability of the positive class.
            group: Shape `(n,)`, group ids.
        """
        return np.asarray(proba, np.float64) > self._of(group)

    def shift(self, proba: ArrayLike, group: ArrayLike) -> NDArray[np.float64]:
        """Return probabilities whose log-odds are moved so that decisions begin at one half.

        Args:
            proba: Shape `(n,)`, probability of the positive class.
            group: Shape `(n,)`, group ids.

        Returns:
            Shape `(n,)`, in [0, 1]; above 0.5, also when rounded to float32, exactly where
            `decide` says yes.
        """
        p, at = np.asarray(proba, np.float64), self._of(group)
        log_odds = _log_odds(p) - _log_odds(at)
        moved = 1 / (1 + np.exp(-log_odds))
        just_above = float(np.nextafter(np.float32(0.5), np.float32(1)))
        return np.where(p > at, np.maximum(moved, just_above), np.minimum(moved, 0.5))

    def unshift(self, proba: ArrayLike, group: ArrayLike) -> NDArray[np.float64]:
        """Return the probabilities that `shift` was given.

        Args:
            proba: Shape `(n,)`, as `shift` returns them.
            group: Shape `(n,)`, group ids.
        """
        log_odds = _log_odds(np.asarray(proba, np.float64)) + _log_odds(self._of(group))
        return 1 / (1 + np.exp(-log_odds))

    def to_dict(self) -> dict[str, Any]:
        """Return the cut-offs in a form that JSON keeps."""
        return {"model": self.model, "thresholds": list(self.thresholds), "name": self.name}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the cut-offs that `to_dict` wrote."""
        return cls(record["model"], tuple(record["thresholds"]), record["name"])

    def _of(self, group: ArrayLike) -> NDArray[np.float64]:
        of_rows: NDArray[np.float64] = np.array(self.thresholds)[np.asarray(group, np.int64)]
        return of_rows


def _log_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(p, FAR, 1 - FAR)
    return np.log(inside) - np.log1p(-inside)
