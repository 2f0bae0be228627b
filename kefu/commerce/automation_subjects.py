"""By which order people know an appointment or a problem with a delivery that a task is about."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce import appointments
from kefu.commerce.automation import ORDER
from kefu.commerce.logistics import alarming
from kefu.commerce.model_appointments import Appointment
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_orders import Order
from kefu.core.automation import About
from kefu.core.db import Session
from kefu.core.subjects import Tell, tells_of


def by_their_order(table: Any) -> Tell:
    async def about(db: Session, ids: Collection[UUID]) -> dict[UUID, About]:
        rows = await db.execute(
            select(table.id.label("subject"), Order.id, Order.number)
            .join(Order, Order.id == table.order_id)
            .where(table.id.in_(ids))
        )
        return {row.subject: About(belongs_to=(ORDER, row.id, row.number)) for row in rows}

    return about


tells_of(appointments.SUBJECT, by_their_order(Appointment))
tells_of(alarming.ANOMALY, by_their_order(DeliveryAnomaly))
