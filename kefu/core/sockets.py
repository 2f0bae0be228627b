"""The realtime protocol over WebSockets, as raw ASGI: few bytes per idle connection."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from kefu.core.clock import iso, now
from kefu.core.errors import Malformed, Refusal
from kefu.core.http import refusal_of
from kefu.core.switchboard import HEARTBEAT, Connection, Handler, Party, Switchboard

log = structlog.get_logger(__name__)
HELLO_SECONDS = 20
FAREWELL_SECONDS = 2.0
FRAME_LIMIT = 64 * 1024
QUEUE_LIMIT = 4000

DIRECT = "kefu.direct"

Authenticate = Callable[[dict[str, Any], Scope], Awaitable[Party]]
Taker = Callable[[str], bool]


class Direct(Protocol):
    """What a server may offer in `scope["extensions"][DIRECT]`: texts without task and queue.

    `write_text` says whether the text went out; `taker`, whether it has dealt with one that came.
    """

    taker: Taker | None

    def write_text(self, text: str) -> bool: ...


class Socket(Connection):
    """A WebSocket; frames leave in order, at once or through one short-lived drain task."""

    __slots__ = ("_closing", "_direct", "_draining", "_queue", "_send")

    def __init__(self, host: Switchboard, send: Send, direct: Direct | None = None) -> None:
        super().__init__(host)
        self._send = send
        self._direct = direct
        self._queue: deque[str] | None = None
        self._draining: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    def put(self, text: str) -> None:
        if self.closed:
            return
        if self._queue is None:
            if self._direct is not None and self._direct.write_text(text):
                return
            self._queue = deque()
        self._queue.append(text)
        if len(self._queue) > QUEUE_LIMIT:
            self.close(1013, "too slow")
        elif self._draining is None:
            self._draining = asyncio.get_running_loop().create_task(self._drain(self._queue))

    async def _drain(self, queue: deque[str]) -> None:
        try:
            while queue:
                await self._send({"type": "websocket.send", "text": queue.popleft()})
        except Exception:  # noqa: BLE001 - closed already
            self.closed = True
        finally:
            self._draining = None
            self._queue = None

    def close(self, code: int = 1000, reason: str = "") -> None:
        if not self.closed:
            self.closed = True
            self._closing = asyncio.get_running_loop().create_task(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        if self._draining is not None:
            await asyncio.wait([self._draining], timeout=FAREWELL_SECONDS)
        try:
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except Exception:  # noqa: BLE001 - closed already
            return

    async def farewell(self) -> None:
        """Wait until the last frames and the reason are out: the server hangs up after that."""
        if self._closing is not None:
            await asyncio.wait([self._closing], timeout=2 * FAREWELL_SECONDS)


class SocketEndpoint:
    """ASGI endpoint: the first frame says hello, then each frame goes to its handler."""

    def __init__(self, host: Switchboard, authenticate: Authenticate) -> None:
        self._host = host
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        direct = scope.get("extensions", {}).get(DIRECT)
        socket = Socket(self._host, send, direct)
        try:
            if await self._greet(socket, scope, receive):
                scope["headers"] = []  # nobody asks again, and they would stay as long as we do
                if direct is not None:
                    direct.taker = partial(is_taken_at_once, socket)
                await self._serve(socket, receive)
        finally:
            if direct is not None:
                direct.taker = None
            self._host.leave(socket)
            await socket.farewell()

    async def _greet(self, socket: Socket, scope: Scope, receive: Receive) -> bool:
        try:
            message = await asyncio.wait_for(receive(), HELLO_SECONDS)
        except TimeoutError:
            socket.close(4408, "no hello")
            return False
        if message["type"] != "websocket.receive":
            return False
        try:
            hello = read_frame(message)
            if hello["t"] != "hello":
                raise Malformed("The first frame must be hello.", field="t")
            await welcome(socket, hello, scope, self._authenticate)
        except Refusal as refusal:
            socket.refuse(refusal)
            socket.close(4401 if refusal.status == 401 else 4400, refusal.code)
            return False
        return True

    async def _serve(self, socket: Socket, receive: Receive) -> None:
        while not socket.closed:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            await take_frame(socket, message)


def read_frame(message: Any) -> dict[str, Any]:
    """The frame in a WebSocket message; refuses what is no JSON object with a `t`."""
    raw = message.get("text")
    if raw is None:
        raise Malformed("Frames are text, not binary.", field="frame")
    return frame_in(raw)


def frame_in(raw: str) -> dict[str, Any]:
    if len(raw) > FRAME_LIMIT:
        raise Malformed("The frame is too long.", field="frame", limit=FRAME_LIMIT)
    try:
        frame = orjson.loads(raw)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise Malformed("The frame is not valid JSON.", field="frame") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("t"), str):
        raise Malformed("A frame is an object with a text `t`.", field="t")
    return frame


async def welcome(
    connection: Connection, hello: dict[str, Any], scope: Scope, authenticate: Authenticate
) -> None:
    """Let a connection in: who it is, what it hears, what it missed."""
    try:
        party = await authenticate(hello, scope)
    except Exception as error:
        if isinstance(error, Refusal):
            raise
        raise (refusal_of(error) or error) from error
    connection.party = party
    for topic in party.topics:
        connection.listen(topic)
    connection.host.join(connection)
    connection.tell(
        {
            "t": "ready",
            "server_time": iso(now()),
            "heartbeat": HEARTBEAT,
            party.kind: {"id": str(party.id), "name": party.name},
        }
    )
    subscriptions = hello.get("subscriptions")
    handler = connection.host.handlers.get("subscribe_many")
    if subscriptions and handler is not None:
        await _handle(connection, handler, hello)


async def take_frame(connection: Connection, message: Any) -> None:
    """Hand one frame to its handler; a refusal is said to the sender and harms nobody else."""
    identifier = None
    try:
        frame = read_frame(message)
        identifier = frame.get("id")
        handler = handler_for(connection, frame)
        if handler is not None:
            await _handle(connection, handler, frame)
    except Refusal as refusal:
        connection.refuse(refusal, identifier)


def is_taken_at_once(connection: Connection, text: str) -> bool:
    """As `take_frame`, if the frame's handler never waits; else false, and nothing was done.

    What comes after the end is left to the reader, who sees that it is the end.
    """
    if connection.closed:
        return False
    identifier = None
    try:
        frame = frame_in(text)
        handler = connection.host.handlers.get(frame["t"])
        if handler is None or inspect.iscoroutinefunction(handler):
            return False
        identifier = frame.get("id")
        if handler_for(connection, frame) is not None:
            _begin(connection, handler, frame)
    except Refusal as refusal:
        connection.refuse(refusal, identifier)
    return True


def handler_for(connection: Connection, frame: dict[str, Any]) -> Handler | None:
    """Who takes this frame; nobody once the sign-in has run out, which ends the connection."""
    party = connection.party
    if party is not None and party.expires is not None and party.expires < time.time():
        connection.close(4401, "expired")
        return None
    handler = connection.host.handlers.get(frame["t"])
    if handler is None:
        raise Malformed("This kind of frame is not known.", field="t")
    return handler


async def _handle(connection: Connection, handler: Handler, frame: dict[str, Any]) -> None:
    begun = _begin(connection, handler, frame)
    try:
        if begun is not None:
            await begun
    except Refusal:
        raise
    except Exception as error:
        raise _told(error, frame) from error


def _begin(
    connection: Connection, handler: Handler, frame: dict[str, Any]
) -> Awaitable[None] | None:
    try:
        return handler(connection, frame)
    except Refusal:
        raise
    except Exception as error:
        raise _told(error, frame) from error


def _told(error: Exception, frame: dict[str, Any]) -> Refusal:
    """What the sender is told of an error that is no refusal: nothing of ours."""
    refusal = refusal_of(error)
    if refusal is None:
        log.error("frame_failed", kind=str(frame.get("t")), exc_info=error)
        refusal = Refusal("Something went wrong on our side.", code="internal")
    return refusal


async def heartbeats(host: Switchboard) -> None:
    """Each second tell a fifteenth of the connections the last `seq` of what they watch."""
    for turn in _forever():
        await asyncio.sleep(1)
        bucket = list(host.buckets[turn % HEARTBEAT])
        watched = {name for one in bucket for name in one.conversations or ()}
        try:
            last = await host.services["last_seqs"](watched) if watched else {}
        except Exception as error:  # noqa: BLE001 - the beat must go on while the database is away
            log.warning("heartbeat_without_seqs", error=str(error)[:200])
            last = {}
        moment = iso(now())
        for index, connection in enumerate(bucket):
            seqs = {name: last[name] for name in connection.conversations or () if name in last}
            connection.tell({"t": "beat", "server_time": moment, "seqs": seqs})
            if index % 50 == 49:
                await asyncio.sleep(0)


def _forever() -> Any:
    turn = 0
    while True:
        yield turn
        turn += 1
