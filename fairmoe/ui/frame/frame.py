"""What every page has around it: title, way through the app, state of the training, errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from fairmoe._app import app_folder
from fairmoe._escape import Markdown, escape_markdown
from fairmoe.sentences.cutoffs import SHOWN_AS_TRAINED
from fairmoe.ui.frame.background import collect_once_a_while
from fairmoe.ui.frame.components import OWN_DOWNLOADS, apologies, show_note
from fairmoe.ui.frame.fitting import COMPACT, FITS, FOCUS, READABLE, WIDTHS
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.menu import close_menu
from fairmoe.ui.frame.pages import (
    ATTENTION,
    AUDIT,
    DATA,
    HOME,
    INDIVIDUAL,
    PAGES,
    RESULT,
    ROUTING,
    TRAIN,
    Page,
    in_sections,
    run_missing,
)
from fairmoe.ui.frame.preload import preload
from fairmoe.ui.frame.progress import show_work_in_brief
from fairmoe.ui.frame.projects import (
    ask_for_rows,
    open_what_was_named,
    show_opened,
    show_project,
)
from fairmoe.ui.frame.runs import name_of, run_chooser, say_whose_run
from fairmoe.ui.frame.session import QUERY, remember, say_if_gone, say_where_it_stays, session
from fairmoe.ui.frame.sign_in import require_sign_in, show_who
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.uploads import admit_uploads, limit_uploads

ASSETS = app_folder() / "assets"
_AS_TRAINED = (ROUTING, ATTENTION, INDIVIDUAL)
"""What cut-offs that a run was given afterwards do not change."""


@contextmanager
def page(path: str) -> Iterator[Session]:
    """Draw the frame around a page's own content.

    Where sign-in is configured, whoever has not signed in sees that and nothing else. A page
    opened before its time says what to do first and ends there. Errors of the content
    become a sentence; the frame and the session's data stay.

    Args:
        path: The page's script, one of `PAGES`.

    Yields:
        The state of the session.
    """
    entry = PAGES[path]
    st.set_page_config(
        page_title="fairmoe" if path == HOME else f"{entry.title} · fairmoe",
        page_icon=ASSETS / "favicon.svg",
        layout="wide",
    )
    st.html(f"<style>{WIDTHS}{FITS}{READABLE}{COMPACT}{FOCUS}{OWN_DOWNLOADS}</style>")
    st.logo(ASSETS / "logo.svg", icon_image=ASSETS / "favicon.svg", size="large")
    # Strangers could send files all the same.
    limit_uploads()
    is_let_in = False
    try:
        require_sign_in()
        is_let_in = True
    finally:
        admit_uploads(is_let_in=is_let_in)
    state = session()
    try:
        yield from _page(path, entry, state)
    finally:
        # Also where the content ended early, to draw the page again or another one.
        remember(state)
        if state.is_over:
            # Forgotten in another tab meanwhile: what was just computed is not shown.
            st.rerun()


def _page(path: str, entry: Page, state: Session) -> Iterator[Session]:
    open_what_was_named(state, go_there=path == HOME)
    remember(state)
    with apologies():
        state.job()
        say_if_gone()
        show_opened(state, result=RESULT, data=DATA)
        st.title(entry.title, anchor=False)
        if entry.lead:
            st.caption(entry.lead)
        missing = entry.missing(state)
        if missing:
            _show_what_comes_first(missing, state)
            _sidebar(path, state)
            st.stop()
        if entry.missing is run_missing:
            say_whose_run(state)
        if path in _AS_TRAINED and state.run is not None and state.run.cutoffs is not None:
            show_note(escape_markdown(SHOWN_AS_TRAINED), icon=":material/tune:")
        yield state
    # After the content, which decides what is unlocked.
    _sidebar(path, state)
    preload()
    collect_once_a_while()


def _sidebar(path: str, state: Session) -> None:
    with st.sidebar, apologies():
        _navigation(state)
        _next_step(path, state)
        show_work_in_brief(state, path)
        run_chooser(state)
        _what_is_loaded(state)
        ask_for_rows(state)
        show_project(state)
        say_where_it_stays(state)
        show_who()
        close_menu(path)


def _next_step(path: str, state: Session) -> None:
    """Show the way to the page after this one, once there is something to see on it."""
    # An audit is asked for by those who have something to audit.
    way = [each for each in PAGES if each == path or each != AUDIT]
    after = way[way.index(path) + 1 :]
    if after and not PAGES[after[0]].missing(state):
        link(after[0], f"Next: {PAGES[after[0]].label}", icon=":material/arrow_forward:")


def _navigation(state: Session) -> None:
    for section, paths in in_sections().items():
        if section and paths:
            st.caption(section)
        for path in paths:
            entry = PAGES[path]
            missing = entry.missing(state)
            st.page_link(
                path,
                label=entry.label,
                icon=":material/lock:" if missing else entry.icon,
                disabled=bool(missing),
                help=missing or None,
                width="stretch",
                query_params={QUERY: state.token} if state.token else None,
            )


def _what_is_loaded(state: Session) -> None:
    waiting = next((m for m in (entry.missing(state) for entry in PAGES.values()) if m), "")
    if waiting:
        st.caption(f":material/lock: {waiting}")
    if state.table is not None:
        told = f"{state.table.name or 'Your table'}, {len(state.table.frame):,} rows"
        st.caption(f":material/table_chart: {escape_markdown(told)}")
    if state.kept is not None and len(state.runs) == 1:
        st.caption(
            f":material/model_training: {escape_markdown(f'Shown: {name_of(state, state.kept)}')}"
        )


def _show_what_comes_first(missing: str, state: Session) -> None:
    show_note(Markdown(f"Nothing to see here yet. {missing}"), icon=":material/lock:")
    if state.labelled is not None:
        st.page_link(TRAIN, label="Go to Train", icon=PAGES[TRAIN].icon)
        return
    st.page_link(DATA, label="Go to Data", icon=PAGES[DATA].icon)
    if state.table is None:
        st.page_link(HOME, label="Or begin with the demo data", icon=PAGES[HOME].icon)
