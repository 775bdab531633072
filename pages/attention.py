"""Attention: which columns each model rests on, for whom, and whether chance could do that."""

from fairmoe.ui.frame.components import show_parts
from fairmoe.ui.frame.frame import ATTENTION, page
from fairmoe.ui.understand.attention import (
    ask_reasons,
    show_differences,
    show_distance,
    show_means,
    show_reading,
    show_spread,
)
from fairmoe.ui.understand.attributions import show_directions, show_methods

PARTS = {
    "Between groups": show_differences,
    "By group": show_means,
    "Row by row": show_spread,
    "Distance": show_distance,
    "Which way": show_directions,
    "Four methods": show_methods,
}

with page(ATTENTION) as state:
    kept = state.kept
    assert kept is not None
    asked = ask_reasons(state, kept)
    show_reading(asked)
    show_parts(PARTS, key="attention-part", about=(state, asked))
