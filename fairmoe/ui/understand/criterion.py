"""The gap that the user judges by, which Result and Experts show before all others."""

from typing import TYPE_CHECKING, Literal, cast

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.sentences.gaps import opportunity_of_the_bad
from fairmoe.ui.frame.of_table import of_table

if TYPE_CHECKING:
    from fairmoe.runs import Run

Criterion = Literal["dp", "eo"]

CRITERIA: dict[Criterion, str] = {"dp": "Demographic parity", "eo": "Equal opportunity"}
_KEY = "criterion"


def criterion(run: "Run") -> Criterion:
    """Return the gap that the user judges runs of a table by."""
    key = of_table(_KEY, run.data.sha256)
    return cast(Criterion, st.session_state.get(key) or "dp")


def of_whom_opportunity_is(run: "Run") -> str:
    """Say of whom the EO gap is where the positive class is bad; see `opportunity_of_the_bad`."""
    return opportunity_of_the_bad(run.data.words, run.roles.target.favourable)


def ask_criterion(run: "Run") -> None:
    """Ask which gap the user judges by; Result and Experts share the answer."""
    st.segmented_control(
        "Gap that you judge by",
        list(CRITERIA),
        default="dp",
        format_func=CRITERIA.__getitem__,
        required=True,
        key=of_table(_KEY, run.data.sha256),
        bind="query-params",
        persist_state="session",
        help="Demographic parity: how much more often one group gets the outcome. Equal "
        "opportunity: how much more often those of one group get it whose label is that outcome. "
        "Result and Experts show this gap first; all others stand behind Numbers."
        + escape_markdown(_where_the_good_is(run)),
    )


def _where_the_good_is(run: "Run") -> str:
    told = of_whom_opportunity_is(run)
    good, _ = run.good_and_bad
    return f"{told} Result shows equal opportunity of those labelled “{good}”." if told else ""
