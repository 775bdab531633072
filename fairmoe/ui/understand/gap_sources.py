"""Through which columns the gap between two groups comes, with the plain model and the mixture."""

from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data.people import people_of
from fairmoe.figures.gap_sources import waterfall
from fairmoe.names import SplitName
from fairmoe.sentences.gap_sources import (
    ALL_TOGETHER,
    GAP_EXPLAINED,
    GAP_IN_BRIEF,
    PANELS,
    accuracy_of_sum,
    gap_axis,
    gap_source,
)
from fairmoe.ui.frame.components import show_table
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.criterion import criterion
from fairmoe.ui.understand.results import describe
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    from fairmoe.analysis.gap_sources import GapSources, LogOdds

_ON_RESULT = "result"
_BRIEF, _BESIDE_CHOICE, _LONG = 5, 4, 12
"""How many columns stand alone on one screen, where there is a choice of groups on it too, and on a
page of their own."""


def show_gap_in_brief(state: Session, kept: KeptRun) -> None:
    """Show the waterfall of the gap on the test rows, as one screen has room for it."""
    most = _BRIEF if len(kept.run.data.groups) == 2 else _BESIDE_CHOICE
    _show_gap(
        state, kept, "test", most=most, key=_ON_RESULT, explained=GAP_IN_BRIEF, with_cutoffs=True
    )


def show_gap(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show the waterfall of the gap, and its figures behind it."""
    found = _show_gap(
        state, kept, split, most=_LONG, key="attention", explained=GAP_EXPLAINED, with_cutoffs=False
    )
    show_sources_table(found, PANELS, key=f"gap-sources-{split}")


def source_in_words(
    state: Session, kept: KeptRun, split: SplitName, *, among_labelled: bool = False
) -> str:
    """Say through which column most of the gap between the worst and the best off comes.

    Args:
        state: The session.
        kept: The run.
        split: On which rows.
        among_labelled: See `fairmoe.analysis.gap_sides.worst_and_best_off`.

    Returns:
        Nothing where the run was opened without its rows.
    """
    if kept.rows is None:
        return ""
    from fairmoe.analysis.gap_sides import side_in_words, worst_and_best_off  # noqa: PLC0415
    from fairmoe.analysis.gap_sources import compare_sides  # noqa: PLC0415

    run = kept.run
    names, group = tuple(run.data.groups), run.splits[split].group
    people = people_of(names, run.roles)

    def answer() -> str:
        one, other = worst_and_best_off(run, split, among_labelled=among_labelled)
        log_odds = _log_odds(state, kept, split, with_cutoffs=False)
        found = compare_sides(log_odds, group == one, group == other)
        told = gap_source(found.parts, found.totals, people[names[one]], people[names[other]])
        side = side_in_words(run, one, other, split=split, among_labelled=among_labelled)
        return f"{told} {side}".rstrip()

    key = ("gap source", run.run_id, run.roles.target.outcome, names, split, among_labelled)
    return state.once(key, answer)


def show_sources_table(found: "GapSources", heads: dict[str, str], *, key: str) -> None:
    """Show how much comes through each column, as figures.

    Args:
        found: All columns of it.
        heads: What each of which the log-odds are is called.
        key: Tells the table from others of its page.
    """
    columns: dict[str, Any] = {}
    for name, head in heads.items():
        for end, label, text in (
            (
                "",
                head,
                f"{head}: what comes through the column, in log-odds (the score behind a "
                "probability).",
            ),
            ("_low", "from", f"{head}: lower end of the 95% interval."),
            ("_high", "to", f"{head}: upper end of the interval."),
        ):
            columns[f"{name}{end}"] = st.column_config.NumberColumn(label, help=text, format="%.3f")
    show_table(
        found.parts.rename_axis("Column"),
        key=key,
        alt=f"What comes through each of {len(found.parts)} columns.",
        columns=columns,
        csv=found.parts,
    )


def _show_gap(
    state: Session,
    kept: KeptRun,
    split: SplitName,
    *,
    most: int,
    key: str,
    explained: str,
    with_cutoffs: bool,
) -> "GapSources":
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.analysis.gap_sides import side_in_words  # noqa: PLC0415
    from fairmoe.analysis.gap_sources import compare_sides  # noqa: PLC0415

    run = kept.run
    names, group = list(run.data.groups), run.splits[split].group
    among_labelled = criterion(run) == "eo"
    one, other = _ask_groups(kept, split, key, among_labelled=among_labelled)
    log_odds = _log_odds(state, kept, split, with_cutoffs=with_cutoffs)
    sides = group == one, group == other
    found, drawn = compare_sides(log_odds, *sides), compare_sides(log_odds, *sides, most=most)
    people = people_of(names, run.roles)
    told = gap_source(found.parts, found.totals, people[names[one]], people[names[other]])
    side = side_in_words(run, one, other, split=split, among_labelled=among_labelled)
    told = f"{told} {side}".rstrip()
    st.markdown(escape_markdown(told))
    if not drawn.totals.isna().any(axis=None):
        st.html(
            waterfall(
                drawn.parts,
                drawn.totals,
                PANELS,
                total=ALL_TOGETHER,
                axis=gap_axis(run.good_and_bad[0], names[one], names[other]),
                alt=told,
            )
        )
    st.caption(
        escape_markdown(f"{describe(run, split)} {explained} {accuracy_of_sum(found.totals)}")
    )
    return found


def _log_odds(state: Session, kept: KeptRun, split: SplitName, *, with_cutoffs: bool) -> "LogOdds":
    from fairmoe.analysis.gap_sources import explain_log_odds  # noqa: PLC0415

    run = kept.run
    cutoffs = run.cutoffs if with_cutoffs else None
    # Each group that the run was trained with may have a cut-off of its own.
    assert state.kept is not None
    own = state.kept
    with st.spinner("Explaining every row"):
        return state.once(
            ("log-odds", run.run_id, run.roles.target.outcome, split, cutoffs),
            lambda: explain_log_odds(rows_in(state, own, split), cutoffs),
        )


def _ask_groups(
    kept: KeptRun, split: SplitName, key: str, *, among_labelled: bool
) -> tuple[int, int]:
    """Let the user choose which of more than two groups are compared."""
    from fairmoe.analysis.gap_sides import worst_and_best_off  # noqa: PLC0415

    worst, best = worst_and_best_off(kept.run, split, among_labelled=among_labelled)
    names = list(kept.run.data.groups)
    if len(names) == 2:
        return worst, best
    about = f"{kept.run.run_id}-{split}{'-labelled' if among_labelled else ''}"
    # One screen has no room for labels; what they say stands in the sentence below.
    labels: Literal["visible", "collapsed"] = "collapsed" if key == _ON_RESULT else "visible"
    with st.container(horizontal=True):
        one: int = st.selectbox(
            "Group",
            range(len(names)),
            index=worst,
            format_func=names.__getitem__,
            key=f"{key}-gap-of-{about}",
            persist_state="session",
            width=240,
            label_visibility=labels,
            help="At first the group to which the mixture gives the good outcome least often, of "
            "those with enough rows.",
        )
        others = [group for group in range(len(names)) if group != one]
        other: int = st.selectbox(
            "Compared with",
            others,
            index=others.index(best) if best in others else 0,
            format_func=names.__getitem__,
            key=f"{key}-gap-to-{about}-{one}",
            persist_state="session",
            width=240,
            label_visibility=labels,
            help="At first the group to which it gives it most often, of those with enough rows.",
        )
    return one, other
