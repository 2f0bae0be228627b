"""Request and answer shapes of conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from kefu.core.shapes import Shape, line_of, text_of


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


class Named(BaseModel):
    id: UUID
    name: str
    avatar: str | None = None


class InboxNamed(BaseModel):
    id: UUID
    name: str
    channel: str


class CustomerNamed(Named):
    tier: str | None = None


class TeamNamed(BaseModel):
    id: UUID
    name: str


class LabelShown(BaseModel):
    id: UUID
    name: str
    colour: str


class LastMessage(BaseModel):
    preview: str
    sender_type: str | None
    kind: str | None
    at: datetime


class Rating(BaseModel):
    score: int
    comment: str | None


class ConversationRow(BaseModel):
    id: UUID
    inbox: InboxNamed
    customer: CustomerNamed
    status: Literal["bot", "waiting", "active", "snoozed", "wrapping_up", "closed"]
    priority: int
    assignee: Named | None
    team: TeamNamed | None
    labels: list[LabelShown]
    last_seq: int
    last_message: LastMessage | None
    unread: int
    customer_seen_seq: int
    agent_seen_seq: int
    delivered_seq: int
    created_at: datetime
    updated_at: datetime
    waiting_since: datetime | None
    unanswered_since: datetime | None
    first_replied_at: datetime | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    summary: str
    blocked: bool
    blocked_here: bool
    next_due_at: datetime | None
    next_due_kind: str | None
    rating: Rating | None


class Snapshot(BaseModel):
    """Everything a workspace needs to show a conversation."""

    conversation: ConversationRow
    messages: list[MessageShown]
    has_more: bool
    viewers: list[Named]
    draft: str
    context: dict[str, Any]
    allowed: list[str]


class Messages(BaseModel):
    messages: list[MessageShown]
    has_more: bool


class Counts(BaseModel):
    mine: int
    waiting: int
    team: int
    all: int
    unread: int


class Viewers(BaseModel):
    viewers: list[Named]


class Acknowledged(BaseModel):
    id: UUID
    conversation: UUID
    seq: int
    at: datetime
    duplicate: bool = False


class SendBody(Shape):
    """As the realtime frame `send`; what is wrong is named as precisely as there."""

    id: Annotated[str, Field(description="UUIDv7 made by the client.")]
    kind: str = "text"
    text: text_of(8000) = ""  # type: ignore[valid-type]
    content: dict[str, Any] | None = None
    reply_to: str | None = None


class TransferBody(Shape):
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    summary: text_of(2000) = ""  # type: ignore[valid-type]
    reason: line_of(40)  # type: ignore[valid-type]


class ReasonBody(Shape):
    reason: line_of(200) | None = None  # type: ignore[valid-type]


class SnoozeBody(Shape):
    until: AwareDatetime


class PriorityBody(Shape):
    priority: Annotated[int, Field(ge=0, le=3)]


class SeenBody(Shape):
    seq: Annotated[int, Field(ge=0, le=2**31 - 1)]
