"""Tables of merging: which customers are one person, who said so, and what moved."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7


class CustomerMerge(Base):
    """One customer was found to be another; undone merges stay as a record.

    `let_in_at` is when who stays was let in since: the block that came with the merge holds no
    more for them, and again for who came with it once the merge is undone.
    """

    __tablename__ = "customer_merges"
    __table_args__ = (
        Index(
            "ix_customer_merges_in_force",
            "gone_id",
            unique=True,
            postgresql_where="undone_at is null",
        ),
        Index("ix_customer_merges_gone_id", "gone_id", "id"),
        Index("ix_customer_merges_kept_id", "kept_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    gone_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    automatic: Mapped[bool] = mapped_column(default=False)
    merged_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float] = mapped_column(Float)
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=now)
    let_in_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    undone_reason: Mapped[str | None] = mapped_column(Text)


class MovedRow(Base):
    """A row that lies with another customer than the one it came from, and who that was."""

    __tablename__ = "moved_rows"
    __table_args__ = (Index("ix_moved_rows_home_id_part", "home_id", "part"),)

    part: Mapped[str] = mapped_column(Text, primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
