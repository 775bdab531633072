"""The arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

from fairmoe.cli.configuration import take_options
from fairmoe.cli.messages import set_quiet
from fairmoe.names import GapName

MAX_MIB = 2048


def _keep_quiet(quiet: bool) -> bool:
    if quiet:
        set_quiet(True)
    return quiet


Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        callback=_keep_quiet,
        is_eager=True,
        help="Print results and errors only: no progress, no notes.",
    ),
]

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE.toml",
        callback=take_options,
        is_eager=True,
        help="Take options from a file, such as --out writes; those given beside it count more.",
    ),
]
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="CSV, Excel, OpenDocument or Parquet, also gzipped or zipped; - for standard input.",
    ),
]
Decimal = Annotated[
    str | None,
    typer.Option(
        metavar="point|comma", help="The decimal sign, where the file leaves it in doubt."
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The encoding of a text table, such as cp1250 or gb18030."),
]
MaxMib = Annotated[
    int,
    typer.Option(min=1, metavar="MIB", help="How much the file may take, decompressed, in MiB."),
]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="The sheet of a workbook.")]
Kind = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COL=KIND",
        help="Take a column as a number, category, date or text; may be repeated.",
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[COL=]TEXT[,TEXT]",
        help="Texts or numbers that mean missing, in one column or in all; may be repeated.",
    ),
]
Alike = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COL[,COL]",
        help="Columns whose levels are one if they differ only in case, blanks or Unicode form.",
    ),
]
TargetColumn = Annotated[
    str, typer.Option("--target", metavar="COL", help="The column to predict.")
]
SensitiveColumns = Annotated[
    list[str],
    typer.Option(
        "--sensitive",
        metavar="COL[,COL]",
        help="The column whose values are the groups; two are crossed. "
        "A name that holds a comma goes in double quotes.",
    ),
]
Positive = Annotated[
    list[str] | None,
    typer.Option(metavar="VALUE", help="A target value that is positive; may be repeated."),
]
Threshold = Annotated[
    float | None,
    typer.Option(metavar="NUMBER", help="For a numeric target: greater values are positive."),
]
OutcomeOfPositive = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="good|bad|neither",
        help="What being positive is for the person, such as being hired or being called a "
        "reoffender.",
    ),
]
Words = Annotated[
    str | None,
    typer.Option(
        metavar="POSITIVE/OTHER",
        help="What both outcomes are called, such as 'hired/not hired'.",
    ),
]
Merge = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COL=GROUP:VALUE[,VALUE]",
        help="Values of a sensitive column that make one group; may be repeated. '(missing)' "
        "stands for rows without a value.",
    ),
]
Bins = Annotated[
    list[str] | None,
    typer.Option(metavar="COL=NUMBER[,NUMBER]", help="Cut points of a numeric sensitive column."),
]
GroupNames = Annotated[
    list[str] | None,
    typer.Option(
        "--group-names",
        metavar="GROUP=NAME[,GROUP=NAME]",
        help="What groups are called in all that is told and drawn, such as "
        "'female=women,male=men'.",
    ),
]
MergeSmall = Annotated[
    int,
    typer.Option(
        "--merge-small",
        min=0,
        metavar="N",
        help="Make one group of those with fewer than N rows or no positive one.",
    ),
]
IncludeSensitive = Annotated[
    bool, typer.Option("--include-sensitive", help="Let the models see the sensitive columns.")
]
CompareAware = Annotated[
    bool,
    typer.Option(
        "--compare-aware",
        help="Train a second run whose models see the sensitive columns if those of the first do "
        "not (or the reverse), and print both side by side. With --out DIR it is kept in "
        "DIR-aware (DIR-blind).",
    ),
]
Drop = Annotated[list[str] | None, typer.Option(metavar="COL[,COL]", help="Columns to leave out.")]
_KEEP = "Columns to take in that are left out by default: names, free texts, ids and dates."
Keep = Annotated[list[str] | None, typer.Option("--keep", metavar="COL[,COL]", help=_KEEP)]
KeepColumn = Annotated[
    list[str] | None, typer.Option("--keep-column", metavar="COL[,COL]", help=_KEEP)
]
SplitColumn = Annotated[
    str | None, typer.Option(metavar="COL", help="A column that says train, validation or test.")
]
Weight = Annotated[
    str | None,
    typer.Option(metavar="COL", help="A column that says for how many people each row stands."),
]
UnknownGroup = Annotated[
    str,
    typer.Option(
        metavar="leave-out|group|train",
        help="What to do with rows whose sensitive value is missing: leave them out, make a group "
        "of them, or learn from them and judge nothing by them.",
    ),
]
ExistingScore = Annotated[
    str | None,
    typer.Option(
        "--score",
        metavar="COL",
        help="A column with the score of the model that you use today: it is no feature, and "
        "stands beside the mixture as one more model.",
    ),
]
ExistingDecision = Annotated[
    str | None,
    typer.Option("--decision", metavar="COL", help="The same, of a column with its decisions."),
]
Cutoff = Annotated[
    float | None,
    typer.Option(
        metavar="NUMBER",
        help="Above it the score decides for the positive class; for scores from 0 to 1 it is 0.5 "
        "unless told.",
    ),
]
Falling = Annotated[
    bool,
    typer.Option("--falling", help="A lower score speaks for the positive class, not a higher."),
]
Decides = Annotated[
    list[str] | None,
    typer.Option(
        metavar="VALUE",
        help="A value of the decisions that gives the positive class; may be repeated. By default "
        "those that the target calls so.",
    ),
]
Scaling = Annotated[
    str | None, typer.Option(metavar="standard|minmax", help="How numbers are scaled.")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any setting; may be repeated."),
]
Seed = Annotated[str | None, typer.Option(metavar="N", help="Decides all chance.")]
Device = Annotated[str | None, typer.Option(metavar="auto|cpu|cuda", help="Where to compute.")]
Tolerance = Annotated[
    float | None,
    typer.Option(
        metavar="PP",
        help="The largest gap that is accepted, in percentage points. Gaps then have a verdict: "
        "within, exceeds, or cannot be told.",
    ),
]
Reference = Annotated[
    str | None,
    typer.Option(
        metavar="GROUP", help="The group that others are compared with; by default the largest."
    ),
]
SmallestGroup = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="PEOPLE",
        help="Groups of fewer people in a split are told of together in JSON and files; 0 for "
        "none.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document in place of tables.")]
ShowFront = Annotated[
    bool,
    typer.Option(
        "--front",
        help="Train gates for nine weights of the gaps on the experts of the run, and print what "
        "each gives.",
    ),
]
MaxGap = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Take, of such gates, the most accurate with a gap of at most this on validation "
        "rows: 0.05 is 5 pp.",
    ),
]
MaxLoss = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Take, of such gates, the one with the smallest gap that is at most so much less "
        "accurate than the utility expert on validation rows: 0.01 is one point.",
    ),
]
Gap = Annotated[
    GapName,
    typer.Option(help="The gap that --max-gap and --max-loss are about."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR|FILE.fairmoe",
        help="A new folder to keep the run in, or a new project, which the app opens.",
    ),
]
WithTable = Annotated[
    bool,
    typer.Option(
        "--with-table",
        help="Put the table into the project: whoever gets the file can then read every cell.",
    ),
]
Mlflow = Annotated[
    str | None,
    typer.Option(
        "--mlflow",
        metavar="URI",
        help="Log the run to this tracking server or database of MLflow too.",
    ),
]
