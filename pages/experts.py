"""Experts: all models side by side, what each group gets, and how training went."""

import streamlit as st

from fairmoe.ui.frame.components import show_parts
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import EXPERTS
from fairmoe.ui.understand.awareness import show_awareness
from fairmoe.ui.understand.by_group import show_by_group
from fairmoe.ui.understand.criterion import ask_criterion
from fairmoe.ui.understand.merged import show_merged
from fairmoe.ui.understand.people import show_people
from fairmoe.ui.understand.results import (
    show_alarms,
    show_scores,
    show_training_record,
    split_switch,
)
from fairmoe.ui.understand.summary import show_summary

PARTS = {
    "Scores": show_scores,
    "People": show_people,
    "By group": show_by_group,
    "Training": show_training_record,
}

with page(EXPERTS) as state:
    assert state.kept is not None
    run = state.kept.told.run
    with st.container(horizontal=True):
        split = split_switch()
        ask_criterion(run)
    show_merged(state, run)
    show_alarms(run, split, others=True)
    show_awareness(state, run, split)
    show_summary(state, run, split)
    show_parts(PARTS, key="experts-part", about=(state, run, split))
