"""A hundred dots for each group: by label, with the plain model and with the mixture."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from fairmoe._escape import Html, escape_html
from fairmoe._units import counted_people
from fairmoe.figures.decisions import largest_groups
from fairmoe.figures.markup import attribute, drawing
from fairmoe.figures.people import DOTS, of_hundred
from fairmoe.names import LEAST_PEOPLE, PLAIN_LABEL

MOST_GROUPS = 6
"""Of more groups the largest are drawn."""

SOURCES: Mapping[str, tuple[str, str]] = {
    "label": ("Data", "by label"),
    "plain": (PLAIN_LABEL, "utility expert"),
    "model": ("Mixture", "fairness-aware"),
}
"""What stands over each column of dots, by the account's word for it."""

_FEW = 2
"""So many groups have ten rows of dots each, more groups five."""

_GOOD, _HARMED, _REST = "#1F83C6", "#E4681D", "#8C96A0"

_STYLE = """<style>
.fm-waffle { line-height: 1.3 }
.fm-waffle small { opacity: .75; font-weight: 400; font-size: .86em }
.fm-waffle table { width: 100%; border-collapse: collapse; margin: 0; border: 0 }
.fm-waffle :is(th, td) {
  padding: .2em .5em; border: 0; text-align: left; vertical-align: middle; width: 28%
}
.fm-waffle :is(th, td):first-child { width: 16%; overflow-wrap: break-word }
.fm-waffle tbody tr:last-child { border-top: 1px solid rgba(128,128,128,.45) }
.fm-waffle tbody tr:last-child > * { vertical-align: top }
.fm-waffle .legend, .fm-waffle .cell {
  display: flex; flex-wrap: wrap; align-items: center; gap: .1em .7em
}
.fm-waffle .legend { gap: 0 1.2em; padding: 0 .5em }
.fm-waffle .cell > span { min-width: 2.5em }
.fm-waffle .many :is(th, td) { width: 25%; padding: .15em .4em }
.fm-waffle .many tbody th { font-size: .92em; line-height: 1.2 }
.fm-waffle .cell > img { flex: 1 1 4.6em; min-width: 0; display: block }
.fm-waffle .many .cell { flex-wrap: nowrap; gap: .4em; line-height: 1.2 }
.fm-waffle .many .cell > img { flex: 1 1 3em }
.fm-waffle .many .cell > span { min-width: 5.4em; font-size: .92em }
.fm-waffle .many:has(.few) .cell > span { min-width: 7.8em }
.fm-waffle .many .gap { font-size: 1.3em }
.fm-waffle .many .gap + small { font-size: .78em }
.fm-waffle tbody th small { white-space: nowrap }
.fm-waffle .more { display: block; padding: .1em .5em 0 }
.fm-waffle .gap { font-size: 1.6em; font-weight: 650; display: block; white-space: nowrap }
@media (max-width: 640px) {
  .fm-waffle :is(table, thead, tbody) { display: block }
  .fm-waffle tr { display: grid; grid-template-columns: repeat(var(--sources), 1fr) }
  .fm-waffle tr > :is(th, td) { width: auto !important; padding: .15em .3em }
  .fm-waffle tbody tr > th { grid-column: 1 / -1; padding-top: .4em; padding-bottom: 0 }
  .fm-waffle tbody tr > th br { display: none }
  .fm-waffle tbody tr > th small { margin-left: .3em }
  .fm-waffle thead td { display: none }
  .fm-waffle .many .cell { flex-wrap: wrap; gap: 0 .4em }
  .fm-waffle .many .cell > img { flex: 1 0 100% }
  .fm-waffle .many .cell > span { display: flex; gap: .5em; font-size: .86em; min-width: 0 }
  .fm-waffle .many .cell br { display: none }
}
</style>"""


