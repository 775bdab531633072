"""Whether intervals of gaps, verdicts and comparisons keep their promise, by simulation.

Groups of 30 to 5,000 people, two to six of them, that do not differ or lie 2, 5 or 10 points apart.
The worst cases for a verdict are tolerances at the very gap: just below it "within" is wrong, at it
"exceeds" is.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Cell, Claim, Measured
from fairmoe.metrics import paired_interval
from fairmoe.metrics.differences import LEVEL, against_reference, gap_interval, ratio_interval

SIMULATIONS = 1000
DRAWS = 400
LOWEST_RATES = (0.1, 0.3, 0.5)
GAPS = (0.0, 0.02, 0.05, 0.1)
GROUPS = (2, 3, 4, 6)
SIZES = (30, 100, 300, 1_000, 5_000)
SHAPES = ("one apart", "evenly spread", "half and half")
POWER_GAPS, POWER_TOLERANCES = (0.0, 0.02, 0.1), (0.05, 0.1)


@dataclass(frozen=True)
class Simulated:
    """What intervals did where the truth was known.

    Attributes:
        sizes: Rows of each group.
        gap: The true largest gap.
        lows: The lower ends, `(s,)`.
        highs: The upper ends, `(s,)`.
    """

    sizes: tuple[int, ...]
    gap: float
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]

    @property
    def above(self) -> float:
        """The share of intervals that lie above the truth: "exceeds" where it is wrong."""
        return float(np.mean(self.lows > self.gap + 1e-12))

    @property
    def below(self) -> float:
        """The share that lies below the truth: "within" where it is wrong."""
        return float(np.mean(self.highs < self.gap - 1e-12))


def measure() -> Measured:
    """Simulate intervals of gaps and ratios, verdicts, comparisons and paired differences."""
    simulated = list(_gaps())
    rows = [_row(sizes, [one for one in simulated if one.sizes == sizes]) for sizes in _sizes()]
    error = math.sqrt(LEVEL * (1 - LEVEL) / SIMULATIONS)
    misses = [one.above + one.below for one in simulated]
    claims = [
        Claim("95% intervals of a gap miss it, mean over all cases", float(np.mean(misses)), LEVEL),
        Claim("they miss it, worst case", max(misses), LEVEL + 0.02 + 3 * error),
        Claim('"within" where the truth exceeds, worst case', _worst(simulated), LEVEL),
        Claim(
            '"exceeds" where the truth is within, worst case',
            _worst(simulated, above=True),
            LEVEL + 0.02 + 3 * error,
        ),
    ]
    claims += [*_ratio_claims(), *_comparison_claims(), *_paired_claims()]
    notes = [
        f"{SIMULATIONS:,} simulations of each case: lowest rates {LOWEST_RATES}, gaps {GAPS}, and "
        f"with three groups and more, shapes {SHAPES}",
        *_power_notes(simulated),
        *_bootstrap_notes(),
    ]
    return Measured(rows, claims, notes)


def _sizes() -> Iterator[tuple[int, ...]]:
    for groups in GROUPS:
        for size in SIZES:
            yield (size,) * groups
        yield (5_000,) * (groups - 1) + (30,)


def _gaps() -> Iterator[Simulated]:
    random = np.random.default_rng(0)
    for sizes, gap, lowest in itertools.product(_sizes(), GAPS, LOWEST_RATES):
        for shape in SHAPES if gap and len(sizes) > 2 else SHAPES[:1]:
            trials = np.array(sizes)
            rates = lowest + gap * _shape(shape, len(sizes))
            ends = [
                gap_interval([(hits, trials)])
                for hits in random.binomial(trials, rates, (SIMULATIONS, len(sizes)))
            ]
            yield Simulated(sizes, gap, *np.array(ends).T)


def _shape(shape: str, groups: int) -> NDArray[np.float64]:
    """Return where in the gap each group lies, from 0 to 1."""
    places = np.linspace(0, 1, groups)
    return {"one apart": places == 1, "half and half": places > 0.5}.get(shape, places) * 1.0


def _row(sizes: tuple[int, ...], of: list[Simulated]) -> dict[str, Cell]:
    by_gap = {gap: [one for one in of if one.gap == gap] for gap in GAPS}
    cells: dict[str, Cell] = {
        "groups": len(sizes),
        "rows of each": f"{sizes[0]:,}" if sizes[0] == sizes[-1] else "5,000, one of 30",
    }
    for gap, cases in by_gap.items():
        missed = [one.above + one.below for one in cases]
        cells[f"missed at {100 * gap:g} pp"] = f"{100 * np.mean(missed):.1f}%"
    widths = [float(np.mean(one.highs - one.lows)) for one in by_gap[0.05]]
    return cells | {
        "worst": f"{100 * max(one.above + one.below for one in of):.1f}%",
        "wrongly within, worst": f"{100 * _worst(of):.1f}%",
        "wrongly exceeds, worst": f"{100 * _worst(of, above=True):.1f}%",
        "width at 5 pp": f"{100 * np.mean(widths):.1f} pp",
    }


def _worst(simulated: list[Simulated], *, above: bool = False) -> float:
    return max(one.above if above else one.below for one in simulated)


def _power_notes(simulated: list[Simulated]) -> Iterator[str]:
    """Tell how often there is a verdict, by groups and rows."""
    for groups, gap, tolerance in itertools.product((2, 6), POWER_GAPS, POWER_TOLERANCES):
        told = []
        for size in SIZES:
            cases = [one for one in simulated if one.sizes == (size,) * groups and one.gap == gap]
            within = np.mean([np.mean(one.highs <= tolerance) for one in cases])
            exceeds = np.mean([np.mean(one.lows > tolerance) for one in cases])
            told.append(f"{size:,}: {100 * within:.0f} / {100 * exceeds:.0f}%")
        yield (
            f"{groups} groups, gap {100 * gap:g} pp, tolerance {100 * tolerance:g} pp, within / "
            f"exceeds by rows of each: {', '.join(told)}"
        )


def _ratio_claims() -> Iterator[Claim]:
    """Simulate intervals of the lowest rate divided by the highest."""
    random = np.random.default_rng(1)
    missed, wrongly_high = [], []
    for sizes, ratio, highest in itertools.product(_sizes(), (1.0, 0.9, 0.8), (0.2, 0.6)):
        trials = np.array(sizes)
        rates = highest * (1 - (1 - ratio) * _shape("one apart", len(sizes)))
        samples = random.binomial(trials, rates, (SIMULATIONS // 2, len(sizes)))
        ends = np.array([ratio_interval((hits, trials)) for hits in samples])
        low, high = ends[~np.isnan(ends[:, 0])].T
        missed.append(np.mean((low > ratio + 1e-12) | (high < ratio - 1e-12)))
        wrongly_high.append(np.mean(low > ratio + 1e-12))
    error = math.sqrt(LEVEL * (1 - LEVEL) / (SIMULATIONS // 2))
    yield Claim("intervals of the ratio miss it, mean", float(np.mean(missed)), LEVEL)
    yield Claim("they miss it, worst case", max(missed), LEVEL + 0.02 + 3 * error)
    yield Claim("they lie above it, worst case", max(wrongly_high), LEVEL)


def _comparison_claims() -> Iterator[Claim]:
    """Simulate groups beside a reference that does not differ from any, or from all but one."""
    random = np.random.default_rng(2)
    for name, apart in (("no group differs", 0.0), ("one group is 10 points apart", 0.1)):
        clear, outside = [], []
        for sizes, lowest in itertools.product(_sizes(), LOWEST_RATES):
            if len(sizes) == 2 and apart:
                continue
            trials = np.array(sizes)
            rates = lowest + apart * _shape("one apart", len(sizes))
            samples = random.binomial(trials, rates, (SIMULATIONS // 4, len(sizes)))
            found = [against_reference((hits, trials), 0) for hits in samples]
            true, alike = rates - rates[0], slice(1, -1 if apart else None)
            clear += [np.any(one["p_value"][alike] <= LEVEL) for one in found]
            outside += [np.any((one["low"] > true) | (true > one["high"])) for one in found]
        error = math.sqrt(LEVEL * (1 - LEVEL) / len(clear))
        bound = LEVEL + 3 * error
        yield Claim(f"{name}: some other called clear (Holm)", float(np.mean(clear)), bound)
        yield Claim(f"{name}: some interval misses", float(np.mean(outside)), bound + 0.005)


def _paired_claims() -> Iterator[Claim]:
    """Simulate rows that two models decide, most of them alike."""
    random = np.random.default_rng(3)
    missed = []
    for n, gains, losses in itertools.product(SIZES, (0.01, 0.1), (0.01, 0.1)):
        cells = random.multinomial(n, [gains, losses, 1 - gains - losses], 20 * SIMULATIONS)
        low, high = paired_interval(cells[:, 0], cells[:, 1], n)
        missed.append(float(np.mean((low > gains - losses) | (gains - losses > high))))
    yield Claim("paired intervals miss, mean over rows and rates", float(np.mean(missed)), LEVEL)
    yield Claim("paired intervals miss, worst case", max(missed), LEVEL + 0.015)


def _bootstrap_notes() -> Iterator[str]:
    """Tell what a bootstrap of the largest gap does, its bias at equality taken off."""
    random = np.random.default_rng(4)
    missed, below = [], []
    for groups, size, gap, lowest in itertools.product((3, 6), (100, 1_000), GAPS, LOWEST_RATES):
        rates = lowest + gap * _shape("evenly spread", groups)
        hits = random.binomial(size, rates, (DRAWS, groups))
        low, high = _bootstrap(random, hits, size)
        missed.append(np.mean((low > gap + 1e-12) | (high < gap - 1e-12)))
        below.append(np.mean(high < gap - 1e-12))
    yield (
        "for comparison, a bootstrap of the largest gap with its bias taken off, and 0 included "
        f"unless a test of equality rejects, misses it in {100 * np.mean(missed):.0f}%, in the "
        f'worst case in {100 * max(missed):.0f}%, and would say "within" wrongly in up to '
        f"{100 * max(below):.0f}% (3 and 6 groups of 100 and 1,000, {DRAWS} simulations each)"
    )


def _bootstrap(
    random: np.random.Generator, hits: NDArray[np.int64], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rates = hits / size
    gap = np.ptp(rates, axis=1)
    drawn = np.ptp(random.binomial(size, rates, (DRAWS, *rates.shape)) / size, axis=2)
    pooled = np.broadcast_to(rates.mean(axis=1, keepdims=True), rates.shape)
    equal = np.ptp(random.binomial(size, pooled, (DRAWS, *rates.shape)) / size, axis=2)
    low, high = np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2], axis=0)
    differs = gap > np.quantile(equal, 1 - LEVEL, axis=0)
    return np.where(differs, np.maximum(2 * gap - high, 0), 0), np.maximum(2 * gap - low, 0)
