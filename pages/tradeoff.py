"""Trade-off: a sweep around the run that is shown, and what a smaller gap costs."""

import streamlit as st

from fairmoe.ui.decide.dial import show_dial
from fairmoe.ui.decide.sweeping import explored_around, show_sweep_at_work, sweep_controls
from fairmoe.ui.decide.tradeoff import show_tradeoff
from fairmoe.ui.frame.evidence import evidence_button
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import TRADE_OFF

with page(TRADE_OFF) as state:
    kept = state.kept
    assert kept is not None
    show_dial(state, kept, TRADE_OFF)
    st.header("Other lambdas", anchor=False)
    explored = explored_around(state, kept)
    show_sweep_at_work(state, explored)
    if state.job_id is None and kept.rows is not None:
        with st.expander(
            "What to try",
            expanded=explored.sweep is None and not kept.front,
            icon=":material/tune:",
            key="what-to-try",
        ):
            sweep_controls(state, explored, TRADE_OFF)
    if explored.sweep is not None:
        show_tradeoff(state, explored, explored.sweep)
        evidence_button()
    # Other runs train on the rows.
    kept.check_rows()