def waffle(  # noqa: PLR0913 - what is drawn, and what is said of it
    groups: pd.DataFrame,
    gaps: Mapping[str, tuple[str, str]],
    *,
    words: tuple[str, str],
    is_told: bool,
    caption: str,
    titles: Mapping[str, tuple[str, str]] = SOURCES,
    gap_name: str = "",
    between: Collection[str] = (),
    small: Collection[str] = (),
    few_labelled: Collection[str] = (),
) -> Html:
    """Draw of 100 people in each group who gets the good outcome and who is wrongly denied it.

    Args:
        groups: `fairmoe.metrics.Account.groups`; of more than `MOST_GROUPS` groups with rows
            `between` and the largest are drawn.
        gaps: By the keys of `titles` the gap between the groups, and what is to be said of it.
        words: What the good outcome and the bad one are called.
        is_told: Whether one is good and the other bad for the person; else nobody is harmed.
        caption: What the picture says; a screen reader begins with it.
        titles: What stands over each column, and what below that, by some keys of `SOURCES`.
        gap_name: Which gap it is, if there is a choice.
        between: Groups that are drawn however small they are, as those between which the gap is.
        small: Groups of too few people, which are drawn pale.
        few_labelled: Groups that the gaps leave out because too few have the good label.

    Returns:
        A table: a row for each group, a column for each source, the gaps at its foot.
    """
    known = groups[groups["n"] > 0]
    drawn = known[[name in _chosen(known["n"], between) for name in known.index]]
    deep = 10 if len(drawn) <= _FEW else 5
    head = [
        f'<th scope="col">{escape_html(title)} <small>{escape_html(below)}</small></th>'
        for title, below in titles.values()
    ]
    few = dict.fromkeys(few_labelled, ", few labelled") | dict.fromkeys(small, ", too few")
    rows = [
        f'<tr><th scope="row">{escape_html(str(name))}'
        f"{' ' if deep == 5 else '<br>'}<small>{counted_people(row['n'])}{few.get(str(name), '')}"
        "</small></th>"
        + "".join(
            _cell(row, source, words, deep=deep, is_told=is_told, pale=name in small)
            for source in titles
        )
        + "</tr>"
        for name, row in drawn.iterrows()
    ]
    foot = [
        f'<td><span class="gap">{escape_html(gap)}</span><small>{escape_html(verdict)}</small></td>'
        for gap, verdict in (gaps[source] for source in titles)
    ]
    below = f"<br><small>{escape_html(gap_name)}</small>" if gap_name else ""
    return Html(
        f'{_STYLE}<div class="fm-waffle">{_legend(words, is_told=is_told)}'
        f'<table class="{"few" if deep == 10 else "many"}" style="--sources:{len(titles)}" '
        f'aria-label="{attribute(caption)}">'
        f"<thead><tr><td></td>{''.join(head)}</tr></thead>"
        f'<tbody>{"".join(rows)}<tr><th scope="row">Gap{below}</th>{"".join(foot)}</tr></tbody>'
        f"</table>{_left_out(known.index, drawn.index, between)}</div>"
    )


def _chosen(sizes: "pd.Series[int]", between: Collection[str]) -> set[str]:
    """Return which groups are drawn: those that have to be, then the largest."""
    needed = [name for name in sizes.index if name in between][:MOST_GROUPS]
    others = sizes.drop(needed)
    return {*needed, *largest_groups(others, MOST_GROUPS - len(needed))}


def _left_out(known: "pd.Index[str]", drawn: "pd.Index[str]", between: Collection[str]) -> str:
    if len(known) == len(drawn):
        return ""
    which = "the two furthest apart and the largest" if set(between) & set(known) else "the largest"
    told = f"Drawn are {len(drawn)} of {len(known)} groups: {which}."
    return f'<small class="more">{told}</small>'


def shares_of_hundred(
    row: "pd.Series[float]", source: str, *, is_told: bool
) -> tuple[int, int, int, int]:
    """Return of 100 people who has the good outcome rightly, who wrongly, who is wrongly denied it.

    The last are all others. What is right is what the label says.

    Args:
        row: Of `fairmoe.metrics.Account.groups`, with people in it.
        source: A key of `SOURCES`.
        is_told: Whether an outcome is good for the person; else nothing is wrong.
    """
    good = int(row[f"good_{source}"])
    can_be_wrong = is_told and source != "label"
    harmed = int(row[f"harmed_{source}"]) if can_be_wrong else 0
    # Of weighted rows counts are rounded, each for itself.
    others = max(0, int(row["n"]) - good - harmed)
    has_it, denied, rest = of_hundred([good, harmed, others])
    wrongly = round(has_it * _wrongly_given(row, source) / good) if can_be_wrong and good else 0
    return has_it - wrongly, wrongly, denied, rest


def _wrongly_given(row: "pd.Series[float]", source: str) -> float:
    """Return how many have the good outcome though the label is the bad one.

    Of weighted rows counts are rounded, each for itself.
    """
    rightly = row["good_label"] - row[f"harmed_{source}"]
    return float(min(max(row[f"good_{source}"] - rightly, 0), row[f"good_{source}"]))


