"""What each column of a table is for."""

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from fairmoe.data.existing import Existing
from fairmoe.errors import InvalidInputError, nearest_first

Outcome = Literal["good", "bad", "neither"]
"""What the positive class is for the person it is given to."""

Unknown = Literal["leave out", "group", "train"]
"""What is done with rows whose sensitive value is missing: leave them out, make a group of them, or
learn from them and judge nothing by them."""

UNKNOWN: tuple[Unknown, ...] = ("leave out", "group", "train")

OUTCOMES: tuple[Outcome, ...] = ("good", "bad", "neither")


@dataclass(frozen=True)
class Target:
    """The column to predict, and which of its values are the positive class.

    A column of two values needs nothing more: positive is the greater of two numbers, the one of
    two texts that affirms ("yes", "true", "good", ">50K"), or else the last by alphabet.

    Attributes:
        column: Its name.
        positive: The values, as texts, that make the positive class; all others are negative.
        threshold: For a number: greater values are positive.
        outcome: Whether the positive class is good or bad for the person, such as being hired or
            being called a reoffender, or neither; None if that is not told.
        words: What both outcomes are called, the positive one first, such as
            ("hired", "not hired"); None for words made of the column's name and values.

    Raises:
        InvalidInputError: Both positive values and a threshold are given, or it is not finite;
            the outcome is none of `OUTCOMES`; the words are not two that differ.

    Example:
        >>> Target("hired", ("yes",), outcome="good").favourable
        True
    """

    column: str
    positive: tuple[str, ...] = ()
    threshold: float | None = None
    outcome: Outcome | None = None
    words: tuple[str, str] | None = None

    @property
    def favourable(self) -> bool | None:
        """Whether the positive class is good for the person; None if neither or not told."""
        return {"good": True, "bad": False}.get(self.outcome or "")

    def __post_init__(self) -> None:
        self._check_outcome()
        if self.threshold is None:
            return
        if self.positive:
            raise InvalidInputError(
                f"Target '{self.column}' needs either positive values or a threshold",
                however="both were given",
            )
        if not math.isfinite(self.threshold):
            raise InvalidInputError(
                f"The threshold of target '{self.column}' needs to be a finite number"
            )

    def _check_outcome(self) -> None:
        if self.outcome is not None and self.outcome not in OUTCOMES:
            raise InvalidInputError(
                f"The outcome of target '{self.column}' needs to be good, bad or neither for the "
                "person",
                however="something else was given",
                choices=nearest_first(str(self.outcome), OUTCOMES),
            )
        if self.words is None:
            return
        told = [word.strip() for word in self.words]
        if len(told) != 2 or not all(told) or told[0] == told[1]:
            raise InvalidInputError(
                f"The outcomes of target '{self.column}' need two words that differ, the positive "
                "one first",
                however=f"{len(told)} were given"
                if len(told) != 2
                else "one is empty or both are the same",
            )


@dataclass(frozen=True)
class Sensitive:
    """A column whose values part the rows into groups.

    Attributes:
        column: Its name.
        merge: New groups, each a name and the values (as texts) that it takes; other values stay
            groups of their own. `MISSING` among the values takes the rows without a value.
        bins: For a number: ascending cut points. A value equal to a cut point falls below it.

    Raises:
        InvalidInputError: A value is merged twice, a cut point is not finite or not above the one
            before it, or both kinds of grouping are given.
    """

    column: str
    merge: tuple[tuple[str, tuple[str, ...]], ...] = ()
    bins: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.merge and self.bins:
            raise InvalidInputError(
                f"Sensitive column '{self.column}' needs either merged values or cut points",
                however="both were given",
            )
        merged = [value for _, values in self.merge for value in values]
        if len(set(merged)) < len(merged):
            raise InvalidInputError(
                f"Each value of sensitive column '{self.column}' can be merged once",
                however="one is named twice",
            )
        ascending = all(low < high for low, high in itertools.pairwise(self.bins))
        if not ascending or not all(map(math.isfinite, self.bins)):
            raise InvalidInputError(
                f"The cut points of sensitive column '{self.column}' need to be ascending numbers"
            )


