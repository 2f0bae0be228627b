"""Repairing: each state is visible to customer and desk; the warranty counts from the purchase."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import RepairChanged
from kefu.commerce.model import Product
from kefu.commerce.model_inspections import RepairState
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase, ReturnLine
from kefu.commerce.returns.moving import advance, check_at, take
from kefu.commerce.returns.nodes import REPAIRING
from kefu.commerce.returns.policy import Policy, policy
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.ids import uuid7

FOLLOWING: dict[str, tuple[str, ...]] = {
    "": ("received",),
    "received": ("diagnosing",),
    "diagnosing": ("quoted", "repairing", "irreparable"),
    "quoted": ("repairing", "irreparable"),
    "repairing": ("testing", "irreparable"),
    "testing": ("repaired", "repairing", "irreparable"),
    "repaired": (),
    "irreparable": (),
}
LAST = {"repaired": "repaired", "irreparable": "irreparable"}


@dataclass(frozen=True, slots=True)
class Cover:
    """Until when the goods are under warranty, from their purchase on."""

    purchased_at: datetime
    months: int
    until: datetime

    def covers(self, at: datetime) -> bool:
        return at < self.until


def cover_of(purchased_at: datetime, months: int) -> Cover:
    """So many calendar months; from the 31st it ends on a shorter month's last day."""
    month = purchased_at.month - 1 + months
    year, month = purchased_at.year + month // 12, month % 12 + 1
    day = min(purchased_at.day, monthrange(year, month)[1])
    return Cover(purchased_at, months, purchased_at.replace(year=year, month=month, day=day))


async def cover_for(db: Session, case: ReturnCase) -> Cover:
    """The cover of the goods of a case; of several the one that ends first."""
    order = await db.get_one(Order, case.order_id)
    rules = await policy(db)
    rows = await db.execute(
        select(ReturnLine.category, Product.warranty_months)
        .outerjoin(Product, Product.id == ReturnLine.product_id)
        .where(ReturnLine.case_id == case.id)
    )
    months = [months_of(rules, category, own) for category, own in rows]
    return cover_of(order.placed_at, min(months, default=rules.warranty.months))


def months_of(rules: Policy, category: str, own: int | None) -> int:
    return own if own is not None else rules.warranty.months_for(category)


async def set_state(
    db: Session, case: ReturnCase, state: str, *, note: str = "", quote: int | None = None, by: UUID
) -> RepairState:
    """The repair has come to this state; the last two end it, and the case goes on."""
    check_at(case, REPAIRING)
    before = await states_of(db, case)
    latest = before[-1].state if before else ""
    if state not in FOLLOWING[latest]:
        raise Conflict(
            "A repair does not come from one of these states to the other.",
            code="out_of_order",
            detail=f"{latest or 'none'}: {state}",
        )
    cover = await cover_for(db, case)
    covered = cover.covers(case.applied_at)
    check_quote(state, quote, covered=covered)
    if not before:
        await take(db, case, by=by)
    reached = RepairState(
        id=uuid7(), case_id=case.id, state=state, note=note, quote=quote, agent_id=by, at=now()
    )
    db.add(reached)
    await tell(db, RepairChanged, case, by=by, state=state, in_warranty=covered)
    if state in LAST:
        await advance(db, case, LAST[state], by=by)
    return reached


def check_quote(state: str, quote: int | None, *, covered: bool) -> None:
    """Only what is out of warranty costs the customer something."""
    if state == "quoted" and covered:
        raise Conflict("The goods are under warranty: the repair is free.", code="in_warranty")
    if state == "quoted" and (quote is None or quote <= 0):
        raise Invalid("Say what the repair costs.", field="quote", limit=1)
    if state != "quoted" and quote is not None:
        raise Invalid("A price belongs to the state “quoted”.", field="quote")


async def states_of(db: Session, case: ReturnCase) -> list[RepairState]:
    rows = await db.scalars(
        select(RepairState)
        .where(RepairState.case_id == case.id)
        .order_by(RepairState.at, RepairState.id)
    )
    return list(rows)
