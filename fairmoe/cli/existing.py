"""The score or decision that is in use today, as options name it -> one more model of a run."""

from collections.abc import Sequence
from dataclasses import replace

from fairmoe.cli.bundles import ExistingOptions
from fairmoe.cli.messages import print_message
from fairmoe.data import (
    Existing,
    LabelledTable,
    Roles,
    Table,
    assign_roles,
    decision_at_first,
    same_answers,
    scored_by,
)
from fairmoe.data.existing_columns import goes_against_labels
from fairmoe.data.table import check_columns
from fairmoe.errors import InvalidInputError
from fairmoe.sentences.audits import how_it_decides, left_out_of_features, may_go_the_other_way


def check_existing(asked: ExistingOptions) -> None:
    """Check that options about an existing score or decision fit each other.

    Raises:
        InvalidInputError: They do not.
    """
    if asked.score is not None and asked.decision is not None:
        raise InvalidInputError("Either --score or --decision is needed", however="both were given")
    for told, needed, given in (
        ("--cutoff", "--score", asked.score is not None or asked.cutoff is None),
        ("--falling", "--score", asked.score is not None or not asked.falling),
        ("--decides", "--decision", asked.decision is not None or not asked.decides),
    ):
        if not given:
            raise InvalidInputError(
                f"Option {told} needs a column", however=f"{needed} was not given"
            )


def with_existing(
    table: Table, roles: Roles, asked: ExistingOptions, keep: Sequence[str] = ()
) -> Roles:
    """Return roles with an existing score or decision, and say what is left out for it.

    Args:
        table: The table.
        roles: The others.
        asked: Which column it is; none leaves the roles as they are.
        keep: Columns that stay features even if they say the same.

    Raises:
        InvalidInputError: The column is not there, or does not decide.
    """
    column = asked.score or asked.decision
    if column is None:
        return roles
    check_columns(table.frame, (column,))
    labelled = assign_roles(table, roles)
    existing = _score(table, asked) if asked.score else _decision(labelled, column, asked.decides)
    same = tuple(name for name in same_answers(labelled, column) if name not in keep)
    dropped = dict.fromkeys((*roles.dropped, *same))
    found = replace(
        roles, existing=existing, dropped=tuple(name for name in dropped if name != column)
    )
    told = how_it_decides(existing, labelled.words)
    print_message(f"{told} {left_out_of_features(column, same)}")
    if existing.is_score:
        values = table.frame[column].iloc[labelled.rows]
        scored = scored_by(existing, values)
        if goes_against_labels(scored.score, labelled.y[scored.known]):
            told = may_go_the_other_way(column, labelled.words[0], falling=asked.falling)
            print_message(told)
    return found


def _score(table: Table, asked: ExistingOptions) -> Existing:
    column = str(asked.score)
    if table.kinds[column] != "number":
        raise InvalidInputError(
            f"Column '{column}' needs numbers to be a score",
            however="it has texts",
            remedy=f"Name it by --decision '{column}' if it holds decisions.",
        )
    low, high = table.frame[column].min(), table.frame[column].max()
    if asked.cutoff is None and not (low >= 0 and high <= 1):
        raise InvalidInputError(
            "A cut-off is needed for scores that are no probabilities",
            however=f"those of '{column}' reach from {low:g} to {high:g}",
            remedy="Say above which number the decision is positive, such as --cutoff 5.",
        )
    cutoff = 0.5 if asked.cutoff is None else asked.cutoff
    return Existing(column, cutoff, rises=not asked.falling)


def _decision(labelled: LabelledTable, column: str, decides: Sequence[str] | None) -> Existing:
    if decides:
        return Existing(column, positive=tuple(decides))
    existing = decision_at_first(labelled, column)
    if not existing.positive:
        raise InvalidInputError(
            f"The values of column '{column}' that decide for the outcome are needed",
            however="none is called like the positive class",
            remedy="Name each, such as --decides granted.",
        )
    return existing