def _cell(
    row: "pd.Series[float]",
    source: str,
    words: tuple[str, str],
    *,
    deep: int,
    is_told: bool,
    pale: bool,
) -> str:
    counts = shares_of_hundred(row, source, is_told=is_told)
    # Dots are rounded to a sum of 100, so they can be one off what is told.
    good = f"{100 * row[f'good_{source}'] / row['n']:.0f}"
    alt, wrongly = f"{good} of 100 “{words[0]}”", ""
    if is_told and source != "label":
        harmed, labelled = row[f"harmed_{source}"], row["good_label"]
        of_all = f"{100 * harmed / row['n']:.0f}"
        given = f"{100 * _wrongly_given(row, source) / row['n']:.0f}"
        alt += f", {given} of them wrongly, {of_all} wrongly “{words[1]}”"
        wrongly = f"<br>{_mark((0, 0, 1, 0))} {of_all}"
        if labelled:
            of_labelled = f"{harmed / labelled:.{_digits(row)}%}"
            of_whom, of_few = "those", ""
            if labelled < LEAST_PEOPLE:
                of_whom, of_few = (
                    f"the {labelled:,.0f}",
                    f' <small class="few">of {labelled:,.0f}</small>',
                )
            alt += f", {of_labelled} of {of_whom} labelled “{words[0]}”"
            # Sentences tell who is harmed of those labelled, so that is what stands out.
            wrongly += f" (<b>{of_labelled}</b>{of_few})"
    wide = DOTS // deep
    image = drawing(
        _shapes(counts, deep),
        width=wide,
        height=deep,
        alt=alt,
        style=f"max-width:{6 if deep == 10 else 9.6}em;aspect-ratio:{wide}/{deep}"
        # A hundred dots of a few people promise more than is known.
        f"{';opacity:.4' if pale else ''}",
    )
    numbers = f'<span aria-hidden="true"><b>{good}</b>{wrongly}</span>'
    return f'<td><div class="cell">{image}{numbers}</div></td>'


def _digits(row: "pd.Series[float]") -> int:
    """Return with how many digits shares of those labelled differ as their difference is told."""
    plain, model = (100 * row[f"harmed_{name}"] / row["good_label"] for name in ("plain", "model"))
    return int(round(model) - round(plain) != round(model - plain))


def _shapes(counts: Sequence[int], deep: int) -> str:
    """Return dots that fill columns, so that shares show as lengths.

    Discs, diamonds, crosses and rings.
    """
    good, given, harmed, others = counts
    discs, diamonds, crosses, rings = "", "", "", ""
    for i in range(good + given + harmed + others):
        x, y = i // deep + 0.5, i % deep + 0.5
        if i < good:
            discs += _circle(x, y, 0.38)
        elif i < good + given:
            diamonds += f"M{x - 0.34:g} {y:g}l.34-.34 .34 .34-.34 .34z"
        elif i < good + given + harmed:
            crosses += f"M{x - 0.3:g} {y - 0.3:g}l.6 .6M{x + 0.3:g} {y - 0.3:g}l-.6 .6"
        else:
            rings += _circle(x, y, 0.31)
    return (
        f'<path fill="{_GOOD}" d="{discs}"/>'
        f'<path fill="none" stroke="{_GOOD}" stroke-width=".15" d="{diamonds}"/>'
        f'<path stroke="{_HARMED}" stroke-width=".24" stroke-linecap="round" d="{crosses}"/>'
        f'<path fill="none" stroke="{_REST}" stroke-width=".11" d="{rings}"/>'
    )


def _circle(x: float, y: float, r: float) -> str:
    return f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0"


def _mark(counts: Sequence[int]) -> str:
    style = "width:.95em;height:.95em;display:inline-block;vertical-align:-.1em"
    return drawing(_shapes(counts, 1), width=1, height=1, alt="", style=style)


def _legend(words: tuple[str, str], *, is_told: bool) -> str:
    good, bad = words
    if is_told:
        kinds = [
            ((1, 0, 0, 0), f"“{good}”"),
            ((0, 1, 0, 0), f"wrongly “{good}”"),
            ((0, 0, 1, 0), f"wrongly “{bad}” (% of those labelled “{good}”)"),
            ((0, 0, 0, 1), f"rightly “{bad}”"),
        ]
    else:
        kinds = [((1, 0, 0, 0), f"“{good}”"), ((0, 0, 0, 1), f"“{bad}”")]
    items = [
        f"<span>{_mark(counts)} <small>{escape_html(text)}</small></span>" for counts, text in kinds
    ]
    return f'<div class="legend"><small>Of 100 people in each group:</small>{"".join(items)}</div>'
