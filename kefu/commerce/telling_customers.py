"""Telling customers: what became of their request, and that their appointment is near or late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_appointments import AppointmentLate, AppointmentReminded
from kefu.commerce.events_order_care import (
    OrderChangeApproved,
    OrderChangeDenied,
    OrderChangeExecuted,
    OrderChangeRefused,
)
from kefu.commerce.logistics.noticing import Telling, put
from kefu.commerce.logistics.wording import moment_in
from kefu.commerce.model import Product
from kefu.commerce.model_orders import OrderLine
from kefu.core.db import Session
from kefu.core.events import Fact

ABOUT = {
    OrderChangeExecuted.kind: "change_done",
    OrderChangeApproved.kind: "change_approved",
    OrderChangeDenied.kind: "change_denied",
    OrderChangeRefused.kind: "change_refused",
    AppointmentReminded.kind: "appointment_near",
    AppointmentLate.kind: "appointment_late",
}
GRANTED = ("change_done", "change_approved")
CHANGES = {
    "content": ("商品修改", "other goods"),
    "address": ("收货地址修改", "another address"),
    "payment": ("支付方式修改", "another way to pay"),
    "cancel": ("取消订单", "to cancel it"),
}
VISITS = {
    "installation": ("安装服务", "installation"),
    "repair": ("维修服务", "repair"),
    "usage": ("使用指导", "help with its use"),
}


async def tell_of_care(db: Session, facts: Sequence[Fact]) -> None:
    """Each of these is told once, by the same way and under the same wishes as other notices."""
    guides = await guides_for(db, facts)
    tellings = [telling_of(fact, guides) for fact in facts]
    await put(db, [telling for telling in tellings if telling is not None])


def telling_of(fact: Fact, guides: Mapping[UUID, str]) -> Telling | None:
    details, about = fact.details, ABOUT[fact.kind]
    if "change" not in details:
        return of_appointment(fact, about, guides)
    # A cancelled order is told as such, and of a request that was decided its end is told once.
    cancelled = about in GRANTED and details["change_kind"] == "cancel"
    if cancelled or (about == "change_done" and details["special"]):
        return None
    given = {"what": CHANGES[details["change_kind"]]}
    return Telling(f"{details['change']}:{about}", about, fact.subject, fact.at, None, given)


def of_appointment(fact: Fact, about: str, guides: Mapping[UUID, str]) -> Telling:
    """One that was moved is told of again: its time belongs to the key."""
    details = fact.details
    starts_at = datetime.fromisoformat(details["starts_at"])
    order = UUID(details["order"])
    given = {
        "what": VISITS[details["appointment_kind"]],
        "time": moment_in(starts_at),
        "guide": guides.get(order, ""),
    }
    key = f"{fact.subject}:{about}:{starts_at.timestamp():.0f}"
    return Telling(key, about, order, fact.at, None, given)


async def guides_for(db: Session, facts: Sequence[Fact]) -> dict[UUID, str]:
    """The page of the first product of each order that somebody comes or calls for: its guide."""
    orders = {UUID(fact.details["order"]) for fact in facts if "change" not in fact.details}
    if not orders:
        return {}
    rows = await db.execute(
        select(OrderLine.order_id, Product.url)
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id.in_(orders), Product.url.is_not(None))
        .order_by(OrderLine.position.desc())
    )
    return {row.order_id: row.url for row in rows}
