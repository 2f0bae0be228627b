"""Parcels on a frozen clock for tests: scans come, time passes, facts are reacted to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

import kefu.commerce.reactions_logistics  # noqa: F401 - its reactions are run here
from kefu.commerce.logistics.ingesting import Ingested, NewScan, ingest
from kefu.commerce.logistics.settling import release_due
from kefu.commerce.logistics.watching import look
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_notices import CustomerNotice
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.tests.factories import a_shipment, an_order
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.core.reactions import GROUPS, react
from kefu.customers.tests.factories import a_customer
from kefu.promises import scan as scan_clocks


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


async def a_parcel(db: Session, **more: Any) -> Shipment:
    """A parcel of a customer's order, just handed over and not heard of yet."""
    customer = more.pop("customer", None) or (await a_customer(db)).id
    given: dict[str, Any] = {"status": "paid", "placed_at": now(), "customer": customer}
    names = ("promised_by", "historic", "placed_at", "number", "province")
    order = await an_order(db, **given | {name: more.pop(name) for name in names if name in more})
    given = {"status": "created", "shipped_at": None} | more
    return await a_shipment(db, order, **given)


async def scanned(
    db: Session, parcel: Shipment, *codes: str, at: datetime | None = None, **more: Any
) -> Ingested:
    """Scans of these codes, now or at that moment, and whatever follows from them."""
    assert parcel.tracking_number is not None
    scans = [
        NewScan(tracking_number=parcel.tracking_number, code=code, at=at or now(), **more)
        for code in codes
    ]
    found = await ingest(db, scans)
    await work(db)
    return found


async def pass_time(db: Session, clock: FrozenClock, by: timedelta) -> None:
    clock.advance(by)
    await work(db)


async def work(db: Session) -> None:
    """What the worker does: looks, clocks, what waited, and the reactions to all of it."""
    for _ in range(6):
        seen = await last_fact(db)
        await look(db)
        await scan_clocks(db)
        await release_due(db)
        await reacted(db)
        if await last_fact(db) == seen:
            return


async def last_fact(db: Session) -> int:
    return await db.scalar(select(FactRow.id).order_by(FactRow.id.desc()).limit(1)) or 0


async def reacted(db: Session) -> None:
    """The reactions of logistics to the facts that they have not seen."""
    done = db.info.setdefault("reacted", 0)
    rows = await db.scalars(select(FactRow).where(FactRow.id > done).order_by(FactRow.id))
    facts = [fact_of(row) for row in rows]
    if facts:
        db.info["reacted"] = facts[-1].id
    for group in ("logistics", "notices"):
        await react(db, GROUPS[group], facts)


def fact_of(row: FactRow) -> Fact:
    return Fact(
        row.id,
        row.kind,
        row.subject,
        row.conversation,
        row.customer,
        row.actor,
        row.details,
        row.at,
    )


async def problems(db: Session, parcel: Shipment | None = None) -> Sequence[DeliveryAnomaly]:
    """All there were, the first first."""
    query = select(DeliveryAnomaly).order_by(DeliveryAnomaly.opened_at, DeliveryAnomaly.id)
    if parcel is not None:
        query = query.where(DeliveryAnomaly.subject == parcel.id)
    return (await db.scalars(query.execution_options(populate_existing=True))).all()


async def open_kinds(db: Session, parcel: Shipment) -> set[str]:
    return {one.kind for one in await problems(db, parcel) if one.closed_at is None}


async def notices(db: Session, *statuses: str) -> Sequence[CustomerNotice]:
    query = select(CustomerNotice).order_by(CustomerNotice.id)
    if statuses:
        query = query.where(CustomerNotice.status.in_(statuses))
    return (await db.scalars(query.execution_options(populate_existing=True))).all()


async def facts_of(db: Session, kind: str, subject: UUID | None = None) -> Sequence[FactRow]:
    query = select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id)
    if subject is not None:
        query = query.where(FactRow.subject == subject)
    return (await db.scalars(query)).all()


async def status_of(db: Session, parcel: Shipment) -> str:
    found = await db.scalar(select(Shipment.status).where(Shipment.id == parcel.id))
    assert found is not None
    return found
