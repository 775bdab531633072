"""Figures of what `evidence` and `lambda_response` printed with `--json`, as SVG.

python -m benchmarks.drawing leads RESULT.json ... > leads.svg
python -m benchmarks.drawing lambda_response RESULT.json > response.svg
python -m benchmarks.drawing fronts POINTS.json > fronts.svg, of what `dial --points` wrote
"""

import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from fairmoe.metrics import pareto_front

Row = dict[str, Any]

SHOWN = {
    "mixture": ("mixture", "#0072B2", "circle"),
    "mixture, literal gate": ("literal gate", "#D55E00", "square"),
    "uniform": ("equal weights", "#6B7680", "diamond"),
}
LEAST = -8.0
"""Leads below it are told in words at the edge."""

DOSES = ("0", "0.1", "1", "10")
CHANCE = {"lambda_adv": 0.5}
"""What is left of a quantity where there is nothing left to lower."""

LINES = (("#0072B2", ""), ("#D55E00", "7 4"), ("#009E73", "2 3"))
OURS, OTHERS, TOLD = "front of the run", "Fairlearn's methods", "told the group"
TOLD_THE_GROUP = ("Threshold optimizer", "OxonFair, on the logistic regression")
OF_FRONTS = {
    OURS: ("front of one run", "#0072B2", "circle"),
    OTHERS: ("Fairlearn and thresholds", "#D55E00", "square"),
    TOLD: ("told the group", "#6B7680", "diamond"),
}

INK, RULE = "#22303C", "#C9D1D8"


def leads(results: Iterable[Row]) -> str:
    """Draw what each way to mix is worth more than the expert that validation rows point to."""
    tables: dict[str, dict[str, Row]] = {}
    for row in (row for result in results for row in result["rows"]):
        tables.setdefault(row["data"], {})[row["method"]] = row
    left, width, pitch, top = 230, 820, 32, 84
    high = max(sum(_measured(rows["mixture"]["over best expert"])) for rows in tables.values())

    def across(points: float) -> float:
        return left + (points - LEAST) / (math.ceil(high) - LEAST) * (width - left - 30)

    height = top + pitch * len(tables) + 50
    parts = [_text(20, 28, "Final score less that of the expert chosen on validation rows", 17)]
    parts += [_text(20, 48, "points on test rows, mean and standard error over the seeds", 13)]
    for place, (label, colour, kind) in enumerate(SHOWN.values()):
        parts += [_mark(left + 130 * place, 66, colour, kind)]
        parts += [_text(left + 12 + 130 * place, 71, label, 13)]
    for points in range(int(LEAST), math.ceil(high) + 1, 2):
        stroke = INK if points == 0 else RULE
        parts += [_line(across(points), top, across(points), height - 42, stroke)]
        parts += [_text(across(points), height - 22, _signed(points), 13, "middle")]
    for place, (name, rows) in enumerate(tables.items()):
        middle = top + pitch * (place + 0.5)
        parts += [_text(left - 14, middle + 5, name, 13, "end")]
        for step, (method, (_, colour, kind)) in enumerate(SHOWN.items()):
            y, (mean, error) = middle + 9 * (step - 1), _measured(rows[method]["over best expert"])
            if mean < LEAST:
                parts += [_mark(across(LEAST) + 10, y, colour, kind)]
                parts += [_text(across(LEAST) + 20, y + 4, f"← {_signed(mean)}", 11)]
                continue
            start = across(max(LEAST, mean - error))
            parts += [_line(start, y, across(mean + error), y, colour, 2)]
            parts += [_mark(across(mean), y, colour, kind)]
    return _svg(width, height, parts)


def lambda_response(results: Iterable[Row]) -> str:
    """Draw how much of a quantity is left with each dose of the lambda that is to lower it."""
    rows = [row for result in results for row in result["rows"]]
    tables, lambdas = (list(dict.fromkeys(row[key] for row in rows)) for key in ("data", "lambda"))
    side, left, top, gap = 170, 60, 84, 30
    width, height = left + len(lambdas) * (side + gap), top + side + 60
    parts = [_text(20, 28, "What is left of what each lambda is to lower", 17)]
    parts += [
        _text(
            20,
            48,
            "share of what there is without it (lambda_adv: of an AUC above one half), ten seeds",
            13,
        )
    ]
    for place, (table, (colour, dash)) in enumerate(zip(tables, LINES, strict=True)):
        parts += [_line(left + 190 * place, 66, left + 30 + 190 * place, 66, colour, 2.5, dash)]
        parts += [_text(left + 38 + 190 * place, 71, table, 13)]
    for panel, name in enumerate(lambdas):
        x, bottom = left + panel * (side + gap), top + side
        for share in (0.0, 0.5, 1.0):
            parts += [_line(x, bottom - share * side, x + side, bottom - share * side, RULE)]
            if panel == 0:
                parts += [_text(x - 8, bottom - share * side + 4, f"{share:.0%}", 12, "end")]
        for step, dose in enumerate(DOSES):
            parts += [_text(x + step * side / 3, bottom + 18, dose, 12, "middle")]
        parts += [_text(x + side / 2, bottom + 42, name, 13, "middle")]
        for table, (colour, dash) in zip(tables, LINES, strict=True):
            (row,) = (each for each in rows if (each["data"], each["lambda"]) == (table, name))
            least = CHANCE.get(name, 0.0)
            above = [_measured(row[dose])[0] - least for dose in DOSES]
            shares = [each / above[0] for each in above]
            places = [(x + i * side / 3, bottom - share * side) for i, share in enumerate(shares)]
            points = " ".join(f"{across:.1f},{down:.1f}" for across, down in places)
            parts += [
                f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5" '
                f'stroke-dasharray="{dash}"/>'
            ]
    return _svg(width, height, parts)


