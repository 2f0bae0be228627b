"""Cards: the little that lists show of a customer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.customers.model import Customer


@dataclass(frozen=True, slots=True)
class CustomerCard:
    id: UUID
    name: str
    avatar: str | None
    tier: str


async def customers_named(db: Session, ids: Collection[UUID]) -> dict[UUID, CustomerCard]:
    """The cards of these customers, by one query."""
    rows = await db.execute(
        select(Customer.id, Customer.name, Customer.avatar, Customer.tier).where(
            Customer.id.in_(ids)
        )
    )
    return {row.id: CustomerCard(row.id, row.name, row.avatar, row.tier) for row in rows}
