"""How much may arrive that nobody has read yet."""

import threading
from typing import Any

import streamlit as st
from starlette.exceptions import HTTPException
from streamlit import runtime

from fairmoe.ui.frame.limits import limits

_MIB = 2**20


@st.cache_resource(show_spinner=False)
def limit_uploads() -> None:
    """Refuse files that are too many or too large together, from now on.

    Streamlit takes files of whoever has an open page, also where no field asks for one, and holds
    them in memory until the page is left or the field is gone. It knows the size of each file only.
    """
    if runtime.exists():
        _limit(runtime.get_instance().uploaded_file_mgr, limits().uploads_mib * _MIB)


def _limit(manager: Any, most: int) -> None:
    """Let a manager of uploaded files hold so many bytes, and a session half of them."""
    take = manager.add_file
    lock = threading.Lock()

    def take_if_there_is_room(session_id: str, file: Any) -> None:
        with lock:
            held = {
                session: sum(len(one.data) for key, one in files.items() if key != file.file_id)
                for session, files in tuple(manager.file_storage.items())
            }
            coming = len(file.data)
            own = held.get(session_id, 0)
            if sum(held.values()) + coming > most or (own and own + coming > most // 2):
                raise HTTPException(413, "This server holds as many unread files as it may.")
            take(session_id, file)

    manager.add_file = take_if_there_is_room
