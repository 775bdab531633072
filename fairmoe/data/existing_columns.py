"""Which columns may be another model's score or decision, and which say the same in other words."""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.assign import LabelledTable
from fairmoe.data.existing import Existing
from fairmoe.data.kinds import as_category
from fairmoe.data.labels import YES
from fairmoe.data.predictive import rank_auc
from fairmoe.data.suggest import words_of_name

MOST_DECISIONS = 20
"""A category of more values is no decision."""

MOST_DISTINCT = 0.1
"""Where a column has more values per row than this, what follows from each says little."""

SAME_ORDER = 0.999
"""Two numbers whose ranks correlate more than this say the same."""

_NAME = re.compile(
    r"scores?|deciles?|pred|predict(ed|ion|ions)?|yhat|y_hat|proba?|probabilit(y|ies)|risks?"
    r"|ratings?|decisions?|decided|recommend(ed|ation)?|model|algorithm",
    re.IGNORECASE,
)

_TELLING = re.compile(
    r"deciles?|pred|predict(ed|ion|ions)?|yhat|y_hat|proba?|probabilit(y|ies)|risks?|decisions?"
    r"|decided|recommend(ed|ation)?|algorithm",
    re.IGNORECASE,
)
"""Of these words; a score, a rating or a model may well be a person's own."""


def named_as_existing(labelled: LabelledTable) -> tuple[str, ...]:
    """Return the features whose names tell of another model's score or decision.

    Only of these values are looked at, whether they can be one: no date is, and nothing that is the
    same for all.
    """
    return tuple(
        column
        for column, kind in labelled.kinds.items()
        if any(map(_TELLING.fullmatch, (*words_of_name(column), column)))
        and _may_decide(kind, labelled.table.frame[column].iloc[labelled.rows].nunique())
    )


def suggest_existing(labelled: LabelledTable) -> dict[str, bool]:
    """Return the columns that may be a score or a decision, the likeliest first.

    Those come first whose names say it, and of both kinds those that rank the labels better.

    Returns:
        Whether the name says it, by column.
    """
    taken, frame = _with_role(labelled), labelled.table.frame
    ranked = {}
    for column, kind in labelled.table.kinds.items():
        values = frame[column].iloc[labelled.rows]
        if column in taken or not _may_decide(kind, values.nunique()):
            continue
        ranked[str(column)] = (_is_named_so(str(column)), _ranks(values, labelled.y, kind))
    order = sorted(ranked, key=lambda column: ranked[column], reverse=True)
    return {column: ranked[column][0] for column in order}


def existing_at_first(labelled: LabelledTable, column: str) -> Existing:
    """Return how a column may decide, to begin with.

    A score of 0 to 1 is cut at one half, one of two values between them, and another where as many
    people are given the positive class as have it. It rises with the positive class if it ranks
    those who have it higher. A decision is positive for the values that the label calls so.
    """
    frame = labelled.table.frame
    values = frame[column].iloc[labelled.rows]
    if labelled.table.kinds[column] != "number":
        return decision_at_first(labelled, column)
    known = values.notna().to_numpy()
    score: NDArray[np.float64] = values[known].to_numpy(dtype=np.float64)
    y = labelled.y[known]
    rises = y.min() == y.max() or rank_auc(score, y == 1) >= 0.5
    levels_of_score = np.unique(score)
    if len(levels_of_score) == 2:
        return Existing(column, float(levels_of_score.mean()), rises)
    if score.min() >= 0 and score.max() <= 1:
        return Existing(column, 0.5, rises)
    share = y.mean() if rises else 1 - y.mean()
    above = 1 - np.searchsorted(np.sort(score), levels_of_score, side="right") / len(score)
    return Existing(column, float(levels_of_score[np.abs(above - share).argmin()]), rises)


def decision_at_first(labelled: LabelledTable, column: str) -> Existing:
    """Return how a column of decisions may decide, to begin with.

    Positive are the values that the label calls so, or else such as "yes"; maybe none.
    """
    frame = labelled.table.frame.iloc[labelled.rows]
    label, decided = (as_category(frame[c]) for c in (labelled.roles.target.column, column))
    positive = set(label[labelled.y == 1])
    levels = [str(level) for level in decided.cat.categories]
    named = [level for level in levels if level in positive]
    return Existing(column, positive=tuple(named or filter(YES.fullmatch, levels)))


def same_answers(labelled: LabelledTable, column: str) -> tuple[str, ...]:
    """Return the columns that say what an existing score says in other words.

    Those that follow from it, such as its classes "low" and "high"; those from which it follows and
    whose names are those of a score; and numbers in the same order. Of a column of which hardly
    any value comes again, nothing is said to follow.
    """
    frame = labelled.table.frame.iloc[labelled.rows]
    codes, levels = _codes(frame[column])
    most = len(frame) * MOST_DISTINCT
    found = []
    for name, kind in labelled.table.kinds.items():
        if name in _with_role(labelled) or name == column or kind not in ("number", "category"):
            continue
        other, others = _codes(frame[name])
        pairs = len(np.unique(codes * (others + 1) + other))
        # Being missing is a value of either.
        follows = pairs == len(np.unique(codes)) and levels <= most and others > 1
        precedes = pairs == len(np.unique(other)) and others <= most and _is_named_so(str(name))
        if follows or precedes or _in_same_order(frame[column], frame[name]):
            found.append(str(name))
    return tuple(found)


def _with_role(labelled: LabelledTable) -> set[str | None]:
    roles = labelled.roles
    return {roles.target.column, *roles.sensitive_columns, roles.split_column, roles.weight}


def goes_against_labels(score: NDArray[np.float64], y: NDArray[np.int64]) -> bool:
    """Return whether rows with more of a score have the positive label less often, as ranks go.

    Args:
        score: Shape `(n,)`, taken to rise with the positive class.
        y: Shape `(n,)`, labels, 0 or 1.
    """
    return bool(y.min() != y.max() and rank_auc(score, y == 1) < 0.5)


def _codes(values: "pd.Series[Any]") -> tuple[NDArray[np.int64], int]:
    """Return each row's value as a number, 0 where it is missing, and how many values there are."""
    codes, levels = pd.factorize(values)
    return codes.astype(np.int64) + 1, len(levels)


def _in_same_order(one: "pd.Series[Any]", other: "pd.Series[Any]") -> bool:
    is_number = all(pd.api.types.is_numeric_dtype(each.dtype) for each in (one, other))
    return is_number and abs(one.rank().corr(other.rank())) > SAME_ORDER


def _may_decide(kind: str, levels: int) -> bool:
    return levels > 1 and (kind == "number" or (kind == "category" and levels <= MOST_DECISIONS))


def _is_named_so(column: str) -> bool:
    return any(map(_NAME.fullmatch, (*words_of_name(column), column)))


def _ranks(values: "pd.Series[Any]", y: NDArray[np.int64], kind: str) -> float:
    """Return how well a column ranks the labels, in either direction: in [0.5, 1]."""
    known = values.notna().to_numpy()
    label = y[known]
    if label.min() == label.max():
        return 0.5
    of = values[known]
    if kind != "number":
        texts = of.astype(str)
        of = texts.map(pd.Series(label, index=texts.index).groupby(texts).mean())
    numbers: NDArray[np.float64] = of.to_numpy(dtype=np.float64)
    auc = rank_auc(numbers, label == 1)
    return max(auc, 1 - auc)
