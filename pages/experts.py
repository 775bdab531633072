"""Experts: all models side by side, what each group gets, and how training went."""

import streamlit as st

from fairmoe.ui.frame import EXPERTS, page
from fairmoe.ui.results import (
    show_curves,
    show_gate,
    show_provenance,
    show_rates,
    show_scores,
    split_switch,
)

with page(EXPERTS) as state:
    run = state.run
    assert run is not None
    split = split_switch()
    st.header("Scores", anchor=False)
    show_scores(run, split)
    st.header("By group", anchor=False)
    show_rates(run, split)
    st.header("The gate", anchor=False)
    show_gate(run, split)
    st.header("Training", anchor=False)
    show_curves(run)
    show_provenance(run)
