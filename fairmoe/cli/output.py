"""The tables that the shell prints on standard output."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from fairmoe._units import written
from fairmoe.analysis.result import who_counts_in_scores, who_counts_in_sweep
from fairmoe.analysis.routing import routed_rows
from fairmoe.cli.messages import printable
from fairmoe.data import Roles
from fairmoe.data.people import people_of
from fairmoe.figures.tables import score_table
from fairmoe.metrics import group_rates, mean_and_spread
from fairmoe.names import EXPERTS, METRICS, SUMMARY, Model
from fairmoe.runs import Run, SweepScores, as_told, to_document
from fairmoe.sentences.alarms import ALARM, OTHERS_RAISE_ONE, alarms_in_words
from fairmoe.sentences.audits import changes_beside, existing_in_words, harm_beside
from fairmoe.sentences.cautions import not_estimable, too_few
from fairmoe.sentences.costs import ahead_of_mixture
from fairmoe.sentences.routing import gate_reading
from fairmoe.sweep import Recommendation

HOW_TO_MERGE = "use --merge-small"
"""How small groups are merged, up to their least size."""


def print_sweep(result: SweepScores) -> None:
    """Print the Pareto-optimal runs, which to begin with, and how long the sweep took."""
    stdout = Console(markup=False, emoji=False, highlight=False)
    frame = result.frame()
    front = frame[result.front()].sort_values("test_utility", ascending=False)
    _print_merged(result.roles, stdout)
    stdout.print(
        f"{len(front)} of {len(frame)} runs are Pareto-optimal on the validation rows, "
        "in utility and both gaps.\nTheir mixtures score on the test rows:"
    )
    settings = [*result.varied, "seed"]
    if front.empty:
        stdout.print(
            "None: each gives nearly all rows one answer, or cannot be scored, for some group has "
            "too few rows or positives. Merge groups with --merge."
        )
    table = table_of("run", *settings, *SUMMARY)
    table.columns[0].no_wrap = True
    for row in front.to_dict("records"):
        values = (_setting(row[name]) for name in settings)
        scores = (figure(row[f"test_{metric}"]) for metric in SUMMARY)
        table.add_row(row["run_id"], *values, *scores)
    if not front.empty:
        stdout.print(table)
    counted = who_counts_in_sweep(result, how=HOW_TO_MERGE)
    if counted:
        stdout.print(printable(counted))
    if result.recommended is not None:
        best = result.run_ids[result.recommended]
        stdout.print(f"Best final score on the validation rows among them: {best}")
    if frame["seed"].nunique() > 1:
        stdout.print(
            "\nAll combinations on the test rows, mean over their seeds (sd: of the final score);\n"
            "the first has the best final score on the validation rows:"
        )
        stdout.print(_over_seeds(frame[~frame["alarming"]], result.varied))
        stdout.print()
    stdout.print(
        f"Hypervolume on the test rows: {figure(result.hypervolume())} "
        "(reference: utility 0, both gaps 1)"
    )
    alarming = int(frame["alarming"].sum())
    if alarming:
        stdout.print(f"Left out, as they raise an alarm: {alarming} runs")
    if result.computed:
        stdout.print(
            f"{result.computed} runs computed in {result.seconds:.1f} s, "
            f"{result.computed / result.seconds:.2f} runs per second"
        )
    else:
        stdout.print("All runs were there already.")


def _over_seeds(frame: pd.DataFrame, varied: Sequence[str]) -> Table:
    scores = [f"test_{metric}" for metric in SUMMARY]
    means = mean_and_spread(frame[[*varied, *scores, "validation_final_score"]], varied)
    means = means.sort_values("validation_final_score", ascending=False)
    table = table_of("runs", *varied, *SUMMARY, "sd")
    for row in means.to_dict("records"):
        values = (_setting(row[name]) for name in varied)
        figures = (figure(row[name]) for name in (*scores, "test_final_score_sd"))
        table.add_row(f"{row['runs']}", *values, *figures)
    return table


def candidates_of(recommendation: Recommendation) -> dict[str, Any]:
    """Return, ready for JSON, what was recommended among what, scores in shares of 1."""
    frame = recommendation.frame.astype(object).where(recommendation.frame.notna(), None)
    return {"reason": recommendation.reason, "candidates": frame.to_dict("records")}


def print_candidates(recommendation: Recommendation) -> None:
    """Print the settings that were tried, the best first."""
    stdout = Console(markup=False, emoji=False, highlight=False)
    stdout.print("Settings tried, final score on the validation rows before a gate learnt")
    table = table_of("setting", "mean", "lowest", "highest", "alarms")
    for row in recommendation.frame.to_dict("records"):
        scores = (figure(row[name]) for name in ("mean", "low", "high"))
        table.add_row(row["changes"], *scores, f"{row['alarming']:.0f}")
    stdout.print(table)
    stdout.print()


def print_tables(run: Run) -> None:
    """Print the test scores of each model, and what the mixture does to each group."""
    stdout = Console(markup=False, emoji=False, highlight=False)
    tested = f"{len(run.splits['test'].rows):,} test rows"
    stdout.print(f"Scores on {tested} (– not estimable, * raises an alarm)")
    stdout.print(_scores(run))
    _print_alarms(run, stdout)
    better = ahead_of_mixture(score_table(run.scores["test"]))
    if better:
        stdout.print(better)
    _print_existing(run, stdout)
    stdout.print(f"\nPositive (is {printable(run.data.positive)}), and selected by the mixture")
    rates = _rates(run)
    stdout.print(_groups(run, rates))
    small_groups = too_few(rates)
    _print_merged(run.roles, stdout)
    missing = not_estimable(run.scores["validation"]["mixture"])
    for warning in (small_groups, who_counts_in_scores(run, how=HOW_TO_MERGE), missing):
        if warning:
            stdout.print(printable(warning))
    stdout.print(f"\nMean weight of each expert on {tested}")
    stdout.print(_routing(run))
    stdout.print(gate_reading(routed_rows(run.splits["test"], list(run.data.groups))))


def _print_existing(run: Run, stdout: Console) -> None:
    """Say what the mixture changes against the score or decision that is in use today."""
    existing = run.roles.existing
    if existing is None:
        return
    account, favourable = run.account(plain="existing", otherwise=True), run.roles.target.favourable
    (good, bad), model = run.good_and_bad, existing_in_words(existing)
    is_told = favourable is not None
    told = [changes_beside(account.everyone, good, bad, model=model, is_told=is_told)]
    groups = account.groups.rename(index=people_of(run.data.groups, run.roles))
    told += [harm_beside(groups, good, bad)] if is_told else []
    stdout.print(printable(" ".join(told)))


def _print_alarms(run: Run, stdout: Console) -> None:
    """Say loudly that the mixture is no choice, and why; then of which other models it is so."""
    found: dict[Model, Any] = {
        model: alarm.to_dict() for model, alarm in as_told(run)[0].alarms().items()
    }
    meaning: Any = {"words": run.data.words, "favourable": run.roles.target.favourable}
    own: dict[Model, Any] = {"mixture": found.pop("mixture")} if "mixture" in found else {}
    for told in alarms_in_words(own, **meaning):
        stdout.print(printable(f"{ALARM} {told}"))
    if found:
        stdout.print(OTHERS_RAISE_ONE[bool(own)])
    for told in alarms_in_words(found, **meaning):
        stdout.print(printable(f"- {told}"))


def _print_merged(roles: Roles, stdout: Console) -> None:
    for name, values in roles.merged.items():
        stdout.print(printable(f"Merged in {name}: {', '.join(values)}"))


def _scores(run: Run) -> Table:
    alarms = run.alarms()
    table = table_of("", *(f"{name}*" if name in alarms else name for name in run.models))
    if run.roles.existing is not None:
        # Nine columns then fit a terminal of 80 signs.
        table.padding = (0, 1, 0, 0)
    for metric in METRICS:
        table.add_row(metric, *(figure(run.scores["test"][name][metric]) for name in run.models))
    return table


def _rates(run: Run) -> pd.DataFrame:
    test, score = run.splits["test"], run.splits["test"].proba["mixture"]
    return group_rates(
        test.y_true,
        score > 0.5,
        score,
        group=test.group,
        group_names=list(run.data.groups),
        sample_weight=test.weight,
    )


def _groups(run: Run, rates: pd.DataFrame) -> Table:
    table = table_of("group", "rows", "tested", "positive", "selected", "rate")
    for name, rate in zip(run.data.groups, rates.to_dict("records"), strict=True):
        counts = (run.data.groups[name], rate["n"], rate["positives"], rate["selected"])
        rows = (f"{count:,}" for count in counts)
        table.add_row(printable(name), *rows, figure(rate["selection_rate"]))
    return table


def _routing(run: Run) -> Table:
    routing = to_document(run)["routing"]
    table = table_of("group", *EXPERTS)
    for name, weights in [*routing["by_group"].items(), ("all", routing["overall"])]:
        table.add_row(printable(name), *map(figure, weights.values()))
    return table


def table_of(first: str, *others: str) -> Table:
    """Return a table to be filled; its first column is text, the others figures."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def _setting(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def figure(value: float | None) -> str:
    """Return a score with three digits; a dash where it is not estimable."""
    return "–" if value is None or math.isnan(value) else written(value, 3)
