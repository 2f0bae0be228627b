"""Changing an order: what is asked inside the window is done, later it waits for a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.care_profiles import CareRules, RuleBroken, rules_of
from kefu.commerce.carrying_out import asked_skus, carry_out, check_only
from kefu.commerce.change_rules import Situation, check_free, check_own
from kefu.commerce.events_order_care import (
    OrderChangeApproved,
    OrderChangeDenied,
    OrderChangeEvent,
    OrderChangeExecuted,
    OrderChangeRequested,
    OrderChangeWithdrawn,
)
from kefu.commerce.model import PaymentMethod
from kefu.commerce.model_order_care import GOODS_MOVE, AfterSaleRequest, OrderChange
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.windows import Verdict, verdict, windows_of
from kefu.commerce.writing_back import JOB, taking_source
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import plain, record
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue

GIVEN_BACK = ("requested", "approved", "paid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, for whom, where and why; `customer` is only said where it was proven.

    `blocked` says that a blocked customer asks themselves: a person decides then.
    """

    source: str = "service"
    by: UUID | None = None
    customer: UUID | None = None
    blocked: bool = False
    conversation: UUID | None = None
    reason: str | None = None
    note: str = ""


async def request_change(
    db: Session, order: Order, *, kind: str, wanted: Mapping[str, Any], asked: Asked
) -> OrderChange:
    """Change or cancel an order that was loaded with its lock.

    Inside the window it is done; outside it waits for somebody who may decide, unless the shop's
    policy knows no such way. What a blocked customer asks for always waits. What the policy
    forbids is refused with the rule's name.
    """
    check_own(order, asked.customer)
    situation = await situation_of(db, order)
    check_free(situation, kind)
    found = await verdict_of(db, order, kind)
    change = new_change(order, kind, wanted, asked)
    if found.is_open and not asked.blocked:
        await execute(db, change, situation)
        return change
    if not (found.is_open or found.special):
        raise closed(found, order)
    check_only(change, situation, await asked_skus(db, change, situation.lines))
    why = "blocked" if asked.blocked else found.why
    change.state, change.special, change.why_special = "pending_approval", True, why
    db.add(change)
    await record(db, said(OrderChangeRequested, change, asked.by, why=why))
    return change


def new_change(order: Order, kind: str, wanted: Mapping[str, Any], asked: Asked) -> OrderChange:
    return OrderChange(
        id=uuid7(),
        order_id=order.id,
        shop_id=order.shop_id,
        customer_id=order.customer_id,
        conversation_id=asked.conversation,
        kind=kind,
        special=False,
        source=asked.source,
        reason=asked.reason,
        note=asked.note,
        wanted=as_kept(wanted),
        requested_by=asked.by,
        requested_at=now(),
        shop_state="not_needed",
    )


