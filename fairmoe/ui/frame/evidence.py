"""What the method is worth on other data, for whoever wonders at a claim."""

import re

import streamlit as st

from fairmoe._app import app_folder

EVIDENCE = app_folder() / "docs" / "evidence.md"
_PICTURE = re.compile(r"^!\[.*\]\(.*\)\n?", re.MULTILINE)


def evidence_button() -> None:
    """Offer what was measured on other data sets, over many seeds and beside other methods."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("What it is worth on other data", icon=":material/science:", key="evidence"):
            _show_evidence()
        st.caption(
            "This is one table and a few seeds. The project measures itself on many tables, over "
            "ten seeds and more and beside other methods, and says what falls short."
        )


@st.dialog("Evidence", width="large", icon=":material/science:")
def _show_evidence() -> None:
    # Pictures lie beside the text, where a browser cannot reach them.
    text = _PICTURE.sub("", EVIDENCE.read_text(encoding="utf-8"))
    st.markdown(text.removeprefix("# Evidence\n"))
