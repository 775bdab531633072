"""What a run comes to for people: a hundred dots for each group, the gap, the way on."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.waffle import SOURCES, waffle
from fairmoe.names import SplitName
from fairmoe.sentences.audits import today_in_words, why_not_of
from fairmoe.sentences.open_points import open_points_label
from fairmoe.sentences.people import of_hundred_takeaway
from fairmoe.sentences.result import LABELS_MEASURE, gap_in_words
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.of_table import tolerance_of
from fairmoe.ui.frame.pages import ATTENTION, EXPERTS, REPORT, TRADE_OFF
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.awareness import counterpart
from fairmoe.ui.understand.criterion import CRITERIA, criterion
from fairmoe.ui.understand.gap_sources import show_gap_in_brief
from fairmoe.ui.understand.mixture_map import show_map
from fairmoe.ui.understand.plain_model import ask_plain_model, plain_in_words, plain_model
from fairmoe.ui.understand.rows import ahead_by_chance_in

if TYPE_CHECKING:
    from fairmoe.analysis import Result
    from fairmoe.runs import Run

_PICTURE = "result-picture"
_PEOPLE, _WHY, _MAP = "People", "Why", "Map"


def is_of_people() -> bool:
    """Return whether the picture is that of people, as at first."""
    return bool(st.session_state.get(_PICTURE, _PEOPLE) == _PEOPLE)


def begin_anew(state: Session) -> None:
    """Open a run that was just trained on its people, whatever was looked at of the one before."""
    if state.is_new:
        st.session_state[_PICTURE] = _PEOPLE
    state.is_new = False


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
            few_labelled=found.gaps["model"].apart if judged_by == "eo" else (),
        )
    )


def way_on(state: Session, run: "Run") -> None:
    """Show what to read next, with what is open, and let the user choose the picture."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            # Called as in the sidebar, but for the part that stands first on a page.
            link(EXPERTS, "" if counterpart(state, run) is None else "Blind or aware")
            link(ATTENTION)
            link(TRADE_OFF)
            link(REPORT, open_points_label(len(_open(state, run))))
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
    from fairmoe.analysis.open_points import what_is_open  # noqa: PLC0415

    tolerance = tolerance_of(run.data.sha256)
    return state.once(
        ("open points", run.run_id, run.roles.target, tolerance),
        lambda: what_is_open(run, tolerance=tolerance, chance=ahead_by_chance_in(state, "test")),
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
