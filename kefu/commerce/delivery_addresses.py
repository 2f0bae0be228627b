"""Delivery addresses: where a customer has things sent unless an order says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.events_order_care import DeliveryAddressChanged
from kefu.commerce.model_order_care import DeliveryAddress
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.customers import Customer, erases_customer, exports_customer


async def change_delivery_address(
    db: Session,
    customer: Customer,
    address: Mapping[str, Any],
    *,
    source: str = "service",
    by: UUID | None = None,
    asked_by: UUID | None = None,
) -> DeliveryAddress:
    """Keep another address for a customer; `asked_by` is the proven customer who wants it."""
    if asked_by is not None and asked_by != customer.id:
        raise RuleBroken("not_own_address", "This is another customer's address.")
    if not address.get("street"):
        raise Invalid("An address needs a street.", field="street")
    kept = await db.get(DeliveryAddress, customer.id, with_for_update=True)
    if kept is None:
        kept = DeliveryAddress(customer_id=customer.id, address={})
        db.add(kept)
    kept.address = {name: value for name, value in address.items() if value}
    event = DeliveryAddressChanged(
        subject=customer.id, customer=customer.id, actor=by, source=source
    )
    await record(db, event)
    return kept


@exports_customer("delivery_address")
async def export_address(db: Session, customer: UUID) -> dict[str, Any]:
    kept = await db.get(DeliveryAddress, customer)
    return kept.address if kept else {}


@erases_customer
async def erase_address(db: Session, customer: UUID) -> None:
    await db.execute(delete(DeliveryAddress).where(DeliveryAddress.customer_id == customer))
