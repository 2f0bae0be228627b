"""Recipients: whose order it is, which language they read, and whether they want to hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.logistics.wording import Said, parcel_in, promise_in, worded
from kefu.commerce.model_logistics import Carrier
from kefu.commerce.model_notices import NoticeWish
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.core.db import Session
from kefu.customers import Customer


@dataclass(frozen=True, slots=True)
class Recipients:
    """Orders by id, with parcels, their customers' languages and wishes."""

    orders: Mapping[UUID, Any]
    parcels: Mapping[UUID, Any]
    locales: Mapping[UUID, str | None]
    unwanted: frozenset[UUID]
    carriers: Mapping[str, tuple[str, str]]

    def words_of(self, about: str, order: Any, given: Mapping[str, Said]) -> str:
        locale = self.locales.get(order.customer_id)
        parcel = self.parcels.get(order.id)
        known: dict[str, Said] = {
            "number": order.number,
            "promise": promise_in(locale, order.promised_by),
        }
        if parcel is not None:
            names = self.carriers.get(parcel.carrier or "")
            known["parcel"] = parcel_in(locale, names or parcel.carrier, parcel.tracking_number)
        return worded(about, locale, known | dict(given))


async def known_of(db: Session, orders: set[UUID]) -> Recipients:
    columns = (Order.id, Order.number, Order.customer_id, Order.promised_by, Order.historic)
    found = {row.id: row for row in await db.execute(select(*columns).where(Order.id.in_(orders)))}
    parcels = await db.execute(
        select(Shipment.order_id, Shipment.carrier, Shipment.tracking_number)
        .where(Shipment.order_id.in_(orders), Shipment.direction == "outbound")
        .order_by(Shipment.id.desc())
    )
    people = {row.customer_id for row in found.values() if row.customer_id}
    locales = await db.execute(select(Customer.id, Customer.locale).where(Customer.id.in_(people)))
    unwanted = await db.scalars(
        select(NoticeWish.customer_id).where(
            NoticeWish.customer_id.in_(people), NoticeWish.wanted.is_(False)
        )
    )
    carriers = await db.execute(select(Carrier.code, Carrier.name, Carrier.name_en))
    return Recipients(
        found,
        {row.order_id: row for row in parcels},
        dict(locales.all()),
        frozenset(unwanted),
        {row.code: (row.name, row.name_en) for row in carriers},
    )
