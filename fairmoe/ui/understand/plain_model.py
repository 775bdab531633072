"""What the mixture is compared with in people: the plain model, or what is in use today."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe.data.people import people_of
from fairmoe.names import PLAIN_LABEL, PLAIN_MODEL, Model, SplitName
from fairmoe.sentences.audits import existing_in_words
from fairmoe.sentences.result import cost_in_people
from fairmoe.ui.frame.of_table import of_table

if TYPE_CHECKING:
    from fairmoe.runs import Run

_KEY = "plain-model"
_TITLES: dict[Model, str] = {"utility": PLAIN_LABEL, "existing": "Existing model"}


def ask_plain_model(run: "Run") -> None:
    """Let the user choose between both, if a run has an existing model; the pages share it."""
    if "existing" in run.models:
        st.segmented_control(
            "Compared with",
            list(_TITLES),
            default="utility",
            format_func=_TITLES.__getitem__,
            required=True,
            key=of_table(_KEY, run.data.sha256),
            persist_state="session",
            label_visibility="collapsed",
            help="What the mixture changes for people, against which other model.",
        )


def plain_model(run: "Run") -> Model:
    """Return the key of the model that the user chose."""
    chosen = st.session_state.get(of_table(_KEY, run.data.sha256))
    is_existing = chosen == "existing" and "existing" in run.models
    return "existing" if is_existing else "utility"


def plain_in_words(run: "Run", otherwise: str = PLAIN_MODEL) -> str:
    """Return the chosen model as sentences speak of it.

    Args:
        run: The run.
        otherwise: What the utility expert is called.
    """
    existing = run.roles.existing
    if plain_model(run) == "utility" or existing is None:
        return otherwise
    return existing_in_words(existing)


def cost_of_mixture(run: "Run", split: SplitName, *, brief: bool = False) -> str:
    """Say what the mixture changes in people, against the model that the user chose.

    Args:
        run: The run.
        split: On which rows.
        brief: See `cost_in_people`.
    """
    account = run.account(plain=plain_model(run), split=split, otherwise=True)
    return cost_in_people(
        account.groups.rename(index=people_of(run.data.groups, run.roles)),
        account.everyone,
        *run.good_and_bad,
        plain=plain_in_words(run),
        brief=brief,
    )
