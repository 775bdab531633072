"""Twenty points of ours on large tables against twenty settings of Fairlearn's methods.

Ours come from a sweep over lambdas, and from one run with a front of twenty weights of the gaps.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.measure import Cell, Claim, Measured, alternate, median, ratio
from benchmarks.protocols import Case, known_cases, raises_alarm
from fairmoe.baselines import FAIRLEARN, Constraint, fairlearn_front
from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.dial import train_front
from fairmoe.experiment import Prepared, prepare, run_prepared
from fairmoe.metrics import costs, hypervolume, pareto_front
from fairmoe.names import FAIRLEARN_METHODS, METRICS, TRAINED_MODELS, FairlearnMethod
from fairmoe.sweep import grid_settings, run_sweep
from fairmoe.training import forget_experts

SETTINGS = 20
OBJECTIVES = ("utility", "f_res")
CONSTRAINTS: tuple[Constraint, ...] = ("demographic_parity", "equal_opportunity")
METHODS: tuple[FairlearnMethod, ...] = (
    "exponentiated_gradient",
    "grid_search",
    "threshold_optimizer",
    "adversarial",
)
TIMED = METHODS[:2] + METHODS[3:]
"""A threshold optimizer fits one regression for all of its settings, and is no match in time."""

TABLES = ("Adult, sex", "Dutch, sex")
GRID: dict[str, Sequence[float]] = {
    "lambda_fair": np.geomspace(0.1, 100, SETTINGS // 2).round(3).tolist(),
    "lambda_rep": (0.0, 1.0),
}
FRONT = "fairmoe, one front"
WEIGHTS: Sequence[float] = (0.0, *np.geomspace(1 / 16, 16, SETTINGS - 1).tolist())
OURS: dict[str, tuple[str, ...]] = {
    "fairmoe, mixtures": ("mixture",),
    "fairmoe, mixtures and experts": ("mixture", "utility", "result", "procedural"),
}


class Front(NamedTuple):
    """Points of one method.

    Attributes:
        validation: Costs by which points are chosen, `(n, 2)`.
        test: Costs that are reported, `(n, 2)`.
        alarming: Points that are never chosen, `(n,)`: they treat everyone worse.
    """

    validation: np.ndarray
    test: np.ndarray
    alarming: np.ndarray

    def chosen(self) -> np.ndarray:
        """Return the test costs of what no other point beats on validation."""
        points = np.where(self.alarming[:, None], np.nan, self.validation)
        chosen: np.ndarray = self.test[pareto_front(points)]
        return chosen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `measure` takes."""
    parser.add_argument("--only", default="", help="only tables with this in their name")
    parser.add_argument("--repetitions", type=int, default=3, help="turns of all sweeps")


def measure(*, only: str = "", repetitions: int = 3) -> Measured:
    """Time all sweeps in turns, and compare their fronts of utility and outcome gaps."""
    rows: list[dict[str, Cell]] = []
    claims: list[Claim] = []
    for case in known_cases():
        if case.name in TABLES and only in case.name:
            of_case, about_case = _compare(case, repetitions)
            rows += of_case
            claims += about_case
    return Measured(
        rows,
        claims,
        [
            f"{SETTINGS} settings each: ours {' x '.join(GRID)}; Fairlearn's {SETTINGS // 2} "
            f"strengths for each of {' and '.join(CONSTRAINTS)}",
            f"our front: {SETTINGS} weights of the gaps, on the experts of one run",
            "fronts are chosen on validation and reported on test, against a utility of 0 and an "
            "F_res of 1; models that give nearly all rows one class are left out",
            "'mixtures and experts' has four points for each setting, all others one; a lottery "
            "over labels ranks rows coarsely, which costs it AUC and so utility; the threshold "
            "optimizer is told the group of whom it predicts for, all others are not",
            f"medians of {repetitions} turns, CPU seconds, fitting and scoring; ours trains three "
            "experts, two adversaries and a gate for each setting, and explains every row",
        ],
    )


