"""Whose a session is, as far as a server can tell."""

import itertools
from typing import NamedTuple

import streamlit as st

from fairmoe.ui.frame.sign_in import who


class Person(NamedTuple):
    """Who asks for something, in however many tabs.

    Attributes:
        name: Who has signed in, or else the browser; "" if neither can be told.
        address: From where; "" if that is not known or is this machine.
    """

    name: str = ""
    address: str = ""


def person() -> Person:
    """Return whose page is drawn."""
    return Person(who() or browser(), st.context.ip_address or "")


def browser() -> str:
    """Return what stays of the cookie by which Streamlit refuses forged requests; may be empty."""
    try:
        version, mask, masked, _ = st.context.cookies["_streamlit_xsrf"].split("|")
        pairs = zip(bytes.fromhex(masked), itertools.cycle(bytes.fromhex(mask)), strict=False)
        return bytes(one ^ other for one, other in pairs).hex() if version == "2" else ""
    except (KeyError, ValueError):
        return ""
