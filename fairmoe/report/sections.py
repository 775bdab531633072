"""The sections of a report, each made of what was found."""

from collections.abc import Callable

from fairmoe.figures.attention import MOST_COLUMNS, MOST_GROUPS, attention_figure
from fairmoe.figures.curves import Line, curves_figure
from fairmoe.figures.decisions import largest_groups
from fairmoe.figures.experts import RATES_ASKED, SCORES_ASKED, SHOWN_RATES, rates_bars, scores_bars
from fairmoe.names import SPLITS
from fairmoe.report.awareness import awareness
from fairmoe.report.blocks import Block, Caution, Folded, Picture, Points, Section, Text, chart
from fairmoe.report.findings import Findings
from fairmoe.report.front_page import front_page
from fairmoe.report.grids import (
    SCORES_EXPLAINED,
    attention_grid,
    curves_grid,
    gaps_grid,
    labels_grid,
    rates_grid,
    scores_grid,
)
from fairmoe.report.origin import gap_origin
from fairmoe.report.people import MOST_GROUPS as MOST_ON_A_SHEET
from fairmoe.report.people import beside_existing, people
from fairmoe.report.provenance import provenance
from fairmoe.report.reviewed import reviewed
from fairmoe.report.routing import routing
from fairmoe.report.selection import selection
from fairmoe.report.statements import (
    alarms_in,
    drawn_from_test,
    final_score_of_all,
    limits_of,
    told_scores,
    what_was_trained_in,
    who_gets_more_in,
    who_is_compared_in,
)
from fairmoe.report.trade_off import trade_off
from fairmoe.runs import Run
from fairmoe.sentences.attention import (
    WHAT_ATTENTION_IS,
    attention_takeaway,
    differences_lead,
    divergence_takeaway,
    what_it_looks_at,
)
from fairmoe.sentences.audits import existing_model
from fairmoe.sentences.costs import ahead_of_mixture, how_sure, scores_takeaway
from fairmoe.sentences.data import label_takeaway
from fairmoe.sentences.gaps import GAP_METRICS, opportunity_of_the_bad, rates_marked
from fairmoe.sentences.outcomes import rates_takeaway
from fairmoe.sentences.training import curves_takeaway, kept_moment
from fairmoe.sentences.wording import P_VALUE_EXPLAINED, listed

MOST_TOLD = 3
"""So many of several groups are told of in sentences."""

MOST_MARKS = 20
"""About as many marks of columns and groups are drawn: a quarter of a sheet."""


def data(found: Findings) -> Section:
    """Say what was trained on what."""
    run, roles, counts = found.run, found.run.roles, found.counts
    how = (
        f"as column {roles.split_column} says"
        if roles.split_column
        else "at random, each group and class in the same shares"
    )
    parts = listed(
        [f"{len(run.splits[split].y_true):,} {label.lower()}" for split, label in SPLITS.items()]
    )
    columns, grid = run.encoder.columns, labels_grid(counts, run.data.words)
    seen = "are" if roles.include_sensitive else "are not"
    dropped = f" Left out: {listed(roles.dropped, 40)}." if roles.dropped else ""
    return Section(
        "data",
        "What was trained on what",
        (
            Text(what_was_trained_in(found)),
            Text(who_is_compared_in(found)),
            Text(
                f"The rows were parted {how}: {parts} rows. The models see {len(columns):,} "
                f"columns: {listed(columns, 40)}. The sensitive columns {seen} among what they "
                f"see.{dropped}"
            ),
            *_existing(run),
            Text(label_takeaway(counts, run.data.words[0])),
            Folded(grid.caption, grid) if len(counts) > MOST_ON_A_SHEET else grid,
        ),
    )


def _existing(run: Run) -> list[Block]:
    existing = run.roles.existing
    return [] if existing is None else [Text(existing_model(existing, run.data.words))]