def fronts(results: Iterable[Sequence[Row]]) -> str:
    """Draw what utility is left at which DP gap: one run's dial, and the points of others."""
    points = [point for result in results for point in result]
    tables = list(dict.fromkeys(point["data"] for point in points))
    side, left, top, gap = 300, 64, 92, 84
    height = top + -(-len(tables) // 2) * (side + gap)
    parts = [_text(20, 28, "What utility is left at which gap", 17)]
    told = "test rows of one sample; utility and DP gap in percent; line: Pareto-optimal of the run"
    parts += [_text(20, 48, told, 13)]
    for place, (label, colour, kind) in enumerate(OF_FRONTS.values()):
        parts += [_mark(left + 230 * place, 68, colour, kind)]
        parts += [_text(left + 12 + 230 * place, 73, label, 13)]
    for panel, table in enumerate(tables):
        x, y = left + panel % 2 * (side + gap), top + panel // 2 * (side + gap)
        parts += _front_panel([p for p in points if p["data"] == table], table, x, y, side)
    return _svg(left + 2 * (side + gap), height, parts)


def _front_panel(
    points: Sequence[Row], title: str, left: float, top: float, side: float
) -> list[str]:
    bottom = top + 20 + side
    widest = math.ceil(max(25 * point["dp"] for point in points)) / 25
    lowest = math.floor(min(25 * point["utility"] for point in points)) / 25
    highest = math.ceil(max(25 * point["utility"] for point in points)) / 25

    def place(point: Row) -> tuple[float, float]:
        height = (point["utility"] - lowest) / (highest - lowest)
        return left + side * point["dp"] / widest, bottom - side * height

    parts = [_text(left, top + 8, title, 14)]
    for step in range(5):
        share = step / 4
        parts += [_line(left, bottom - share * side, left + side, bottom - share * side, RULE)]
        utility = 100 * (lowest + share * (highest - lowest))
        parts += [_text(left - 8, bottom - share * side + 4, f"{utility:.0f}", 12, "end")]
        across = f"{100 * share * widest:.0f}"
        parts += [_text(left + share * side, bottom + 18, across, 12, "middle")]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, pareto_optimal(points)))
    for method, (_, colour, kind) in reversed(OF_FRONTS.items()):
        for point in points:
            if _series(point["method"]) == method:
                parts += [_mark(*place(point), colour, kind)]
    parts += [f'<polyline points="{line}" fill="none" stroke="#0072B2" stroke-width="2"/>']
    return parts


def pareto_optimal(points: Sequence[Row]) -> list[Row]:
    """Return those of our points that no other of them beats in both, by ascending gap."""
    ours = sorted((p for p in points if p["method"] == OURS), key=lambda p: (p["dp"], p["utility"]))
    on_front = pareto_front([[p["dp"], -p["utility"]] for p in ours])
    return [point for point, kept in zip(ours, on_front, strict=True) if kept]


def _series(method: str) -> str:
    return method if method in OF_FRONTS else TOLD if method in TOLD_THE_GROUP else OTHERS


def _measured(text: str) -> tuple[float, float]:
    """Return mean and standard error of a cell such as "+0.6 ± 0.2"."""
    mean, _, error = text.partition(" ± ")
    return float(mean), float(error or 0)


def _signed(points: float) -> str:
    return f"{points:+g}".replace("-", "−") if points else "0"


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="#FFFFFF"/>\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def _text(x: float, y: float, text: str, size: int, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{INK}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, dash: str = ""
) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}" stroke-dasharray="{dash}"/>'
    )


def _mark(x: float, y: float, colour: str, kind: str) -> str:
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if kind == "diamond" else ""
    return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"{turn}/>'


if __name__ == "__main__":
    drawings: dict[str, Callable[[Iterable[Any]], str]] = {
        "leads": leads,
        "lambda_response": lambda_response,
        "fronts": fronts,
    }
    draw = drawings[sys.argv[1]]
    print(draw(json.loads(Path(name).read_text()) for name in sys.argv[2:]))  # noqa: T201
