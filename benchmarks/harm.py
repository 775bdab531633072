"""What the guard, the thresholds and a sensitive column among the features do, and for whom.

Every table of `evidence`: a sample of `--rows` (smaller tables: all rows) is learnt from, as the
default settings do, without the guard, with the seed's letter, with a gate that stays where it
begins, and with the sensitive column as a feature. Test rows; nothing is chosen by them.
"""

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks.measure import Cell, Claim, Measured, mean_and_error, with_error
from benchmarks.packaged import packaged_cases
from benchmarks.protocols import Case, known_cases
from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import prepare, run_prepared
from fairmoe.names import Model
from fairmoe.runs import Run

GUARDED, UNGUARDED = "mixture", "mixture, no guard"
STAYING, LETTER, AWARE = "mixture, gate stays", "mixture, letter of the seed", "mixture, aware"
PLAIN, PLAIN_AWARE = "utility expert", "utility expert, aware"
VARIANTS: dict[str, dict[str, Any]] = {
    GUARDED: {},
    UNGUARDED: {"guard": False},
    STAYING: {"gate_learning_rate": 1e-6},
    LETTER: {
        "guard": False,
        "threshold": "half",
        "weight_decay": 1e-4,
        "adversary_steps": 0,
        "gate_epochs": "half",
        "fine_tune_every": 100,
        "gate_start": "random",
        "gate_weight_decay": 1e-4,
        "credit": "batch",
        "reward": "mixture",
    },
}
BESIDE: dict[str, Model] = {
    PLAIN: "utility",
    "equal weights": "uniform",
    "logistic regression": "logistic",
    "constant": "constant",
}
TOLD = ("acc", "utility", "dp", "eo", "f_res", "f_proc", "final_score")
RATES = ("positive", "true_rate", "harmed")
FACTOR = 2.0

Outcome = dict[str, Any]
"""Of one model with one seed: `TOLD`, `RATES`, `harmed_groups` and `alarm`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `measure` takes."""
    parser.add_argument("--only", default="", help="only the data sets with this in their name")
    parser.add_argument("--rows", type=int, default=2000, help="rows of a sample; 0 for all rows")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument(
        "--keep", type=Path, help="a file of JSON lines: what it holds is not measured again"
    )


def measure(
    *, only: str = "", rows: int = 2000, seeds: int = 4, keep: Path | None = None
) -> Measured:
    """Train every variant with every seed on every data set."""
    cases = [case for case in (*known_cases(), *packaged_cases()) if only in case.name]
    if not cases:
        raise InvalidInputError("Data sets are needed", however=f"none has '{only}' in its name")
    kept = _read(keep)
    for seed in range(seeds):
        for case in cases:
            if (case.name, rows, seed) in kept:
                continue
            try:
                of_seed = _outcomes(case, rows, seed)
            except InvalidInputError:
                # A sample may lack the positives of a rare group.
                of_seed = {}
            kept[case.name, rows, seed] = of_seed
            if keep is not None:
                with keep.open("a") as file:
                    print(json.dumps([case.name, rows, seed, of_seed]), file=file)
    outcomes = {
        case.name: [known for seed in range(seeds) if (known := kept[case.name, rows, seed])]
        for case in cases
    }
    left_out = len(cases) * seeds - sum(map(len, outcomes.values()))
    told = {case.name: case.roles.target.favourable is not None for case in cases}
    return Measured(
        [row for name, of_seeds in outcomes.items() for row in _rows(name, of_seeds)],
        list(_claims(outcomes, told)),
        [
            f"test rows, mean and standard error over {seeds} seeds, in percent (points); 'harmed' "
            "is the share of those with the good label who are given the bad outcome",
            f"'{STAYING}': experts fine-tuned and thresholds refitted, the gate as it begins",
            f"'{LETTER}': {VARIANTS[LETTER]}",
            _price(outcomes),
            f"{left_out} samples were left out, for a group without anyone of the positive class",
        ],
    )


def _read(keep: Path | None) -> dict[tuple[str, int, int], Mapping[str, Outcome]]:
    if keep is None or not keep.exists():
        return {}
    lines = map(json.loads, keep.read_text().splitlines())
    return {(name, rows, seed): of_seed for name, rows, seed, of_seed in lines}


def _outcomes(case: Case, rows: int, seed: int) -> Mapping[str, Outcome]:
    if rows and rows < len(case.table.frame) and case.roles.split_column is None:
        case = case.sampled(rows, seed)
    settings = case.seeded(seed)
    prepared = prepare(case.table, case.roles, settings)
    runs = {
        name: run_prepared(prepared, settings.replace(**changes))
        for name, changes in VARIANTS.items()
    }
    outcomes = {name: _of_model(run, "mixture") for name, run in runs.items()}
    outcomes |= {name: _of_model(runs[GUARDED], model) for name, model in BESIDE.items()}
    if not case.roles.include_sensitive:
        aware = _aware(case, settings)
        outcomes |= {AWARE: _of_model(aware, "mixture"), PLAIN_AWARE: _of_model(aware, "utility")}
    return outcomes


