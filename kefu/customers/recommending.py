"""Recommending: an agent recommends a product; bought within the window it counts, once (R201)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import record
from kefu.core.settings import settings
from kefu.customers.events_segments import (
    RecommendationBought,
    RecommendationMade,
    RecommendationTakenBack,
)
from kefu.customers.model import Customer
from kefu.customers.model_recommendations import Recommendation
from kefu.customers.personal_data import check_not_erased

LATEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtProduct:
    """One product in one order, as commerce tells it; money in minor units."""

    customer: UUID
    order: UUID
    product: UUID
    at: datetime
    amount: int
    currency: str = "CNY"


async def recommend(
    db: Session, customer: Customer, *, product: UUID, conversation: UUID | None, by: UUID
) -> Recommendation:
    """Remember that this was recommended; the same twice within the window is one."""
    check_not_erased(customer)
    at = now()
    window = settings().recommendation_days
    since = at - timedelta(days=window)
    open_one = await db.scalar(
        select(Recommendation.id).where(
            Recommendation.customer_id == customer.id,
            Recommendation.product_id == product,
            Recommendation.order_id.is_(None),
            Recommendation.at > since,
        )
    )
    if open_one is not None:
        raise Conflict("This was recommended to the customer already.", code="known_already")
    made = Recommendation(
        customer_id=customer.id,
        product_id=product,
        conversation_id=conversation,
        agent_id=by,
        at=at,
        window_days=window,
    )
    db.add(made)
    await db.flush()
    event = RecommendationMade(
        subject=made.id, customer=customer.id, conversation=conversation, actor=by, product=product
    )
    await record(db, event)
    return made


async def note_bought(db: Session, bought: Sequence[BoughtProduct]) -> None:
    """Attribute what was bought to the latest recommendation in whose window it lies, once."""
    for one in bought:
        if await db.scalar(select(Recommendation.id).where(*was_bought(one.order, one.product))):
            continue
        waiting = await db.scalars(
            select(Recommendation)
            .where(
                Recommendation.customer_id == one.customer,
                Recommendation.product_id == one.product,
                Recommendation.order_id.is_(None),
                Recommendation.at <= one.at,
            )
            .order_by(Recommendation.at.desc())
            .with_for_update()
        )
        for made in waiting.all():
            if one.at <= made.at + timedelta(days=made.window_days):
                made.order_id, made.bought_at = one.order, one.at
                made.amount, made.currency = one.amount, one.currency
                event = RecommendationBought(
                    subject=made.id,
                    customer=made.customer_id,
                    product=made.product_id,
                    order=one.order,
                    amount=one.amount,
                    currency=one.currency,
                )
                await record(db, event)
                break


async def take_back_bought(db: Session, order: UUID, products: Collection[UUID]) -> None:
    """What was bought went back: it does not count any more."""
    rows = await db.scalars(
        select(Recommendation)
        .where(
            Recommendation.order_id == order,
            Recommendation.product_id.in_(products),
            Recommendation.taken_back_at.is_(None),
        )
        .with_for_update()
    )
    for made in rows.all():
        made.taken_back_at = now()
        event = RecommendationTakenBack(
            subject=made.id, customer=made.customer_id, product=made.product_id, order=order
        )
        await record(db, event)


def was_bought(order: UUID, product: UUID) -> tuple[ColumnElement[bool], ...]:
    return Recommendation.order_id == order, Recommendation.product_id == product


async def recommendations_of(db: Session, customer: UUID) -> Sequence[Recommendation]:
    """What was recommended to the customer, the latest first."""
    rows = await db.scalars(
        select(Recommendation)
        .where(Recommendation.customer_id == customer)
        .order_by(Recommendation.id.desc())
        .limit(LATEST)
    )
    return rows.all()


async def recommended_to(db: Session, customers: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """What was recommended to these customers lately and not bought yet: customer and product."""
    rows = await db.execute(
        select(Recommendation.customer_id, Recommendation.product_id)
        .where(
            Recommendation.customer_id.in_(customers),
            Recommendation.order_id.is_(None),
            Recommendation.at > now() - timedelta(days=settings().recommendation_days),
        )
        .distinct()
    )
    return {(row[0], row[1]) for row in rows}
