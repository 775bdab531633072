"""Train: presets, one slider, one button; below them how runs went, and how they compare."""

import streamlit as st

from fairmoe.ui.frame.comparing import compare_two
from fairmoe.ui.frame.components import show_parts
from fairmoe.ui.frame.expected import show_expected_time
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import PAGES, RESULT, TRAIN
from fairmoe.ui.frame.progress import show_training, start_training
from fairmoe.ui.frame.runs import compare_runs, show_reason, show_runs, show_undo
from fairmoe.ui.frame.switching import go_to
from fairmoe.ui.prepare.awareness import ask_awareness
from fairmoe.ui.prepare.overview import describe_task
from fairmoe.ui.prepare.presets import start_from
from fairmoe.ui.prepare.settings import settings_controls
from fairmoe.ui.understand.results import show_run_shown

ALONE = {"Runs of this session": show_runs, "Test scores of the run shown": show_run_shown}
SEVERAL = ALONE | {"Compare scores": compare_runs, "Who changes": compare_two}

with page(TRAIN) as state:
    if state.is_new:
        go_to(RESULT)
    describe_task(state)
    show_training(state)
    if state.job_id is None:
        show_undo(state)
        if state.kept is not None:
            show_reason(state.kept)
        recommended = start_from(state)
        settings = settings_controls(before_advanced=lambda: ask_awareness(state))
        with st.container(horizontal=True, vertical_alignment="center"):
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
            if state.kept is not None and st.button("See the result", icon=PAGES[RESULT].icon):
                go_to(RESULT)
            show_expected_time(state, settings, recommended=recommended)
        if one or both:
            with st.spinner("Starting"):
                start_training(state, settings, TRAIN, recommended=recommended, both=both)
            st.rerun()
        if state.kept is not None:
            parts = ALONE if len(state.runs) == 1 else SEVERAL
            show_parts(parts, key="train-part", about=(state,))
