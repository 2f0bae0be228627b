"""Request and answer shapes of channels."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from kefu.core.shapes import Shape, line_of, text_of

CARD_BYTES = 4000
ATTRIBUTES = 30


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(value)) > CARD_BYTES:
        raise ValueError(f"This is larger than {CARD_BYTES} bytes.")
    return value


Card = Annotated[dict[str, Any], AfterValidator(_small)]
Scalar = str | int | float | bool | None


class IdentityBody(Shape):
    """Who the shop says this is; `hash` is the shop's signature of `external_id`.

    A shop hands over what it has: fields we do not know are left aside, numbers are read as text.
    """

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    external_id: line_of(200) | None = None  # type: ignore[valid-type]
    name: line_of(80) | None = None  # type: ignore[valid-type]
    email: line_of(320) | None = None  # type: ignore[valid-type]
    phone: line_of(40) | None = None  # type: ignore[valid-type]
    hash: line_of(128) | None = None  # type: ignore[valid-type]


class PageBody(Shape):
    model_config = ConfigDict(extra="ignore")

    url: line_of(2000)  # type: ignore[valid-type]
    title: text_of(300) | None = None  # type: ignore[valid-type]
    referrer: text_of(2000) | None = None  # type: ignore[valid-type]


class SessionBody(Shape):
    token: str | None = Field(default=None, max_length=400)
    identity: IdentityBody | None = None
    page: PageBody | None = None
    locale: line_of(35) | None = None  # type: ignore[valid-type]


class OpenBody(Shape):
    page: PageBody | None = None
    first_message: dict[str, Any] | None = None


class ContextBody(Shape):
    page: PageBody | None = None
    product: Card | None = None
    order: Card | None = None
    attributes: Annotated[dict[str, Scalar], Field(max_length=ATTRIBUTES)] | None = None


class MessageBody(Shape):
    """As the realtime frame `send`; without a conversation it goes to the visitor's own."""

    id: Annotated[str, Field(description="UUIDv7 made by the client.")]
    conversation: str | None = None
    kind: str = "text"
    text: text_of(8000) = ""  # type: ignore[valid-type]
    content: dict[str, Any] | None = None
    reply_to: str | None = None


class RatingBody(Shape):
    conversation: UUID
    score: Annotated[int, Field(ge=1, le=5, strict=True)]
    comment: text_of(1000) | None = None  # type: ignore[valid-type]


class OfflineBody(Shape):
    name: text_of(80) = ""  # type: ignore[valid-type]
    contact: line_of(120)  # type: ignore[valid-type]
    text: text_of(2000, least=1)  # type: ignore[valid-type]


class HumanBody(Shape):
    conversation: UUID


class WidgetConfig(BaseModel):
    """What a widget must know to show itself."""

    name: str
    greeting: str
    away_greeting: str
    avatar: str
    colour: str
    locale: str
    open: bool
    hours: str
    suggestions: list[str]
    text_limit: int
    file_limit: int
    require_identity: bool


class VisitorAgent(BaseModel):
    name: str
    avatar: str | None = None


class VisitorRating(BaseModel):
    score: int


class VisitorConversation(BaseModel):
    """What a visitor sees of the state of a conversation."""

    id: UUID
    status: Literal["bot", "waiting", "active", "snoozed", "wrapping_up", "closed"]
    last_seq: int
    agent: VisitorAgent | None
    agent_seen_seq: int
    customer_seen_seq: int
    unread: int
    rated: bool
    rating: VisitorRating | None
    created_at: datetime
    closed_at: datetime | None


class VisitorShown(BaseModel):
    id: UUID
    name: str


class SenderShown(BaseModel):
    type: Literal["customer", "agent", "bot", "system"]
    id: UUID | None
    name: str
    avatar: str | None = None


class MessageShown(BaseModel):
    id: UUID
    conversation: UUID
    seq: int
    sender: SenderShown
    kind: str
    text: str
    content: dict[str, Any] | None
    reply_to: UUID | None
    at: datetime
    status: Literal["sent", "delivered", "read", "failed"]
    error: str | None
    recalled: bool


class SessionShown(BaseModel):
    token: str
    visitor: VisitorShown
    conversation: VisitorConversation | None
    messages: list[MessageShown]
    has_more: bool
    config: WidgetConfig


class Acknowledged(BaseModel):
    id: UUID
    conversation: UUID
    seq: int
    at: datetime
    duplicate: bool = False


class OpenedShown(BaseModel):
    conversation: VisitorConversation
    message: Acknowledged | None = None


class WidgetFile(BaseModel):
    """What goes into the content of a message with this file."""

    file: UUID
    name: str
    type: str
    size: int
    url: str
    width: int | None = None
    height: int | None = None
    thumbnail: str | None = None


class MessagesShown(BaseModel):
    """Messages oldest first; `next_cursor` is the `seq` to ask on with, `before` or `after`."""

    items: list[MessageShown]
    next_cursor: str | None
    conversation: VisitorConversation | None


class CapabilitiesShown(BaseModel):
    """What a channel can carry, and what it can tell of a message's fate."""

    model_config = ConfigDict(from_attributes=True)

    kinds: list[str]
    text_limit: int
    file_limit: int
    delivered: bool
    read: bool
    typing: bool
    recall: bool
    outside: bool

    @field_validator("kinds", mode="before")
    @classmethod
    def _sorted(cls, value: Any) -> list[str]:
        return sorted(value)


class ChannelShown(BaseModel):
    name: str
    capabilities: CapabilitiesShown
    settings_schema: dict[str, Any]


class TakenOne(BaseModel):
    """Where a message from outside went; `duplicate` when it had come before."""

    model_config = ConfigDict(from_attributes=True)

    external_id: str
    message: UUID
    conversation: UUID
    duplicate: bool


class TakenShown(BaseModel):
    """What was taken, and the numbers of messages whose senders are blocked here."""

    messages: list[TakenOne]
    blocked: list[str]


class InboxNamed(BaseModel):
    id: UUID
    name: str
    channel: str


class HealthShown(BaseModel):
    """How a line did at its last probe."""

    inbox: InboxNamed
    status: Literal["unknown", "ok", "broken"]
    since: datetime | None
    checked_at: datetime | None
    milliseconds: int | None
    failures: int
    error: str | None