def groups(found: Findings) -> Section:
    """Say who is affected how."""
    rates, words = found.rates["mixture"], found.run.data.words
    favourable = found.run.roles.target.favourable
    apart = found.gaps["mixture"]["dp"].apart
    called = found.people
    told = rates_takeaway(rates, words, favourable=favourable, apart=apart, people=called)
    of = opportunity_of_the_bad(words, favourable).strip()
    gaps = (who_gets_more_in(found, metric) for metric in GAP_METRICS)
    few = found.reviews["mixture"].few
    marked = rates_marked(few, SHOWN_RATES, weighted=found.gaps["mixture"]["dp"].weighted)
    return Section(
        "groups",
        "Who is affected, and how",
        (
            *people(found),
            *beside_existing(found),
            Points(tuple(filter(None, (*gaps, of)))),
            *reviewed(found),
            Picture(
                rates_bars(rates, words, favourable=favourable, alt=told, apart=few),
                f"Mixture; {drawn_from_test(found)} Whiskers are 95% Wilson intervals.{marked}",
                title=RATES_ASKED,
                takeaway=told,
                grid=rates_grid(rates, words[0], few),
            ),
            Text(P_VALUE_EXPLAINED),
            Folded("The same two gaps for every model", gaps_grid(found)),
        ),
    )


def scores(found: Findings) -> Section:
    """Compare all models, baselines included."""
    shown = told_scores(found)
    told = scores_takeaway(shown)
    return Section(
        "scores",
        "What each model scores",
        (
            Picture(
                scores_bars(shown, alt=told),
                drawn_from_test(found) + final_score_of_all(found),
                title=SCORES_ASKED,
                takeaway=told,
                grid=scores_grid(found.scores),
            ),
            Text(
                ahead_of_mixture(found.scores, found.by_chance)
                or "No model is higher in final score than it."
            ),
            *(Caution(told) for told in alarms_in(found)),
            Text(
                how_sure(
                    float(shown["acc"]["mixture"]), found.accuracy["mixture"], len(found.routed)
                )
            ),
            Folded("What the scores mean", SCORES_EXPLAINED),
        ),
    )


def attention(found: Findings) -> Section:
    """Say which columns the mixture relies on, for each group."""
    title, seen = "Why: what the model relies on", found.attention
    if seen is None:
        missing = Text(
            "Not told here: which columns the mixture relies on is found from the rows of the "
            "table, which was not given."
        )
        return Section("attention", title, (missing,))
    called = found.people
    in_words = seen.means.assign(group=seen.means["group"].map(called))
    names = list(seen.differences)
    others = called[names[1]] if len(names) == 2 else "the other groups"
    # Of two groups, what is more for the one is less for the other.
    sizes = seen.means.groupby("group", sort=False)["rows"].first()
    most_told = largest_groups(sizes, MOST_TOLD)
    told = names[:1] if len(names) == 2 else [name for name in names if name in most_told]
    figure = attention_figure(seen.means, min(MOST_COLUMNS, max(3, MOST_MARKS // len(names))))
    most = len(figure.layout.yaxis.tickvals)
    return Section(
        "attention",
        title,
        (
            *gap_origin(found),
            Text(what_it_looks_at(in_words, seen.test), "What the model relies on."),
            Text(divergence_takeaway(seen.parts)),
            Points(
                tuple(
                    differences_lead(
                        seen.differences[name], called[name], others, len(found.routed)
                    )
                    for name in told
                )
            ),
            chart(
                "attention",
                figure,
                takeaway=attention_takeaway(in_words),
                source=f"Mixture; {drawn_from_test(found)} Whiskers are 95% intervals of the mean. "
                f"Drawn are up to {most} columns and {MOST_GROUPS} groups.",
                grid=attention_grid(seen.means),
            ),
            Text(WHAT_ATTENTION_IS),
        ),
    )


def training(found: Findings) -> Section:
    """Show what training recorded."""
    run = found.run
    lines = [Line(curve.name, curve.phase, curve.epochs, curve.values) for curve in run.curves]
    settings = run.settings
    blocks: list[Block] = [
        Text(kept_moment(select=settings.select, gate_start=settings.gate_start))
    ]
    figure = curves_figure(lines)
    if figure is not None:
        name = run.data.name or "Unnamed table"
        blocks.append(
            chart(
                "curves",
                figure,
                takeaway=curves_takeaway(lines),
                source=f"{name}, training rows, seed {run.settings.seed}.",
                grid=curves_grid(lines),
            )
        )
    return Section("training", "How training went", tuple(blocks))


def caveats(found: Findings) -> Section:
    """Say what the figures cannot tell."""
    return Section("limits", "Limits", (Points(limits_of(found)),))


SECTIONS: tuple[Callable[[Findings], Section | None], ...] = (
    front_page,
    data,
    groups,
    scores,
    trade_off,
    awareness,
    routing,
    attention,
    training,
    provenance,
    caveats,
    selection,
)
