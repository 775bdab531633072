"""Which column is the score or decision of today, how it decides, and that none learns of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import (
    Existing,
    LabelledTable,
    Roles,
    existing_at_first,
    named_as_existing,
    same_answers,
    suggest_existing,
)
from fairmoe.errors import InvalidInputError
from fairmoe.sentences.audits import (
    EXISTING_ASKED,
    copied_as_features,
    how_it_decides,
    left_out_of_features,
    may_be_existing,
    only_feature,
)
from fairmoe.sentences.data import still_left_out
from fairmoe.ui.frame.components import show_error, show_note
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.roles import dropped_key

MOST_NAMED = 2
"""So many columns that are called like a score have a button beside the hint."""


def ask_existing(state: Session) -> None:
    """Ask on Data for the score or decision that is in use today, and take it as a role."""
    if state.labelled is None:
        return
    asked = st.expander(
        EXISTING_ASKED,
        expanded=state.labelled.roles.existing is not None,
        icon=":material/history:",
        key=f"existing-open-{state.version}",
        on_change="rerun",
    )
    # Columns are looked at only when somebody asks: of a long table that takes seconds.
    if asked.open:
        with asked:
            take_up(state, choose_existing(state, state.labelled))


def warn_of_existing(state: Session, labelled: LabelledTable) -> None:
    """Ask of features that are called like another model's answer whether one is in use today."""
    what = ("named as existing", labelled.table, labelled.roles, tuple(labelled.kinds))
    named = state.once(what, lambda: named_as_existing(labelled))
    if not named:
        return
    told, buttons = st.columns([4, 1], vertical_alignment="center")
    with told:
        show_note(escape_markdown(copied_as_features(named)), icon=":material/history:")
    with buttons:
        for i, column in enumerate(named[:MOST_NAMED]):
            st.button(
                f"Name {escape_markdown(column)}",
                key=f"name-existing-{state.version}-{i}",
                on_click=_name,
                args=(state, column),
            )


def choose_existing(
    state: Session, labelled: LabelledTable, beside: Callable[[], object] = lambda: None
) -> Existing | None:
    """Let the user name a column with a score or decisions, and say how it decides.

    Args:
        state: The session.
        labelled: The rows under their roles.
        beside: Draws what is to stand in the same line.

    Returns:
        None before a column, or the values of a decision, are chosen.
    """
    roles = labelled.roles
    taken = (roles.target, roles.sensitive_columns, roles.split_column, roles.weight)
    candidates = state.once(
        ("existing columns", labelled.table, *taken), lambda: suggest_existing(labelled)
    )
    known = None if roles.existing is None else roles.existing.column
    key = _key(state)
    if known in candidates and st.session_state.get(key, known) == known:
        # A default would take away the cross that clears the field.
        st.session_state[key] = known
    with st.container(horizontal=True):
        column = st.selectbox(
            "Score or decision",
            list(candidates),
            index=None,
            placeholder="Choose a column",
            key=key,
            persist_state="session",
            width=220,
            on_change=_leave_out,
            args=(state, key),
            help="A column that holds what another model, a rule or people said: a score, such as "
            "a probability, a decile or a risk, or decisions. The likeliest come first. It is left "
            "out of the features, and stands beside the mixture as one more model.",
        )
        if column is None:
            existing = None
        else:
            initial = state.once(
                ("existing at first", labelled.table, *taken, column),
                lambda: _at_first(labelled, column),
            )
            existing = _decides(state, labelled, initial)
        beside()
    if column is None:
        told = may_be_existing([name for name, is_named in candidates.items() if is_named])
        st.caption(escape_markdown(told))
        _offer_back(state, labelled)
    return existing


def take_up(state: Session, existing: Existing | None, *, elsewhere: str = "") -> None:
    """Make an existing score or decision a role, or none, and say how it decides.

    Args:
        state: The session.
        existing: What decides; None for none.
        elsewhere: What that changes on other pages, in words.
    """
    labelled = state.labelled
    assert labelled is not None
    if existing is None:
        _settle(state, replace(labelled.roles, existing=None))
        return
    column, same = existing.column, _same(state, labelled, existing.column)
    if set(labelled.kinds) <= {column, *same}:
        show_note(escape_markdown(only_feature(column)), icon=":material/filter_alt_off:")
        return
    _settle(state, _with(labelled.roles, existing))
    left_out = tuple(name for name in same if name in labelled.roles.dropped)
    told = f"{how_it_decides(existing, labelled.words)} {left_out_of_features(column, left_out)}"
    st.caption(escape_markdown(f"{told} {elsewhere}".rstrip()))


