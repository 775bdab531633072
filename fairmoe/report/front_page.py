"""The first page: what a reviewer asks first, on one sheet of A4."""

from fairmoe.analysis.open_points import (
    aim_missed,
    gets_surely_worse,
    many_are_close,
    plain_is_ahead,
)
from fairmoe.analysis.result import changes_of
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.data.small_groups import catch_all
from fairmoe.figures.outcomes import outcome_figure
from fairmoe.names import PLAIN_MODEL
from fairmoe.report.blocks import Block, Caution, Section, Text, chart
from fairmoe.report.findings import Findings
from fairmoe.report.people import MOST_GROUPS, decisions_grid
from fairmoe.report.reviewed import gaps_reviewed
from fairmoe.report.statements import alarms_in, drawn_from_test
from fairmoe.runs import Run
from fairmoe.sentences.cautions import counted_as_one, too_few
from fairmoe.sentences.cutoffs import decisions_of_variant
from fairmoe.sentences.front_page import (
    JUSTIFIED,
    NO_ALARM,
    nobody_is_better_off,
    outcomes_takeaway,
    question,
    verdicts_in_words,
)
from fairmoe.sentences.open_points import (
    RELIANCE_ASKED,
    SOMETHING_WORSE,
    open_points,
    readiness_in_brief,
)
from fairmoe.sentences.people import changes_for_people
from fairmoe.sentences.reviews import gaps_of_the_bad
from fairmoe.sentences.small_groups import made_of
from fairmoe.sentences.wording import capitalised, may_be_chance
from fairmoe.sentences.worse import (
    PARITY_GAP,
    gap_before_and_after,
    what_got_worse,
    wrongly_given_it,
)

MOST_SMALL = 3
"""So many groups of too few rows are named; the limits name all."""


def front_page(found: Findings) -> Section:
    """Say on one page what a reviewer without statistics asks first."""
    run, review = found.run, found.reviews["mixture"]
    good, bad = run.good_and_bad
    rows = len(run.splits["test"].y_true)
    told = alarms_in(found, ("mixture",))
    few = too_few(found.rates["mixture"], MOST_SMALL)
    asked = question(good, run.roles.sensitive_columns, rows=rows, name=run.data.name)
    brief, is_told = _brief(found), found.account is not None
    changed = changes_for_people(
        found.decisions.everyone, good, bad, is_told=is_told, plain=PLAIN_MODEL
    )
    if not is_told:
        meaning = nobody_is_better_off(good, told=run.roles.target.outcome is not None)
        changed = f"{changed} {meaning}"
    blocks: list[Block] = [
        Text(asked, "The question."),
        *(map(Caution, told) if told else [Text(NO_ALARM, "Alarms.")]),
        *([Caution(few)] if few else []),
        *_cutoffs(found),
        Text(changed, "What changes for people."),
        *_aim(found, brief),
        *_ahead(found),
        *_worse(found),
        *_close(run),
        decisions_grid(run, found.decisions, MOST_GROUPS),
        chart(
            "outcomes",
            outcome_figure(found.decisions.groups, good, MOST_GROUPS),
            takeaway=outcomes_takeaway(
                found.decisions.groups,
                good,
                apart=found.gaps["mixture"]["dp"].apart,
                people=found.people,
            ),
            source=f"{drawn_from_test(found)} Bars are 95% Wilson intervals.",
        ),
        Text(verdicts_in_words(review.differences, review.tolerance), "The tolerance."),
        *_merged(found),
        gaps_reviewed(found),
        *_of_whom(found),
        Text(JUSTIFIED),
    ]
    # The first answer names the gravest open point, which is not said again.
    rest = (block for block in blocks if not (isinstance(block, Text) and block.text in brief))
    return Section("summary", "In short", (Text(brief, RELIANCE_ASKED), *rest))


def _brief(found: Findings) -> str:
    """Say whether the run may be relied on; what gets worse has a place of its own below."""
    worse = gets_surely_worse(found.run)
    points = points_of(found)
    return readiness_in_brief([SOMETHING_WORSE if told == worse else told for told in points])


def points_of(found: Findings) -> tuple[str, ...]:
    """Return what is open before anyone relies on a run."""
    run, sweep, review = found.run, found.sweep, found.reviews["mixture"]
    others = () if sweep is None else sweep.settings
    own = run.settings
    # A sweep fixes the split to that of its first seed.
    alike = {"seed": own.seed, "split_seed": own.split_seed}
    same = {one.seed for one in others if one.replace(**alike) == own}
    return open_points(
        review.differences,
        found.rates["mixture"],
        tolerance=review.tolerance,
        alarmed="mixture" in found.alarms,
        aim=aim_missed(run, tolerance=review.tolerance),
        ahead=plain_is_ahead(run, found.by_chance),
        worse=gets_surely_worse(run),
        close=many_are_close(run),
        meaning_told=run.roles.target.outcome is not None,
        seeds=len(same | {own.seed}),
    )


def _of_whom(found: Findings) -> list[Block]:
    """Say that the gaps are of the bad outcome, if they are."""
    told = gaps_of_the_bad(found.run.data.words, found.run.roles.target.favourable)
    return [Text(told, "Of which outcome.")] if told else []


def _merged(found: Findings) -> list[Block]:
    """Say which groups are one in what stands here; nothing if none are."""
    told = made_of(catch_all(found.run.data.groups), found.merged_before)
    if found.merged:
        told = counted_as_one(found.merged, SMALL_GROUPS, found.smallest, MOST_SMALL)
    return [Text(told, "Merged groups.")] if told else []


def _aim(found: Findings, brief: str) -> list[Block]:
    """Say whether the mixture narrows the gap; nothing if that is not known, or said already."""
    run = found.run
    missed = aim_missed(run, tolerance=found.reviews["mixture"].tolerance)
    if missed and missed in brief:
        return []
    plain, own = (run.parity_gap(model)[0] for model in ("utility", "mixture"))
    change = changes_of(run, "utility", "test").T["gets"]
    chance = may_be_chance(change["low"], change["high"])
    told = gap_before_and_after(plain, own, name=PLAIN_MODEL, chance=chance, gap=PARITY_GAP)
    return [Text(told, "The aim.")] if told else []


def _ahead(found: Findings) -> list[Block]:
    """Say that the plain model has a higher final score; nothing if it has not."""
    told = plain_is_ahead(found.run, found.by_chance)
    return [Text(told, f"{capitalised(PLAIN_MODEL)}.")] if told else []


def _worse(found: Findings) -> list[Block]:
    """Say what gets worse than with the plain model; nothing unless the outcome is good or bad."""
    run, favourable = found.run, found.run.roles.target.favourable
    if favourable is None:
        return []
    words = run.good_and_bad
    changes = changes_of(run, "utility", "test")
    worse = what_got_worse(changes, *words, favourable=favourable)
    told = worse or f"Nothing that is counted here. {wrongly_given_it(changes, *words)}"
    return [Text(capitalised(told), "What gets worse.")]


def _close(run: Run) -> list[Block]:
    """Say that many rows are close calls, if so."""
    told = many_are_close(run)
    return [Text(told, "Close calls.")] if told else []


def _cutoffs(found: Findings) -> list[Block]:
    if not found.thresholds:
        return []
    data = found.run.data
    return [Caution(decisions_of_variant(tuple(data.groups), found.thresholds, data.words))]
