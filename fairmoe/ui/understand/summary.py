"""Which group gets the outcome more often, why, and what fairness costs."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.tables import score_table
from fairmoe.names import SplitName
from fairmoe.sentences.costs import cost
from fairmoe.sentences.gaps import given_away_by, sees_the_group, who_gets_more, why_they_differ
from fairmoe.sentences.wording import P_VALUE_EXPLAINED
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.pages import ATTENTION, ROUTING, TRADE_OFF
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.warnings import proxies
from fairmoe.ui.understand.judged import judge

if TYPE_CHECKING:
    from fairmoe.runs import Run


def show_summary(state: Session, run: "Run", split: SplitName) -> None:
    """Say who gets the outcome more often, why, and at what cost, each with where to go on."""
    told = (
        ("Who", _who(state, run, split), ROUTING, "How the gate sends each group"),
        ("Why", _why(state, run, split), ATTENTION, "What the models look at"),
        ("Cost", cost(score_table(run.scores[split]), "utility"), TRADE_OFF, "Other settings"),
    )
    with st.container(border=True):
        for question, answer, path, label in told:
            words, way = st.columns([5, 2], vertical_alignment="center")
            words.markdown(f"**{question}:** {escape_markdown(answer)}")
            with way:
                link(path, label)
        st.caption(P_VALUE_EXPLAINED)


def _who(state: Session, run: "Run", split: SplitName) -> str:
    judged = judge(state, run, split, "mixture")
    return who_gets_more(
        judged.gaps["dp"],
        judged.rates,
        "dp",
        model="mixture",
        words=run.data.words,
        favourable=run.roles.target.favourable,
    )


def _why(state: Session, run: "Run", split: SplitName) -> str:
    judged, distance = judge(state, run, split, "mixture"), run.scores[split]["mixture"]["att_jsd"]
    told = why_they_differ(
        judged.gaps["dp"],
        judged.rates,
        distance,
        words=run.data.words,
        favourable=run.roles.target.favourable,
    )
    return f"{told} {_given_away(state)}".strip()


def _given_away(state: Session) -> str:
    """Name the strongest proxy for the group, if one is more than chance."""
    assert state.kept is not None
    roles = state.kept.run.roles
    if roles.include_sensitive:
        return sees_the_group(roles.sensitive_columns)
    if state.kept.rows is None:
        return ""
    found = proxies(state, state.kept.rows)
    if found.alone.empty or not found.alone.iloc[0] > found.chance:
        return ""
    return given_away_by(str(found.alone.index[0]), float(found.alone.iloc[0]))
