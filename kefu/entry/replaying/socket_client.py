"""A client of the realtime protocol that keeps its rules: it resumes and sends again by itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from kefu.core.ids import uuid7

SILENCE = 40.0
"""Seconds without a frame, two heartbeats and some, after which a connection counts as lost."""
PAUSES = (0.1, 3.0)
GAP_SECONDS = 0.5
REFUSED_FOR_GOOD = (4401, 4403)
AGAIN = frozenset({"too_many", "database_away", "busy", "unavailable", "disk_low"})

Frame = dict[str, Any]


class SendRefused(Exception):
    """The server does not take this message; `problem` says why."""

    def __init__(self, problem: Frame) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('title')}")
        self.problem = problem


class HelloRefused(SendRefused):
    """The server does not know this client (any more)."""


@dataclass
class Thread:
    """What the client knows of one conversation: everything up to `known`, in order."""

    known: int = 0
    held: dict[int, Frame] = field(default_factory=dict)
    messages: dict[str, Frame] = field(default_factory=dict)
    row: Frame | None = None
    doubled: int = 0

    def take(self, seq: int, frame: Frame) -> None:
        """Apply frames in order of `seq`; what comes early waits, what is known is dropped."""
        if seq <= self.known or seq in self.held:
            self.doubled += 1
            return
        self.held[seq] = frame
        self.apply_held()

    def apply_held(self) -> None:
        for seq in [seq for seq in self.held if seq <= self.known]:
            del self.held[seq]
        while self.known + 1 in self.held:
            self.known += 1
            self._apply(self.held.pop(self.known))

    def _apply(self, frame: Frame) -> None:
        if frame["kind"].startswith("message."):
            self.messages[frame["data"]["id"]] = frame["data"]
        else:
            self.row = frame["data"]

    def resume(self, frame: Frame) -> None:
        """What was missed, all at once."""
        for message in frame["messages"]:
            self.messages[message["id"]] = message
        self.row = frame["conversation_row"]
        self.known = max(self.known, frame["last_seq"])
        self.apply_held()

    def in_order(self) -> list[Frame]:
        """The messages as they stand, by number."""
        return sorted(self.messages.values(), key=lambda message: int(message["seq"]))


class SocketClient:
    """One end of the realtime protocol, for a visitor's token or an agent's API token."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        hear: Callable[[Frame], None] = lambda _: None,
        **options: Any,
    ) -> None:
        self._url = url.replace("http", "ws", 1) + "/api/v1/socket"
        self._token = token
        self._hear = hear
        self._options = {"compression": None, "max_size": None} | options
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._pending: dict[str, tuple[Frame, asyncio.Future[Frame]]] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._writing: set[asyncio.Task[None]] = set()
        self.threads: dict[str, Thread] = {}
        self.ready = asyncio.Event()
        self.banners: list[str] = []
        self.connections = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up."""
        for timer in self._timers:
            timer.cancel()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def watch(self, conversation: str, seq: int = 0) -> Thread:
        """Follow a conversation from the number that is known of it."""
        thread = self.threads.setdefault(conversation, Thread(known=seq))
        if self._socket is not None:
            self.tell({"t": "subscribe", "conversation": conversation, "seq": thread.known})
        return thread

    async def say(self, conversation: str, text: str, *, identifier: str | None = None) -> Frame:
        """Send a text until it is acknowledged; the id stays, so that it is stored once."""
        identifier = identifier or str(uuid7())
        frame = {
            "t": "send",
            "id": identifier,
            "conversation": conversation,
            "kind": "text",
            "text": text,
        }
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[identifier] = (frame, future)
        if self.ready.is_set():
            self.tell(frame)
        try:
            return await future
        finally:
            self._pending.pop(identifier, None)

    def tell(self, frame: Frame) -> None:
        """Write a frame if there is a connection; whoever needs an answer asks again later."""
        if self._socket is not None:
            task = asyncio.create_task(self._write(self._socket, json.dumps(frame)))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, socket: ClientConnection, text: str) -> None:
        with contextlib.suppress(ConnectionClosed):
            await socket.send(text)

    async def _run(self) -> None:
        pause = PAUSES[0]
        while True:
            try:
                async with connect(self._url, **self._options) as socket:
                    self._socket = socket
                    await self._greet(socket)
                    await self._listen(socket)
                    pause = PAUSES[0]
            except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake) as lost:
                if self._is_refused(lost):
                    return
            finally:
                self.ready.clear()
                self._socket = None
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            pause = min(pause * 2, PAUSES[1])

    async def _greet(self, socket: ClientConnection) -> None:
        known = [{"conversation": name, "seq": one.known} for name, one in self.threads.items()]
        hello = {"t": "hello", "token": self._token, "subscriptions": known}
        await socket.send(json.dumps(hello))

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE):
                frame = json.loads(await socket.recv())
            handler = getattr(self, f"_on_{frame['t']}", None)
            if handler is not None:
                handler(frame)
            self._hear(frame)

    def _is_refused(self, lost: Exception) -> bool:
        """Whether connecting again is of no use; then nobody waits any longer."""
        code = lost.rcvd.code if isinstance(lost, ConnectionClosed) and lost.rcvd else 0
        if code not in REFUSED_FOR_GOOD:
            return False
        for _, future in self._pending.values():
            if not future.done():
                future.set_exception(HelloRefused({"code": str(code), "title": "not let in"}))
        return True

    def _on_ready(self, _: Frame) -> None:
        self.connections += 1
        self.ready.set()
        for frame, _future in list(self._pending.values()):
            self.tell(frame)

    def _on_ack(self, frame: Frame) -> None:
        sent, future = self._pending.get(frame["id"], (None, None))
        thread = self.threads.get(frame["conversation"])
        if sent is not None and thread is not None:
            mine = {"id": frame["id"], "seq": frame["seq"], "text": sent["text"], "mine": True}
            self._take(frame | {"kind": "message.mine", "data": mine})
        if future is not None and not future.done():
            future.set_result(frame)

    def _on_event(self, frame: Frame) -> None:
        if "seq" in frame:
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        name = frame["conversation"]
        thread = self.threads.get(name)
        if thread is not None:
            thread.take(frame["seq"], frame)
            if thread.held:
                self._later(GAP_SECONDS, lambda: self._mend(name))

    def _mend(self, name: str) -> None:
        """Ask for what is missing, unless it came meanwhile."""
        thread = self.threads[name]
        if thread.held:
            self.tell({"t": "subscribe", "conversation": name, "seq": thread.known})

    def _on_resumed(self, frame: Frame) -> None:
        thread = self.threads.get(frame["conversation"])
        if thread is not None:
            thread.resume(frame)

    def _on_reload(self, frame: Frame) -> None:
        """Too much was missed: go on from where the server is."""
        thread = self.threads.get(frame["conversation"])
        if thread is not None:
            thread.known, thread.held = frame["last_seq"], {}

    def _on_beat(self, frame: Frame) -> None:
        for name, seq in frame["seqs"].items():
            thread = self.threads.get(name)
            if thread is not None and seq > thread.known:
                self.tell({"t": "subscribe", "conversation": name, "seq": thread.known})

    def _on_banner(self, frame: Frame) -> None:
        self.banners.append(frame["code"])

    def _on_error(self, frame: Frame) -> None:
        sent, future = self._pending.get(str(frame.get("id")), (None, None))
        if sent is None or future is None or future.done():
            return
        problem = frame["problem"]
        if problem.get("code") in AGAIN:
            self._later(problem.get("retry_after") or 1.0, lambda: self._again(sent))
        else:
            future.set_exception(SendRefused(problem))

    def _again(self, frame: Frame) -> None:
        if frame["id"] in self._pending and self.ready.is_set():
            self.tell(frame)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        def act() -> None:
            self._timers.discard(handle)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, act)
        self._timers.add(handle)
