"""Tables of the tools around conversations: replies, views, words, drafts, the search index."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

SHARINGS = ("own", "team", "all")
DIRECTIONS = ("in", "out", "both")
WORD_ACTIONS = ("mask", "refuse", "flag")
SCHEDULED = ("pending", "sent", "cancelled", "failed")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class CannedReply(Base):
    """A text that is written often; of one agent, of a team, or (with neither) of everybody."""

    __tablename__ = "canned_replies"
    __table_args__ = (
        UniqueConstraint("agent_id", "team_id", "shortcut", postgresql_nulls_not_distinct=True),
        CheckConstraint("agent_id is null or team_id is null", name="one_owner"),
        Index("ix_canned_replies_team_id", "team_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shortcut: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    found_by: Mapped[str] = mapped_column(Text)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    used_at: Mapped[datetime | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    @property
    def scope(self) -> str:
        return sharing_of(self.agent_id, self.team_id)


class SavedView(Base):
    """A question asked again and again; of one agent, of a team, or (with neither) of all."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("agent_id", "team_id", "name", postgresql_nulls_not_distinct=True),
        CheckConstraint("agent_id is null or team_id is null", name="one_owner"),
        Index("ix_saved_views_team_id", "team_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    conditions: Mapped[dict[str, Any]]
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    @property
    def scope(self) -> str:
        return sharing_of(self.agent_id, self.team_id)


class SavedViewPin(Base):
    """A view that an agent keeps at hand, at this place."""

    __tablename__ = "saved_view_pins"

    agent_id: Mapped[UUID] = mapped_column(
        ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True
    )
    view_id: Mapped[UUID] = mapped_column(
        ForeignKey("saved_views.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(SmallInteger)


class SensitiveWord(Base):
    """A word that is masked, refused or flagged where customers or agents write it."""

    __tablename__ = "sensitive_words"
    __table_args__ = (
        UniqueConstraint("folded", "direction"),
        one_of("direction", DIRECTIONS),
        one_of("action", WORD_ACTIONS),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    word: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ScheduledMessage(Base):
    """A text that goes out at a moment, unless the conversation is closed by then."""

    __tablename__ = "scheduled_messages"
    __table_args__ = (
        one_of("status", SCHEDULED),
        Index("ix_scheduled_messages_due", "due_at", postgresql_where="status = 'pending'"),
        Index("ix_scheduled_messages_conversation_id", "conversation_id", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    text: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(Text, default="pending")
    reason: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]


class Draft(Base):
    """What an agent has begun to write in a conversation."""

    __tablename__ = "drafts"

    agent_id: Mapped[UUID] = mapped_column(
        ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True
    )
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class BulkAction(Base):
    """What many conversations were like before an action on all of them, while it can be undone."""

    __tablename__ = "bulk_actions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), index=True)
    action: Mapped[str] = mapped_column(Text)
    changes: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]


class RetentionRun(Base):
    """One run of an inbox's retention: what was erased because it was old enough."""

    __tablename__ = "retention_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inboxes.id"), index=True)
    retention_days: Mapped[int] = mapped_column(Integer)
    before: Mapped[datetime]
    conversations: Mapped[int] = mapped_column(Integer, default=0)
    messages: Mapped[int] = mapped_column(Integer, default=0)
    files: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class ErasedConversation(Base):
    """A conversation whose texts and files are gone; its row and its facts stay."""

    __tablename__ = "erased_conversations"

    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    erased_at: Mapped[datetime] = mapped_column(default=now)


SEARCH_NUMBERS = Sequence("message_search_numbers", metadata=Base.metadata, cache=1)


class SearchRow(Base):
    """What a message can be found by: keys of its tokens, each salted with the row's bucket.

    A bucket holds the 65,536 messages that were indexed one after the other, so that the newest
    are found first without sorting all (docs/decisions, message search).
    """

    __tablename__ = "message_search"
    __table_args__ = (
        Index(
            "ix_message_search_keys",
            "keys",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 1024},
        ),
        Index("ix_message_search_conversation_id", "conversation_id"),
    )

    message_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    bucket: Mapped[int] = mapped_column(Integer)
    keys: Mapped[list[int]] = mapped_column(ARRAY(Integer))

    __mapper_args__ = {"primary_key": ["message_id"]}  # noqa: RUF012 - SQLAlchemy's own form


class SearchBucket(Base):
    """Since which message id a bucket is filled."""

    __tablename__ = "message_search_buckets"

    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_id: Mapped[UUID]


def sharing_of(agent: UUID | None, team: UUID | None) -> str:
    """With whom a thing of this agent, of this team or of neither is shared."""
    if agent is not None:
        return "own"
    return "team" if team is not None else "all"
