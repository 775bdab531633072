"""The commands about several kept runs: list those of a folder, compare two."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from fairmoe.cli import options
from fairmoe.cli.messages import print_message, printable
from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS, SPLITS, SUMMARY, SplitName

if TYPE_CHECKING:
    from fairmoe.analysis.comparison import Comparison
    from fairmoe.runs import Project, Run, SweepScores


def runs(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that holds kept runs, or one project.")
    ],
    *,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """List the runs that are kept, with their mixtures' scores on test rows, and kept sweeps."""
    from rich.console import Console

    from fairmoe.cli.output import figure, print_sweep, table_of

    listed = list(_kept_in(folder))
    found = [told for each in listed for told in each.runs]
    if not found:
        raise InvalidInputError(
            "A folder with kept runs is needed", however=f"there is none in '{folder}'"
        )
    sweeps = [(each.name, each.sweep) for each in listed if each.sweep is not None]
    if as_json:
        told = [*found, *({"path": name, "sweep": _of_sweep(sweep)} for name, sweep in sweeps)]
        typer.echo(json.dumps(told, indent=2, allow_nan=False))
        return
    table = table_of("run", *SUMMARY, "")
    table.columns[0].no_wrap = True
    for run in found:
        scores = (figure(run["test"][metric]) for metric in SUMMARY)
        table.add_row(printable(run["path"]), *scores, "alarm" if run["alarm"] else "")
    stdout = Console(markup=False, emoji=False, highlight=False)
    stdout.print(table)
    for sentence in _counted(listed):
        stdout.print(printable(sentence))
    for name, sweep in sweeps:
        stdout.print(f"\nA sweep in {printable(name)}")
        print_sweep(sweep)


def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="A kept run.")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="Another one.")],
    *,
    split: Annotated[SplitName, typer.Option(help="The rows to compare them on.")] = "test",
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare two kept runs: what they were told, their scores, and their decisions in pairs."""
    from fairmoe.analysis.comparison import compare_runs
    from fairmoe.analysis.result import who_counts_in_final_score
    from fairmoe.runs import load_run

    pair = load_run(first), load_run(second)
    comparison = compare_runs(*pair, split=split)
    if as_json:
        typer.echo(json.dumps(_document(comparison), indent=2, allow_nan=False))
    else:
        counted = [who_counts_in_final_score(run, split) for run in pair]
        _print(comparison, split, _once_each(counted, ("first", "second")))


class _Listed(NamedTuple):
    """What is told of a project: `runs` as `_summary` has them, each with its `path`.

    `counted` says of each which groups of too few people its scores count; nothing if none.
    """

    name: str
    runs: list[dict[str, Any]]
    counted: list[str]
    sweep: "SweepScores | None"


def _kept_in(folder: Path) -> Iterator[_Listed]:
    """Yield what is told of all that a folder keeps; say what cannot be opened.

    One after the other: tables and models of all may be more than memory holds.
    """
    from fairmoe.runs import SUFFIX, open_project

    if folder.suffix == SUFFIX and folder.is_file():
        yield _listed(folder.name, open_project(folder))
        return
    try:
        places = sorted(folder.iterdir())
    except OSError as error:
        raise InvalidInputError(
            "A folder with kept runs is needed",
            however=f"'{folder}' cannot be read ({error.strerror})",
        ) from error
    for place in places:
        if not (place.suffix == SUFFIX and place.is_file()) and not (place / "run.json").is_file():
            continue
        try:
            yield _listed(place.name, open_project(place))
        except InvalidInputError as error:
            print_message(f"'{place}' is left out. {error}")


def _listed(name: str, project: "Project") -> _Listed:
    """Return what is told of a project; a run that is alone in it has its name."""
    from fairmoe.analysis.result import who_counts_in_final_score

    several = len(project.runs) > 1
    runs = [
        {"path": f"{name}: {kept.name}" if several else name} | _summary(kept.run)
        for kept in project.runs
    ]
    counted = [who_counts_in_final_score(kept.run) for kept in project.runs]
    return _Listed(name, runs, counted, project.sweep)


def _counted(listed: list[_Listed]) -> list[str]:
    counted = [told for each in listed for told in each.counted]
    return _once_each(counted, [run["path"] for each in listed for run in each.runs])


def _once_each(counted: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return which groups of too few people the scores of runs count, once for runs alike."""
    from fairmoe.sentences.small_groups import ALL_SCORES_DO
    from fairmoe.sentences.wording import listed

    runs: dict[str, list[str]] = {}
    for told, name in zip(counted, names, strict=True):
        runs.setdefault(told, []).append(name)
    return [
        f"{f'{listed(of)}: ' if len(runs) > 1 else ''}{told} {ALL_SCORES_DO}"
        for told, of in runs.items()
        if told
    ]


def _summary(run: "Run") -> dict[str, Any]:
    scores = run.scores["test"]["mixture"]
    return {
        "run_id": run.run_id,
        "data": run.data.name,
        "target": run.roles.target.column,
        "sensitive": list(run.roles.sensitive_columns),
        "test": {metric: _number(scores[metric]) for metric in METRICS},
        "alarm": "mixture" in run.alarms(),
    }


def _of_sweep(sweep: "SweepScores") -> dict[str, Any]:
    """Return a sweep as a document, without the sizes of groups: some may be of a few people."""
    from fairmoe.sweep import to_document

    document = to_document(sweep)
    del document["data"]["groups"]
    return document


def _number(value: float) -> float | None:
    return None if value != value else float(value)  # noqa: PLR0124 - NaN alone is not itself


def _document(comparison: "Comparison") -> dict[str, Any]:
    from dataclasses import asdict

    paired = comparison.decisions
    return {
        "scores": {
            name: {metric: _number(value) for metric, value in column.items()}
            for name, column in comparison.scores.items()
        },
        "settings": comparison.settings,
        "roles": comparison.roles,
        "decisions": None if paired is None else asdict(paired) | {"differ": paired.differ},
    }


def _print(comparison: "Comparison", split: SplitName, counted: Sequence[str]) -> None:
    from rich.console import Console

    from fairmoe.cli.output import figure, table_of
    from fairmoe.sentences.comparison import decisions_compared

    stdout = Console(markup=False, emoji=False, highlight=False)
    _print_differing(stdout, "Settings that differ", comparison.settings)
    _print_differing(stdout, "Roles that differ", comparison.roles)
    stdout.print(f"Scores of both mixtures on the {SPLITS[split].lower()} rows")
    table = table_of("", "first", "second", "difference")
    for metric, scores in comparison.scores.to_dict("index").items():
        table.add_row(str(metric), *map(figure, scores.values()))
    stdout.print(table)
    for told in counted:
        stdout.print(printable(told))
    stdout.print(f"\n{decisions_compared(comparison.decisions)}")


def _print_differing(stdout: Any, title: str, differing: Mapping[str, tuple[Any, Any]]) -> None:
    from fairmoe.cli.output import table_of

    if differing:
        stdout.print(title)
        table = table_of("", "first", "second")
        for name, values in differing.items():
            table.add_row(name, *(printable(str(value)) for value in values))
        stdout.print(table)
        stdout.print()
