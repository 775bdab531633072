"""A user without a browser: says over a WebSocket what the page of one would say."""

import asyncio
import secrets
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, UploadedFileInfo
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 900.0
"""Seconds after which something is stuck; many users who train wait for one another."""

_XSRF = "_streamlit_xsrf"


class Client:
    """One session of the app, from its first page to when its user is gone.

    Args:
        address: Of the server, such as `http://127.0.0.1:8501`.
        on_message: Is given all that the server sends.
    """

    def __init__(self, address: str, on_message: Callable[[bytes], None]) -> None:
        self.address = address
        self.page = ""
        self._on_message = on_message
        self._session = self._query = self._page_hash = ""
        self._pages: dict[str, str] = {}
        self._drawn: dict[tuple[int, ...], Delta] = {}
        self._of_run: dict[tuple[int, ...], Delta] = {}
        self._states: dict[str, WidgetState] = {}
        self._repeated: dict[str, float] = {}
        self._uploads: list[Any] = []

    async def __aenter__(self) -> Self:
        """Connect, and have Home drawn."""
        self._socket: ClientConnection = await connect(
            f"{self.address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=self.address,  # type: ignore[arg-type]
            max_size=None,
            ping_timeout=None,
        )
        await self._rerun()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave without goodbye."""
        await self._socket.close()

    async def open(self, page: str) -> None:
        """Go to a page, by the last part of its address."""
        await self._rerun(page=self._pages[page])

    async def choose(self, label: str, **value: Any) -> None:
        """Give a widget a value, by the name of the field that it is sent as."""
        widget, fragment = self._widget(label)
        state = WidgetState(id=widget.id)
        for name, each in value.items():
            if name.endswith("array_value"):
                getattr(state, name).data.extend(each)
            else:
                setattr(state, name, each)
        if "trigger_value" in value:
            await self._rerun(state, fragment=fragment)
        else:
            self._states[widget.id] = state
            await self._rerun(fragment=fragment)

    async def click(self, label: str) -> None:
        """Press a button."""
        await self.choose(label, trigger_value=True)

    async def upload(self, name: str, content: bytes) -> None:
        """Give a file to the first upload field of the page."""
        field = next(each for each, _ in self._widgets() if hasattr(each, "max_upload_size_mb"))
        asked = BackMsg()
        asked.file_urls_request.request_id = secrets.token_hex(8)
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self._session
        await self._socket.send(asked.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self._uploads:
                self._take(await self._receive())
        place = self._uploads.pop()
        await asyncio.to_thread(_put, self.address, place.upload_url, name, content)
        given = UploadedFileInfo(name=name, size=len(content), file_id=place.file_id)
        given.file_urls.CopyFrom(place)
        self._states[field.id] = WidgetState(
            id=field.id, file_uploader_state_value=FileUploaderState(uploaded_file_info=[given])
        )
        await self._rerun()

    async def wait_for(self, page: str) -> None:
        """Wait until the server shows another page."""
        await self.wait_until(lambda: self.page == page)

    async def wait_until(self, met: Callable[[], bool], patience: float | None = PATIENCE) -> None:
        """Ask again as often as the page does, until a condition is met."""
        async with asyncio.timeout(patience):
            while not met():
                # A part that a page before had is answered by nothing.
                fragment = min(self._repeated, key=lambda each: self._repeated[each], default="")
                if not fragment:
                    self._take(await self._receive())
                    continue
                await asyncio.sleep(self._repeated[fragment])
                await self._rerun(fragment=fragment, repeated=True)

    def text(self) -> bytes:
        """Return what is on the page."""
        return b"\n".join(each.SerializeToString() for each in self._drawn.values())

    def has(self, label: str) -> bool:
        """Return whether the page has a widget of this label."""
        return any(widget.label == label for widget, _ in self._widgets())

    def alarms(self) -> list[str]:
        """Return what the page says in coloured boxes: errors, warnings and notes."""
        elements = [each.new_element for _, each in sorted(self._drawn.items())]
        return [each.alert.body for each in elements if each.WhichOneof("type") == "alert"]

    def _widget(self, label: str) -> tuple[Any, str]:
        found = [each for each in self._widgets() if each[0].label == label]
        assert found, f"{self.page} has no {label!r}"
        return found[0]

    def _widgets(self) -> Iterator[tuple[Any, str]]:
        for _, delta in sorted(self._drawn.items()):
            if delta.WhichOneof("type") == "new_element":
                kind = delta.new_element.WhichOneof("type")
                widget = getattr(delta.new_element, kind or "", None)
                if getattr(widget, "id", "") and hasattr(widget, "label"):
                    yield widget, delta.fragment_id

    async def _rerun(
        self,
        *pressed: WidgetState,
        fragment: str = "",
        repeated: bool = False,
        page: str | None = None,
    ) -> None:
        """Have the page drawn once more, and wait until it is."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self._query
        asked.page_script_hash = self._page_hash if page is None else page
        asked.fragment_id, asked.is_auto_rerun = fragment, repeated
        asked.widget_states.widgets.extend([*self._states.values(), *pressed])
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self._take(await self._receive()):
                pass

    async def _receive(self) -> ForwardMsg:
        content = await self._socket.recv(decode=False)
        self._on_message(content)
        message = ForwardMsg()
        message.ParseFromString(content)
        return message

    def _take(self, message: ForwardMsg) -> bool:
        """Draw what a message tells, and return whether the script is through."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id
            self._of_run = {}
        elif kind == "navigation":
            pages = message.navigation.app_pages
            self._pages = {
                PurePosixPath(each.url_pathname).name: each.page_script_hash for each in pages
            }
            self._page_hash = message.navigation.page_script_hash
            names = {place: name for name, place in self._pages.items()}
            self.page = names.get(self._page_hash, "")
            self._repeated = {}
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._repeated[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._repeated.pop(fragment, None)
        elif kind == "file_urls_response":
            self._uploads = list(message.file_urls_response.file_urls)
        elif kind == "delta":
            path = tuple(message.metadata.delta_path)
            self._drawn[path] = self._of_run[path] = message.delta
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                # Nothing is left of what an earlier run drew.
                self._drawn = dict(self._of_run)
            return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False


def _put(address: str, path: str, name: str, content: bytes) -> None:
    """Send a file as a browser's form does, with the token that a page of the same origin has."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=PATIENCE) as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
    token = next((one.split(";")[0].split("=", 1)[1] for one in cookies if _XSRF in one), "")
    boundary = secrets.token_hex(8)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    request = urllib.request.Request(
        f"{address}/{path.lstrip('/')}",
        data=head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Cookie": f"{_XSRF}={token}",
            "X-Xsrftoken": token,
        },
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=PATIENCE):
        pass
