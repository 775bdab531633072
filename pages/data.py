"""Data: load a table, say what each column is for, see the groups and their labels."""

import streamlit as st

from fairmoe._escape import Markdown
from fairmoe.ui.frame.components import apologies, show_note, show_parts
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import DATA, PAGES, TRAIN
from fairmoe.ui.frame.switching import go_to
from fairmoe.ui.prepare.existing import ask_existing
from fairmoe.ui.prepare.leaks import show_leaks
from fairmoe.ui.prepare.outcome import say_what_is_open
from fairmoe.ui.prepare.overview import settle_roles, show_cautions, show_groups, show_overview
from fairmoe.ui.prepare.sources import source_picker
from fairmoe.ui.prepare.warnings import show_missing, show_proxies

PARTS = {
    "Groups and labels": show_groups,
    "Features that know the label": show_leaks,
    "Proxies for the sensitive attribute": show_proxies,
    "Missing values": show_missing,
}

with page(DATA) as state:
    with st.container(horizontal=True):
        source, way_on = st.container(), st.container(width="content")
    with source:
        source_picker(state)
    if state.table is not None:
        with apologies():
            show_overview(state)
        st.header("Roles of the columns", anchor=False)
        with apologies():
            settle_roles(state)
            ask_existing(state)
        if state.labelled is None:
            show_note(
                Markdown("Choose the roles to see the groups and to train."),
                icon=":material/lock:",
            )
    if state.labelled is not None:
        st.header("Check before training", anchor=False)
        show_cautions(state, state.labelled)
        show_parts(PARTS, key="data-part", about=(state, state.labelled))
        # Only now it is known that there is something to train on.
        with way_on:
            if st.button("Continue to training", type="primary", icon=PAGES[TRAIN].icon):
                go_to(TRAIN)
            say_what_is_open(state.labelled)
