"""Attention: through which columns the gap comes, and which each model rests on, for whom."""

from fairmoe.ui.frame.components import show_parts
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import ATTENTION
from fairmoe.ui.understand.attention import (
    show_differences,
    show_distance,
    show_means,
    show_spread,
)
from fairmoe.ui.understand.attention_choice import asking
from fairmoe.ui.understand.attributions import show_directions, show_methods
from fairmoe.ui.understand.gap_sources import show_gap
from fairmoe.ui.understand.merged import show_merged
from fairmoe.ui.understand.results import split_switch

PARTS = {
    "Why the gap": show_gap,
    "Between groups": asking(show_differences),
    "By group": asking(show_means),
    "Row by row": asking(show_spread),
    "Distance": asking(show_distance),
    "Which way": asking(show_directions),
    "Methods": asking(show_methods),
}

with page(ATTENTION) as state:
    assert state.kept is not None
    kept, split = state.kept.told, split_switch()
    show_merged(state, kept.run)
    show_parts(PARTS, key="attention-part", about=(state, kept, split))
