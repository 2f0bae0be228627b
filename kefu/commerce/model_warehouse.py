"""Tables of the transit warehouse: places, and the parcels that lie or lay there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

PURPOSES = ("restock", "repair", "supplier", "customer", "scrap", "other")


class WarehouseLocation(Base):
    """A place in the warehouse, by the code on its label."""

    __tablename__ = "warehouse_locations"
    __table_args__ = (one_of("kind", ("intake", "shelf", "inspection", "outgoing")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(Text, default="shelf")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class WarehouseParcel(Base):
    """A parcel from its intake scan to its out scan; one that nobody knows has no case yet."""

    __tablename__ = "warehouse_parcels"
    __table_args__ = (
        one_of("purpose", PURPOSES),
        one_of("counts", ("plain", "business")),
        Index("uq_warehouse_parcels_lying", "code", unique=True, postgresql_where="out_at is null"),
        Index("ix_warehouse_parcels_case_id", "case_id"),
        Index("ix_warehouse_parcels_in_at", "in_at", "id"),
        Index("ix_warehouse_parcels_location_id", "location_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(Text)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("return_cases.id"))
    location_id: Mapped[UUID] = mapped_column(ForeignKey("warehouse_locations.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    in_at: Mapped[datetime] = mapped_column(default=now)
    in_by: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    due_at: Mapped[datetime]
    counts: Mapped[str] = mapped_column(Text, default="plain")
    alarmed_at: Mapped[datetime | None]
    out_at: Mapped[datetime | None]
    out_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    purpose: Mapped[str | None] = mapped_column(Text)
