"""Attention: which columns each model rests on, for whom, and whether chance could do that."""

import streamlit as st

from fairmoe.ui.attention import (
    ask_reasons,
    show_differences,
    show_distance,
    show_means,
    show_spread,
)
from fairmoe.ui.attributions import show_directions, show_methods
from fairmoe.ui.frame import ATTENTION, page

with page(ATTENTION) as state:
    kept = state.kept
    assert kept is not None
    asked = ask_reasons(state, kept)
    show_differences(asked)
    st.header("By group", anchor=False)
    show_means(asked)
    st.header("Row by row", anchor=False)
    show_spread(asked)
    st.header("How far the groups lie apart", anchor=False)
    show_distance(state, asked)
    st.header("Which way", anchor=False)
    show_directions(asked)
    st.header("Four methods", anchor=False)
    show_methods(state, kept, asked)
