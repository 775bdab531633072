"""Which groups of the run that is shown count as one, because they are small; how to merge them."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.names import SplitName
from fairmoe.sentences.small_groups import MERGED_ALREADY
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.pages import DATA, TRAIN
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.switching import go_to
from fairmoe.ui.prepare.groups import may_merge, merge_button

if TYPE_CHECKING:
    from fairmoe.data import LabelledTable
    from fairmoe.runs import Run


def one_group_in_words(run: "Run", *, apart: bool = False) -> str:
    """Say which groups of a run count as one; nothing if none do.

    Args:
        run: With the groups by which it is told of.
        apart: Whether to say too which groups are not compared.
    """
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.analysis.result import who_is_one  # noqa: PLC0415

    return who_is_one(run, limits().smallest_group, apart=apart)


def show_merged(state: Session, run: "Run", *, apart: bool = False) -> None:
    """Say beside the figures of a page which groups of a run count as one, and offer to merge them.

    Args:
        state: The session.
        run: With the groups by which it is told of.
        apart: See `one_group_in_words`.
    """
    told = one_group_in_words(run, apart=apart)
    if told:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(escape_markdown(told), width="stretch")
            offer_merge(state, run)


def offer_merge(
    state: Session, run: "Run", *, split: SplitName = "test", place: str = "run"
) -> None:
    """Offer to merge the small groups of a run for the next training, where its table is loaded.

    The button chooses that on Data and opens it.

    Args:
        state: The session.
        run: The run.
        split: On which rows groups of too few people are not compared.
        place: Names where the button stands.
    """
    from fairmoe.analysis.result import merge_for_training  # noqa: PLC0415

    merge, labelled = merge_for_training(run, split=split), state.labelled
    if merge is None or labelled is None or not _groups_alike(labelled, run):
        return
    if labelled.roles.merge_small >= merge.fewer_than:
        link(TRAIN, MERGED_ALREADY)
    elif merge_button(state, merge.fewer_than, place=place):
        go_to(DATA)


def _groups_alike(labelled: "LabelledTable", run: "Run") -> bool:
    """Return whether Data has the rows of a run, grouped by the same columns, and merges groups."""
    now, then = labelled.roles, run.roles
    is_same = (now.sensitive, now.unknown) == (then.sensitive, then.unknown)
    return (
        is_same
        and labelled.table.sha256 == run.data.sha256
        and may_merge(labelled.table, now.sensitive)
    )
