"""Audit: what a score or decisions that are there already do to groups, without any training."""

from functools import partial

import streamlit as st

from fairmoe.sentences.audits import CHANGES_DATA
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import AUDIT
from fairmoe.ui.prepare.existing import choose_existing, take_up
from fairmoe.ui.understand.audit import go_on_without, show_audit, show_beside
from fairmoe.ui.understand.review import ask_tolerance

with page(AUDIT) as state:
    assert state.labelled is not None
    asked = partial(ask_tolerance, state.labelled.table.sha256)
    existing = choose_existing(state, state.labelled, asked)
    take_up(state, existing, elsewhere=CHANGES_DATA)
    if existing is not None:
        labelled = state.labelled
        with st.container(gap="small"):
            show_audit(state, labelled, existing)
            show_beside(state, labelled, existing)
    else:
        go_on_without(state)
