"""Which group a run is positive for more often, where to see why, and what it costs to mend."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.names import SplitName
from fairmoe.ui.frame.frame import ATTENTION, ROUTING, TRADE_OFF
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.warnings import proxies
from fairmoe.ui.understand.by_group import judge

if TYPE_CHECKING:
    from fairmoe.runs import Run


def show_reading(state: Session, run: "Run", split: SplitName) -> None:
    """Say in three sentences who gets more, why, and at what cost, each with where to go on."""
    told = (
        (_who(state, run, split), ROUTING, "How the gate sends each group"),
        (_why(state, run, split), ATTENTION, "What the models look at"),
        (_cost(run, split), TRADE_OFF, "What else could be had"),
    )
    with st.container(border=True):
        for sentence, path, label in told:
            words, way = st.columns([5, 2], vertical_alignment="center")
            question, answer = sentence.split(": ", 1)
            words.markdown(f"**{question}:** {escape_markdown(answer)}")
            with way:
                link(path, label)


def _who(state: Session, run: "Run", split: SplitName) -> str:
    judged = judge(state, run, split, "mixture")
    gap, positive = judged.gaps["dp"], run.data.positive
    if not gap.highest:
        return "Who: which group gets more cannot be said, because some group has no rows here."
    if gap.test.difference == 0:
        return f"Who: the mixture predicts {positive} equally often for all groups on these rows."
    high, low = (judged.rates.T[name] for name in (gap.highest, gap.lowest))
    chance = (
        "more than chance makes of groups of this size"
        if gap.test.p_value <= 0.05
        else "which chance alone may explain at this size"
    )
    return (
        f"Who: the mixture predicts {positive} for {high['selection_rate']:.1%} of "
        f"{gap.highest} ({high['n']:,.0f} rows) and for {low['selection_rate']:.1%} of "
        f"{gap.lowest} ({low['n']:,.0f} rows), {100 * gap.test.difference:.1f} points less; "
        f"{chance}."
    )


def _why(state: Session, run: "Run", split: SplitName) -> str:
    judged = judge(state, run, split, "mixture")
    gap, distance = judged.gaps["dp"], run.scores[split]["mixture"]["att_jsd"]
    looks = (
        "how alike its reasons are cannot be estimated"
        if math.isnan(distance)
        else f"what the mixture looks at differs between the groups by {100 * distance:.1f} on a "
        "scale from 0, the same, to 100, nothing in common"
    )
    if not gap.highest:
        return f"Why: {looks}."
    truth = judged.rates["base_rate"]
    difference = 100 * (truth[gap.highest] - truth[gap.lowest])
    if difference == 0:
        labels = "the labels themselves are the same for both"
    else:
        labels = (
            f"the labels themselves are {abs(difference):.1f} points "
            f"{'more' if difference > 0 else 'less'} often positive for {gap.highest} than for "
            f"{gap.lowest}"
        )
    return f"Why: {labels}, and {looks}.{_given_away(state)}"


def _given_away(state: Session) -> str:
    """Name the column that gives the group away, if one does beyond chance."""
    assert state.kept is not None
    roles = state.kept.run.roles
    if roles.include_sensitive:
        columns = roles.sensitive_columns
        own = "itself" if len(columns) == 1 else "themselves"
        return f" The models see {' and '.join(columns)} {own}."
    found = proxies(state, state.kept.labelled)
    if found.alone.empty or not found.alone.iloc[0] > found.chance:
        return ""
    return (
        f" The group can be told from {found.alone.index[0]} best: of two people from different "
        f"groups that column alone tells which is which in {found.alone.iloc[0]:.0%} of cases."
    )


def _cost(run: "Run", split: SplitName) -> str:
    scores = run.scores[split]
    change = {m: 100 * (scores["mixture"][m] - scores["utility"][m]) for m in ("utility", "f_res")}
    if any(math.isnan(value) for value in change.values()):
        return (
            "Cost: a gap cannot be estimated on these rows, so neither can what mending it costs."
        )
    utility, gap = (round(value, 1) for value in change.values())
    gained = (
        f"{abs(utility):.1f} points {'more' if utility > 0 else 'less'}" if utility else "equal"
    )
    closed = f"{abs(gap):.1f} points {'larger' if gap > 0 else 'smaller'}" if gap else "equal"
    return (
        f"Cost: against the utility expert, which cares for nothing but being right, the mixture "
        f"has {gained} utility, and its result gap, the mean of the gaps among all and among those "
        f"who truly are positive, is {closed}, {100 * scores['mixture']['f_res']:.1f} in all."
    )
