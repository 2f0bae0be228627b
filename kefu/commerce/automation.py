"""What orders offer to automation: themselves, with their parcels, money and delays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from kefu.commerce.access import visible_to
from kefu.commerce.automation_words import WORDS
from kefu.commerce.model import Shop
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_orders import STATUSES, UNFINISHED_STEPS, Order
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.money import NO_DECIMALS, THREE_DECIMALS
from kefu.commerce.parcels.anomalies import KINDS
from kefu.core.automation import About, SubjectKind, offer_subject
from kefu.core.condition_fields import (
    Asking,
    Field,
    Fields,
    Operator,
    a_number,
    choice,
    is_among,
    is_not_among,
    moment,
    number,
    one_of,
    some_of,
    text,
    truth,
    with_emptiness,
    word,
)
from kefu.core.db import Session

ORDER = "order"
DAYS_AT_MOST = 365
AMOUNT_AT_MOST = 100_000_000

amount: Any = case(
    (Order.currency.in_(NO_DECIMALS), Order.total_amount / 1.0),
    (Order.currency.in_(THREE_DECIMALS), Order.total_amount / 1000.0),
    else_=Order.total_amount / 100.0,
)
carrier = (
    select(Shipment.carrier)
    .where(Shipment.order_id == Order.id, Shipment.direction == "outbound")
    .order_by(Shipment.id.desc())
    .limit(1)
    .scalar_subquery()
)
shop_key = select(Shop.key).where(Shop.id == Order.shop_id).scalar_subquery()
troubled = select(1).where(
    DeliveryAnomaly.order_id == Order.id, DeliveryAnomaly.closed_at.is_(None)
)


def late_by(days: int, asking: Asking) -> ColumnElement[bool]:
    """Delivered, or still awaited, so many whole days after the promise."""
    until = func.coalesce(Order.delivered_at, asking.at)
    return and_(Order.status != "cancelled", until >= Order.promised_by + timedelta(days=days))


def figure(found: Any) -> float | None:
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


DAYS_LATE = Field(
    "number",
    {
        "at_least": Operator(
            a_number(1, DAYS_AT_MOST),
            lambda value, asking: func.coalesce(late_by(value, asking), False),
            lambda value, found, _: (figure(found) or 0) >= value,
        ),
        "at_most": Operator(
            a_number(0, DAYS_AT_MOST),
            lambda value, asking: func.coalesce(late_by(value + 1, asking), False).is_(False),
            lambda value, found, _: (figure(found) or 0) <= value,
        ),
    },
    limits={"least": 0, "most": DAYS_AT_MOST},
)
PROBLEM = Field(
    "choice",
    {
        "is": Operator(
            some_of(one_of(*KINDS)),
            lambda value, _: troubled.where(DeliveryAnomaly.kind.in_(value)).exists(),
            is_among,
        ),
        "is_not": Operator(
            some_of(one_of(*KINDS)),
            lambda value, _: ~troubled.where(DeliveryAnomaly.kind.in_(value)).exists(),
            is_not_among,
        ),
    },
    KINDS,
)
ORDER_FIELDS: Fields = {
    "status": choice(Order.status, *STATUSES),
    "amount": number(amount, 0, AMOUNT_AT_MOST),
    "refunded": truth(Order.refunded_amount > 0),
    "carrier": with_emptiness(word(carrier), carrier.is_not(None)),
    "province": text(Order.province),
    "city": text(Order.city),
    "channel": word(Order.channel),
    "shop": word(shop_key),
    "placed": moment(Order.placed_at, "days"),
    "promised": with_emptiness(moment(Order.promised_by, "days"), Order.promised_by.is_not(None)),
    "days_late": DAYS_LATE,
    "problem": with_emptiness(PROBLEM, troubled.exists()),
    "unfinished_step": choice(Order.unfinished_step, *UNFINISHED_STEPS),
    "has_customer": truth(Order.customer_id.is_not(None)),
}


async def about_orders(db: Session, ids: Collection[UUID]) -> dict[UUID, About]:
    rows = await db.execute(
        select(Order.id, Order.number, Order.customer_id).where(Order.id.in_(ids))
    )
    return {row.id: About(row.number, customer=row.customer_id) for row in rows}


offer_subject(
    SubjectKind(
        ORDER,
        zh="订单",
        en="Order",
        id=Order.id,
        fields=ORDER_FIELDS,
        visible=visible_to,
        about=about_orders,
        words=WORDS,
    )
)
