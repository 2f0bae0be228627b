"""The demo shop's order care: requests that wait, invoices, coupons and times to come."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.appointments import book, free_times
from kefu.commerce.changing import Asked, request_change
from kefu.commerce.coupons import issue_coupon
from kefu.commerce.invoices import apply_for_invoice, issue_invoice
from kefu.commerce.model_appointments import AppointmentSlot
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.customers import Customer
from kefu.identity import actor_for_agent, agents_who_may

ADDRESS = {
    "province": "浙江省",
    "city": "杭州市",
    "district": "滨江区",
    "street": "江南大道 588 号",
}
COMPANY = {
    "kind": "company",
    "medium": "electronic",
    "title": "杭州山野户外用品有限公司",
    "tax_number": "91350100M000100Y43",
    "email": "finance@shanye.example.com",
}
WEEK = range(6)
HOURS = (("09:00", "11:00"), ("14:00", "16:00"), ("16:00", "18:00"))


@demo_part("order_care", order=60)
async def fill_order_care(db: Session) -> None:
    if await db.scalar(select(OrderChange.id).limit(1)) is not None:
        return
    leader = min(await agents_who_may(db, "order.decide"), default=None)
    if leader is None:
        return
    await set_slots(db)
    await ask_for_changes(db, leader)
    await write_invoices(db, leader)
    await give_coupons(db, leader)
    await book_visits(db, leader)


async def orders_in(db: Session, *statuses: str, limit: int) -> list[Order]:
    found = await db.scalars(
        select(Order)
        .where(Order.status.in_(statuses), Order.customer_id.is_not(None))
        .order_by(Order.placed_at.desc(), Order.id)
        .limit(limit)
        .with_for_update(key_share=True)
    )
    return list(found)


async def set_slots(db: Session) -> None:
    """Two-hour visits six days a week, and calls at the same times."""
    if await db.scalar(select(AppointmentSlot.id).limit(1)) is not None:
        return
    for kind, mode in (("installation", "on_site"), ("repair", "on_site"), ("usage", "remote")):
        for weekday in WEEK:
            for starts, ends in HOURS:
                slot = AppointmentSlot(
                    kind=kind, mode=mode, weekday=weekday, starts=starts, ends=ends, capacity=2
                )
                db.add(slot)
    await db.flush()


async def ask_for_changes(db: Session, leader: UUID) -> None:
    """Addresses and cancellations: most of them late, so that they wait for a decision."""
    orders = await orders_in(db, "paid", "processing", "shipped", limit=6)
    for place, order in enumerate(orders):
        if place % 2:
            asked = Asked(by=leader, reason="no_longer_needed", note="客户来电说临时出差")
            await request_change(db, order, kind="cancel", wanted={}, asked=asked)
        else:
            asked = Asked(
                source="customer", customer=order.customer_id, note="搬家了，麻烦改送新址"
            )
            await request_change(db, order, kind="address", wanted=ADDRESS, asked=asked)


async def write_invoices(db: Session, leader: UUID) -> None:
    for place, order in enumerate(await orders_in(db, "delivered", "completed", limit=5)):
        if order.paid_amount <= order.refunded_amount:
            continue
        person = {
            "kind": "personal",
            "medium": "electronic",
            "title": order.recipient or "个人",
            "email": f"invoice{place}@example.com",
        }
        given = COMPANY if place % 2 else person
        invoice = await apply_for_invoice(db, order, given, by=leader)
        if place > 2:
            await issue_invoice(db, invoice, number=f"2633200000{place:04}", by=leader)


async def give_coupons(db: Session, leader: UUID) -> None:
    actor = await actor_for_agent(db, leader)
    for order in await orders_in(db, "shipped", limit=3):
        customer = await db.get(Customer, order.customer_id)
        if actor is None or customer is None:
            continue
        given = {
            "kind": "amount",
            "value": 1500,
            "currency": "CNY",
            "origin": "compensation",
            "reason": "late_delivery",
        }
        await issue_coupon(db, customer, given, days=30, by=actor)


async def book_visits(db: Session, leader: UUID) -> None:
    tomorrow = (now() + timedelta(days=1)).date()
    times = await free_times(db, "installation", "on_site", since=tomorrow, days=7)
    orders = await orders_in(db, "delivered", limit=3)
    for order, (starts_at, _, _) in zip(orders, times, strict=False):
        await book(db, order, kind="installation", mode="on_site", starts_at=starts_at, by=leader)
