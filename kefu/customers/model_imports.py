"""Tables of customer imports: a file, how it is read, how far it is, and what was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.model import one_of

STATUSES = ("uploaded", "checking", "checked", "running", "done", "stopped", "failed")
BUSY = ("checking", "running")


class CustomerImport(Base):
    """One uploaded file of customers; its rows are forgotten some days after it was worked off."""

    __tablename__ = "customer_imports"
    __table_args__ = (one_of("status", STATUSES),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str] = mapped_column(Text)
    columns: Mapped[list[str]] = mapped_column(default=list)
    sample: Mapped[list[Any]] = mapped_column(default=list)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scope: Mapped[UUID | None]
    proven: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(Text, default="uploaded")
    problem: Mapped[str | None] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    checked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    progressed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]


class CustomerImportRefusal(Base):
    """A row that was not taken, with why, so that it can be corrected and sent again."""

    __tablename__ = "customer_import_refusals"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("customer_imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    row: Mapped[dict[str, Any]]
