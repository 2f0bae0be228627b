"""The switchboard of a web process: which connection listens to which topic."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from kefu.core.errors import Refusal
from kefu.core.metrics import SOCKETS
from kefu.core.realtime import Push

HEARTBEAT = 15
BANNERS = ("database_away", "disk_low")
DISCONNECT, DOUBT = ORDERS = ("_disconnect", "_doubt")


class Allowance:
    """A token bucket: `burst` at once, `per_minute` in the long run."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, burst: int, per_minute: int) -> None:
        self._burst, self._rate = burst, per_minute / 60
        self._left, self._at = float(burst), time.monotonic()

    def take(self) -> float:
        """0 when one more may pass, else the seconds until it may, up to the next hundredth."""
        moment = time.monotonic()
        self._left = min(self._burst, self._left + (moment - self._at) * self._rate)
        self._at = moment
        if self._left < 1:
            return math.ceil((1 - self._left) / self._rate * 100) / 100
        self._left -= 1
        return 0.0

    def left(self) -> int:
        """How many may pass at once now."""
        return int(self._left)

    def full_in(self) -> float:
        """Seconds until as many as ever may pass at once again."""
        return (self._burst - self._left) / self._rate


@dataclass(slots=True)
class Party:
    """Who is at the other end: a visitor or an agent; nobody sees what a muted one types."""

    kind: str
    id: UUID
    name: str
    avatar: str | None = None
    scope: str = "visitor"
    teams: tuple[UUID, ...] = ()
    locale: str = "zh-CN"
    actor: Any = None
    inbox: UUID | None = None
    topics: tuple[str, ...] = ()
    muted: bool = False
    allowance: Allowance | None = None
    expires: float | None = None


class Connection:
    """One end of the realtime protocol, whatever carries it."""

    __slots__ = ("bucket", "closed", "conversations", "host", "party", "topics")

    def __init__(self, host: Switchboard) -> None:
        self.host = host
        self.party: Party | None = None
        self.topics: set[str] | None = None
        self.conversations: set[str] | None = None
        self.bucket = 0
        self.closed = False

    def put(self, text: str) -> None:
        """Send one encoded frame, in order, without waiting."""
        raise NotImplementedError

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End the connection."""
        raise NotImplementedError

    def tell(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        self.put(orjson.dumps(frame).decode())

    def refuse(self, refusal: Refusal, identifier: Any = None) -> None:
        """Say why a frame was refused."""
        frame: dict[str, Any] = {"t": "error", "problem": refusal.problem()}
        if isinstance(identifier, str):
            frame["id"] = identifier[:64]
        self.tell(frame)

    def listen(self, topic: str) -> None:
        """Hear what is pushed to this topic."""
        if self.topics is None:
            self.topics = set()
        self.topics.add(topic)
        self.host.listeners.setdefault(topic, set()).add(self)

    def unlisten(self, topic: str) -> None:
        """Hear it no more."""
        if self.topics is not None:
            self.topics.discard(topic)
        self.host.forget(topic, self)


Handler = Callable[[Connection, dict[str, Any]], Awaitable[None] | None]
LastSeqs = Callable[[Iterable[str]], Awaitable[dict[str, int]]]
Doubted = Callable[[str, list[Connection]], None]


@dataclass
class Switchboard:
    """All connections of this process; capabilities put their frame handlers into `handlers`.

    `doubted` is told of a topic whose listeners may no longer be allowed to hear it.
    """

    handlers: dict[str, Handler] = field(default_factory=dict)
    doubted: Doubted | None = None
    listeners: dict[str, set[Connection]] = field(default_factory=dict)
    buckets: list[set[Connection]] = field(
        default_factory=lambda: [set() for _ in range(HEARTBEAT)]
    )
    joined: int = 0
    banners: set[str] = field(default_factory=set)
    services: dict[str, Any] = field(default_factory=dict)

    def join(self, connection: Connection) -> None:
        """Take a connection in once it said who it is."""
        self.joined += 1
        connection.bucket = self.joined % HEARTBEAT
        self.buckets[connection.bucket].add(connection)
        if connection.party:
            SOCKETS.labels(connection.party.kind).inc()
        if self.banner:
            connection.tell({"t": "banner", "code": self.banner})

    def leave(self, connection: Connection) -> None:
        """Forget a connection altogether."""
        connection.closed = True
        if connection in self.buckets[connection.bucket]:
            self.buckets[connection.bucket].discard(connection)
            if connection.party:
                SOCKETS.labels(connection.party.kind).dec()
        for topic in connection.topics or ():
            self.forget(topic, connection)
        connection.topics = None

    def forget(self, topic: str, connection: Connection) -> None:
        """One listener less; an empty topic is dropped."""
        listeners = self.listeners.get(topic)
        if listeners is not None:
            listeners.discard(connection)
            if not listeners:
                del self.listeners[topic]

    def deliver(self, pushes: list[Push]) -> None:
        """Give each push to every connection that listens to one of its topics, once."""
        for push in pushes:
            if push.topics and push.topics[0] in ORDERS:
                self._obey(*push.topics)
                continue
            reached: set[Connection] = set()
            for topic in push.topics:
                listeners = self.listeners.get(topic)
                if listeners:
                    reached |= listeners
            for connection in reached:
                if connection is not push.skip:
                    connection.put(push.text)

    def _obey(self, order: str, *topics: str) -> None:
        for topic in topics:
            listeners = list(self.listeners.get(topic, ()))
            if order == DOUBT and listeners and self.doubted is not None:
                self.doubted(topic, listeners)
            elif order == DISCONNECT:
                for connection in listeners:
                    connection.close(4401, "signed out")

    @property
    def banner(self) -> str | None:
        """The banner to show: one at a time, the gravest first."""
        return next((code for code in BANNERS if code in self.banners), None)

    def announce(self, code: str, *, shown: bool) -> None:
        """Show everybody that this is the matter, or that it is over."""
        before = self.banner
        if shown:
            self.banners.add(code)
        else:
            self.banners.discard(code)
        if self.banner == before:
            return
        text = orjson.dumps({"t": "banner", "code": self.banner or "ok"}).decode()
        for connection in self.everyone():
            connection.put(text)

    def everyone(self) -> list[Connection]:
        """All connections that said who they are."""
        return [connection for bucket in self.buckets for connection in bucket]


def disconnect_push(*topics: str) -> Push:
    """A push that ends every connection listening to these topics, wherever it is."""
    return Push([DISCONNECT, *topics], "{}")


def doubt_push(*topics: str) -> Push:
    """A push after which each process asks again who may go on listening to these topics."""
    return Push([DOUBT, *topics], "{}")
