"""Data: load a table, say what each column is for, see the groups and their labels."""

import streamlit as st

from fairmoe._escape import Markdown
from fairmoe.ui.frame.components import apologies, show_note
from fairmoe.ui.frame.frame import DATA, PAGES, TRAIN, page
from fairmoe.ui.prepare.leaks import show_leaks
from fairmoe.ui.prepare.overview import settle_roles, show_groups, show_overview
from fairmoe.ui.prepare.sources import source_picker
from fairmoe.ui.prepare.warnings import show_missing, show_proxies

with page(DATA) as state:
    source_picker(state)
    if state.table is not None:
        with apologies():
            show_overview(state)
        st.header("Roles of the columns", anchor=False)
        with apologies():
            settle_roles(state)
        if state.labelled is None:
            show_note(
                Markdown("Choose the roles to see the groups and to train."),
                icon=":material/lock:",
            )
    if state.labelled is not None:
        st.header("Groups and labels", anchor=False)
        show_groups(state, state.labelled)
        st.header("What to beware of", anchor=False)
        show_leaks(state, state.labelled)
        show_proxies(state, state.labelled)
        show_missing(state, state.labelled)
        if st.button("Continue to training", type="primary", icon=PAGES[TRAIN].icon):
            st.switch_page(TRAIN)
