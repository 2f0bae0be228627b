"""Freight insurance (运费险): sending an insured parcel's goods back is paid, by the distance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.change_rules import check_own
from kefu.commerce.changing import Asked
from kefu.commerce.events_benefits import FreightClaimed
from kefu.commerce.model_benefits import FreightClaim, FreightRule
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.money_moves import Moves, give_back, keep_moves
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers import province_in


async def claim_freight(db: Session, order: Order, *, asked: Asked) -> FreightClaim:
    """Pay what sending back cost, once for each insured parcel of a locked order."""
    check_own(order, asked.customer)
    parcels = (
        await db.scalars(
            select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id)
        )
    ).all()
    rule = await freight_rule_of(db, order.shop_id)
    insured, sent_back = await claimable(db, parcels)
    check_days(insured, rule)
    same = is_near(order, rule)
    amount = rule.same_province if same else rule.other_province
    if amount <= 0:
        raise RuleBroken("nothing_insured", "The insurance pays nothing for this distance.")
    moves = Moves(order, uuid7(), asked.by)
    refund = give_back(moves, None, amount, reason="freight_insurance")
    await keep_moves(db, moves)
    claim = FreightClaim(
        id=uuid7(),
        order_id=order.id,
        shipment_id=insured.id,
        return_shipment_id=sent_back.id,
        distance="same_province" if same else "other_province",
        amount=amount,
        currency=order.currency,
        refund_id=refund.id,
        source=asked.source,
        requested_by=asked.by,
    )
    db.add(claim)
    event = FreightClaimed(
        subject=order.id,
        customer=order.customer_id,
        conversation=asked.conversation,
        actor=asked.by,
        shipment=insured.id,
        refund=refund.id,
        distance=claim.distance,
        amount=amount,
        currency=order.currency,
        source=asked.source,
    )
    await record(db, event)
    return claim


def is_near(order: Order, rule: FreightRule) -> bool:
    """Whether the goods come back from the warehouse's own province."""
    ours = province_in(rule.warehouse_province)
    return bool(ours) and province_in(order.province or "") == ours


async def claimable(db: Session, parcels: Sequence[Shipment]) -> tuple[Shipment, Shipment]:
    """An insured parcel not yet claimed for, and one that went back and was not yet paid."""
    rows = await db.execute(
        select(FreightClaim.shipment_id, FreightClaim.return_shipment_id).where(
            FreightClaim.shipment_id.in_([one.id for one in parcels])
        )
    )
    done = {parcel for row in rows for parcel in row}
    out = [one for one in parcels if one.direction == "outbound" and one.freight_insured]
    if not out:
        raise RuleBroken("not_insured", "No parcel of this order is insured.")
    insured = next((one for one in out if one.id not in done), None)
    if insured is None:
        raise RuleBroken("claimed_already", "The insurance of this order has paid already.")
    back = (one for one in parcels if one.direction == "return" and one.shipped_at)
    sent_back = next((one for one in back if one.id not in done), None)
    if sent_back is None:
        raise RuleBroken("not_sent_back", "The insurance pays once the goods are sent back.")
    return insured, sent_back


def check_days(insured: Shipment, rule: FreightRule) -> None:
    arrived = insured.delivered_at
    over = arrived + timedelta(days=rule.days) if arrived else None
    if over is not None and now() > over:
        raise RuleBroken("window_closed", "The insured days are over.", limit=over.isoformat())


async def freight_rule_of(db: Session, shop: UUID) -> FreightRule:
    found = await db.scalars(
        select(FreightRule)
        .where(or_(FreightRule.shop_id == shop, FreightRule.shop_id.is_(None)))
        .order_by(FreightRule.shop_id.is_(None))
        .limit(1)
    )
    return found.one()
