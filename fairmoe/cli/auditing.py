"""`fairmoe audit`: what a score or decisions in a file do to groups, without any training."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairmoe.cli import bundles, options
from fairmoe.cli.bundles import unbundled
from fairmoe.cli.messages import print_message, printable
from fairmoe.errors import InvalidInputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fairmoe.auditing import Audit
    from fairmoe.data import LabelledTable


@unbundled
def audit(  # noqa: PLR0913 - typer reads one option from each parameter
    context: typer.Context,
    file: options.File,
    *,
    label: Annotated[
        str, typer.Option("--label", metavar="COL", help="The column with what turned out true.")
    ],
    score: Annotated[
        str,
        typer.Option(
            "--score",
            metavar="COL",
            help="The column with the score, or with decisions that have the label's values.",
        ),
    ],
    groups: bundles.GroupOptions,
    cutoff: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            help="Above it the decision is positive, with --falling at it and below; for scores "
            "from 0 to 1 it is 0.5 unless told.",
        ),
    ] = None,
    falling: options.Falling = False,
    reading: bundles.ReadingOptions,
    tolerance: options.Tolerance = None,
    reference: options.Reference = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the audit to a new file too, as JSON, and beside it the options that "
            "repeat it; - is --json.",
        ),
    ] = None,
    config: options.Config = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Audit a score or decisions that a file holds beside the labels: no training, in seconds."""
    from fairmoe.auditing import audit_groups
    from fairmoe.cli.arguments import share_from
    from fairmoe.cli.files import check_new_file, table_in, write_out
    from fairmoe.cli.keeping import keep_options, options_beside
    from fairmoe.cli.reading import print_changes
    from fairmoe.data import Existing, assign_roles
    from fairmoe.data.existing import rising
    from fairmoe.data.existing_columns import goes_against_labels
    from fairmoe.sentences.audits import how_it_decides, may_go_the_other_way

    if str(out) == "-":
        out, as_json = None, True
    if out is not None:
        check_new_file(out)
        check_new_file(options_beside(out))
    roles = groups.roles(label)
    accepted = share_from(tolerance)
    table = table_in(file, reading.read_options())
    labelled = assign_roles(table, roles, with_features=False)
    print_changes(change for change in table.changes if change.column in {label, score})
    given, is_score = _scores(labelled, score, cutoff, falling=falling)
    at = 0.5 if cutoff is None else cutoff
    scores, above = rising(given, at, rises=not falling)
    if is_score:
        print_message(how_it_decides(Existing(score, at, not falling), labelled.words))
        if goes_against_labels(scores, labelled.y):
            print_message(may_go_the_other_way(score, labelled.words[0], falling=falling))
    for note in labelled.notes:
        print_message(note)
    found = audit_groups(
        labelled.y,
        scores,
        group=labelled.group,
        group_names=labelled.group_names,
        cutoff=above,
        outcome=labelled.roles.target.outcome,
        reference=reference,
        tolerance=accepted,
        sample_weight=labelled.weight,
    )
    told = {"cutoff": at, "falling": falling} | found.to_dict()
    document = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if as_json:
        typer.echo(document, nl=False)
    else:
        _print(found, labelled, accepted)
    if out is not None:
        write_out(out, document.encode())
        keep_options(context, out)


def _scores(
    labelled: "LabelledTable", name: str, cutoff: float | None, *, falling: bool
) -> "tuple[NDArray[np.float64], bool]":
    """Return the column of scores, or of decisions as 0 and 1, and whether it is one of scores."""
    from fairmoe.data.table import check_has

    check_has(labelled.table.kinds, name)
    column = labelled.table.frame[name].iloc[labelled.rows]
    empty = int(column.isna().sum())
    if empty:
        raise InvalidInputError(
            f"Column '{name}' needs a score or a decision in each row",
            however=f"{empty:,} of {len(column):,} rows have none",
            remedy="Leave those rows out of the file.",
        )
    if labelled.table.kinds[name] != "number":
        told = labelled.table.frame[labelled.roles.target.column].iloc[labelled.rows].astype(str)
        if not set(column.astype(str)) <= set(told):
            raise InvalidInputError(
                f"Column '{name}' needs numbers, or the values of the label",
                however="it has other texts",
            )
        decisions: NDArray[np.float64] = (
            column.astype(str).isin(set(told[labelled.y == 1])).to_numpy().astype(float)
        )
        if falling:
            raise InvalidInputError(
                "Option --falling is for scores", however=f"column '{name}' holds decisions"
            )
        return decisions, False
    scores: NDArray[np.float64] = column.to_numpy(dtype=float)
    if cutoff is None and not (scores.min() >= 0 and scores.max() <= 1):
        raise InvalidInputError(
            "A cut-off is needed for scores that are no probabilities",
            however=f"those of '{name}' reach from {scores.min():g} to {scores.max():g}",
            remedy="Say above which number the decision is positive, such as --cutoff 5.",
        )
    return scores, True


def _print(found: "Audit", labelled: "LabelledTable", tolerance: float | None) -> None:
    from rich.console import Console

    from fairmoe.cli.output import figure, table_of
    from fairmoe.cli.reviewing import print_gaps

    stdout = Console(markup=False, emoji=False, highlight=False)
    words = labelled.words
    favourable = labelled.roles.target.favourable
    good, bad = words if favourable is not False else words[::-1]
    stdout.print(f"{len(labelled.y):,} rows")
    if found.alarm is not None:
        stdout.print("Alarm: no better than one answer for all, or one class for nearly everyone")
    if found.people is None:
        table = table_of("group", "rows", "rate by label", "rate by decision", "accuracy")
        for name, row in found.rates.iterrows():
            rates = (row["base_rate"], row["selection_rate"], row["accuracy"])
            table.add_row(printable(str(name)), f"{row['n']:,.0f}", *map(figure, rates))
        stdout.print(f"Rates of '{printable(words[0])}'")
    else:
        table = table_of("group", "rows", "by label", "by decision", "wrongly not", "of 100")
        for name, row in found.people.iterrows():
            counts = (row["n"], row["good_label"], row["good_model"], row["harmed_model"])
            table.add_row(
                printable(str(name)),
                *(f"{count:,.0f}" for count in counts),
                figure(row["harmed_model_rate"]),
            )
        stdout.print(
            f"Who gets '{printable(good)}'; wrongly not: labelled '{printable(good)}' and given "
            f"'{printable(bad)}', and how many of 100 labelled so"
        )
    stdout.print(table)
    print_gaps(stdout, found.review, words=words, tolerance=tolerance, of="the decisions")
