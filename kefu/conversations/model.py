"""Tables of conversations: inboxes, conversations and their messages."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7


class Status(StrEnum):
    """Where a conversation stands."""

    BOT = "bot"
    WAITING = "waiting"
    ACTIVE = "active"
    SNOOZED = "snoozed"
    WRAPPING_UP = "wrapping_up"
    CLOSED = "closed"


class Priority(IntEnum):
    """How much it presses."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


class Kind(StrEnum):
    """What a message is."""

    TEXT = "text"
    PICTURE = "picture"
    FILE = "file"
    VOICE = "voice"
    PRODUCT = "product"
    ORDER = "order"
    ARTICLE = "article"
    CHOICES = "choices"
    FORM = "form"
    SYSTEM = "system"
    NOTE = "note"


class Sender(StrEnum):
    """Which side a message comes from."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


OPEN = (Status.BOT, Status.WAITING, Status.ACTIVE, Status.SNOOZED, Status.WRAPPING_UP)


class Inbox(Base):
    """One door through which customers come: a channel with its settings."""

    __tablename__ = "inboxes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"), index=True)
    calendar_id: Mapped[UUID | None]
    locale: Mapped[str] = mapped_column(Text, default="zh-CN")
    greeting: Mapped[str] = mapped_column(Text, default="")
    away_greeting: Mapped[str] = mapped_column(Text, default="")
    colour: Mapped[str] = mapped_column(Text, default="#2f6fed")
    allowed_origins: Mapped[list[str]] = mapped_column(default=list)
    secret: Mapped[str] = mapped_column(Text, default="")
    require_identity: Mapped[bool] = mapped_column(default=False)
    retention_days: Mapped[int | None] = mapped_column(Integer)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    archived_at: Mapped[datetime | None]


class Conversation(Base):
    """One exchange with one customer; `last_seq` numbers everything that happens in it.

    The message path updates only columns without an index, so that the row stays on its page;
    `activity_at`, by which lists are sorted, follows in a reaction.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "ix_conversations_mine",
            "assignee_id",
            "activity_at",
            "id",
            postgresql_where="status <> 'closed'",
        ),
        Index(
            "ix_conversations_team",
            "team_id",
            "activity_at",
            "id",
            postgresql_where="status <> 'closed'",
        ),
        Index(
            "ix_conversations_nobodys",
            "team_id",
            "activity_at",
            "id",
            postgresql_where="assignee_id is null and status <> 'closed'",
        ),
        Index(
            "ix_conversations_waiting",
            "waiting_since",
            "id",
            postgresql_where="status = 'waiting'",
        ),
        Index("ix_conversations_open", "activity_at", "id", postgresql_where="status <> 'closed'"),
        Index("ix_conversations_activity", "activity_at", "id"),
        Index("ix_conversations_customer", "customer_id", "id"),
        Index(
            "ix_conversations_assignee_closed",
            "assignee_id",
            "activity_at",
            "id",
            postgresql_where="status = 'closed'",
        ),
        Index(
            "ix_conversations_team_closed",
            "team_id",
            "activity_at",
            "id",
            postgresql_where="status = 'closed'",
        ),
        Index("ix_conversations_snoozed", "snoozed_until", postgresql_where="status = 'snoozed'"),
        {"postgresql_with": {"fillfactor": "60"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inboxes.id"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))
    status: Mapped[str] = mapped_column(Text, default=Status.WAITING)
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.NORMAL)
    language: Mapped[str | None] = mapped_column(Text)
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    last_message_at: Mapped[datetime | None]
    last_preview: Mapped[str] = mapped_column(Text, default="")
    last_sender: Mapped[str | None] = mapped_column(Text)
    last_kind: Mapped[str | None] = mapped_column(Text)
    unread: Mapped[int] = mapped_column(Integer, default=0)
    customer_seen_seq: Mapped[int] = mapped_column(Integer, default=0)
    agent_seen_seq: Mapped[int] = mapped_column(Integer, default=0)
    delivered_seq: Mapped[int] = mapped_column(Integer, default=0)
    activity_at: Mapped[datetime] = mapped_column(default=now)
    waiting_since: Mapped[datetime | None]
    unanswered_since: Mapped[datetime | None]
    first_replied_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None] = mapped_column(Text)
    blocked: Mapped[bool] = mapped_column(default=False)
    blocked_here: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    reopened: Mapped[int] = mapped_column(Integer, default=0)
    transfers: Mapped[int] = mapped_column(Integer, default=0)
    summary: Mapped[str] = mapped_column(Text, default="")
    repeated_description: Mapped[bool] = mapped_column(default=False)
    customer_name: Mapped[str] = mapped_column(Text, default="")
    customer_tier: Mapped[str | None] = mapped_column(Text)
    next_due_at: Mapped[datetime | None]
    next_due_kind: Mapped[str | None] = mapped_column(Text)
    rating_score: Mapped[int | None] = mapped_column(SmallInteger)
    rating_comment: Mapped[str | None] = mapped_column(Text)
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    def take_seq(self) -> int:
        """The next number; the row must have been loaded with its lock."""
        self.last_seq += 1
        return self.last_seq

    def is_open(self) -> bool:
        return self.status != Status.CLOSED


class Message(Base):
    """One message; partitioned by ranges of its time-ordered id, made by whoever sends it."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_conversation_seq", "conversation_id", "seq"),
        Index(
            "ix_messages_changed",
            "conversation_id",
            "changed_seq",
            postgresql_where="changed_seq is not null",
        ),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(Integer)
    sender_type: Mapped[str] = mapped_column(Text)
    sender_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any] | None]
    reply_to: Mapped[UUID | None]
    at: Mapped[datetime]
    changed_seq: Mapped[int | None] = mapped_column(Integer)
    recalled_at: Mapped[datetime | None]
    failed: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)


class ExternalMessage(Base):
    """The channel's own number of a message: what came in once is not taken in again (I07)."""

    __tablename__ = "external_messages"
    __table_args__ = (UniqueConstraint("inbox_id", "external_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inboxes.id"))
    external_id: Mapped[str] = mapped_column(Text)
    message_id: Mapped[UUID]
    conversation_id: Mapped[UUID] = mapped_column(index=True)


class Label(Base):
    """A word that agents put on conversations."""

    __tablename__ = "labels"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    colour: Mapped[str] = mapped_column(Text, default="#8c96a8")
    created_at: Mapped[datetime] = mapped_column(default=now)


class ConversationLabel(Base):
    """A label on a conversation; it carries the list's sort key: rare labels are found fast."""

    __tablename__ = "conversation_labels"
    __table_args__ = (
        Index("ix_conversation_labels_list", "label_id", "activity_at", "conversation_id"),
    )

    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    label_id: Mapped[UUID] = mapped_column(
        ForeignKey("labels.id", ondelete="CASCADE"), primary_key=True
    )
    activity_at: Mapped[datetime]


class Viewer(Base):
    """An agent who looks at a conversation now: a row with a time to live."""

    __tablename__ = "conversation_viewers"

    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    agent_id: Mapped[UUID] = mapped_column(
        ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True
    )
    until: Mapped[datetime]
