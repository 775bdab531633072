"""What being in the positive class is for the person, and what both outcomes are called."""

import re
from dataclasses import replace

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import LabelledTable, Outcome, Table, Target, suggest_outcome
from fairmoe.data.labels import label
from fairmoe.errors import InvalidInputError
from fairmoe.sentences.data import MEANING_OPEN
from fairmoe.ui.frame.state import Session

QUESTION = "Is this outcome good or bad for the person?"
HELP = (
    "Being hired is good, being called a reoffender is bad. The answer decides what counts as "
    "harm: the bad outcome given to someone whose label is the good one. Without an answer, no "
    "change is called better or worse for a person."
)
ANSWERS: dict[Outcome, str] = {"good": "Good", "bad": "Bad", "neither": "Neither"}
OWN_WORDS = (
    "These words are made of the column's name and values. Say it in your own, such as “hired” and "
    "“not hired”: all pages and the report speak in them."
)
_WORD = re.compile(r"(not )?[^\W\d_]+")
"""What a sentence can hold as it is; "two year recid" or "score > 4" it can not."""

_FIELD = "field of the outcome"
"""Under what a session remembers the key of the field that was drawn last."""

WORDS = ("Positive outcome in words", "Other outcome in words")


def take_outcome(state: Session, outcome: Outcome) -> None:
    """Take an answer that was given on another page for the next training too.

    Only if the table and target that are in use are those of the run that is shown.
    """
    run, labelled = state.run, state.labelled
    if run is None or labelled is None:
        return
    target = labelled.roles.target
    if (labelled.table.sha256, target) != (run.data.sha256, run.roles.target):
        return
    told = replace(labelled.roles, target=replace(target, outcome=outcome))
    state.labelled = replace(labelled, roles=told)
    if _FIELD in state.parts:
        st.session_state[state.parts[_FIELD]] = outcome


def say_what_is_open(labelled: LabelledTable) -> None:
    """Say what a training does without, while it is not told whether the outcome is good or bad."""
    if labelled.roles.target.outcome is None:
        st.caption(escape_markdown(MEANING_OPEN.format(outcome=labelled.words[0])), width=320)


def ask_outcome(state: Session, table: Table, target: Target, key: str) -> Target | None:
    """Ask for the meaning of a target's positive class.

    Args:
        state: The session.
        table: The table.
        target: The target, with what is known of its meaning; otherwise its words suggest it.
        key: Names the question, and so changes with the positive class.

    Returns:
        The target with the answers; None while both outcomes are called the same.
    """
    try:
        default = label(table, replace(target, words=None)).words
    except InvalidInputError:
        # The library says what is wrong with the target, below a form that stays whole.
        return target
    state.parts[_FIELD] = key
    outcome = st.segmented_control(
        QUESTION,
        list(ANSWERS),
        format_func=ANSWERS.__getitem__,
        default=target.outcome or suggest_outcome(target),
        # Else a click on what is suggested would take the answer back.
        required=True,
        help=HELP,
        key=key,
        persist_state="session",
    )
    words = [
        (
            place.text_input(text, word, key=f"{key}-{i}", persist_state="session") or default[i]
        ).strip()
        for i, (place, text, word) in enumerate(
            zip(st.columns(2), WORDS, target.words or default, strict=True)
        )
    ]
    if words[0] == words[1]:
        st.caption(":material/arrow_upward: Call the two outcomes by different words.")
        return None
    told = None if tuple(words) == default else (words[0], words[1])
    if told is None and not all(_WORD.fullmatch(word) for word in default):
        st.caption(OWN_WORDS)
    return replace(target, outcome=outcome, words=told)
