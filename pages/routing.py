"""Routing: which expert decides for which rows, and what changes if the gate is overridden."""

from fairmoe.ui.frame.components import show_parts
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import ROUTING
from fairmoe.ui.understand.choice_sources import show_choice
from fairmoe.ui.understand.merged import show_merged
from fairmoe.ui.understand.overrides import show_forced
from fairmoe.ui.understand.results import split_switch
from fairmoe.ui.understand.routing import (
    show_columns,
    show_disagreement,
    show_flows,
    show_reading,
    show_weights,
)
from fairmoe.ui.understand.single_expert import show_single_expert
from fairmoe.ui.understand.triangle import show_triangle

PARTS = {
    "By group": show_weights,
    "Why this expert": show_choice,
    "Row by row": show_triangle,
    "Along a column": show_columns,
    "Disagreement": show_disagreement,
    "Where it leads": show_flows,
    "What if": show_forced,
}

with page(ROUTING) as state:
    assert state.kept is not None
    kept = state.kept.told
    split = split_switch()
    show_merged(state, kept.run)
    if not show_single_expert(state, kept, split):
        show_reading(state, kept, split)
        show_parts(PARTS, key="routing-part", about=(state, kept, split))