def _compare(case: Case, repetitions: int) -> tuple[list[dict[str, Cell]], list[Claim]]:
    base = case.settings
    prepared = prepare(case.table, case.roles, base)
    fronts: dict[str, Front] = {}
    ways: dict[str, Callable[[], None]] = {"fairmoe": lambda: fronts.update(_ours(prepared, base))}
    ways[FRONT] = lambda: fronts.update({FRONT: _our_front(prepared, base)})
    for method in METHODS:
        ways[method] = _theirs(prepared.data, method, fronts)
    seconds = alternate(ways, repetitions, warm_up=0)

    volumes = {name: hypervolume(front.chosen(), (1.0, 1.0)) for name, front in fronts.items()}
    rows: list[dict[str, Cell]] = []
    for name, front in fronts.items():
        way = "fairmoe" if name in OURS else name
        best = front.chosen().min(0)
        rows.append(
            {
                "data": case.name,
                "method": name,
                "settings": SETTINGS,
                "seconds": median(seconds, way),
                "times ours": ratio(seconds, way, "fairmoe"),
                "hypervolume": volumes[name],
                "points": len(front.chosen()),
                "best utility": 1 - float(best[0]),
                "least F_res": float(best[1]),
            }
        )
    # As many points as the others have: with the experts there would be four times as many.
    ours = volumes["fairmoe, mixtures"]
    claims = []
    for method in METHODS:
        title = f"{case.name}, {FAIRLEARN_METHODS[method]}"
        if method in TIMED:
            slower = ratio(seconds, method, "fairmoe")
            claims.append(Claim(f"{title}: times as long as ours", slower, 10, at_least=True))
            slower = ratio(seconds, method, FRONT)
            claims.append(Claim(f"{title}: times as long as our front", slower, 1, at_least=True))
        for name, own in (("hypervolume", ours), ("front's hypervolume", volumes[FRONT])):
            share = own / volumes[method]
            claims.append(Claim(f"{title}: our {name} in its own", share, 1, at_least=True))
    return rows, claims


def _ours(prepared: Prepared, base: Settings) -> dict[str, Front]:
    forget_experts()
    sweep = run_sweep(prepared, grid_settings(base, GRID))
    fronts = {}
    for name, models in OURS.items():
        members = [TRAINED_MODELS.index(model) for model in models]
        validation, test = (
            costs(
                dict(zip(METRICS, sweep.scores[split][members].reshape(-1, 12).T, strict=True)),
                OBJECTIVES,
            )
            for split in ("validation", "test")
        )
        fronts[name] = Front(validation, test, sweep.alarming["validation"][members].ravel())
    return fronts


def _our_front(prepared: Prepared, base: Settings) -> Front:
    forget_experts()
    points = train_front(prepared, run_prepared(prepared, base), weights=WEIGHTS)
    validation, test = (
        costs(
            {name: [each.scores[split]["mixture"][name] for each in points] for name in OBJECTIVES},
            OBJECTIVES,
        )
        for split in ("validation", "test")
    )
    alarming = ["mixture" in point.alarms("validation") for point in points]
    return Front(validation, test, np.array(alarming))


def _theirs(
    data: EncodedData, method: FairlearnMethod, fronts: dict[str, Front]
) -> Callable[[], None]:
    def call() -> None:
        strengths = FAIRLEARN[method].settings(SETTINGS // len(CONSTRAINTS))
        results = [
            result
            for constraint in CONSTRAINTS
            for result in fairlearn_front(data, method, strengths, constraint=constraint)
        ]
        validation, test = (
            costs(
                {
                    name: [each.splits[split].scores[name] for each in results]
                    for name in OBJECTIVES
                },
                OBJECTIVES,
            )
            for split in ("validation", "test")
        )
        labels = [each.splits["validation"].y_pred for each in results]
        alarming = [raises_alarm(data.validation, y_pred) for y_pred in labels]
        fronts[method] = Front(validation, test, np.array(alarming))

    return call
