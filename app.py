"""Home: what fairmoe is, the demo one click away, and the way from here."""

import streamlit as st

from fairmoe.data import DEMO_SETTINGS
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import DATA, HOME, LEARN, PAGES, RESULT, TRAIN
from fairmoe.ui.frame.progress import start_training
from fairmoe.ui.frame.projects import open_project_field
from fairmoe.ui.frame.stored import show_stored
from fairmoe.ui.frame.switching import go_to
from fairmoe.ui.prepare.presets import stand_at
from fairmoe.ui.prepare.sources import ask_for_upload, demo_map, load_demo, open_demo

with page(HOME) as state:
    st.markdown(
        "Train a **fairness-aware mixture of experts** on your own table, and see what it gives "
        "and takes: who gets the outcome, who is wrongly refused it, and what equal treatment "
        "costs."
    )
    with st.container(horizontal=True):
        if st.button("Try the demo", type="primary", icon=":material/play_arrow:"):
            with apologies(), st.spinner("Opening"):
                open_demo(state)
                go_to(RESULT)
        if st.button("Train it yourself", icon=":material/model_training:"):
            with apologies(), st.spinner("Starting"):
                load_demo(state)
                if state.job_id is None:
                    stand_at(DEMO_SETTINGS)
                    start_training(state, DEMO_SETTINGS, TRAIN)
                go_to(TRAIN)
        if st.button("Upload your own", icon=":material/upload:"):
            ask_for_upload(state)
            go_to(DATA)
        with st.popover("Open a project", icon=":material/folder_open:"):
            open_project_field(state, "home")
    st.caption(
        "The demo holds 12,000 invented applicants and whether they were hired. A career break "
        "counted against women and not against men, on purpose. It opens as it was trained "
        "before; training it yourself takes ten to forty seconds, by how fast this machine is."
    )
    show_stored(state)
    st.html(demo_map())
    st.caption(
        "The map of the demo's mixture: every applicant is seen by three experts with different "
        "aims, and the gate says how much each of them counts."
    )
    st.page_link(LEARN, label="How does that work? Twelve short lessons", icon=PAGES[LEARN].icon)
