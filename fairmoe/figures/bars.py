"""Rows of bars in panels side by side, as markup: labels fit whatever the width."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairmoe import _units
from fairmoe._escape import Html, escape_html
from fairmoe.figures.markup import attribute
from fairmoe.names import INSUFFICIENT

_STYLE = """<style>
.fm-bars { container-type: inline-size; line-height: 1.25; padding: .2em 0 }
.fm-bars > div {
  display: grid; column-gap: 1em; max-width: 62em;
  grid-template-columns: fit-content(17em) repeat(var(--panels), minmax(0, 1fr));
}
.fm-bars .label { padding: .28em 0; overflow-wrap: anywhere; align-self: center }
.fm-bars .label small { opacity: .78 }
.fm-bars .head { font-weight: 650; padding-bottom: .25em; align-self: end }
.fm-bars .cell { position: relative; min-height: 1.75em; margin-right: calc(var(--value) + .5em) }
.fm-bars .cell > * { position: absolute }
.fm-bars .zero { top: 0; bottom: 0; width: 1px; background: rgba(128,128,128,.75) }
.fm-bars .limit { top: 0; bottom: 0; border-left: 1px dotted currentColor; opacity: .6 }
.fm-bars .point {
  top: calc(50% - .36em); width: .72em; height: .72em; border-radius: 50%; margin-left: -.36em;
}
.fm-bars .head small { display: block; font-weight: 400; opacity: .78 }
.fm-bars .bar { top: calc(50% - .5em); height: 1em; border-radius: 2px; min-width: 1px }
.fm-bars .against {
  background-image: repeating-linear-gradient(
    135deg, transparent 0 3px, rgba(255,255,255,.72) 3px 6px);
}
.fm-bars .whisker { top: calc(50% - 1px); height: 2px; background: currentColor; opacity: .62 }
.fm-bars .value {
  left: calc(100% + .5em); width: var(--value); top: 50%; transform: translateY(-50%);
  text-align: right; font-variant-numeric: tabular-nums; font-size: .92em; line-height: 1;
  overflow-wrap: normal;
}
.fm-bars .strong { font-weight: 650; border-top: 1px solid rgba(128,128,128,.45) }
.fm-bars .foot { grid-column: 2 / -1; opacity: .78; font-size: .86em; padding-top: .2em }
@container (min-width: 36em) {
  .fm-bars .cell:not(:has(.bar, .point)) .value {
    left: auto; right: calc(-.5em - var(--value)); width: auto; white-space: nowrap;
  }
}
@container (max-width: 36em) {
  .fm-bars > div { grid-template-columns: repeat(var(--panels), minmax(0, 1fr)); column-gap: .5em }
  .fm-bars .label, .fm-bars .foot { grid-column: 1 / -1; padding-bottom: 0 }
  .fm-bars .corner { display: none }
  .fm-bars .cell { min-height: 1.35em }
  .fm-bars .cell.strong { border-top: 0 }
  .fm-bars .value, .fm-bars .head { font-size: .8em }
  .fm-bars .tight .cell { margin-right: 0; min-height: 2.2em }
  .fm-bars .tight .value { left: 0; top: 0; width: auto; transform: none; text-align: left }
  .fm-bars .tight .bar { top: calc(100% - .95em); height: .8em }
  .fm-bars .tight .whisker { top: calc(100% - .55em - 1px) }
  .fm-bars .tight .point { top: calc(100% - .91em) }
  .fm-bars .tight :is(.zero, .limit) { top: 1.1em }
}
</style>"""


_MANY = 3
"""From so many panels on a phone has no room for values beside bars: they stand above."""


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another.

    Attributes:
        start: Where it begins.
        end: Where it ends; NaN if only the text is to be told.
        text: What is told beside it; may be empty.
        interval: The ends of a whisker; none if left out.
        colour: Of the bar.
        is_hatched: Whether it is drawn as one that works against the others.
        is_point: Whether only its end is drawn, as a point.
    """

    start: float
    end: float
    text: str
    colour: str
    interval: tuple[float, float] | None = None
    is_hatched: bool = False
    is_point: bool = False


@dataclass(frozen=True)
class Row:
    """A bar in each panel.

    Attributes:
        label: What it is about.
        bars: One for each panel.
        note: What is told after the label.
        is_strong: Whether it stands apart, as a sum does.
    """

    label: str
    bars: Sequence[Bar]
    note: str = ""
    is_strong: bool = False


