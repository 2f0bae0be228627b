"""What moves a customer from one stage of a product to the next."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events import OrderCancelled, OrderChanged, OrderPaid, RefundPaid
from kefu.commerce.events_returns import ReturnApplied, ReturnMoved, ReturnReopened, ReturnUndone
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.staging import restage
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.customers.events_merging import CustomerMerged, CustomerUnmerged
from kefu.customers.events_segments import RecommendationMade


@reacts_to(OrderPaid, OrderCancelled, OrderChanged, RefundPaid, RecommendationMade)
async def follow_orders(db: Session, facts: list[Fact]) -> None:
    live = {fact.customer for fact in facts if fact.customer and not fact.details.get("historic")}
    old = {fact.customer for fact in facts if fact.customer} - live
    await restage(db, live)
    await restage(db, old, historic=True)


@reacts_to(ReturnApplied, ReturnMoved, ReturnUndone, ReturnReopened)
async def follow_cases(db: Session, facts: list[Fact]) -> None:
    """A case of old files changes stages, and starts nothing."""
    old = {fact.subject for fact in facts if fact.details.get("historic")}
    for cases, historic in (({fact.subject for fact in facts} - old, False), (old, True)):
        customers = await db.scalars(
            select(ReturnCase.customer_id).where(
                ReturnCase.id.in_(cases), ReturnCase.customer_id.is_not(None)
            )
        )
        await restage(db, {one for one in customers if one is not None}, historic=historic)


@reacts_to(CustomerMerged, CustomerUnmerged)
async def follow_people(db: Session, facts: list[Fact]) -> None:
    """Orders, cases and recommendations have moved: nothing starts from that."""
    people = {fact.subject for fact in facts}
    people |= {UUID(fact.details["other"]) for fact in facts}
    await restage(db, people, historic=True)
