"""Train: four lambdas, all other settings, one button, and how it goes."""

import streamlit as st

from fairmoe.ui.frame import EXPERTS, PAGES, TRAIN, page
from fairmoe.ui.overview import describe_task
from fairmoe.ui.progress import show_training, start_training
from fairmoe.ui.results import show_headline, show_provenance
from fairmoe.ui.settings import settings_controls

with page(TRAIN) as state:
    describe_task(state)
    show_training(state)
    if state.job_id is None:
        if state.run is not None:
            st.subheader("Test scores of the last training", anchor=False)
            show_headline(state.run)
            show_provenance(state.run)
            if st.button("See the experts", type="primary", icon=PAGES[EXPERTS].icon):
                st.switch_page(EXPERTS)
            st.subheader("Train again", anchor=False)
        settings = settings_controls()
        if st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="Ctrl+Enter",
            key="train",
        ):
            with st.spinner("Starting"):
                start_training(state, settings)
            st.rerun()
