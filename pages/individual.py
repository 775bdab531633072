"""Individual: one person, what each model says and why, and what would turn the decision."""

import streamlit as st

from fairmoe.ui.components import plain
from fairmoe.ui.frame import INDIVIDUAL, page
from fairmoe.ui.individual import (
    show_changes,
    show_neighbour,
    show_opinions,
    show_reasons,
    show_swap,
)
from fairmoe.ui.person import change_values, pick_person

with page(INDIVIDUAL) as state:
    kept = state.kept
    assert kept is not None
    real = pick_person(state, kept)
    st.header(plain(real.line().capitalize()), anchor=False)
    person = change_values(state, real)
    show_opinions(person)
    st.header("Why", anchor=False)
    show_reasons(person)
    st.header("Another sensitive value", anchor=False)
    show_swap(person)
    st.header("The nearest person who fares otherwise", anchor=False)
    show_neighbour(state, person)
    st.header("What would turn the decision", anchor=False)
    show_changes(state, person)
