"""What a run comes to for people: words, a hundred dots for each group, the gap, the way on."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data.people import people_of
from fairmoe.data.small_groups import catch_all, merged_before
from fairmoe.figures.waffle import SOURCES, waffle
from fairmoe.names import SplitName
from fairmoe.sentences.audits import (
    DECISIONS_COMPARED,
    existing_in_words,
    how_it_decides,
    today_in_words,
    why_not_of,
)
from fairmoe.sentences.costs import others_ahead, simpler_is_better
from fairmoe.sentences.open_points import open_points_label
from fairmoe.sentences.people import of_hundred_takeaway
from fairmoe.sentences.result import LABELS_MEASURE, changed_harm, gap_in_words, who_gets_it
from fairmoe.sentences.single_expert import nearly_alone
from fairmoe.sentences.small_groups import made_of
from fairmoe.sentences.wording import may_be_chance
from fairmoe.sentences.worse import gap_not_smaller, what_got_worse, wrongly_given_it
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.of_table import tolerance_of
from fairmoe.ui.frame.pages import ATTENTION, EXPERTS, REPORT, TRADE_OFF
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.awareness import counterpart
from fairmoe.ui.understand.criterion import CRITERIA, criterion
from fairmoe.ui.understand.gap_sources import show_gap_in_brief
from fairmoe.ui.understand.merged import offer_merge, one_group_in_words
from fairmoe.ui.understand.mixture_map import show_map
from fairmoe.ui.understand.people import ask_meaning, between_people
from fairmoe.ui.understand.plain_model import ask_plain_model, plain_in_words, plain_model

if TYPE_CHECKING:
    from fairmoe.analysis import Result
    from fairmoe.runs import Run

_PICTURE = "result-picture"
_PEOPLE, _WHY, _MAP = "People", "Why", "Map"


def begin_anew(state: Session) -> None:
    """Open a run that was just trained on its people, whatever was looked at of the one before."""
    if state.is_new:
        st.session_state[_PICTURE] = _PEOPLE
    state.is_new = False


def show_words(state: Session, kept: KeptRun) -> None:
    """Say who gets the outcome less often, and whose lot changes against the plain model."""
    run = kept.run
    found, (good, bad) = result_in(state, run), run.good_and_bad
    people, among = people_of(run.data.groups, run.roles), criterion(run) == "eo"
    gap = between_people(found.gaps["model"], people)
    told = [who_gets_it(gap, good, groups=len(run.data.groups), among_labelled=among)]
    plain = plain_in_words(run, "the plain model")
    gaps = (found.gaps[source].value for source in ("plain", "model"))
    before = () if kept.rows is None or run.unmerged is not None else merged_before(kept.rows)
    merged = one_group_in_words(run) or made_of(catch_all(run.data.groups), before)
    change = found.changes.T["denied" if among else "gets"]
    chance = may_be_chance(change["low"], change["high"])
    told += filter(None, [gap_not_smaller(*gaps, name=plain, chance=chance), merged])
    if run.roles.target.favourable is not None:
        groups = found.account.groups.rename(index=people)
        told.append(changed_harm(groups, good, bad, plain=plain))
    existing = run.roles.existing
    if existing is not None and plain_model(run) == "existing":
        told.append(f"{how_it_decides(existing, run.data.words)} {DECISIONS_COMPARED}")
    st.markdown(escape_markdown(" ".join(told)))
    ask_meaning(state, run)


def show_picture(state: Session, kept: KeptRun) -> None:
    """Show of 100 people in each group who gets the outcome, thrice, with the gaps.

    Or, if the user chose that, the map of the mixture, or through which columns the gap comes.
    """
    run, picture = kept.run, st.session_state.get(_PICTURE)
    if picture == _MAP:
        show_map(run, "test", "result")
        return
    if picture == _WHY:
        with apologies():
            show_gap_in_brief(state, kept)
            existing = run.roles.existing
            if existing is not None and plain_model(run) == "existing":
                st.caption(escape_markdown(why_not_of(existing)))
        return
    found, judged_by = result_in(state, run), criterion(run)
    tolerance = tolerance_of(run.data.sha256)
    gaps: dict[str, tuple[str, str]] = {
        source: gap_in_words(gap, tolerance) for source, gap in found.gaps.items()
    }
    gap_name = CRITERIA[judged_by].lower()
    if judged_by == "eo":
        gaps["label"] = LABELS_MEASURE
        # The term is of the positive class.
        if run.roles.target.favourable is False:
            gap_name = f"of those labelled “{run.good_and_bad[0]}”"
    st.html(
        waffle(
            found.account.groups,
            gaps,
            gap_name=gap_name,
            words=run.good_and_bad,
            is_told=run.roles.target.favourable is not None,
            caption=of_hundred_takeaway(
                found.account.groups,
                run.good_and_bad[0],
                models=(plain_in_words(run), "the mixture gives"),
            ),
            titles=_titles(run),
            between=(found.gaps["model"].most, found.gaps["model"].least),
            small=found.small,
        )
    )


def show_worse(state: Session, run: "Run") -> None:
    """Say what gets worse than with the plain model, and which other model does better.

    Both are as loud as what gets better.
    """
    found, favourable = result_in(state, run), run.roles.target.favourable
    told = []
    if favourable is not None:
        plain = plain_in_words(run, "plain model").removeprefix("the ")
        words = run.good_and_bad
        worse = what_got_worse(found.changes, *words, favourable=favourable, plain=plain)
        if worse:
            told.append(f"**What gets worse:** {escape_markdown(worse)}")
        else:
            rates = wrongly_given_it(found.changes, *words, plain=plain)
            st.caption(escape_markdown(rates))
    existing = run.roles.existing
    names = {"utility": "the plain model"}
    names |= {"existing": existing_in_words(existing)} if existing is not None else {}
    small = bool(found.small) or run.unmerged is not None
    ahead = others_ahead(found.others, names, small=small, constant=found.constant)
    acc = {model: of["acc"] for model, of in run.scores["test"].items()}
    simpler = simpler_is_better(acc["utility"], acc["logistic"])
    if ahead or simpler:
        ahead = f"{ahead} {simpler}".strip()
        told.append(f"**Other models:** {escape_markdown(ahead)}")
    from fairmoe.analysis.single_expert import leading_expert  # noqa: PLC0415

    leading = leading_expert(run)
    if leading is not None:
        told.append(f"**The gate:** {escape_markdown(nearly_alone(*leading))}")
    if told:
        st.markdown("  \n".join(told))


def way_on(state: Session, run: "Run") -> None:
    """Show what to read next, with what is open, and let the user choose the picture."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            link(EXPERTS, "Who" if counterpart(state, run) is None else "Who, blind or aware")
            link(ATTENTION, "Why: features")
            link(TRADE_OFF, "Cost of smaller gaps")
            link(REPORT, open_points_label(len(_open(state, run))))
            offer_merge(state, run)
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            ask_plain_model(run)
            st.segmented_control(
                "Picture",
                [_PEOPLE, _WHY, _MAP],
                default=_PEOPLE,
                required=True,
                key=_PICTURE,
                persist_state="session",
                label_visibility="collapsed",
            )


def _open(state: Session, run: "Run") -> tuple[str, ...]:
    from fairmoe.analysis.result import what_is_open  # noqa: PLC0415

    tolerance = tolerance_of(run.data.sha256)
    return state.once(
        ("open points", run.run_id, run.roles.target, tolerance),
        lambda: what_is_open(run, tolerance=tolerance),
    )


def result_in(state: Session, run: "Run", split: SplitName = "test") -> "Result":
    """Return what a run comes to, by the gap that the user judges by, computed once per session."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.analysis import result_of  # noqa: PLC0415

    tolerance, plain = tolerance_of(run.data.sha256), plain_model(run)
    among = criterion(run) == "eo"
    return state.once(
        ("result", run.run_id, run.roles.target, split, tolerance, plain, among),
        lambda: result_of(run, split=split, tolerance=tolerance, plain=plain, among_labelled=among),
    )


def _titles(run: "Run") -> dict[str, tuple[str, str]]:
    existing = run.roles.existing
    if existing is None or plain_model(run) == "utility":
        return dict(SOURCES)
    return dict(SOURCES) | {"plain": (today_in_words(existing), existing.column)}
