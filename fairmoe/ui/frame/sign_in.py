"""Sign-in: where secrets configure it, nothing of any page runs before it."""

import hashlib
import os
from pathlib import Path
from typing import Any

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.ui.frame.components import show_note

SIGN_IN = "FAIRMOE_SIGN_IN"
"""The variable that closes the app where sign-in is not configured ("required")."""

_SHARED = ("redirect_uri", "cookie_secret", "expose_tokens", "client_kwargs")
"""What `[auth]` holds beside the tables of named providers."""


def require_sign_in() -> None:
    """Let those through who have signed in, or all where sign-in is not configured.

    Others see a button for each provider, and the script of the page ends. It ends for all where
    sign-in is required and cannot be had: a server that lost its secrets is not an open one.
    """
    required = os.environ.get(SIGN_IN, "")
    if required not in ("", "required"):
        _close(f"{SIGN_IN} can be empty or required.")
    if "is_logged_in" not in st.user:
        if _are_unreadable():
            _close("The secrets of this server cannot be read.")
        if required:
            _close("This server requires sign-in, and its secrets configure none.")
        return
    # Anything but True is nobody: the cookie is checked by Streamlit, which sets this.
    if st.user["is_logged_in"] is not True:
        _offer()


def who() -> str:
    """Return what tells the person who signed in from others, in ASCII; nothing without sign-in."""
    if st.user.get("is_logged_in") is not True:
        return ""
    claims = [str(st.user.get(claim)) for claim in ("iss", "sub", "email")]
    return hashlib.sha256("\n".join(claims).encode()).hexdigest()


def show_who() -> None:
    """Show who has signed in, and the way out; nothing without sign-in."""
    if st.user.get("is_logged_in") is not True:
        return
    name = st.user.get("email") or st.user.get("name") or ""
    if isinstance(name, str) and name:
        st.caption(f":material/person: {escape_markdown(name)}")
    st.button(
        "Sign out", icon=":material/logout:", key="sign-out", on_click=st.logout, width="stretch"
    )


def _offer() -> None:
    st.title("fairmoe", anchor=False)
    st.markdown("Sign in to use this app.")
    for provider in _providers():
        st.button(
            f"Sign in with {provider}" if provider else "Sign in",
            type="primary",
            icon=":material/login:",
            key=f"sign-in-{provider}",
            on_click=st.login,
            args=(provider,) if provider else (),
        )
    st.stop()


def _providers() -> list[str]:
    """Return the names of the providers, or an empty one for the provider without a name."""
    found = st.secrets.load_if_toml_exists()
    auth: dict[str, Any] = dict(st.secrets.get("auth", {})) if found else {}
    named = [name for name, value in auth.items() if hasattr(value, "keys") and name not in _SHARED]
    return named if named and "client_id" not in auth else ["", *named]


def _are_unreadable() -> bool:
    """Return whether there is a file of secrets that Streamlit took for none."""
    there = any(Path(path).exists() for path in st.get_option("secrets.files"))
    return there and not st.secrets.load_if_toml_exists()


def _close(why: str) -> None:
    st.title("fairmoe", anchor=False)
    show_note(
        Markdown(f"{why} The app is closed until its operator has mended that."),
        icon=":material/lock:",
    )
    st.stop()
