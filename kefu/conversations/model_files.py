"""The table of files that go with messages; their bytes lie in the store, under `key`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7


class File(Base):
    """One uploaded file; an erased one keeps its row, so that links answer truthfully.

    `used_at` is when it was found in a message or as a picture; until then it may be in no use.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("ix_files_conversation_id", "conversation_id"),
        Index("ix_files_customer_id", "customer_id"),
        Index("ix_files_unused", "id", postgresql_where="used_at is null and erased_at is null"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    inbox_id: Mapped[UUID | None] = mapped_column(ForeignKey("inboxes.id"))
    conversation_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    thumbnail_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
