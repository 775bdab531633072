"""The commands about a kept run: write a report of it, predict with it."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairmoe._write import write_whole
from fairmoe.cli import bundles, options
from fairmoe.cli.bundles import unbundled
from fairmoe.cli.messages import print_message
from fairmoe.errors import InvalidInputError
from fairmoe.names import DECISIONS, REPORT_SECTIONS

if TYPE_CHECKING:
    from fairmoe.report import Report
    from fairmoe.runs import Run

RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="A folder or a project that train --out kept.")
]


def report(  # noqa: PLR0913 - typer reads one option from each parameter
    folder: RunFolder,
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The table that the run was trained on; only with it the report can tell which "
            "columns the models look at. By default the table in the project, if it is there.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A new file: .html to read and print, .md as a model card, .json for programs, "
            ".csv as a tidy table; - for HTML on standard output. By default report-ID.html, ID "
            "being the run's.",
        ),
    ] = None,
    sections: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY[,KEY]",
            help=f"What follows the first page: {', '.join(REPORT_SECTIONS)}. By default all but "
            "training and ll144.",
        ),
    ] = None,
    ll144: Annotated[
        bool,
        typer.Option(
            "--ll144",
            help="Add selection rates and impact ratios in the form of New York City's Local Law "
            "144.",
        ),
    ] = False,
    beside: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="The run that differs only in whether its models see the sensitive columns, to be "
            "compared with.",
        ),
    ] = None,
    outcome: options.OutcomeOfPositive = None,
    words: options.Words = None,
    group_names: options.GroupNames = None,
    tolerance: options.Tolerance = None,
    reference: options.Reference = None,
    smallest_group: options.SmallestGroup = 10,
    title: Annotated[str, typer.Option(metavar="TEXT", help="The title.")] = "",
    author: Annotated[str, typer.Option(metavar="TEXT", help="Who wrote it.")] = "",
    notes: Annotated[str, typer.Option(metavar="TEXT", help="What you want to add.")] = "",
    intended_use: Annotated[
        str, typer.Option(metavar="TEXT", help="What the model is meant for.")
    ] = "",
    out_of_scope: Annotated[
        str, typer.Option(metavar="TEXT", help="What it must not be used for.")
    ] = "",
    reviewer: Annotated[str, typer.Option(metavar="TEXT", help="Who decides on its use.")] = "",
    role: Annotated[str, typer.Option(metavar="TEXT", help="As what they decide.")] = "",
    decision: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(DECISIONS), help="What was decided; else there is room to write."
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, and under which conditions.")
    ] = "",
    quiet: options.Quiet = False,
) -> None:
    """Write a report of a kept run: one file that reads and prints without a network."""
    from fairmoe.cli.arguments import (
        decision_from,
        group_names_from,
        names_in,
        outcome_from,
        share_from,
    )
    from fairmoe.cli.files import write_out
    from fairmoe.cli.project_parts import cover_over, rows_for
    from fairmoe.report import DEFAULT, Cover, make_report, to_card, to_csv, to_html, to_json
    from fairmoe.runs import load_run, open_shown

    meaning, names = outcome_from(outcome, words), group_names_from(group_names or ())

    def told(loaded: "Run") -> "Run":
        loaded = loaded.with_outcome(*meaning)
        return loaded.with_group_names(names) if names else loaded

    project, kept = open_shown(folder)
    run = told(kept.run)
    path = Path(f"report-{run.run_id}.html") if out is None else out
    given = Cover(
        datetime.date.today(),
        title,
        author,
        notes,
        intended_use,
        out_of_scope,
        reviewer,
        role,
        decision_from(decision),
        reason,
    )
    cover = cover_over(given, kept.notes)
    chosen = (names_in(sections) if sections else DEFAULT) + ("ll144",) * ll144
    write: dict[str, Callable[[Report], str]] = {
        ".html": lambda made: to_html(made, cover, chosen),
        ".md": lambda made: to_card(made, cover),
        ".json": lambda made: to_json(made, cover),
        ".csv": to_csv,
    }
    kind = ".html" if str(path) == "-" else path.suffix.lower()
    if kind not in write:
        raise InvalidInputError(
            "A file name that ends in .html, .md, .json or .csv is needed",
            however=f"'{path.name}' was given",
        )
    made = make_report(
        run,
        rows_for(run, data, project),
        reference=reference,
        tolerance=project.tolerance if tolerance is None else share_from(tolerance),
        sweep=project.sweep_of(kept.run),
        peers=project.peers_of(kept.run),
        other=None if beside is None else told(load_run(beside)),
        smallest_group=smallest_group,
    )
    write_out(path, write[kind](made).encode())


@unbundled
def predict(
    folder: RunFolder,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Rows to predict, in a file as train takes it."),
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="A new file; else standard output.")
    ] = None,
    reading: bundles.FileOptions,
    quiet: options.Quiet = False,
) -> None:
    """Predict the rows of a file with a kept run; the target need not be among the columns.

    Columns are read as those of the file that the run was trained on, so that what is said of a row
    does not depend on the other rows.

    Writes a line per row: the row at which a spreadsheet shows it, the probability of the positive
    class, the decision (1 is positive), and the gate's weight for each expert.
    """
    from fairmoe._csv import csv_text
    from fairmoe.analysis import predict_rows, reading_of
    from fairmoe.cli.files import table_in, write_out
    from fairmoe.cli.reading import print_changes
    from fairmoe.runs import load_run

    run = load_run(folder)
    like = reading_of(run)
    told = reading.read_options()
    if told.decimal is not None:
        like = like.with_decimal(told.decimal)
    predictions, changes = predict_rows(run, table_in(file, told, like), like=like)
    print_changes(changes, title="Careful:")
    # Nine digits tell every float32 from its neighbours.
    text = csv_text(predictions, index=False, float_format="%.9g")
    write_out(Path("-") if out is None else out, text.encode())
    print_message(f"Decision 1 is {run.data.positive}, above a probability of 0.5")


def export(
    folder: RunFolder,
    *,
    out: Annotated[
        Path, typer.Option(metavar="FILE.onnx", help="A new file for the encoder and the mixture.")
    ],
    quiet: options.Quiet = False,
) -> None:
    """Write a kept run as a model in ONNX, which other programs run without Python.

    Its inputs are columns of the table and its outputs what `predict` says: the probability of the
    positive class, the decision (1 is positive, -1 where no feature is known), the gate's weights
    and the experts' probabilities.
    """
    from fairmoe.cli.files import check_new_file
    from fairmoe.exports import to_onnx
    from fairmoe.runs import load_run

    if out.suffix.lower() != ".onnx":
        raise InvalidInputError(
            "A file name that ends in .onnx is needed", however=f"'{out.name}' was given"
        )
    check_new_file(out)
    run = load_run(folder)
    write_whole(out, to_onnx(run))
    print_message(f"Written to {out}. Decision 1 is {run.data.positive}")
