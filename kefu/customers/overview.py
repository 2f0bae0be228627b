"""The overview: what an agent must know of a customer before the second sentence, in one request.

Purchases, service, preferences and what was said last come from here. A capability above adds its
own part to the same answer:

    @in_overview("orders")
    async def latest_orders(db, actor, customer) -> Any: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.customers.consents import PURPOSES
from kefu.customers.figures import nothing_of
from kefu.customers.model import Consent, Customer
from kefu.customers.model_care import CARE, CareCourse, CarePlan
from kefu.customers.model_points import PENDING, PointsAccount, Redemption
from kefu.customers.model_segments import (
    DIMENSIONS,
    OTHER,
    CustomerFigures,
    SegmentRule,
    Standing,
)
from kefu.customers.portraits import portrait_of
from kefu.customers.talk import COUNTS, totals_of
from kefu.customers.timeline import timeline_of
from kefu.customers.treating import treatment
from kefu.identity import Actor, agents_named

Contribute = Callable[[Session, Actor, Customer], Awaitable[Any]]
PARTS: dict[str, Contribute] = {}
LATEST = 5


def in_overview(part: str) -> Callable[[Contribute], Contribute]:
    """Put what the function gives under this name into the overview of a customer."""

    def register(contribute: Contribute) -> Contribute:
        if part in PARTS:
            raise ValueError(f"Two contributors show the part {part}.")
        PARTS[part] = contribute
        return contribute

    return register


async def overview_of(db: Session, actor: Actor, customer: Customer) -> dict[str, Any]:
    """All sections of one customer's page."""
    known = await known_of(db, customer)
    rules = (await db.scalars(select(SegmentRule).order_by(SegmentRule.position))).all()
    return {
        "customer": customer.id,
        "vip": customer.tier == "vip",
        "tier": customer.tier,
        "segments": known.segments,
        "treatment": treatment(rules, known.segments),
        "purchases": purchases_of(known),
        "service": await service_of(db, customer, known),
        "preferences": await preferences_of(db, customer),
        "communication": await communication_of(db, actor, customer),
        "parts": {name: await part(db, actor, customer) for name, part in PARTS.items()},
    }


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept in one row for each customer, read at once."""

    segments: dict[str, str]
    figures: CustomerFigures
    points: int
    pending: int
    delayed: int


async def known_of(db: Session, customer: Customer) -> Known:
    """Standing, figures, points and redemptions in one query: a page asks for them all."""
    waiting = (
        select(func.count(), func.count(Redemption.delayed_at))
        .where(Redemption.customer_id == customer.id, Redemption.status == PENDING)
        .subquery()
    )
    row = (
        await db.execute(
            select(Standing, CustomerFigures, PointsAccount.balance, *waiting.c)
            .select_from(waiting)
            .outerjoin(Standing, Standing.customer_id == customer.id)
            .outerjoin(CustomerFigures, CustomerFigures.customer_id == customer.id)
            .outerjoin(PointsAccount, PointsAccount.customer_id == customer.id)
            .execution_options(populate_existing=True)
        )
    ).one()
    standing, figures, balance, pending, delayed = row
    segments = {name: getattr(standing, name) if standing else OTHER for name in DIMENSIONS}
    return Known(segments, figures or nothing_of(customer.id), balance or 0, pending, delayed)


def purchases_of(known: Known) -> dict[str, Any]:
    figures = known.figures
    return {
        "orders": figures.orders,
        "first_order_at": figures.first_order_at,
        "last_order_at": figures.last_order_at,
        "spent": figures.spent,
        "refunded": figures.refunded,
        "lifetime_value": figures.spent - figures.refunded,
        "currency": figures.currency,
        "returns": figures.returns,
        "points": known.points,
    }


async def service_of(db: Session, customer: Customer, known: Known) -> dict[str, Any]:
    courses = await db.execute(
        select(CareCourse, CarePlan.name)
        .join(CarePlan, CarePlan.id == CareCourse.plan_id)
        .where(
            CareCourse.customer_id == customer.id,
            CareCourse.arm == CARE,
            CareCourse.completed_at.is_(None),
        )
        .order_by(CareCourse.id.desc())
        .limit(LATEST)
    )
    figures = known.figures
    return {
        "conversations": figures.conversations,
        "last_conversation_at": figures.last_conversation_at,
        "complaints": figures.complaints,
        "last_complaint_at": figures.last_complaint_at,
        "pending_redemptions": known.pending,
        "delayed_redemptions": known.delayed,
        "care": [
            {
                "id": course.id,
                "plan": name,
                "started_at": course.started_at,
                "steps": course.steps,
                "steps_done": course.steps_done,
            }
            for course, name in courses
        ],
    }


async def preferences_of(db: Session, customer: Customer) -> dict[str, Any]:
    purposes = await db.scalars(
        select(Consent.purpose).where(
            Consent.customer_id == customer.id, Consent.withdrawn_at.is_(None)
        )
    )
    agreed = set(purposes)
    traits = await portrait_of(db, customer.id)
    names = await agents_named(db, [one.given_by for one in traits])
    return {
        "language": customer.locale,
        "consents": [purpose for purpose in PURPOSES if purpose in agreed],
        "portrait": [
            {
                "attribute": one.attribute,
                "value": one.given or one.learned,
                "source": "agent" if one.given else "learned",
                "learned": one.learned,
                "confidence": one.confidence,
                "evidence": one.evidence,
                "learned_at": one.learned_at,
                "given_at": one.given_at,
                "given_by": names[one.given_by].name if one.given_by in names else None,
            }
            for one in traits
        ],
    }


async def communication_of(db: Session, actor: Actor, customer: Customer) -> dict[str, Any]:
    totals = (await totals_of(db, [customer.id])).get(customer.id)
    entries, _ = await timeline_of(db, actor, customer.id, cursor=None, limit=LATEST)
    return {
        "messages": totals.counts["messages"] if totals else 0,
        "counts": totals.counts if totals else dict.fromkeys(COUNTS, 0),
        "channels": totals.channels if totals else {},
        "latest": [
            {
                "id": one.id,
                "kind": one.kind,
                "at": one.at,
                "conversation": one.conversation,
                "details": one.details,
                "shown": one.shown,
            }
            for one in entries
        ],
    }
