"""The contract of a channel: what it can do, what it receives and how it delivers.

An adapter translates between the other side's payloads and ours, and decides nothing: who the
customer is, which conversation it goes to and what happens then is the same for every channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from kefu.conversations import Kind
from kefu.core.shapes import Shape
from kefu.core.wire import Wire

EVERY_KIND = frozenset(kind.value for kind in Kind) - {Kind.NOTE.value}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry and can tell; `outside`: messages leave through `deliver`."""

    kinds: frozenset[str] = frozenset({Kind.TEXT.value})
    text_limit: int = 8000
    file_limit: int = 0
    delivered: bool = False
    read: bool = False
    typing: bool = False
    recall: bool = False
    outside: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One inbox as its adapter sees it."""

    inbox: UUID
    secret: str
    settings: Mapping[str, Any]
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class Native:
    """What the other side sent, untouched; header names in small letters."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class From:
    """Who wrote: what the channel proves of them (kind, value, proven) and what it says of them."""

    identities: tuple[tuple[str, str, bool], ...]
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from outside, in the one form that all channels share (R031)."""

    external_id: str
    sender: From
    kind: str = "text"
    text: str = ""
    content: Mapping[str, Any] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What the other side says became of a message of ours."""

    message: UUID
    status: Literal["delivered", "read", "failed"]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything that one native payload held."""

    messages: tuple[Incoming, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """One message on its way out; `id` is the key by which the other side knows a repetition."""

    id: UUID
    conversation: UUID
    customer: Mapping[str, Any]
    kind: str
    text: str
    shown: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Handed:
    """The other side took it; `delivered` when it says that it reached the customer."""

    external_id: str | None = None
    delivered: bool = False


class Later(Exception):
    """The other side cannot take it now; it is tried again."""


class Never(Exception):
    """The other side will not take it; trying again does not help."""


class Adapter(Protocol):
    """One channel. Adapters hold no state: an inbox is passed along as a `Line`."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def settings(self) -> type[Shape]: ...

    def receive(self, line: Line, native: Native) -> Intake:
        """Check the signature, then translate; a refusal names the field that is wrong."""
        ...

    async def deliver(self, line: Line, leaving: Leaving, wire: Wire) -> Handed:
        """Hand one message over, or raise `Later` or `Never`."""
        ...

    async def probe(self, line: Line, wire: Wire) -> None:
        """Try the way out with a message that nobody sees; raises `Later` or `Never`."""
        ...

    def sample(self, line: Line, *, external_id: str, text: str, at: datetime) -> Native:
        """A payload as the other side would send it: for the probe and the contract tests."""
        ...


def as_text(kind: str, text: str, content: Mapping[str, Any] | None) -> str:
    """A message of any kind in words, for a channel that carries only text."""
    given = content or {}
    if kind == Kind.CHOICES:
        options = given.get("options") or []
        return "\n".join([text, *(f"- {option.get('label', '')}" for option in options)]).strip()
    if kind == Kind.FORM:
        fields = given.get("fields") or []
        return "\n".join([text, *(f"{one.get('label', '')}:" for one in fields)]).strip()
    names = ("title", "number", "name", "summary", "status", "url")
    parts = [text, *(str(given[name]) for name in names if given.get(name))]
    return "\n".join(part for part in parts if part)


def fitted(leaving: Leaving, capabilities: Capabilities) -> Leaving:
    """The message as this channel can carry it."""
    kind, text = leaving.kind, leaving.text
    if kind not in capabilities.kinds:
        text = as_text(kind, text, leaving.shown.get("content"))
        kind = Kind.TEXT.value
    if len(text) > capabilities.text_limit:
        text = text[: capabilities.text_limit - 1] + "…"
    return Leaving(
        id=leaving.id,
        conversation=leaving.conversation,
        customer=leaving.customer,
        kind=kind,
        text=text,
        shown=leaving.shown,
    )
