"""Audit: what a score or decisions that are there already do to groups, without any training."""

import streamlit as st

from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import AUDIT
from fairmoe.ui.understand.audit import show_audit, show_beside
from fairmoe.ui.understand.audit_choice import choose_existing, leave_out

with page(AUDIT) as state:
    assert state.labelled is not None
    labelled = state.labelled
    existing = choose_existing(state, labelled)
    if existing is not None:
        leave_out(state, labelled, existing)
        with st.container(gap="small"):
            show_audit(state, labelled, existing)
            show_beside(state, labelled, existing)
