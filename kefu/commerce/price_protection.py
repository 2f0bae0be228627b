"""Price protection: who bought shortly before a price fell gets the difference, once a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.change_rules import check_own
from kefu.commerce.changing import Asked, situation_of
from kefu.commerce.events_benefits import BenefitRuleChanged, PriceProtected
from kefu.commerce.model import Shop, Sku
from kefu.commerce.model_benefits import PriceProtection, PriceProtectionRule
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.money_moves import Moves, give_back, keep_moves
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7


async def protect_price(
    db: Session, order: Order, line_id: UUID, *, asked: Asked
) -> PriceProtection:
    """Give the difference to today's price back on one line of a locked order."""
    check_own(order, asked.customer)
    situation = await situation_of(db, order)
    line = situation.line(line_id)
    await check_in_time(db, order)
    await check_once(db, line)
    units = line.quantity - line.cancelled_quantity - line.returned_quantity
    paid, current = line.amount // line.quantity, await price_now(db, line)
    rule = await rule_of(db, order.shop_id)
    difference = min((paid - current) * units, situation.left_to_give_back())
    if rule.most_per_line is not None:
        difference = min(difference, rule.most_per_line)
    if difference <= 0:
        raise RuleBroken("not_cheaper", "The price has not fallen.", limit=paid, field="line")
    original = situation.original_method()
    moves = Moves(order, uuid7(), asked.by)
    method = situation.methods.get(original) if original else None
    refund = give_back(moves, method, difference, reason="price_protection", line=line.id)
    await keep_moves(db, moves)
    kept = PriceProtection(
        id=uuid7(),
        order_id=order.id,
        line_id=line.id,
        paid_price=paid,
        current_price=current,
        quantity=units,
        difference=difference,
        refund_id=refund.id,
        source=asked.source,
        requested_by=asked.by,
    )
    db.add(kept)
    event = PriceProtected(
        subject=order.id,
        customer=order.customer_id,
        conversation=asked.conversation,
        actor=asked.by,
        line=line.id,
        refund=refund.id,
        difference=difference,
        currency=order.currency,
        source=asked.source,
    )
    await record(db, event)
    return kept


async def check_in_time(db: Session, order: Order) -> None:
    """The last second of the last day is in time."""
    if order.status in ("created", "cancelled"):
        raise RuleBroken("order_status", "Prices of paid orders are protected.", field="status")
    rule = await rule_of(db, order.shop_id)
    begin = order.delivered_at if rule.counts_from == "delivered" else order.placed_at
    over = begin + timedelta(days=rule.days) if begin else None
    if over is not None and now() > over:
        raise RuleBroken(
            "window_closed", "The days of price protection are over.", limit=over.isoformat()
        )


async def check_once(db: Session, line: OrderLine) -> None:
    granted = await db.scalar(select(PriceProtection.id).where(PriceProtection.line_id == line.id))
    if granted is not None:
        raise RuleBroken("protected_already", "This line's price was protected once.", field="line")


async def price_now(db: Session, line: OrderLine) -> int:
    price = await db.scalar(select(Sku.price).where(Sku.id == line.sku_id))
    if price is None:
        raise RuleBroken("price_unknown", "Today's price of this is not known.", field="line")
    return price


async def rule_of(db: Session, shop: UUID) -> PriceProtectionRule:
    """The shop's own rule, or that of all others."""
    rules = PriceProtectionRule
    found = await db.scalars(
        select(rules)
        .where(or_(rules.shop_id == shop, rules.shop_id.is_(None)))
        .order_by(rules.shop_id.is_(None))
        .limit(1)
    )
    return found.one()


async def set_rule(
    db: Session, table: Any, given: Mapping[str, Any], *, shop: UUID | None, by: UUID
) -> Any:
    """Write a rule of price protection or freight insurance for one shop, or for all others."""
    if shop is not None and await db.get(Shop, shop) is None:
        raise Invalid("There is no such shop.", field="shop")
    query = select(table).where(table.shop_id.is_not_distinct_from(shop)).with_for_update()
    rule = await db.scalar(query)
    if rule is None:
        rule = table(shop_id=shop)
        db.add(rule)
    for name, value in given.items():
        setattr(rule, name, value)
    await db.flush()
    event = BenefitRuleChanged(subject=rule.id, actor=by, rule=table.__tablename__, shop=shop)
    await record(db, event)
    return rule
