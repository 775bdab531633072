"""Experts: all models side by side, what each group gets, and how training went."""

import streamlit as st

from fairmoe.ui.frame.frame import EXPERTS, page
from fairmoe.ui.understand.awareness import show_awareness
from fairmoe.ui.understand.by_group import show_by_group
from fairmoe.ui.understand.people import show_people
from fairmoe.ui.understand.results import (
    show_alarms,
    show_curves,
    show_provenance,
    show_scores,
    split_switch,
)
from fairmoe.ui.understand.summary import show_summary

with page(EXPERTS) as state:
    run = state.run
    assert run is not None
    split = split_switch()
    show_alarms(run, split)
    show_awareness(state, run, split)
    show_summary(state, run, split)
    st.header("What the mixture changes for people", anchor=False)
    show_people(state, run, split)
    st.header("Scores", anchor=False)
    show_scores(state, run, split)
    st.header("By group", anchor=False)
    show_by_group(state, run, split)
    st.header("Training", anchor=False)
    show_curves(state, run)
    show_provenance(run)
