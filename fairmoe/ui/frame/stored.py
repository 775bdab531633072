"""Projects on the server's disk, where it keeps them: saved, listed, opened, renamed, deleted."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe._write import MIB
from fairmoe.errors import FairmoeError
from fairmoe.project_store import LONGEST, About, ProjectStore, StoredProject
from fairmoe.sentences.projects import (
    DELETED_FOR_ALL,
    TAKES_THE_PLACE,
    WHO_SEES_THE_STORE,
    about_stored,
    name_is_taken,
)
from fairmoe.ui.frame.components import apologies, show_warning
from fairmoe.ui.frame.handover import FAILED, opening, project_of, take_project
from fairmoe.ui.frame.process import project_store
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.runs import Project

MOST = 20
"""How many projects are listed; beyond that one looks for a name."""

_OURS, _SAVED = "stored-project", "stored-now"


def offer_to_store(
    state: Session, entered: Mapping[str, Any], name: str, *, with_table: bool
) -> None:
    """Offer to save what a session holds on the server, if it keeps projects.

    Args:
        state: The session.
        entered: What was entered on Report, by the keys of its fields.
        name: What to call a project that has no name yet.
        with_table: Whether to put the table into it.
    """
    store = project_store()
    if store is None:
        return
    st.divider()
    ours: StoredProject | None = state.parts.get(_OURS)
    wanted = st.text_input(
        "Save on this server as",
        name.rsplit(".", 1)[0][:LONGEST] if ours is None else ours.name,
        max_chars=LONGEST,
        key=f"store-name-{state.turns}-{state.version}-{ours and ours.key}",
    )
    st.caption(WHO_SEES_THE_STORE)
    taken = store.named(wanted)
    replacing, may = None if taken is None else taken.key, True
    if taken is not None and (ours is None or taken.key != ours.key):
        show_warning(
            escape_markdown(name_is_taken(taken.name, _when(taken))), icon=":material/difference:"
        )
        may = st.checkbox("Replace it", key=f"store-replace-{taken.key}")
    if st.button(
        "Save on this server", icon=":material/dns:", key="store-project", disabled=not may
    ):
        with apologies():
            project = project_of(state, entered, with_table=with_table)
            with st.spinner("Saving"):
                state.parts[_OURS] = _save(store, project, wanted, replacing)
            state.parts[_SAVED] = True
            # The list above shows it, and the field holds the name as it was kept.
            st.rerun()
    if state.parts.pop(_SAVED, False):
        st.success("Saved on this server.", icon=":material/check:")


def show_stored(state: Session) -> None:
    """List the projects on the server, each to be opened, renamed or deleted."""
    with apologies():
        store = project_store()
        if store is None:
            return
        st.subheader("Projects on this server", anchor=False)
        st.caption(WHO_SEES_THE_STORE)
        kept = store.projects()
        if not kept:
            st.markdown("None yet. Save one under Project, in the sidebar.")
            return
        if len(kept) > MOST:
            part = st.text_input("Find a project", key="find-stored").casefold().strip()
            kept = [each for each in kept if part in each.name.casefold()]
        for each in kept[:MOST]:
            _show(state, store, each)
        if len(kept) > MOST:
            st.caption(f"{len(kept) - MOST} more. Enter a part of the name to find them.")


def _show(state: Session, store: ProjectStore, kept: StoredProject) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"stored-{kept.key}", border=True
    ):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{escape_markdown(kept.name)}**")
            st.caption(escape_markdown(_about(kept)))
        told = f"Open {escape_markdown(kept.name)}"
        open_it = (state, lambda: _open(state, store, kept))
        if state.table is None and not state.runs:
            st.button("Open", key=f"open-{kept.key}", help=told, on_click=_try, args=open_it)
        else:
            with st.popover("Open", help=told):
                st.markdown(TAKES_THE_PLACE)
                st.button(told, key=f"open-{kept.key}", on_click=_try, args=open_it)
        with st.popover("Edit", icon=":material/edit:"):
            _edit(state, store, kept)


def _edit(state: Session, store: ProjectStore, kept: StoredProject) -> None:
    key = f"rename-{kept.key}-{kept.name}"
    st.text_input(
        "Name",
        kept.name,
        max_chars=LONGEST,
        key=key,
        on_change=lambda: _try(state, lambda: store.rename(kept.key, st.session_state[key])),
    )
    st.markdown(DELETED_FOR_ALL)
    st.button(
        Markdown(f"Delete {escape_markdown(kept.name)}"),
        icon=":material/delete:",
        key=f"delete-{kept.key}",
        on_click=_try,
        args=(state, lambda: store.delete(kept.key)),
    )


def _try(state: Session, change: Callable[[], None]) -> None:
    try:
        change()
    except FairmoeError as error:
        state.parts[FAILED] = error


def _open(state: Session, store: ProjectStore, kept: StoredProject) -> None:
    from fairmoe.runs import read_project  # noqa: PLC0415

    with opening(state):
        take_project(state, read_project(store.read(kept.key)))
        state.parts[_OURS] = kept


def _save(
    store: ProjectStore, project: "Project", name: str, replacing: str | None
) -> StoredProject:
    from fairmoe.runs import write_project  # noqa: PLC0415

    table = project.table
    about = About(
        len(project.runs),
        "" if table is None else table.name,
        table is not None and table.content is not None,
    )
    return store.save(write_project(project), name, about, replacing=replacing)


def _about(kept: StoredProject) -> str:
    size = kept.size / MIB
    return about_stored(
        runs=kept.about.runs,
        table=kept.about.table,
        with_table=kept.about.with_table,
        saved=_when(kept),
        size=f"{size:,.1f} MiB" if size >= 0.1 else f"{kept.size / 1024:,.0f} KiB",
    )


def _when(kept: StoredProject) -> str:
    return f"{datetime.fromtimestamp(kept.saved, UTC):%Y-%m-%d %H:%M} UTC"
