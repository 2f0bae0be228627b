"""The port for SMS; a provider's adapter comes with the channels that need one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One short message; `key` lets the provider recognise a repeat."""

    to: str
    text: str
    key: str


class TextSender(Protocol):
    """Sends one text message, or raises."""

    async def send(self, message: TextMessage) -> None: ...


@dataclass
class MemoryTextSender:
    """Keeps the messages, for tests and development."""

    sent: list[TextMessage] = field(default_factory=list)

    async def send(self, message: TextMessage) -> None:
        self.sent.append(message)
