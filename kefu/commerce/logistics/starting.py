"""Starting: an order with a promise is watched until it leaves; its parcels lead it further."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, text

from kefu.commerce.events import OrderDelivered, OrderShipped
from kefu.commerce.logistics.ingesting import call_up, watch
from kefu.commerce.model_logistics import ORDER
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Event, record_all

FOLLOW = text(
    "update orders o set shipped_at = coalesce(o.shipped_at, p.left_at), "
    "delivered_at = coalesce(o.delivered_at, case when p.all_there then p.there_at end), "
    "status = case when p.all_there then 'delivered' else 'shipped' end, updated_at = :at "
    "from (select s.order_id, min(s.shipped_at) as left_at, max(s.delivered_at) as there_at, "
    "bool_and(s.status = 'delivered') as all_there from shipments s "
    "where s.order_id = any(:orders) and s.direction = 'outbound' group by s.order_id) p, "
    "(select id, shipped_at, delivered_at from orders where id = any(:orders) "
    "order by id for no key update) b "
    "where o.id = p.order_id and b.id = o.id and p.left_at is not null and ("
    "(o.status in ('created', 'paid', 'processing')) or (o.status = 'shipped' and p.all_there)) "
    "returning o.id, o.customer_id, o.historic, o.promised_by, o.shipped_at, o.delivered_at, "
    "b.shipped_at as shipped_before, b.delivered_at as delivered_before"
)


async def watch_orders(db: Session, orders: Iterable[UUID], *, with_parcels: bool = True) -> None:
    """Look at these orders, and at their parcels, whose promise may be another one now."""
    ids = sorted(set(orders))
    if not ids:
        return
    lively = select(Order.id).where(Order.id.in_(ids), Order.historic.is_(False))
    await watch(db, ORDER, {one: one for one in await db.scalars(lively)}, due_at=now())
    if with_parcels:
        await call_up(db, await db.scalars(select(Shipment.id).where(Shipment.order_id.in_(ids))))


async def lead_orders(db: Session, orders: Iterable[UUID]) -> None:
    """An order has left with its first parcel and arrived with its last, whoever said so first."""
    ids = sorted(set(orders))
    if not ids:
        return
    rows = (await db.execute(FOLLOW, {"orders": ids, "at": now()})).all()
    events: list[Event] = []
    for row in rows:
        head = {"subject": row.id, "customer": row.customer_id, "historic": row.historic}
        if row.shipped_at and not row.shipped_before:
            told = {"happened_at": row.shipped_at, "promised_by": row.promised_by}
            events.append(OrderShipped(**head, **told))
        if row.delivered_at and not row.delivered_before:
            told = {"happened_at": row.delivered_at, "promised_by": row.promised_by}
            events.append(OrderDelivered(**head, **told))
    await record_all(db, events)
