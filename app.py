"""Home: what fairmoe is, the demo one click away, and the way from here."""

import streamlit as st

from fairmoe.ui.frame import DATA, EXPERTS, HOME, PAGES, TRAIN, page
from fairmoe.ui.sources import load_demo

STEPS = {
    DATA: "Load a CSV or Parquet file. Say what is predicted and who is compared with whom.",
    TRAIN: "Set four lambdas, press one button, and watch three experts and their gate learn.",
    EXPERTS: "Compare the mixture with its experts and with plain baselines, for all "
    "and for each group.",
}

with page(HOME) as state:
    st.markdown(
        "Train a **mixture of three experts** on your own table: one for usefulness, one for "
        "equal outcomes, one for equal reasons, and a gate that decides whom to ask for each "
        "person. Then see what that gives and takes, group by group, beside plain baselines."
    )
    with st.container(horizontal=True):
        if st.button("Use the demo data", type="primary", icon=":material/science:"):
            load_demo(state)
            st.switch_page(TRAIN)
        if st.button("Upload your own", icon=":material/upload:"):
            st.switch_page(DATA)
    st.caption(
        "The demo holds 4,000 invented applicants and whether they were hired. Women were hired "
        "less often at the same skill, on purpose."
    )
    st.subheader("Three steps", anchor=False)
    with st.grid(3, min_column_width=240):
        for path, text in STEPS.items():
            entry = PAGES[path]
            missing = entry.missing(state)
            with st.container(border=True, height="stretch"):
                st.page_link(path, label=f"**{entry.label}**", icon=entry.icon)
                st.markdown(text)
                if missing:
                    st.caption(f":material/lock: {missing}")
                else:
                    st.caption(":material/lock_open: Unlocked")
