"""What an existing score or decision does to groups: alone, and beside a mixture on its rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairmoe.auditing import Audit, audit_groups
from fairmoe.data import Existing, LabelledTable, Outcome, Scored, scored_by
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.data.small_groups import too_small
from fairmoe.errors import InvalidInputError
from fairmoe.metrics import Account, OutcomeGap, account_in_people, outcome_gap
from fairmoe.names import SplitName
from fairmoe.runs import Run


@dataclass(frozen=True, eq=False)
class AuditedRows:
    """Rows of which an existing score says something, with their labels and groups.

    Attributes:
        y_true: Labels, `(n,)`, 0 or 1.
        group: Group ids, `(n,)`.
        group_names: The name of each group.
        scored: What the existing score says of them, and of which rows it said nothing.
        weight: For how many people each row stands, `(n,)`; None if all count the same.
        favourable: Whether the positive class is good for the person; None if neither or not told.
        mixture: The decisions of a mixture on the same rows, `(n,)`, 0 or 1; None without one.
    """

    y_true: NDArray[np.int64]
    group: NDArray[np.int64]
    group_names: tuple[str, ...]
    scored: Scored
    weight: NDArray[np.float64] | None
    favourable: bool | None
    mixture: NDArray[np.int64] | None = None

    def without_small_groups(self, smallest: int) -> "AuditedRows":
        """Return the same rows with groups of too few people as one, to be handed on.

        Raises:
            InvalidInputError: No other group would be left.
        """
        small = self.small_groups(smallest)
        if not small:
            return self
        if len(small) == len(self.group_names):
            raise InvalidInputError(
                f"Two groups of at least {smallest} people are needed in a file that is handed on",
                however="there are fewer; figures of smaller groups could tell of single people",
            )
        return self._merged(small)

    def _merged(self, small: Collection[str]) -> "AuditedRows":
        names = (*(name for name in self.group_names if name not in small), SMALL_GROUPS)
        ids = np.array([names.index(SMALL_GROUPS if n in small else n) for n in self.group_names])
        return AuditedRows(
            self.y_true,
            ids[self.group],
            names,
            self.scored,
            self.weight,
            self.favourable,
            self.mixture,
        )

    def as_told(self, smallest: int, *, enough: int = 0) -> "AuditedRows":
        """Return the same rows with the groups by which they are told of, on pages as in files.

        Groups stay as they are where fewer than two would be left.

        Args:
            smallest: How many people a group needs to be told of by itself.
            enough: Where some are one, groups of fewer people than that join them, so that all that
                are too small to be compared are shown alike; not if fewer than two would be left.
        """
        small = self.small_groups(smallest)
        if not small or len(small) == len(self.group_names):
            return self
        sizes = np.bincount(self.group, minlength=len(self.group_names))
        few = {name for name, n in zip(self.group_names, sizes, strict=True) if n < enough}
        joined = {*small, *few}
        return self._merged(small if len(joined) == len(self.group_names) else joined)

    def small_groups(self, smallest: int) -> tuple[str, ...]:
        """Return the groups that a file may not tell of by themselves."""
        counts = np.bincount(self.group, minlength=len(self.group_names))
        return too_small(counts[None], self.group_names, smallest)


@dataclass(frozen=True, eq=False)
class AuditResult:
    """What an existing score or decision does to groups.

    Attributes:
        audit: Of the existing score.
        account: Of the mixture beside the existing score, which stands in the place of the plain
            model; without a mixture of the existing score beside itself. Where no outcome is good
            or bad for the person, the positive one is counted in the place of the good one.
        gaps: The gap in the good outcome by label ("label"), by the existing score ("plain"), and
            by the mixture or else the existing score ("model").
        is_beside: Whether there is a mixture.
    """

    audit: Audit
    account: Account
    gaps: Mapping[str, OutcomeGap]
    is_beside: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the audit, and the account beside a mixture if there is one, for strict JSON."""
        beside = self.account.to_dict() if self.is_beside else None
        return self.audit.to_dict() | {"beside_mixture": beside}


def rows_without_score(labelled: LabelledTable, existing: Existing) -> int:
    """Return of how many rows of the table an existing score says nothing; they are left out."""
    return int(labelled.table.frame[existing.column].isna().sum())


def audited_rows(labelled: LabelledTable, existing: Existing) -> AuditedRows:
    """Return all rows with labels and groups of which an existing score says something.

    Raises:
        InvalidInputError: It says nothing of any row; see `fairmoe.data.scored_by`.
    """
    scored = scored_by(existing, labelled.table.frame[existing.column].iloc[labelled.rows])
    known = scored.known
    return AuditedRows(
        labelled.y[known],
        labelled.group[known],
        labelled.group_names,
        scored,
        None if labelled.weight is None else labelled.weight[known],
        labelled.roles.target.favourable,
    )


def audited_beside(
    run: Run, labelled: LabelledTable, existing: Existing, *, split: SplitName = "test"
) -> AuditedRows:
    """Return the rows of a split of a run of which an existing score says something.

    Args:
        run: The run whose mixture decides beside it.
        labelled: The rows that it was trained on.
        existing: How the column decides.
        split: On which rows.

    Raises:
        InvalidInputError: It says nothing of any of these rows.
    """
    record = run.splits[split]
    scored = scored_by(existing, labelled.table.frame[existing.column].iloc[record.rows])
    known = scored.known
    return AuditedRows(
        record.y_true[known],
        record.group[known],
        tuple(run.data.groups),
        scored,
        None if record.weight is None else record.weight[known],
        run.roles.target.favourable,
        (record.proba["mixture"][known] > 0.5).astype(np.int64),
    )


def audit_rows(rows: AuditedRows, *, tolerance: float | None = None) -> AuditResult:
    """Return what the existing score does to groups, beside the mixture if there is one.

    Args:
        rows: The rows.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; it brings verdicts.
    """
    outcomes: dict[bool | None, Outcome | None] = {True: "good", False: "bad", None: None}
    existing = rows.scored.decided
    decided = {
        "label": rows.y_true,
        "plain": existing,
        "model": existing if rows.mixture is None else rows.mixture,
    }
    shared: dict[str, Any] = {
        "group": rows.group,
        "group_names": rows.group_names,
        "sample_weight": rows.weight,
    }
    is_bad = rows.favourable is False
    return AuditResult(
        audit=audit_groups(
            rows.y_true,
            rows.scored.score,
            cutoff=rows.scored.cutoff,
            outcome=outcomes[rows.favourable],
            tolerance=tolerance,
            **shared,
        ),
        account=account_in_people(
            rows.y_true, existing, decided["model"], favourable=not is_bad, **shared
        ),
        gaps={
            source: outcome_gap((each == 1) != is_bad, tolerance=tolerance, **shared)
            for source, each in decided.items()
        },
        is_beside=rows.mixture is not None,
    )
