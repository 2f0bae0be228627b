"""Proving: whoever knows an order's number and the tail of its telephone is who they say."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model_orders import Order
from kefu.core.db import Session
from kefu.customers import checks_order


@checks_order
async def is_order_of(db: Session, customer: UUID, number: str, phone_tail: str) -> bool:
    """Whether this customer has an order of this number that goes to such a telephone."""
    found = await db.scalar(
        select(Order.id).where(
            Order.number == number.strip(),
            Order.customer_id == customer,
            Order.phone_tail == phone_tail,
        )
    )
    return found is not None
