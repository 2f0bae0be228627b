"""Coupons: given to a customer within one's limits, used on an order, back when it is cancelled."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.events_benefits import (
    BenefitRuleChanged,
    CouponEvent,
    CouponIssued,
    CouponReturned,
    CouponRevoked,
    CouponUsed,
)
from kefu.commerce.model_benefits import CompensationLimit, Coupon
from kefu.commerce.model_orders import Order
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers import Customer
from kefu.identity import Actor

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LETTERS = 10
WITHIN = timedelta(days=30)
LONGEST_DAYS = 366
COMPENSATION = "compensation"


async def issue_coupon(
    db: Session, customer: Customer, given: Mapping[str, Any], *, days: int, by: Actor
) -> Coupon:
    """Give a locked customer a coupon; compensation only within the limits of one's role."""
    coupon = Coupon(
        id=uuid7(),
        code="".join(secrets.choice(ALPHABET) for _ in range(LETTERS)),
        customer_id=customer.id,
        valid_from=now(),
        valid_until=now() + timedelta(days=days),
        issued_by=by.id,
        state="issued",
        **({"currency": "CNY"} | dict(given)),
    )
    check_value(coupon)
    if coupon.origin == COMPENSATION:
        await check_limits(db, coupon, by)
    db.add(coupon)
    await db.flush()
    await record(db, said(CouponIssued, coupon, by.id, valid_until=coupon.valid_until))
    return coupon


def check_value(coupon: Coupon) -> None:
    if coupon.kind == "percent" and not 1 <= coupon.value <= 100:
        raise Invalid("A percentage is 1 to 100.", field="value", limit=100)
    if coupon.kind == "percent" and coupon.origin == COMPENSATION:
        raise Invalid("Compensation is a fixed amount.", field="kind")


async def check_limits(db: Session, coupon: Coupon, by: Actor) -> None:
    """One coupon, and all of a customer in thirty days, stay below the role's limits."""
    limit = await db.get(CompensationLimit, by.role)
    if limit is None:
        raise RuleBroken("no_limit", "Your role grants no compensation.", field="value", limit=0)
    if coupon.value > limit.per_coupon:
        raise RuleBroken(
            "over_limit",
            "This is more than your role may grant in one coupon.",
            field="value",
            limit=limit.per_coupon,
        )
    granted = await db.scalar(
        select(func.coalesce(func.sum(Coupon.value), 0)).where(
            Coupon.customer_id == coupon.customer_id,
            Coupon.origin == COMPENSATION,
            Coupon.state != "revoked",
            Coupon.currency == coupon.currency,
            Coupon.created_at > now() - WITHIN,
        )
    )
    left = limit.per_customer - int(granted or 0)
    if coupon.value > left:
        raise RuleBroken(
            "over_customer_limit",
            "This customer was granted as much as your role may give in thirty days.",
            field="value",
            limit=max(0, left),
        )


async def use_coupon(db: Session, coupon: Coupon, order: Order, *, by: UUID | None) -> int:
    """Take the coupon off an unpaid order; both rows are locked. Gives what it took off."""
    check_usable(coupon, order)
    coupon.discount = coupon.discount_on(order.total_amount)
    coupon.state, coupon.order_id, coupon.used_at = "used", order.id, now()
    order.discount_amount += coupon.discount
    order.total_amount -= coupon.discount
    await record(db, said(CouponUsed, coupon, by, order=order.id, discount=coupon.discount))
    return coupon.discount


def check_usable(coupon: Coupon, order: Order) -> None:
    if coupon.customer_id != order.customer_id:
        raise RuleBroken("not_own_coupon", "This coupon belongs to another customer.")
    if not coupon.is_usable(now()):
        raise RuleBroken("coupon_over", "This coupon is used, taken back or over.", field="code")
    if order.status != "created":
        raise RuleBroken("order_status", "A coupon is used before paying.", field="status")
    if coupon.shop_id is not None and coupon.shop_id != order.shop_id:
        raise RuleBroken("other_shop", "This coupon is for another shop.", field="code")
    if coupon.kind == "amount" and coupon.currency != order.currency:
        raise RuleBroken("currency_differs", "This coupon has another currency.", field="code")
    if order.total_amount < coupon.least_amount:
        raise RuleBroken(
            "amount_too_small", "The order is too small for it.", limit=coupon.least_amount
        )


async def return_coupons(db: Session, orders: list[UUID]) -> None:
    """Coupons of cancelled orders can be used again while they are valid."""
    used = await db.scalars(
        select(Coupon)
        .where(Coupon.order_id.in_(orders), Coupon.state == "used")
        .order_by(Coupon.id)
        .with_for_update()
    )
    for coupon in used.all():
        order = coupon.order_id
        coupon.state, coupon.order_id, coupon.used_at, coupon.discount = "issued", None, None, None
        coupon.returns += 1
        await record(db, said(CouponReturned, coupon, None, order=order))


async def revoke_coupon(db: Session, coupon: Coupon, *, by: UUID) -> None:
    if coupon.state != "issued":
        raise Conflict("Only a coupon that is not used is taken back.", code="not_issued")
    coupon.state = "revoked"
    await record(db, said(CouponRevoked, coupon, by))


async def set_limit(
    db: Session, role: str, *, per_coupon: int, per_customer: int, by: UUID
) -> CompensationLimit:
    if per_customer < per_coupon:
        raise Invalid("A customer's limit is at least that of one coupon.", field="per_customer")
    limit = await db.get(CompensationLimit, role, with_for_update=True)
    if limit is None:
        limit = CompensationLimit(role=role)
        db.add(limit)
    limit.per_coupon, limit.per_customer = per_coupon, per_customer
    await db.flush()
    event = BenefitRuleChanged(subject=by, actor=by, rule="compensation_limits", role=role)
    await record(db, event)
    return limit


def said(kind: type[CouponEvent], coupon: Coupon, by: UUID | None, **more: Any) -> CouponEvent:
    return kind(
        subject=coupon.id,
        customer=coupon.customer_id,
        actor=by,
        origin=coupon.origin,
        reason=coupon.reason,
        coupon_kind=coupon.kind,
        value=coupon.value,
        currency=coupon.currency,
        **more,
    )
