"""Tables of notifications: what an agent was told, and how they want to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7


class Notification(Base):
    """One line of the notification centre; the words are composed by the client from `params`.

    While it is unread, what happens again to the same subject is counted here.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index(
            "uq_notifications_unread",
            "agent_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where="read_at is null",
        ),
        Index("ix_notifications_agent_id_at_id", "agent_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    kind: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    conversation: Mapped[UUID | None]
    actor: Mapped[UUID | None]
    params: Mapped[dict[str, Any]]
    count: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


class NotificationPreferences(Base):
    """What an agent changed: `ways` by kind, and the hours in which nothing may ring."""

    __tablename__ = "notification_preferences"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    ways: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quiet: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    updated_at: Mapped[datetime] = mapped_column(default=now)
