"""The front of one run against the fronts of Fairlearn's methods, among equals.

All see the same columns and choose on the same validation rows. Everything that gives scores gets
a threshold by our own rule beside the decisions that its method makes, and whatever raises an
alarm on validation rows is left out: ours beside the utility expert, theirs beside the logistic
regression.
"""

import argparse
import contextlib
import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from benchmarks.measure import Cell, Claim, Measured, mean_and_error, with_error
from benchmarks.packaged import packaged_cases
from benchmarks.points import (
    TOLD_THE_GROUP,
    Point,
    has_oxonfair,
    of_fairlearn,
    of_mixture,
    of_oxonfair,
    probabilities_of,
    scored_so,
    with_threshold,
)
from benchmarks.protocols import Case, known_cases
from fairmoe.config import LAMBDAS, Settings
from fairmoe.dial import train_front
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import Prepared, prepare, run_prepared
from fairmoe.metrics import hypervolume, pareto_front
from fairmoe.names import FAIRLEARN_METHODS, FairlearnMethod
from fairmoe.runs import Run
from fairmoe.training import forget_experts

GAPS = ("f_res", "dp", "eo")
METHODS: tuple[FairlearnMethod, ...] = (
    "exponentiated_gradient",
    "grid_search",
    "adversarial",
    "threshold_optimizer",
)
OURS, LOGISTIC = "front of the run", "logistic regression, threshold fitted"
OXONFAIR = "OxonFair, on the logistic regression"
UNGUARDED, ALARMING = "without guard, no alarms", "without guard, alarms too"
GOAL = 1.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `measure` takes."""
    parser.add_argument(
        "--only", action="append", default=[], help="a data set; may be repeated, by default all"
    )
    parser.add_argument("--rows", type=int, default=2000, help="rows of a sample; 0 for all rows")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--strengths",
        type=lambda text: tuple(map(float, text.split(","))),
        default=(1.0,),
        help="by what the lambdas are multiplied; each strength has experts of its own",
    )
    parser.add_argument(
        "--peer-settings", type=int, default=5, help="for each constraint; 0 for no peers"
    )
    parser.add_argument(
        "--points", type=Path, help="a file of JSON: the points of the first seed, to be drawn"
    )
    parser.add_argument("--guard-price", action="store_true", help="the front without guard too")


def measure(
    *,
    only: Sequence[str] = (),
    rows: int = 2000,
    seeds: int = 3,
    strengths: Sequence[float] = (1.0,),
    peer_settings: int = 5,
    guard_price: bool = False,
    points: Path | None = None,
) -> Measured:
    """Draw all fronts with every seed on every data set, and compare their hypervolumes."""
    table: list[dict[str, Cell]] = []
    claims: list[Claim] = []
    drawn: list[dict[str, Cell]] = []
    for case in (*known_cases(), *packaged_cases()):
        if only and case.name not in only:
            continue
        found = []
        for seed in range(seeds):
            # A sample may lack the positives of a rare group.
            with contextlib.suppress(InvalidInputError):
                found.append(_fronts(case, rows, seed, strengths, peer_settings, guard_price))
        if not found:
            continue
        drawn += _points(case.name, found[0])
        table += _rows(case.name, found)
        claims += _claims(case.name, found)
    if points is not None:
        points.write_text(json.dumps(drawn), encoding="utf-8")
    return Measured(
        table,
        claims,
        [
            "hypervolumes of utility and a gap, against a utility of 0 and a gap of 1, in percent: "
            "test rows of what no other point beats on validation rows, mean and standard error "
            f"over {seeds} seeds, but for samples that lack the positives of a group",
            f"ours: nine weights of the gaps, experts of strengths {tuple(strengths)}; each of "
            f"Fairlearn's methods: {peer_settings} settings for each constraint",
            "told the group of whom they decide are the threshold optimizer, and OxonFair where it "
            "is installed; the others are not",
            "seconds: of one processor, fitting and scoring, over those of one default run",
        ],
    )


class _Front(NamedTuple):
    points: Sequence[Point]
    volumes: Mapping[str, float]
    seconds: float


def _fronts(
    case: Case,
    rows: int,
    seed: int,
    strengths: Sequence[float],
    peer_settings: int,
    guard_price: bool,
) -> Mapping[str, _Front]:
    if rows and rows < len(case.table.frame) and case.roles.split_column is None:
        case = case.sampled(rows, seed)
    settings = case.seeded(seed)
    prepared = prepare(case.table, case.roles, settings)
    forget_experts()
    started = time.process_time()
    run = run_prepared(prepared, settings)
    default = time.process_time() - started
    runs = [run, *_others(prepared, settings, strengths[1:])]
    points = [point for one in runs for point in train_front(prepared, one)]
    found = {OURS: _front(map(of_mixture, points), (time.process_time() - started) / default)}
    if guard_price:
        free = run_prepared(prepared, settings.replace(guard=False))
        of_free = list(train_front(prepared, free))
        found[UNGUARDED] = _front(map(of_mixture, of_free), 0.0)
        found[ALARMING] = _front(map(scored_so, of_free), 0.0)
    logistic = probabilities_of(run, "logistic")
    plain = logistic[0] > 0.5
    found[LOGISTIC] = _front(with_threshold(prepared.data, *logistic, plain), 0.0)
    if has_oxonfair():
        started = time.process_time()
        of_method = list(of_oxonfair(prepared.data, *logistic, plain))
        found[OXONFAIR] = _front(of_method, (time.process_time() - started) / default)
    for method in METHODS if peer_settings else ():
        started = time.process_time()
        of_method = list(of_fairlearn(prepared.data, method, seed, peer_settings, plain))
        seconds = (time.process_time() - started) / default
        found[FAIRLEARN_METHODS[method]] = _front(of_method, seconds)
    return found


def _others(prepared: Prepared, base: Settings, strengths: Sequence[float]) -> Iterator[Run]:
    for strength in strengths:
        scaled = {name: strength * getattr(base, name) for name in LAMBDAS}
        yield run_prepared(prepared, base.replace(**scaled))


def _front(points: Iterable[Point | None], seconds: float) -> _Front:
    known = [point for point in points if point is not None]
    return _Front(known, {gap: _volume(known, gap) for gap in GAPS}, seconds)


def _volume(points: Sequence[Point], gap: str) -> float:
    if not points:
        return 0.0
    validation, test = (
        np.array([(1 - scores["utility"], scores[gap]) for scores in of_split])
        for of_split in zip(*points, strict=True)
    )
    return hypervolume(test[pareto_front(validation)], (1.0, 1.0))


def _points(name: str, found: Mapping[str, _Front]) -> Iterator[dict[str, Cell]]:
    for method, front in found.items():
        for point in front.points:
            told = {score: point.test[score] for score in ("utility", *GAPS)}
            yield {"data": name, "method": method, **told}


def _rows(name: str, found: Sequence[Mapping[str, _Front]]) -> Iterator[dict[str, Cell]]:
    for method in found[0]:
        row: dict[str, Cell] = {"data": name, "method": method}
        for gap in GAPS:
            values = [100 * of_seed[method].volumes[gap] for of_seed in found]
            row[f"hypervolume, {gap}"] = with_error(*mean_and_error(values))
            row[f"ours in it, {gap}"] = _share(found, method, gap)
        row["seconds"] = fmean(of_seed[method].seconds for of_seed in found)
        yield row


def _claims(name: str, found: Sequence[Mapping[str, _Front]]) -> Iterator[Claim]:
    for method in METHODS:
        if method in TOLD_THE_GROUP or FAIRLEARN_METHODS[method] not in found[0]:
            continue
        for gap in GAPS:
            title = f"{name}, {FAIRLEARN_METHODS[method]}: our hypervolume of {gap} in its own"
            share = _share(found, FAIRLEARN_METHODS[method], gap)
            yield Claim(title, share, GOAL, at_least=True)


def _share(found: Sequence[Mapping[str, _Front]], method: str, gap: str) -> float:
    """Return our mean hypervolume in that of a method."""
    ours, theirs = (fmean(each[of].volumes[gap] for each in found) for of in (OURS, method))
    return ours / theirs if theirs else math.inf
