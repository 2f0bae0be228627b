"""Lean sockets: uvicorn's WebSocket protocol without what an idle visitor need not keep.

The handshake's headers are let go once it is over, and the queue and the gate of each connection
make nothing until somebody waits at them: 8 KiB less for each of thousands who only listen.

The endpoint finds the protocol in its scope, as `DIRECT`, and may write a text without a task and
be given one without a queue, as long as nothing else of the connection is under way.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from kefu.core.sockets import DIRECT, Taker

TEXT = 0x81
SHORT, MIDDLING = 126, 1 << 16


class Inbound:
    """What came in and was not read; one reader."""

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def empty(self) -> bool:
        return not self._messages

    def has_reader(self) -> bool:
        """Whether all that came was read, and its reader waits for more."""
        return not self._messages and self._reader is not None and not self._reader.done()

    async def get(self) -> Any:
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._messages.pop(0)


class Gate:
    """Open until the other end reads too slowly; then whoever writes waits."""

    __slots__ = ("_shut",)

    def __init__(self) -> None:
        self._shut: asyncio.Event | None = None

    def set(self) -> None:
        if self._shut is not None:
            self._shut.set()
            self._shut = None

    def clear(self) -> None:
        if self._shut is None:
            self._shut = asyncio.Event()

    def is_open(self) -> bool:
        return self._shut is None

    async def wait(self) -> None:
        while self._shut is not None:
            await self._shut.wait()


class LeanProtocol(WebSocketsSansIOProtocol):
    """The same protocol with a lighter state."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = Inbound()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]
        self.taker: Taker | None = None

    def handle_connect(self, event: Request) -> None:
        """The handshake: whoever serves this socket may write and be given texts directly."""
        super().handle_connect(event)
        if not self.handshake_complete:
            offered: dict[str, Any] = self.scope["extensions"]
            offered[DIRECT] = self

    def write_text(self, text: str) -> bool:
        """Send one text frame now; false, and nothing sent, where it must wait or cannot go."""
        ready = self.handshake_complete and not self.close_sent and not self.disconnected
        if not ready or not self.writable.is_open() or self.transport.is_closing():  # type: ignore[attr-defined]
            return False
        self.transport.write(framed(text.encode()))
        return True

    def send_receive_event_to_app(self) -> None:
        """Give a whole text to its taker, if it can be dealt with at once; else queue it."""
        if self.taker is not None and self.queue.has_reader() and self._is_taken():  # type: ignore[attr-defined]
            self.frames = []
            return
        super().send_receive_event_to_app()

    def _is_taken(self) -> bool:
        if self.close_sent or self.curr_msg_data_type != "text" or len(self.frames) != 1:
            return False
        try:
            text = str(self.frames[0], "utf-8")
        except UnicodeDecodeError:
            return False
        return self.taker is not None and self.taker(text)

    def start_keepalive(self) -> None:
        """The last step of the handshake: what it said is let go."""
        super().start_keepalive()
        self.request.headers.clear()
        self.response.headers.clear()


def framed(payload: bytes) -> bytes:
    """An unmasked, unfragmented, uncompressed text frame (RFC 6455, 5.2), as servers send it."""
    size = len(payload)
    if size < SHORT:
        return bytes((TEXT, size)) + payload
    if size < MIDDLING:
        return bytes((TEXT, SHORT)) + size.to_bytes(2) + payload
    return bytes((TEXT, SHORT + 1)) + size.to_bytes(8) + payload