def bar_rows(
    heads: Sequence[str],
    rows: Sequence[Row],
    *,
    foot: str,
    alt: str,
    value_width: float = 3.5,
    notes: Sequence[str] = (),
    axes: Sequence[int] = (),
    limit: float | None = None,
) -> Html:
    """Draw rows of bars in panels; on a phone the label of a row stands over its bars.

    Args:
        heads: What stands over each panel.
        rows: From the top.
        foot: What the axis is; nothing if it is told elsewhere.
        alt: What a screen reader says in the place of all this.
        value_width: How much room the texts beside the bars have, in letters.
        notes: What stands below each head; nothing if left out.
        axes: Which axis each panel has: those with the same number share one. All do if left out.
        limit: A value through which a dotted line goes in each panel; none if left out.
    """
    axis_of = axes or [0] * len(heads)
    places = [
        _axis(
            limit,
            [
                bar
                for row in rows
                for bar, axis in zip(row.bars, axis_of, strict=True)
                if axis == own
            ],
        )
        for own in axis_of
    ]
    cells = '<span class="corner"></span>'
    cells += "".join(
        f'<span class="head">{escape_html(head)}'
        f"{f'<small>{escape_html(note)}</small>' if note else ''}</span>"
        for head, note in zip(heads, notes or [""] * len(heads), strict=True)
    )
    for row in rows:
        strong = " strong" if row.is_strong else ""
        note = f" <small>{escape_html(row.note)}</small>" if row.note else ""
        cells += f'<span class="label{strong}">{escape_html(row.label)}{note}</span>'
        cells += "".join(
            f'<span class="cell{strong}">{_drawn(bar, place, limit)}</span>'
            for bar, place in zip(row.bars, places, strict=True)
        )
    room = "tight" if len(heads) >= _MANY and value_width else "roomy"
    cells += f'<span class="foot">{escape_html(foot)}</span>' if foot else ""
    return Html(
        f'{_STYLE}<div class="fm-bars" role="img" aria-label="{attribute(alt)}">'
        f'<div class="{room}" style="--panels:{len(heads)};--value:{value_width:g}em">{cells}</div>'
        "</div>"
    )


def interval_point(value: float, interval: tuple[float, float], colour: str, *, unit: str) -> Bar:
    """Return a value with its interval as a point with a whisker, and the value beside it.

    Args:
        value: Drawn as a point; NaN where it cannot be estimated.
        interval: The ends of the whisker; not drawn if one of them is NaN.
        colour: Of the point.
        unit: What follows the value.
    """
    if math.isnan(value):
        return Bar(0.0, math.nan, INSUFFICIENT, colour)
    known = not any(map(math.isnan, interval))
    text = f"{_units.written(value)}{unit}"
    return Bar(0.0, value, text, colour, interval if known else None, is_point=True)


def signed(value: float) -> str:
    """Return a value with its sign and two digits, as it stands beside a bar.

    Example:
        >>> signed(0.304), signed(-1), signed(-0.004)
        ('+0.30', '−1.00', '0.00')
    """
    return _units.signed(value, 2)


def _axis(limit: float | None, bars: Sequence[Bar]) -> Mapping[str, float]:
    ends = [0.0] if limit is None else [0.0, limit]
    for bar in bars:
        if math.isnan(bar.end):
            continue
        ends += [bar.start, bar.end, *(bar.interval or ())]
    return {"low": min(ends), "span": (max(ends) - min(ends)) or 1.0}


def _drawn(bar: Bar, axis: Mapping[str, float], limit: float | None) -> str:
    def at(value: float) -> float:
        return 100 * (value - axis["low"]) / axis["span"]

    def between(name: str, first: float, second: float, style: str = "") -> str:
        left, right = sorted((at(first), at(second)))
        return f'<i class="{name}" style="left:{left:.2f}%;width:{right - left:.2f}%;{style}"></i>'

    against = " against" if bar.is_hatched else ""
    value = f'<span class="value">{escape_html(bar.text)}</span>' if bar.text else ""
    shapes = f'<i class="zero" style="left:{at(0):.2f}%"></i>'
    if limit is not None:
        shapes += f'<i class="limit" style="left:{at(limit):.2f}%"></i>'
    if math.isnan(bar.end):
        return f"{shapes}{value}"
    colour = f"background-color:{bar.colour}"
    if not bar.is_point:
        shapes += between(f"bar{against}", bar.start, bar.end, colour)
    if bar.interval is not None:
        shapes += between("whisker", *bar.interval)
    if bar.is_point:
        shapes += f'<i class="point" style="left:{at(bar.end):.2f}%;{colour}"></i>'
    return f"{shapes}{value}"
