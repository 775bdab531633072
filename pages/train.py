"""Train: presets, one slider, one button, how it goes, and how runs compare."""

import streamlit as st

from fairmoe.ui.frame.comparing import compare_two
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import PAGES, RESULT, TRAIN
from fairmoe.ui.frame.progress import show_expected_time, show_training, start_training
from fairmoe.ui.frame.runs import compare_runs, show_reason, show_runs, show_undo
from fairmoe.ui.frame.switching import go_to
from fairmoe.ui.prepare.awareness import ask_awareness
from fairmoe.ui.prepare.overview import describe_task
from fairmoe.ui.prepare.presets import start_from
from fairmoe.ui.prepare.settings import settings_controls
from fairmoe.ui.understand.results import show_headline, show_provenance

with page(TRAIN) as state:
    if state.is_new:
        go_to(RESULT)
    describe_task(state)
    show_training(state)
    if state.job_id is None:
        show_undo(state)
        if state.kept is not None:
            st.header("Test scores of the run shown", anchor=False)
            show_headline(state.kept.run)
            show_provenance(state.kept.run)
            show_reason(state.kept)
            if st.button("See the result", type="primary", icon=PAGES[RESULT].icon):
                go_to(RESULT)
            st.header("Runs of this session", anchor=False)
            show_runs(state)
            if len(state.runs) > 1:
                compare_runs(state)
                compare_two(state)
            st.header("Train again", anchor=False)
        ask_awareness(state)
        recommended = start_from(state)
        settings = settings_controls()
        show_expected_time(state)
        with st.container(horizontal=True):
            one = st.button(
                "Train",
                type="primary",
                icon=":material/play_arrow:",
                shortcut="Ctrl+Enter",
                key="train",
            )
            both = st.button(
                "Compare blind and aware",
                icon=":material/compare:",
                key="train-both",
                help="Trains both with these settings and shows them side by side on Experts.",
            )
        if one or both:
            with st.spinner("Starting"):
                start_training(state, settings, TRAIN, recommended=recommended, both=both)
            st.rerun()
