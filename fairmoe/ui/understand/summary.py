"""Which group gets the outcome more often, why, and what fairness costs."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.names import SplitName
from fairmoe.sentences.gaps import (
    sees_the_group,
    some_groups_differ,
    who_gets_more,
    why_they_differ,
)
from fairmoe.sentences.wording import P_VALUE_EXPLAINED
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.pages import ATTENTION, ROUTING, TRADE_OFF
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.criterion import criterion
from fairmoe.ui.understand.gap_sources import source_in_words
from fairmoe.ui.understand.judged import judge
from fairmoe.ui.understand.plain_model import cost_of_mixture
from fairmoe.ui.understand.result import result_in

if TYPE_CHECKING:
    from fairmoe.runs import Run


def show_summary(state: Session, run: "Run", split: SplitName) -> None:
    """Say who gets the outcome more often, why, and at what cost, each with where to go on."""
    told = (
        ("Who", _who(state, run, split), ROUTING, "How the gate decides"),
        ("Why", _why(state, run, split), ATTENTION, "What the models rely on"),
        ("Cost", cost_of_mixture(run, split), TRADE_OFF, "Other settings"),
    )
    with st.container(border=True):
        for question, answer, path, label in told:
            if not answer:
                # Of groups that cannot be compared there is nothing to explain.
                continue
            words, way = st.columns([5, 2], vertical_alignment="center")
            words.markdown(f"**{question}:** {escape_markdown(answer)}")
            with way:
                link(path, label)
        st.caption(P_VALUE_EXPLAINED)


def _who(state: Session, run: "Run", split: SplitName) -> str:
    judged, gap = judge(state, run, split, "mixture"), criterion(run)
    favourable = run.roles.target.favourable
    told = who_gets_more(
        judged.gaps[gap],
        judged.rates,
        gap,
        model="mixture",
        words=run.data.words,
        favourable=favourable,
        people=judged.people,
    )
    # Of those with the bad label the other figure knows nothing.
    if len(judged.rates) == 2 or (gap == "eo" and favourable is False):
        return told
    low = result_in(state, run, split).gaps["model"].low
    return f"{told} {some_groups_differ(judged.gaps[gap].test.p_value, low)}".strip()


def _why(state: Session, run: "Run", split: SplitName) -> str:
    judged = judge(state, run, split, "mixture")
    # Of those with the bad label the pair is another one.
    gap = "dp" if run.roles.target.favourable is False else criterion(run)
    told = why_they_differ(
        judged.gaps[gap],
        judged.rates,
        words=run.data.words,
        favourable=run.roles.target.favourable,
        people=judged.people,
    )
    assert state.kept is not None
    seen = sees_the_group(run.roles.sensitive_columns) if run.roles.include_sensitive else ""
    kept = state.kept.told
    source = source_in_words(state, kept, split, among_labelled=gap == "eo")
    return " ".join(filter(None, (told, seen, source)))
