"""Result: what the run that is shown comes to for people, on one screen."""

import streamlit as st

from fairmoe.ui.decide.dial import show_dial_in_brief
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import RESULT
from fairmoe.ui.understand.result import begin_anew, show_picture, way_on
from fairmoe.ui.understand.result_words import show_numbers, show_words, show_worse
from fairmoe.ui.understand.results import show_alarms

with page(RESULT) as state:
    begin_anew(state)
    kept = state.kept
    assert kept is not None
    told = kept.told
    # Lines that come and go with the dial stand in boxes of their own, so that it keeps the focus.
    with st.container(key="one-screen-alarms"):
        show_alarms(told.run, "test")
    with st.container(gap="xsmall", key="one-screen"):
        show_words(state, told)
        with st.container(gap="xsmall"):
            show_worse(state, told.run)
        show_picture(state, told)
        show_numbers(state, told)
        # Without the rows there may be no front to turn along; the way on stays.
        with apologies():
            show_dial_in_brief(state, kept, RESULT)
        way_on(state, told.run)
