"""The overview: what an agent must know of a customer before the second sentence, in one request.

Purchases, service, preferences and what was said last come from here. A capability above adds its
own part to the same answer:

    @in_overview("orders")
    async def latest_orders(db, actor, customer) -> Any: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.customers.consents import PURPOSES
from kefu.customers.figures import figures_of
from kefu.customers.model import Consent, Customer
from kefu.customers.model_care import CARE, CareCourse, CarePlan
from kefu.customers.model_points import PENDING, PointsAccount, Redemption
from kefu.customers.portraits import portrait_of
from kefu.customers.segments import standing_of
from kefu.customers.talk import COUNTS, totals_of
from kefu.customers.timeline import timeline_of
from kefu.customers.treating import treatment_of
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
    treatment = await treatment_of(db, customer.id)
    return {
        "customer": customer.id,
        "vip": customer.tier == "vip",
        "tier": customer.tier,
        "segments": await standing_of(db, customer.id),
        "treatment": treatment,
        "purchases": await purchases_of(db, customer),
        "service": await service_of(db, customer),
        "preferences": await preferences_of(db, customer),
        "communication": await communication_of(db, actor, customer),
        "parts": {name: await part(db, actor, customer) for name, part in PARTS.items()},
    }


async def purchases_of(db: Session, customer: Customer) -> dict[str, Any]:
    figures = await figures_of(db, customer.id)
    account = await db.get(PointsAccount, customer.id, populate_existing=True)
    return {
        "orders": figures.orders,
        "first_order_at": figures.first_order_at,
        "last_order_at": figures.last_order_at,
        "spent": figures.spent,
        "refunded": figures.refunded,
        "lifetime_value": figures.spent - figures.refunded,
        "currency": figures.currency,
        "returns": figures.returns,
        "points": account.balance if account else 0,
    }


async def service_of(db: Session, customer: Customer) -> dict[str, Any]:
    figures = await figures_of(db, customer.id)
    delayed, pending = (
        await db.execute(
            select(func.count(Redemption.delayed_at), func.count()).where(
                Redemption.customer_id == customer.id, Redemption.status == PENDING
            )
        )
    ).one()
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
    return {
        "conversations": figures.conversations,
        "last_conversation_at": figures.last_conversation_at,
        "complaints": figures.complaints,
        "last_complaint_at": figures.last_complaint_at,
        "pending_redemptions": pending,
        "delayed_redemptions": delayed,
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
