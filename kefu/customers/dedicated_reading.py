"""Reading one-to-one service: who serves a customer, how loaded agents are, what is promised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.customers.access import visible_to
from kefu.customers.dedicated_policy import dedicated_policy, is_promised
from kefu.customers.dedicating import loads, places
from kefu.customers.model import Customer
from kefu.customers.model_dedicated import DedicatedCustomer, DedicatedService
from kefu.customers.model_segments import Standing
from kefu.customers.personal_data import erases_customer, exports_customer
from kefu.customers.segment_fields import PRESENT
from kefu.identity import Actor, agents_named, attending, members_of


@dataclass(frozen=True, slots=True)
class Dedicated:
    """Who serves a customer to whom it was promised: an own agent, or the pool."""

    owner: UUID | None
    backup: UUID | None
    pool: UUID | None
    since: datetime | None = None
    pinned: bool = False
    note: str = ""


async def dedicated_to(db: Session, customers: Collection[UUID]) -> dict[UUID, Dedicated]:
    """Of those of these customers who are promised it: by whom they are served, by two queries."""
    policy = await dedicated_policy(db)
    if not policy.enabled or not customers:
        return {}
    mine = and_(
        DedicatedCustomer.customer_id == Customer.id,
        DedicatedCustomer.team_id == policy.team_id,
    )
    rows = await db.execute(
        select(
            Customer.id,
            DedicatedCustomer.owner_id,
            DedicatedCustomer.backup_id,
            DedicatedCustomer.assigned_at,
            DedicatedCustomer.pinned,
            DedicatedCustomer.note,
        )
        .outerjoin(Standing, Standing.customer_id == Customer.id)
        .outerjoin(DedicatedCustomer, mine)
        .where(
            Customer.id.in_(customers),
            PRESENT,
            is_promised(policy),
        )
    )
    return {row.id: dedicated(policy, row) for row in rows}


def dedicated(policy: DedicatedService, row: Any) -> Dedicated:
    if row.owner_id is None or not policy.is_one_to_one():
        return Dedicated(None, None, policy.pool_id)
    return Dedicated(
        row.owner_id, row.backup_id, policy.pool_id, row.assigned_at, row.pinned, row.note
    )


@dataclass(frozen=True, slots=True)
class Load:
    """One dedicated agent: how many customers are theirs, and whom they stand in for."""

    id: UUID
    name: str
    attending: bool
    owned: int
    vips: int
    backing: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """Whether the promise can be kept: the promised, the places, who is served by the pool."""

    policy: DedicatedService
    promised: int
    places: int
    served: int
    pool_agents: int
    loads: list[Load]

    @property
    def per_agent(self) -> float | None:
        """Promised customers for each dedicated agent (R205); without agents there is none."""
        return self.promised / len(self.loads) if self.loads else None


async def capacity(db: Session) -> Capacity:
    """The load report, in the same number of queries for any number of agents."""
    policy = await dedicated_policy(db)
    agents = sorted(await members_of(db, policy.team_id)) if policy.team_id else []
    owned, backing = await loads(db, policy, agents)
    names = await agents_named(db, agents)
    there = await attending(db, agents)
    vips = await vips_of(db, policy)
    return Capacity(
        policy=policy,
        promised=policy.promised,
        places=places(policy, agents) if policy.is_one_to_one() else 0,
        served=sum(owned.values()),
        pool_agents=len(await members_of(db, policy.pool_id)) if policy.pool_id else 0,
        loads=[
            Load(one, names[one].name, one in there, owned[one], vips.get(one, 0), backing[one])
            for one in agents
        ],
    )


async def vips_of(db: Session, policy: DedicatedService) -> dict[UUID, int]:
    rows = await db.execute(
        select(DedicatedCustomer.owner_id, func.count())
        .join(Customer, Customer.id == DedicatedCustomer.customer_id)
        .where(DedicatedCustomer.team_id == policy.team_id, Customer.tier == "vip")
        .group_by(DedicatedCustomer.owner_id)
    )
    return {row[0]: row[1] for row in rows}


async def customers_of(
    db: Session, actor: Actor, owner: UUID, *, cursor: str | None, limit: int
) -> tuple[Sequence[Any], str | None]:
    """A page of an agent's own customers whom the actor may see, with their backups."""
    query = (
        select(Customer, DedicatedCustomer)
        .join(DedicatedCustomer, DedicatedCustomer.customer_id == Customer.id)
        .where(DedicatedCustomer.owner_id == owner, visible_to(actor), PRESENT)
        .order_by(DedicatedCustomer.id.desc())
        .limit(limit + 1)
    )
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(DedicatedCustomer.id < key[0])
    rows = (await db.execute(query)).all()
    return page_of(rows, limit, lambda row: [row[1].id])


@exports_customer("dedicated_service")
async def export_dedicated(db: Session, customer: UUID) -> list[dict[str, Any]]:
    rows = await db.scalars(
        select(DedicatedCustomer).where(DedicatedCustomer.customer_id == customer)
    )
    return [{"since": one.assigned_at.isoformat(), "note": one.note} for one in rows]


@erases_customer
async def forget_dedicated(db: Session, customer: UUID) -> None:
    """An erased customer has no agent of their own."""
    kept = await db.scalars(
        select(DedicatedCustomer).where(DedicatedCustomer.customer_id == customer)
    )
    for one in kept:
        await db.delete(one)
