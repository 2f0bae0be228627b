"""The doors: a customer is seen by whoever serves them, and by those who see all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Uuid, bindparam, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.ids import uuid7
from kefu.customers.model import Customer, CustomerAccess
from kefu.customers.moving import moves_with_customer
from kefu.identity import Actor

moves_with_customer("access", CustomerAccess, one_per=("agent_id", "team_id"))


async def customer_for(
    db: Session, actor: Actor, customer_id: UUID, *, lock: bool = False
) -> Customer:
    """The customer; the id of one who was merged away leads to the one who stays."""
    actor.require("customer.read")
    query = select(Customer).where(Customer.id == staying(customer_id), visible_to(actor))
    if lock:
        query = query.with_for_update(key_share=True, of=Customer)
    found = await db.execute(query.execution_options(populate_existing=lock))
    customer = found.scalar_one_or_none()
    if customer is None:
        raise NotFound("There is no such customer.")
    if customer.merged_into is not None:  # while this waited for the lock
        return await customer_for(db, actor, customer.merged_into, lock=lock)
    return customer


async def customer_named_by(
    db: Session, actor: Actor, customer_id: UUID, *, field: str = "customer"
) -> Customer:
    """Exactly the customer of this id, even one who was merged away."""
    found = await db.scalar(
        select(Customer).where(Customer.id == customer_id, is_visible(actor, Customer))
    )
    if found is None:
        raise NotFound("There is no such customer.", field=field)
    return found


def staying(customer_id: UUID | BindParameter[UUID]) -> ColumnElement[UUID]:
    """The id itself, or that of the customer into whom this one was merged."""
    asked = aliased(Customer)
    return func.coalesce(
        select(asked.merged_into).where(asked.id == customer_id).scalar_subquery(), customer_id
    )


WHO_STAYS = select(Customer).where(Customer.id == staying(bindparam("asked", type_=Uuid())))
"""Made once: each visitor who connects asks it."""


async def customer_with(db: Session, customer_id: UUID) -> Customer | None:
    """As above for the product itself: who stays in the end, whatever is still known of them."""
    return await db.scalar(WHO_STAYS, {"asked": customer_id})


def everyone_who_is(customer_id: UUID) -> ColumnElement[bool]:
    """The customer and all who were merged into them, in a query on customers."""
    return or_(Customer.id == customer_id, Customer.merged_into == customer_id)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Everybody, or the customers of one's own and one's teams' conversations, by scope."""
    return is_served(actor, Customer.id)


def is_visible(actor: Actor, customer: type[Customer]) -> ColumnElement[bool]:
    """As above for an alias; one who was merged away is seen by those who see who stays."""
    return is_served(actor, func.coalesce(customer.merged_into, customer.id))


def is_served(actor: Actor, customer: Any) -> ColumnElement[bool]:
    if actor.scope == "all":
        return true()
    serving = [CustomerAccess.agent_id == actor.id]
    if actor.scope == "team" and actor.team_ids:
        serving.append(CustomerAccess.team_id.in_(actor.team_ids))
    return (
        select(CustomerAccess.id)
        .where(CustomerAccess.customer_id == customer, or_(*serving))
        .exists()
    )


async def grant_access(
    db: Session, customer: UUID, *, agent: UUID | None = None, team: UUID | None = None
) -> None:
    """From now on this agent, and this team, serve the customer; known grants cost nothing."""
    rows = [
        {
            "id": uuid7(),
            "customer_id": customer,
            "agent_id": one,
            "team_id": another,
            "granted_at": now(),
        }
        for one, another in ((agent, None), (None, team))
        if one or another
    ]
    if rows:
        await db.execute(insert(CustomerAccess).values(rows).on_conflict_do_nothing())
