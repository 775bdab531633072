"""Individual: one person, what each model says and why, and what would change the decision."""

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.ui.frame.components import show_parts
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import INDIVIDUAL
from fairmoe.ui.understand.closest_change import show_changes
from fairmoe.ui.understand.individual import (
    show_neighbour,
    show_opinions,
    show_reasons,
    show_swap,
)
from fairmoe.ui.understand.person_picker import pick_person
from fairmoe.ui.understand.person_values import change_values

PARTS = {
    "Why": show_reasons,
    "Another sensitive value": show_swap,
    "Nearest with another outcome": show_neighbour,
    "What would change the decision": show_changes,
}

with page(INDIVIDUAL) as state:
    kept = state.kept
    assert kept is not None
    real = pick_person(state, kept)
    st.header(escape_markdown(real.line().capitalize()), anchor=False)
    person = change_values(state, real)
    show_opinions(person)
    show_parts(PARTS, key="individual-part", about=(state, person))
