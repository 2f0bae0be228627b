"""Tables of sources: systems that are asked for the truth, and what was found to differ."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

SOURCE_KINDS = ("book", "woocommerce", "qiyu")
BOOKS = ("orders", "tracking")
DIFFERENCES = (
    "missing_order",
    "wrong_status",
    "missing_scan",
    "unknown_scan",
    "wrong_parcel_status",
    "held_here",
)


class Source(Base):
    """A system outside; what it is asked with stays here and is shown to nobody.

    With `takes_changes` requests to change an order are written into it, and it may refuse them.
    """

    __tablename__ = "commerce_sources"
    __table_args__ = (one_of("kind", SOURCE_KINDS), one_of("book", BOOKS))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    book: Mapped[str | None] = mapped_column(Text)
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey("shops.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text, default="")
    secret: Mapped[str] = mapped_column(Text, default="")
    webhook_secret: Mapped[str] = mapped_column(Text, default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    takes_changes: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class BookReading(Base):
    """How far a book was read: all changes until `read_until`, and a part of the present pass."""

    __tablename__ = "book_readings"

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("commerce_sources.id", ondelete="CASCADE"), primary_key=True
    )
    read_until: Mapped[datetime | None]
    sweep_started_at: Mapped[datetime]
    sweep_cursor: Mapped[str | None] = mapped_column(Text)
    sweep_pages: Mapped[int] = mapped_column(default=0)
    sweep_whole: Mapped[int | None]


class BookEntry(Base):
    """The last word of a book about one order or parcel, and when it was compared with ours."""

    __tablename__ = "book_entries"

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("commerce_sources.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[str] = mapped_column(Text)
    compared_at: Mapped[datetime]


class Reconciliation(Base):
    """One comparison with a source: how many entries its book has and how many were alike.

    `alike` had the source's status as they were found, `alike_after` once what differed was mended.
    Both are of the whole book, of which a run reads a part (see `sources.standing`).
    """

    __tablename__ = "reconciliations"
    __table_args__ = (Index("ix_reconciliations_started_at", desc("started_at")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("commerce_sources.id", ondelete="CASCADE"), index=True
    )
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    compared: Mapped[int] = mapped_column(default=0)
    alike: Mapped[int] = mapped_column(default=0)
    alike_after: Mapped[int | None]
    differences: Mapped[int] = mapped_column(default=0)
    mended: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(Text)


class ReconciliationDifference(Base):
    """One thing that was not as its source says, and when it was mended."""

    __tablename__ = "reconciliation_differences"
    __table_args__ = (
        one_of("kind", DIFFERENCES),
        Index("ix_reconciliation_differences_reconciliation_id_id", "reconciliation_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    reconciliation_id: Mapped[UUID] = mapped_column(
        ForeignKey("reconciliations.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)
    ours: Mapped[str | None] = mapped_column(Text)
    theirs: Mapped[str | None] = mapped_column(Text)
    mended_at: Mapped[datetime | None]
