"""The port of real time, and its form for a single process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(slots=True)
class Push:
    """One frame for every socket that listens to one of the topics; encoded once.

    `skip` is a connection of this process that shall not get it: it knows already.
    """

    topics: list[str]
    text: str
    skip: object | None = None

    @classmethod
    def of(cls, topics: list[str], frame: dict[str, Any]) -> Push:
        """Encode a frame."""
        return cls(topics, orjson.dumps(frame).decode())

    @property
    def frame(self) -> dict[str, Any]:
        """The frame again, for those few who must look inside."""
        frame: dict[str, Any] = orjson.loads(self.text)
        return frame


OnPushes = Callable[[list[Push]], None]
OnWake = Callable[[str], None]


class Realtime:
    """Hands pushes and wake-up calls to every process that listens, its own included.

    Delivery is at least once and unordered between processes; readers order by `seq`. A wake-up
    call may be lost: those who are woken also look by themselves now and then.
    """

    def __init__(self) -> None:
        self._on_pushes: list[OnPushes] = []
        self._on_wake: list[OnWake] = []

    def on_pushes(self, listener: OnPushes) -> None:
        """Call `listener` with each batch of pushes."""
        self._on_pushes.append(listener)

    def on_wake(self, listener: OnWake) -> None:
        """Call `listener` with the name of what should wake."""
        self._on_wake.append(listener)

    async def start(self) -> None:
        """Connect, and go on connecting for as long as it takes."""

    async def stop(self) -> None:
        """Let go."""

    async def publish(self, pushes: list[Push]) -> None:
        """Deliver here at once and hand on to the other processes; never fails the caller."""
        self.deliver(pushes)

    def wake(self, name: str) -> None:
        """Wake the readers called `name`, wherever they run."""
        self.woken(name)

    def deliver(self, pushes: list[Push]) -> None:
        """Give pushes to this process's own listeners."""
        for listener in self._on_pushes:
            listener(pushes)

    def woken(self, name: str) -> None:
        """Give a wake-up call to this process's own listeners."""
        for listener in self._on_wake:
            listener(name)


class Local(Realtime):
    """One process alone."""


def packed(pushes: list[Push]) -> bytes:
    """Pushes as they travel between processes."""
    return orjson.dumps([[push.topics, push.text] for push in pushes])


def unpacked(data: bytes) -> list[Push]:
    """The pushes again."""
    return [Push(topics, text) for topics, text in orjson.loads(data)]