@dataclass(frozen=True)
class Roles:
    """What each column is for; columns without a role are features.

    Attributes:
        target: What to predict.
        sensitive: What parts the rows into groups: one column, or two that are crossed.
        include_sensitive: Whether the sensitive columns are features too.
        dropped: Columns to leave out.
        split_column: A column that names the split of each row: train, validation or test.
        merge_small: Groups of fewer rows, or without a row of the positive class, are merged into
            one; 0 for none.
        weight: A column of numbers that says for how many people each row stands.
        unknown: What to do with rows whose sensitive value is missing.
        group_names: What groups are called, each its own name and the one to display, such as
            ("female", "women"). Of two crossed columns those of either are named, or pairs.
        existing: A column with the score or decision of the model that is in use today. It is no
            feature; it stands beside the mixture as one more model.

    Raises:
        InvalidInputError: A column has two roles, there is not one sensitive column or two, text
            was given for a `Target` or `Sensitive`, groups of fewer than no rows are to be
            merged, or a name to display is empty.
    """

    target: Target
    sensitive: tuple[Sensitive, ...]
    include_sensitive: bool = False
    dropped: tuple[str, ...] = ()
    split_column: str | None = None
    merge_small: int = 0
    group_names: tuple[tuple[str, str], ...] = ()
    weight: str | None = None
    unknown: Unknown = "leave out"
    existing: Existing | None = None

    def __post_init__(self) -> None:
        if not all(shown.strip() for _, shown in self.group_names):
            raise InvalidInputError(
                "Each group needs a name to display", however="an empty one was given"
            )
        if self.unknown not in UNKNOWN:
            raise InvalidInputError(
                "Rows whose group is unknown can be left out, be a group, or be for training",
                however="something else was given",
                choices=nearest_first(str(self.unknown), UNKNOWN),
            )
        if self.merge_small < 0:
            raise InvalidInputError(
                "The rows below which groups are merged need to be 0 or more",
                however=f"{self.merge_small} was given",
            )
        if not isinstance(self.target, Target) or not all(
            isinstance(each, Sensitive) for each in self.sensitive
        ):
            raise InvalidInputError(
                "Roles need a Target and a tuple of Sensitive",
                however="something else was given",
                remedy='Write Roles(Target("column"), (Sensitive("column"),)).',
            )
        if len(self.sensitive) not in (1, 2):
            raise InvalidInputError(
                "One sensitive column is needed, or two to be crossed",
                however=f"{len(self.sensitive) or 'none'} were named",
            )
        with_role = [("target", self.target.column)]
        with_role += [("sensitive", sensitive.column) for sensitive in self.sensitive]
        if self.split_column is not None:
            with_role.append(("split column", self.split_column))
        if self.weight is not None:
            with_role.append(("weight", self.weight))
        if self.existing is not None:
            with_role.append(("existing score", self.existing.column))
        dropped = [("dropped", column) for column in dict.fromkeys(self.dropped)]
        if not self.include_sensitive:
            dropped = [pair for pair in dropped if pair[1] not in self.sensitive_columns]
        role_of: dict[str, str] = {}
        for role, column in with_role + dropped:
            if column in role_of:
                raise InvalidInputError(
                    "Each column has one role",
                    however=f"column '{column}' is both {role_of[column]} and {role}",
                    remedy="Choose another column for one of the two.",
                )
            role_of[column] = role

    @property
    def sensitive_columns(self) -> tuple[str, ...]:
        """Names of the sensitive columns."""
        return tuple(sensitive.column for sensitive in self.sensitive)

    @property
    def other_columns(self) -> tuple[str, ...]:
        """Names of the columns that are no features for another reason than being left out."""
        existing = None if self.existing is None else self.existing.column
        named = (self.split_column, self.weight, existing)
        return tuple(column for column in named if column is not None)

    @property
    def merged(self) -> dict[str, tuple[str, ...]]:
        """The values of each merged group, by its name with that of its column."""
        return {
            f"{name} ({each.column})": values
            for each in self.sensitive
            for name, values in each.merge
        }

    def features(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return which of the columns are features, in their order."""
        others = {self.target.column, *self.other_columns, *self.dropped}
        if not self.include_sensitive:
            others.update(self.sensitive_columns)
        return tuple(column for column in columns if column not in others)

    def to_dict(self) -> dict[str, Any]:
        """Return the roles in a form that JSON keeps."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the roles that `to_dict` wrote, also after a passage through JSON.

        Example:
            >>> roles = Roles(Target("hired"), (Sensitive("age", bins=(40.0,)),))
            >>> Roles.from_dict(roles.to_dict()) == roles
            True
        """
        target = record["target"]
        return cls(
            target=Target(
                target["column"],
                tuple(target["positive"]),
                target["threshold"],
                # Runs that were kept before outcomes had a meaning do not tell.
                target.get("outcome"),
                tuple(words) if (words := target.get("words")) else None,
            ),
            sensitive=tuple(
                Sensitive(
                    each["column"],
                    tuple((name, tuple(values)) for name, values in each["merge"]),
                    tuple(each["bins"]),
                )
                for each in record["sensitive"]
            ),
            include_sensitive=record["include_sensitive"],
            dropped=tuple(record["dropped"]),
            split_column=record["split_column"],
            merge_small=record.get("merge_small", 0),
            group_names=tuple((own, shown) for own, shown in record.get("group_names", ())),
            weight=record.get("weight"),
            unknown=record.get("unknown", "leave out"),
            existing=_existing_of(record.get("existing")),
        )


def _existing_of(record: Mapping[str, Any] | None) -> Existing | None:
    return (
        None if record is None else Existing(**dict(record) | {"positive": (*record["positive"],)})
    )
