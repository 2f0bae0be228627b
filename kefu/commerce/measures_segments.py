"""Measures of loyalty: who buys again, who stays, and what agents' recommendations brought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, distinct, func, select

from kefu.commerce.model_orders import Order
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.measures import Measured, Period, absent, counted, measure, share
from kefu.core.settings import settings
from kefu.customers import customers_in

PLACED = Order.status.not_in(("created", "cancelled"))
PLEASED = 4


def before(period: Period) -> Period:
    """The time before, of the same length."""
    return Period(period.since - (period.until - period.since), period.since)


async def buyers(db: Session, period: Period, among: Select[UUID] | None = None) -> tuple[int, int]:
    """Customers with two orders or more in the period, and with one or more."""
    per_customer = select(Order.customer_id, func.count().label("orders")).where(
        PLACED,
        Order.customer_id.is_not(None),
        Order.placed_at >= period.since,
        Order.placed_at < period.until,
    )
    if among is not None:
        per_customer = per_customer.where(Order.customer_id.in_(among))
    one = per_customer.group_by(Order.customer_id).subquery()
    again = func.count().filter(one.c.orders > 1)
    row = (await db.execute(select(again, func.count()).select_from(one))).one()
    return row[0], row[1]


def compared(now: Measured, base: Measured) -> Measured:
    """The rate with that of the time before, the points between and the change relative to it."""
    if now.value is None or base.value is None:
        gone = absent("no_base")
        return share(now.numerator or 0, now.denominator or 0, base=base, points=gone)
    relative = share(now.value - base.value, base.value)
    points = counted(now.value - base.value)
    return share(
        now.numerator or 0, now.denominator or 0, base=base, points=points, relative=relative
    )


@measure("repurchase_rate", unit="percent", better="up", target=25, source="R199")
async def repurchase_rate(db: Session, period: Period) -> Measured:
    return compared(share(*await buyers(db, period)), share(*await buyers(db, before(period))))


@measure("core_repurchase_rate", unit="percent", better="up", source="R197")
async def core_repurchase_rate(db: Session, period: Period) -> Measured:
    """Of those who were core members at the end; the part `relative` has the target of 35 %."""
    last = before(period)
    now = await buyers(db, period, customers_in("lifecycle", "core", period.until))
    base = await buyers(db, last, customers_in("lifecycle", "core", last.until))
    return compared(share(*now), share(*base))


@measure("core_repurchase_gain", unit="percent", better="up", target=35, source="R197")
async def core_repurchase_gain(db: Session, period: Period) -> Measured:
    """How many percent higher that rate is than in the time before (relative, not points)."""
    return gain_in(await core_repurchase_rate(db, period))


@measure("customer_retention", unit="percent", better="up", source="R200 R202")
async def customer_retention(db: Session, period: Period) -> Measured:
    """Of those who bought in the time before, who bought in the period too; and that earlier."""
    return compared(await stayed(db, period), await stayed(db, before(period)))


@measure("retention_gain", unit="percent", better="up", target=30, source="R200")
async def retention_gain(db: Session, period: Period) -> Measured:
    """How many percent higher retention is than in the time before (relative, not points)."""
    return gain_in(await customer_retention(db, period))


async def stayed(db: Session, period: Period) -> Measured:
    last = before(period)
    again = select(Order.customer_id).where(
        PLACED, Order.placed_at >= period.since, Order.placed_at < period.until
    )
    row = (
        await db.execute(
            select(
                func.count(distinct(Order.customer_id)).filter(Order.customer_id.in_(again)),
                func.count(distinct(Order.customer_id)),
            ).where(PLACED, Order.placed_at >= last.since, Order.placed_at < last.until)
        )
    ).one()
    return share(row[0], row[1])


def gain_in(rate: Measured) -> Measured:
    """The relative change of a rate that was compared, with both rates beside it."""
    relative, base = rate.parts.get("relative"), rate.parts.get("base", absent())
    alone = Measured(rate.value, rate.numerator, rate.denominator)
    if relative is None or relative.value is None:
        return absent("no_base", rate=alone, base=base)
    parts = {"rate": alone, "base": base}
    return Measured(relative.value, relative.numerator, relative.denominator, parts=parts)


@measure("second_purchase_of_satisfied", unit="percent", better="up", target=45, source="R200")
async def second_purchase_of_satisfied(db: Session, period: Period) -> Measured:
    """Of customers who rated four stars or more, who ordered within the days of `again_days`."""
    rated = facts_of("conversation.rated", period).where(
        FactRow.details["score"].as_integer() >= PLEASED
    )
    return await bought_after(db, rated)


@measure("cross_selling_conversion", unit="percent", better="up", target=15, source="R200 R201")
async def cross_selling_conversion(db: Session, period: Period) -> Measured:
    """Of the recommendations made in the period, those that were bought and not taken back."""
    made = select(FactRow.subject).where(*within("recommendation.made", period))
    back = select(FactRow.subject).where(FactRow.kind == "recommendation.taken_back")
    bought = await db.scalar(
        select(func.count(distinct(FactRow.subject))).where(
            FactRow.kind == "recommendation.bought",
            FactRow.subject.in_(made),
            FactRow.subject.not_in(back),
        )
    )
    total = await db.scalar(select(func.count()).select_from(made.subquery()))
    window = counted(settings().recommendation_days)
    return share(bought or 0, total or 0, window_days=window)


@measure("recommended_revenue", unit="yuan", better="up", target=3_000_000, source="R200 R201")
async def recommended_revenue(db: Session, period: Period) -> Measured:
    """What was bought on recommendation in the period, in yuan, less what went back."""
    back = select(FactRow.subject).where(FactRow.kind == "recommendation.taken_back")
    fen = await db.scalar(
        select(func.coalesce(func.sum(FactRow.details["amount"].as_integer()), 0)).where(
            *within("recommendation.bought", period),
            FactRow.details["currency"].as_string() == "CNY",
            FactRow.subject.not_in(back),
        )
    )
    return counted((fen or 0) / 100)


@measure("personalised_conversion", unit="percent", better="up", source="R193")
async def personalised_conversion(db: Session, period: Period) -> Measured:
    """Who ordered within `again_days`: served as their portrait suggests, and as usual."""
    applied = facts_of("portrait.applied", period)
    usual = facts_of("conversation.opened", period).where(
        FactRow.customer.not_in(select(applied.subquery().c.customer))
    )
    personal, standard = await bought_after(db, applied), await bought_after(db, usual)
    parts = {"personalised": personal, "standard": standard}
    if personal.value is None or standard.value is None:
        return absent(personalised=personal, standard=standard)
    uplift = counted(personal.value - standard.value)
    return share(personal.numerator or 0, personal.denominator or 0, **parts, uplift=uplift)


def within(kind: str, period: Period) -> tuple[Any, ...]:
    return FactRow.kind == kind, FactRow.at >= period.since, FactRow.at < period.until


def facts_of(kind: str, period: Period) -> Any:
    """Each customer of such facts in the period, with the first of theirs."""
    customers: Any = (
        select(FactRow.customer.label("customer"), func.min(FactRow.at).label("at"))
        .where(*within(kind, period), FactRow.customer.is_not(None))
        .group_by(FactRow.customer)
    )
    return customers


async def bought_after(db: Session, people: Any) -> Measured:
    """Of these customers, who placed an order within so many days of their moment."""
    asked, days = people.subquery(), settings().again_days
    bought = select(Order.id).where(
        PLACED,
        Order.customer_id == asked.c.customer,
        Order.placed_at > asked.c.at,
        Order.placed_at <= asked.c.at + timedelta(days=days),
    )
    row = (
        await db.execute(
            select(func.count().filter(bought.exists()), func.count()).select_from(asked)
        )
    ).one()
    return share(row[0], row[1], window_days=counted(days))