def _aware(case: Case, settings: Settings) -> Run:
    roles = replace(case.roles, include_sensitive=True)
    return run_prepared(prepare(case.table, roles, settings), settings)


def _of_model(run: Run, model: Model) -> Outcome:
    record, scores = run.splits["test"], run.scores["test"][model]
    y_pred = record.proba[model] > 0.5
    account = run.account(model, otherwise=True)
    harmed = account.groups["harmed_model_rate"].to_numpy(float)
    return {name: scores[name] for name in TOLD} | {
        "positive": float(np.mean(y_pred)),
        "true_rate": float(np.mean(record.y_true)),
        "harmed": float(account.everyone["harmed_model_rate"]),
        "harmed_groups": [None if math.isnan(rate) else rate for rate in harmed.tolist()],
        "alarm": model in run.alarms(),
    }


def _rows(name: str, of_seeds: Sequence[Mapping[str, Outcome]]) -> Iterator[dict[str, Cell]]:
    for method in of_seeds[0]:
        row: dict[str, Cell] = {"data": name, "method": method}
        for figure in (*TOLD, *RATES):
            values = (100 * of_seed[method][figure] for of_seed in of_seeds)
            row[figure] = with_error(*mean_and_error(values))
        row["alarms"] = sum(of_seed[method]["alarm"] for of_seed in of_seeds)
        yield row


def _claims(
    outcomes: Mapping[str, Sequence[Mapping[str, Outcome]]], told: Mapping[str, bool]
) -> Iterator[Claim]:
    for method in (GUARDED, UNGUARDED, LETTER):
        below = [name for name, of_seeds in outcomes.items() if _is_below(of_seeds, method)]
        yield Claim(
            f"{method}: data sets on which it is less accurate than a constant and the utility "
            f"expert is not ({', '.join(below) or 'none'})",
            len(below),
            0,
        )
        within = [
            _is_within(of_seed[method]) for of_seeds in outcomes.values() for of_seed in of_seeds
        ]
        yield Claim(
            f"{method}: runs that give each class to half to twice as many as have it, of all",
            fmean(within),
            0.95,
            at_least=True,
        )
        worse = [
            name
            for name, of_seeds in outcomes.items()
            if told[name] and _is_worse_for_every_group(of_seeds, method)
        ]
        yield Claim(
            f"{method}: data sets on which every group is harmed more than by the utility expert "
            f"({', '.join(worse) or 'none'})",
            len(worse),
            0,
        )


def _price(outcomes: Mapping[str, Sequence[Mapping[str, Outcome]]]) -> str:
    changes = [
        fmean(100 * (one[GUARDED]["final_score"] - one[UNGUARDED]["final_score"]) for one in seeds)
        for seeds in outcomes.values()
    ]
    mean, error = mean_and_error(changes)
    return (
        f"the guard changes the final score by {mean:+.1f} ± {error:.1f} points in the mean over "
        f"{len(changes)} data sets, by {min(changes):+.1f} to {max(changes):+.1f} on one"
    )


def _is_below(of_seeds: Sequence[Mapping[str, Outcome]], method: str) -> bool:
    mixture, plain, constant = (
        fmean(of_seed[name]["acc"] for of_seed in of_seeds) for name in (method, PLAIN, "constant")
    )
    return mixture < constant < plain


def _is_within(outcome: Outcome) -> bool:
    rates = (outcome["positive"], outcome["true_rate"])
    pairs = (rates, (1 - rates[0], 1 - rates[1]))
    return all(true / FACTOR <= given <= true * FACTOR for given, true in pairs)


def _is_worse_for_every_group(of_seeds: Sequence[Mapping[str, Outcome]], method: str) -> bool:
    """Return whether harm is above the utility expert's by over two standard errors, everywhere."""
    groups = zip(*(of_seed[method]["harmed_groups"] for of_seed in of_seeds), strict=True)
    plain = zip(*(of_seed[PLAIN]["harmed_groups"] for of_seed in of_seeds), strict=True)
    return all(
        _is_above([a - b for a, b in zip(of_model, of_plain, strict=True) if None not in (a, b)])
        for of_model, of_plain in zip(groups, plain, strict=True)
    )


def _is_above(differences: Sequence[float]) -> bool:
    mean, error = mean_and_error(differences)
    return not math.isnan(mean) and mean > 0 and not mean <= 2 * error