def with_existing(state: Session, roles: Roles | None) -> Roles | None:
    """Return the roles of the form with the existing score that was named, if it is still free."""
    before = state.initial_roles if state.labelled is None else state.labelled.roles
    existing = None if before is None else before.existing
    if roles is None or existing is None:
        return roles
    named = {roles.target.column, *roles.sensitive_columns, *roles.other_columns}
    return roles if existing.column in named else _with(roles, existing)


def _with(roles: Roles, existing: Existing) -> Roles:
    dropped = tuple(column for column in roles.dropped if column != existing.column)
    return replace(roles, existing=existing, dropped=dropped)


def _settle(state: Session, roles: Roles) -> None:
    """Take roles into use; those that cannot be trained on leave the others in use."""
    before = state.labelled
    try:
        state.settle(roles)
    except InvalidInputError as error:
        state.labelled = before
        show_error(error)


def _same(state: Session, labelled: LabelledTable, column: str) -> tuple[str, ...]:
    roles = labelled.roles
    taken = (roles.target.column, roles.sensitive_columns, roles.split_column, roles.weight)
    return state.once(
        ("same answers", labelled.table, *taken, column), lambda: same_answers(labelled, column)
    )


def _key(state: Session) -> str:
    return f"audit-column-{state.version}"


def _name(state: Session, column: str) -> None:
    """Name a column as if it had been chosen where the question stands, and open that."""
    st.session_state[_key(state)] = column
    st.session_state[f"existing-open-{state.version}"] = True
    _leave_out(state, _key(state))


def _leave_out(state: Session, key: str) -> None:
    """Leave out of the features what says the same as another column, and the one before it."""
    labelled, column = state.labelled, st.session_state.get(key)
    if labelled is None:
        return
    roles = labelled.roles
    same = () if column is None else _same(state, labelled, column)
    if set(labelled.kinds) <= {column, *same}:
        return
    before = () if roles.existing is None else (roles.existing.column,)
    named = dict.fromkeys((*roles.dropped, *before, *same))
    dropped = tuple(name for name in named if name != column)
    _for_existing(state).update(dict.fromkeys(c for c in dropped if c not in roles.dropped))
    st.session_state[dropped_key(state)] = list(dropped)
    state.settle(replace(roles, existing=None, dropped=dropped))


def _offer_back(state: Session, labelled: LabelledTable) -> None:
    """Say what stays left out after its column was cleared, with a button that takes it back."""
    left_out = [name for name in _for_existing(state) if name in labelled.roles.dropped]
    if left_out:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(escape_markdown(still_left_out(left_out)), width="content")
            st.button(
                "Use as features" if len(left_out) > 1 else "Use as a feature",
                key=f"existing-back-{state.version}",
                on_click=_take_back,
                args=(state, left_out),
            )


def _take_back(state: Session, columns: Sequence[str]) -> None:
    """Make features again of columns that were left out for an existing score or decision."""
    assert state.labelled is not None
    roles = state.labelled.roles
    dropped = tuple(name for name in roles.dropped if name not in columns)
    st.session_state[dropped_key(state)] = list(dropped)
    state.settle(replace(roles, dropped=dropped))


def _for_existing(state: Session) -> dict[str, None]:
    """Return the columns of the table that were left out for an existing score, as they came."""
    left_out: dict[str, None] = state.parts.setdefault(f"left-out-{state.version}", {})
    return left_out


def _at_first(labelled: LabelledTable, column: str) -> Existing:
    known = labelled.roles.existing
    if known is not None and known.column == column:
        return known
    return existing_at_first(labelled, column)


def _decides(state: Session, labelled: LabelledTable, initial: Existing) -> Existing | None:
    """Ask where a score is cut and which way it goes, or which values decide for the outcome."""
    column, (positive, other) = initial.column, labelled.words
    key = f"{state.version}-{list(labelled.table.kinds).index(column)}"
    if initial.cutoff is None:
        levels = sorted(set(labelled.table.frame[column].dropna().astype(str)))
        chosen = st.multiselect(
            f"Values that give “{escape_markdown(positive)}”",
            levels,
            default=list(initial.positive),
            placeholder="Choose at least one",
            key=f"audit-values-{key}",
            persist_state="session",
            width=300,
        )
        return replace(initial, positive=tuple(chosen)) if chosen else None
    cutoff = st.number_input(
        "Cut-off",
        value=initial.cutoff,
        format="%g",
        key=f"audit-cutoff-{key}",
        persist_state="session",
        width=130,
        help="Scores above it decide one way, all others the other. It begins at one half for "
        "scores from 0 to 1, and else where as many people get the outcome as have it.",
    )
    above = st.selectbox(
        "Above it",
        [positive, other],
        index=0 if initial.rises else 1,
        key=f"audit-above-{key}",
        persist_state="session",
        width=170,
        help="What a score above the cut-off says. It begins with what such people more often have "
        "as their label.",
    )
    return Existing(column, initial.cutoff if cutoff is None else cutoff, above == positive)
