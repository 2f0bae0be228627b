"""The doors: a customer is seen by whoever serves them, and by those who see all."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.ids import uuid7
from kefu.customers.model import Customer, CustomerAccess
from kefu.identity import Actor


async def customer_for(
    db: Session, actor: Actor, customer_id: UUID, *, lock: bool = False
) -> Customer:
    actor.require("customer.read")
    query = select(Customer).where(Customer.id == customer_id, visible_to(actor))
    if lock:
        query = query.with_for_update(key_share=True, of=Customer)
    found = await db.execute(query.execution_options(populate_existing=lock))
    customer = found.scalar_one_or_none()
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Everybody, or the customers of one's own and one's teams' conversations, by scope."""
    if actor.scope == "all":
        return true()
    serving = [CustomerAccess.agent_id == actor.id]
    if actor.scope == "team" and actor.team_ids:
        serving.append(CustomerAccess.team_id.in_(actor.team_ids))
    return (
        select(CustomerAccess.id)
        .where(CustomerAccess.customer_id == Customer.id, or_(*serving))
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
