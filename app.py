"""Home: what fairmoe is, the demo one click away, and the way from here."""

import streamlit as st

from fairmoe.data import DEMO_SETTINGS
from fairmoe.ui.frame.components import apologies
from fairmoe.ui.frame.frame import DATA, HOME, PAGES, RESULT, TRAIN, in_sections, page
from fairmoe.ui.frame.progress import start_training
from fairmoe.ui.prepare.presets import stand_at
from fairmoe.ui.prepare.sources import load_demo, open_demo

with page(HOME) as state:
    st.markdown(
        "Train a **mixture of three experts** on your own table: one for usefulness, one for "
        "equal outcomes, one for equal reasons, and a gate that decides whom to ask for each "
        "person. Then see what that gives and takes, group by group, beside plain baselines."
    )
    with st.container(horizontal=True):
        if st.button("Try the demo", type="primary", icon=":material/play_arrow:"):
            with apologies(), st.spinner("Opening"):
                open_demo(state)
                st.switch_page(RESULT)
        if st.button("Train it yourself", icon=":material/model_training:"):
            with apologies(), st.spinner("Starting"):
                load_demo(state)
                if state.job_id is None:
                    stand_at(DEMO_SETTINGS)
                    start_training(state, DEMO_SETTINGS, TRAIN)
                st.switch_page(TRAIN)
        if st.button("Upload your own", icon=":material/upload:"):
            st.switch_page(DATA)
    st.caption(
        "The demo holds 12,000 invented applicants and whether they were hired. A career break "
        "counted against women and not against men, on purpose. It opens as it was trained "
        "before; training it yourself takes a few seconds."
    )
    for section, paths in in_sections().items():
        if section and paths:
            st.header(section, anchor=False)
            with st.grid(2, min_column_width=240):
                for path in paths:
                    entry = PAGES[path]
                    missing = entry.missing(state)
                    with st.container(border=True, height="stretch"):
                        st.page_link(path, label=f"**{entry.label}**", icon=entry.icon)
                        st.markdown(entry.lead)
                        lock = f"lock: {missing}" if missing else "check_circle: Ready"
                        st.caption(f":material/{lock}")
