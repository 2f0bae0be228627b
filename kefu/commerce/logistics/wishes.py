"""Wishes: whether and how a customer wants to hear of their orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.events_logistics import NoticeWishChanged
from kefu.commerce.model_notices import CustomerNotice, NoticeWish
from kefu.core.clock import iso, now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.customers import erases_customer, exports_customer


async def wish_of(db: Session, customer: UUID) -> NoticeWish:
    """What was said; a customer who said nothing is told, by whatever way there is."""
    kept = await db.get(NoticeWish, customer)
    return kept or NoticeWish(customer_id=customer, wanted=True, way=None)


async def ways_wished(db: Session, customers: Iterable[UUID]) -> dict[UUID, str]:
    """The ways that these customers named."""
    rows = await db.execute(
        select(NoticeWish.customer_id, NoticeWish.way).where(
            NoticeWish.customer_id.in_(set(customers)), NoticeWish.way.is_not(None)
        )
    )
    return {row.customer_id: row.way for row in rows if row.way}


async def wish(
    db: Session, customer: UUID, *, wanted: bool, way: str | None, by: UUID | None
) -> None:
    values: dict[str, Any] = {"wanted": wanted, "way": way, "changed_at": now()}
    await db.execute(
        insert(NoticeWish)
        .values(customer_id=customer, **values)
        .on_conflict_do_update(index_elements=["customer_id"], set_=values)
    )
    event = NoticeWishChanged(subject=customer, customer=customer, actor=by, wanted=wanted, way=way)
    await record(db, event)


@exports_customer("order_notices")
async def export_notices(db: Session, customer: UUID) -> list[dict[str, Any]]:
    rows = await db.scalars(
        select(CustomerNotice)
        .where(CustomerNotice.customer_id == customer)
        .order_by(CustomerNotice.id)
    )
    return [
        {"text": row.text, "status": row.status, "way": row.way, "at": iso(row.created_at)}
        for row in rows
    ]


@erases_customer
async def erase_notices(db: Session, customer: UUID) -> None:
    """Words and wishes go; that something was told, and when, stays for the figures."""
    await db.execute(
        select(CustomerNotice.id)
        .where(CustomerNotice.customer_id == customer)
        .order_by(CustomerNotice.id)
        .with_for_update()
    )
    await db.execute(
        update(CustomerNotice).where(CustomerNotice.customer_id == customer).values(text="")
    )
    await db.execute(
        update(CustomerNotice)
        .where(
            CustomerNotice.customer_id == customer,
            CustomerNotice.status.in_(("draft", "waiting")),
        )
        .values(status="discarded", reason="erased", settled_at=now())
    )
    await db.execute(delete(NoticeWish).where(NoticeWish.customer_id == customer))