def as_kept(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, as JSON keeps it."""
    kept = dict(wanted)
    if "lines" in kept:
        kept["lines"] = [
            {name: plain(value) for name, value in line.items()} for line in kept["lines"]
        ]
    return {name: plain(value) for name, value in kept.items()}


def closed(found: Verdict, order: Order) -> RuleBroken:
    if found.why == "status":
        return RuleBroken(
            "order_status",
            "An order with this status is not changed this way any more.",
            field="status",
            detail=order.status,
        )
    return RuleBroken(
        "window_closed",
        "The time for this is over.",
        limit=found.closes_at.isoformat() if found.closes_at else None,
    )


async def execute(db: Session, change: OrderChange, situation: Situation) -> None:
    """Do it here, and have it written into the shop."""
    written = await taking_source(db, change.shop_id) is not None
    change.shop_state = "waiting" if written else unwritten(change.kind)
    change.state = "approved" if change.special and written else "executed"
    await carry_out(db, change, situation)
    if written:
        await enqueue(db, JOB, {"change": change.id}, key=str(change.id))
    if change.state == "executed":
        await tell_executed(db, change)


def unwritten(kind: str) -> str:
    """Ways of paying are the customer's own; everything else the shop has otherwise."""
    return "not_needed" if kind == "payment" else "only_here"


async def tell_executed(db: Session, change: OrderChange) -> None:
    order = await db.get(Order, change.order_id)
    event = said(
        OrderChangeExecuted,
        change,
        change.decided_by or change.requested_by,
        difference=change.difference,
        currency=order.currency if order else "CNY",
    )
    await record(db, event)


async def approve(
    db: Session, change: OrderChange, order: Order, *, by: UUID, note: str = ""
) -> None:
    """Let it be done although the window is over; the other rules hold still."""
    check_waits(change)
    change.decided_by, change.decided_at, change.decision_note = by, now(), note
    situation = await situation_of(db, order, apart_from=change.id)
    check_free(situation, change.kind)
    await record(db, said(OrderChangeApproved, change, by))
    await execute(db, change, situation)


async def deny(db: Session, change: OrderChange, *, by: UUID, note: str) -> None:
    check_waits(change)
    change.decided_by, change.decided_at, change.decision_note = by, now(), note
    change.state = "denied"
    await record(db, said(OrderChangeDenied, change, by))


async def withdraw(db: Session, change: OrderChange, *, by: UUID | None) -> None:
    """The customer does not want it any more."""
    check_waits(change)
    change.state, change.decided_at = "withdrawn", now()
    await record(db, said(OrderChangeWithdrawn, change, by))


def check_waits(change: OrderChange) -> None:
    if change.state != "pending_approval":
        raise Conflict(
            "This request does not wait for a decision any more.",
            code="not_waiting",
            detail=change.state,
        )


async def situation_of(db: Session, order: Order, *, apart_from: UUID | None = None) -> Situation:
    """The order with everything that its rules look at, in a fixed number of queries."""
    lines = await db.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    payments = await db.scalars(
        select(Payment)
        .where(Payment.order_id == order.id)
        .order_by(Payment.paid_at.asc().nulls_last(), Payment.id)
    )
    given_back = await db.scalar(
        select(func.coalesce(func.sum(Refund.amount), 0)).where(
            Refund.order_id == order.id, Refund.status.in_(GIVEN_BACK)
        )
    )
    requests = await db.execute(
        select(OrderChange.kind, OrderChange.state).where(
            OrderChange.order_id == order.id, OrderChange.id.is_distinct_from(apart_from)
        )
    )
    states = {(row.kind, row.state) for row in requests}
    after_sales = await db.scalars(
        select(AfterSaleRequest.kind).where(
            AfterSaleRequest.order_id == order.id,
            AfterSaleRequest.kind.in_(GOODS_MOVE),
            AfterSaleRequest.refusal.is_(None),
        )
    )
    return Situation(
        order=order,
        lines=lines.all(),
        payments=payments.all(),
        methods=await methods_of(db, order),
        rules=await rules_of(db, order.shop_id),
        given_back=int(given_back or 0),
        content_changed=bool({("content", "executed"), ("content", "approved")} & states),
        waiting=frozenset(kind for kind, state in states if state == "pending_approval"),
        after_sales=frozenset(after_sales),
    )


async def methods_of(db: Session, order: Order) -> dict[UUID, PaymentMethod]:
    """The customer's ways of paying in this shop, locked: two requests share no gift card."""
    if order.customer_id is None:
        return {}
    found = await db.scalars(
        select(PaymentMethod)
        .where(
            PaymentMethod.customer_id == order.customer_id, PaymentMethod.shop_id == order.shop_id
        )
        .order_by(PaymentMethod.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {method.id: method for method in found}


async def rules_and_verdicts(db: Session, order: Order) -> tuple[CareRules, dict[str, Verdict]]:
    """What a screen shows before anybody asks: which kinds go by themselves, and until when."""
    windows = await windows_of(db, order.shop_id)
    found = {kind: verdict(window, order, now()) for kind, window in windows.items()}
    return await rules_of(db, order.shop_id), found


async def verdict_of(db: Session, order: Order, kind: str) -> Verdict:
    window = (await windows_of(db, order.shop_id)).get(kind)
    if window is None:
        return Verdict(kind, is_open=False, closes_at=None, why="status", special=False)
    return verdict(window, order, now())


def said(
    kind: type[OrderChangeEvent], change: OrderChange, by: UUID | None, **more: Any
) -> OrderChangeEvent:
    return kind(
        subject=change.order_id,
        customer=change.customer_id,
        conversation=change.conversation_id,
        actor=by,
        change=change.id,
        change_kind=change.kind,
        source=change.source,
        special=change.special,
        shop=change.shop_id,
        **more,
    )
