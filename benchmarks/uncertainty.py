"""Whether p-values and intervals keep their promise, by simulation at true equality.

The claims are about rates of error, so they are compared with what chance leaves: three standard
errors of the simulation.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Cell, Claim, Measured, alternate, median
from fairmoe.metrics import (
    attention_test,
    demographic_parity_test,
    equal_opportunity_test,
    wilson_interval,
)

LEVEL = 0.05
RATE = 0.3
SIMULATIONS = 2000
ATTENTION_SIMULATIONS = {100: 1000, 1_000: 500, 10_000: 200}
ATTENTION_SHUFFLES = 400
COLUMNS = 8
SHARES = {"equal": (0.5, 0.5), "9 to 1": (0.9, 0.1), "three, 6 to 3 to 1": (0.6, 0.3, 0.1)}
SIZES = (100, 1_000, 10_000)

Draw = Callable[[np.random.Generator, NDArray[np.int64]], float]
"""Draws rows of people in groups that do not differ, and returns the p-value of their gap."""


def measure() -> Measured:
    """Simulate every test and the intervals."""
    rows: list[dict[str, Cell]] = []
    claims: list[Claim] = []
    for name, draw in TESTS.items():
        for size in SIZES:
            runs = ATTENTION_SIMULATIONS[size] if draw is _attention else SIMULATIONS
            for shares, sizes in SHARES.items():
                rate = _rejections(draw, size, sizes, runs)
                error = math.sqrt(LEVEL * (1 - LEVEL) / runs)
                rows.append(_row(name, f"{size:,} rows, {shares}", rate, error, runs))
                claims.append(
                    Claim(
                        f"{name}, {size:,} rows, groups {shares}: rejected at true equality",
                        rate,
                        LEVEL + 3 * error,
                    )
                )
    for size, rate, covered, runs in _coverages():
        error = math.sqrt(LEVEL * (1 - LEVEL) / runs)
        rows.append(
            _row("95% interval misses", f"group of {size:,}, rate {rate}", 1 - covered, error, runs)
        )
    misses = [1 - covered for _, _, covered, _ in _coverages()]
    claims.append(Claim("95% intervals: misses, mean over sizes and rates", np.mean(misses), 0.055))
    seconds = alternate(_timed(), 3, warm_up=1)
    notes = [
        f"a test at {LEVEL:.0%} should reject in {LEVEL:.0%} of the simulations; rates of few "
        "people take few values, so with them it rejects less often",
        f"selection rate {RATE}; 2,000 shuffles a test, for attention {ATTENTION_SHUFFLES}",
        "CPU seconds for 2,000 shuffles of 10,000 rows: "
        + ", ".join(f"{name} {median(seconds, name):.3g}" for name in seconds),
    ]
    return Measured(rows, claims, notes)


def _row(what: str, of: str, rate: float, error: float, runs: int) -> dict[str, Cell]:
    return {
        "what": what,
        "of": of,
        "share of simulations": f"{100 * rate:.1f}%",
        "expected": f"{100 * LEVEL:.0f}% ± {100 * error:.1f}",
        "simulations": runs,
    }


def _rejections(draw: Draw, size: int, shares: tuple[float, ...], runs: int) -> float:
    random = np.random.default_rng(0)
    group = np.repeat(np.arange(len(shares)), (np.array(shares) * size).round().astype(int))
    p_values = np.array([draw(random, group) for _ in range(runs)])
    # Where a group happens to hold no positives there is no gap and nothing to reject.
    return float(np.mean(p_values <= LEVEL))


def _parity(random: np.random.Generator, group: NDArray[np.int64]) -> float:
    said = random.random(len(group)) < RATE
    return demographic_parity_test(
        said, group=group, n_groups=group.max() + 1, random_state=_seed(random)
    ).p_value


def _opportunity(random: np.random.Generator, group: NDArray[np.int64]) -> float:
    said, label = random.random((2, len(group))) < RATE
    return equal_opportunity_test(
        label, said, group=group, n_groups=group.max() + 1, random_state=_seed(random)
    ).p_value


def _attention(random: np.random.Generator, group: NDArray[np.int64]) -> float:
    attention = random.dirichlet(np.ones(COLUMNS), len(group))
    return attention_test(
        attention,
        group=group,
        n_groups=group.max() + 1,
        n_permutations=ATTENTION_SHUFFLES,
        random_state=_seed(random),
    ).p_value


TESTS: dict[str, Draw] = {
    "demographic parity": _parity,
    "equal opportunity": _opportunity,
    "attention divergence": _attention,
}


def _seed(random: np.random.Generator) -> int:
    return int(random.integers(2**31))


def _coverages() -> Iterator[tuple[int, float, float, int]]:
    """Yield size, true rate, share of intervals that cover it, and simulations."""
    runs = 20_000
    for size in (20, 100, 1_000):
        for rate in (0.05, 0.3, 0.5):
            successes = np.random.default_rng(0).binomial(size, rate, runs)
            low, high = wilson_interval(successes, np.full(runs, size))
            yield size, rate, float(np.mean((low <= rate) & (rate <= high))), runs


def _timed() -> dict[str, Callable[[], object]]:
    random = np.random.default_rng(0)
    group = random.integers(0, 2, 10_000)
    label, said = random.random((2, 10_000)) < RATE
    attention = random.dirichlet(np.ones(COLUMNS), 10_000)
    return {
        "demographic parity": lambda: demographic_parity_test(said, group=group, n_groups=2),
        "equal opportunity": lambda: equal_opportunity_test(label, said, group=group, n_groups=2),
        "attention divergence": lambda: attention_test(attention, group=group, n_groups=2),
    }
