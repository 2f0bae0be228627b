"""The port for SMS: a protocol, its in-memory twin, and an operator's gateway."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from kefu.core.settings import Settings
from kefu.notifications.kept_aside import keep_aside

TIMEOUT_SECONDS = 10


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


class TextRefused(Exception):
    """The gateway did not take the message."""


class GatewayTextSender:
    """Sends through an operator's gateway: a POST of `to`, `text` and `key` as JSON.

    `key` is also the `Idempotency-Key`; whatever provider stands behind it is the gateway's affair.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("KEFU_SMS_URL must start with https:// or http://.")
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def send(self, message: TextMessage) -> None:
        headers = self._headers | {"Idempotency-Key": message.key}
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = await client.post(self._url, json=asdict(message), headers=headers)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise TextRefused(f"The gateway answered {answer.status_code}.")


class FileTextSender:
    """Writes the messages to a file that only the operator reads, for a demo without a provider."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, message: TextMessage) -> None:
        await keep_aside(self._path, asdict(message))


def text_sender_for(chosen: Settings) -> TextSender | None:
    """The gateway of this installation; in a demo without one a file; otherwise none."""
    if chosen.sms_url:
        return GatewayTextSender(chosen.sms_url, chosen.sms_token)
    return FileTextSender(chosen.var / "texts.jsonl") if chosen.demo else None
