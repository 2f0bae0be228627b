"""Tables of imports: how far a file has come, and which of its rows were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

IMPORT_KINDS = ("orders", "products")
IMPORT_MODES = ("whole", "rows")
IMPORT_STATUSES = ("waiting", "running", "done", "refused", "failed")


class CommerceImport(Base):
    """One file; `whole` takes all of it or nothing, `rows` takes what is right.

    `told_at` is its last sign of life: a run that gives none for long was cut off. `failure` says
    in English why it failed; its code and params in any language.
    """

    __tablename__ = "commerce_imports"
    __table_args__ = (
        one_of("kind", IMPORT_KINDS),
        one_of("mode", IMPORT_MODES),
        one_of("status", IMPORT_STATUSES),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shops.id"))
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    historic: Mapped[bool] = mapped_column(default=False)
    file_name: Mapped[str] = mapped_column(Text)
    file_key: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="waiting")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    read_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    rows: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(Text)
    failure_code: Mapped[str | None] = mapped_column(Text)
    failure_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class RefusedRow(Base):
    """A row that was refused, as it stood in the file, with what is wrong with it.

    `problem` says it in English; `code` and `params` in any language.
    """

    __tablename__ = "commerce_import_errors"
    __table_args__ = (Index("ix_commerce_import_errors_import_id_row", "import_id", "row"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("commerce_imports.id", ondelete="CASCADE"))
    row: Mapped[int]
    field: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[dict[str, Any]]
