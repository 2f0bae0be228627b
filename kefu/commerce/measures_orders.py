"""Measures of orders: how right they are, how fast questions are answered, what does not fit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float, cast, func, select

from kefu.commerce.events import OrderAssisted, OrderQueried
from kefu.commerce.mismatching import do_not_fit, grace
from kefu.commerce.model_orders import ERROR_CAUSES, Order, OrderError, Refund
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.measures import Measured, Period, counted, mean, measure, share


def placed_in(period: Period) -> Any:
    return (Order.placed_at >= period.since) & (Order.placed_at < period.until)


@measure("order_accuracy", unit="percent", better="up", target=99.5, source="R216")
async def order_accuracy(db: Session, period: Period) -> Measured:
    """Orders placed in the period in which no mistake was found; by cause, those with one."""
    placed = await db.scalar(select(func.count()).select_from(Order).where(placed_in(period))) or 0
    wrong = await db.execute(
        select(OrderError.cause, func.count())
        .join(Order, Order.id == OrderError.order_id)
        .where(placed_in(period))
        .group_by(OrderError.cause)
    )
    causes = {row[0]: int(row[1]) for row in wrong}
    faulty = await db.scalar(
        select(func.count(OrderError.order_id.distinct()))
        .join(Order, Order.id == OrderError.order_id)
        .where(placed_in(period))
    )
    parts = {cause: share(causes.get(cause, 0), placed) for cause in ERROR_CAUSES}
    return share(placed - (faulty or 0), placed, **parts)


@measure("order_query_seconds", unit="seconds", better="down", target=15, source="R208")
async def order_query_seconds(db: Session, period: Period) -> Measured:
    """From a customer's question how far an order is to the answer, on all channels and each."""
    seconds = cast(FactRow.details["seconds"].astext, Float)
    channel = FactRow.details["channel"].astext
    rows = await db.execute(
        select(channel, func.sum(seconds), func.count())
        .where(
            FactRow.kind == OrderQueried.kind,
            FactRow.at >= period.since,
            FactRow.at < period.until,
        )
        .group_by(channel)
    )
    found = {str(row[0]): (float(row[1]), int(row[2])) for row in rows}
    parts = {name: mean(total, count) for name, (total, count) in found.items()}
    total = sum(one[0] for one in found.values())
    return mean(total, sum(one[1] for one in found.values()), **parts)


@measure("refund_mismatches", unit="count", better="down", target=0, source="R214 R234")
async def refund_mismatches(db: Session, period: Period) -> Measured:
    """Refunds asked for in the period of which service and finance do not say the same."""
    found = await db.scalar(
        select(func.count())
        .select_from(Refund)
        .where(
            do_not_fit(await grace(db)),
            Refund.requested_at >= period.since,
            Refund.requested_at < period.until,
        )
    )
    return counted(found or 0)


@measure("orders_assisted", unit="count", better="none", source="R215")
async def orders_assisted(db: Session, period: Period) -> Measured:
    """Orders that an agent helped over the step at which their customer was stuck."""
    found = await db.scalar(
        select(func.count())
        .select_from(FactRow)
        .where(
            FactRow.kind == OrderAssisted.kind,
            FactRow.at >= period.since,
            FactRow.at < period.until,
        )
    )
    return counted(found or 0)
