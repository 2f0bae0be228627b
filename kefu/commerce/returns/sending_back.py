"""Sending back: the parcel to us is known by its carrier and number, and followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events import ShipmentCreated
from kefu.commerce.events_returns import ReturnSent
from kefu.commerce.logistics.carriers import carrier_for_label
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.returns.access import locked_case
from kefu.commerce.returns.moving import advance, check_at, open_step
from kefu.commerce.returns.nodes import SEND_BACK
from kefu.commerce.returns.policy import Policy
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact, record
from kefu.core.ids import uuid7

MOVING = ("in_transit", "out_for_delivery", "delivered")
EXPIRED_AT_ONCE = 200


async def carrier_for(db: Session, province: str | None, rules: Policy) -> str | None:
    """The carrier whose label the customer gets: the first with whom it is agreed, there and now.

    Where no carrier is known at all, the first that the settings of returns name.
    """
    agreed = await carrier_for_label(db, province)
    if agreed is not None:
        return agreed.code
    return rules.carriers[0] if rules.carriers else None


async def send_back(
    db: Session,
    case: ReturnCase,
    *,
    carrier: str,
    tracking_number: str,
    by: UUID | None,
) -> Shipment:
    """The customer has sent the parcel, or got its label; a second number replaces the first."""
    check_at(case, SEND_BACK)
    parcel = await db.get(Shipment, case.shipment_id) if case.shipment_id else None
    if parcel is None:
        parcel = Shipment(
            id=uuid7(),
            order_id=case.order_id,
            return_id=case.id,
            direction="return",
            carrier=carrier,
            tracking_number=tracking_number,
            promised_by=case.node_due_at,
        )
        db.add(parcel)
    parcel.carrier, parcel.tracking_number = carrier, tracking_number
    case.shipment_id, case.carrier, case.tracking_number = parcel.id, carrier, tracking_number
    await record(
        db,
        ShipmentCreated(
            subject=parcel.id,
            customer=case.customer_id,
            actor=by,
            order=case.order_id,
            direction="return",
            carrier=carrier,
            return_id=case.id,
            historic=case.historic,
        ),
    )
    await tell(db, ReturnSent, case, by=by, carrier=carrier)
    return parcel


async def follow(db: Session, facts: Sequence[Fact]) -> None:
    """A parcel on its way back has moved: from its first scan on the carrier works on it."""
    for fact in facts:
        case_id = fact.details.get("return_id")
        if not case_id or fact.details.get("status") not in MOVING:
            continue
        case = await locked_case(db, UUID(case_id))
        if case is None or not case.is_open() or case.node != SEND_BACK:
            continue
        step = await open_step(db, case)
        step.begun_at = step.begun_at or max(fact.at, step.entered_at)


async def expire(db: Session, rules: Policy) -> int:
    """Close cases whose goods were never sent; returns how many."""
    before = now() - timedelta(days=rules.send_back_within_days)
    rows = await db.scalars(
        select(ReturnCase)
        .where(
            ReturnCase.status == "open",
            ReturnCase.node == SEND_BACK,
            ReturnCase.tracking_number.is_(None),
            ReturnCase.historic.is_(False),
            ReturnCase.applied_at < before,
        )
        .order_by(ReturnCase.applied_at)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True)
    )
    cases = list(rows)
    for case in cases:
        await advance(db, case, "expired", by=None)
    return len(cases)
