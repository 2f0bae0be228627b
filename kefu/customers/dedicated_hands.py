"""Giving a customer to another agent by hand: a leader decides, with a reason, and it stays so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.access import grant_access
from kefu.customers.dedicated_placing import Held
from kefu.customers.dedicated_policy import is_promised
from kefu.customers.dedicating import loads, policy_and_agents, told
from kefu.customers.model import Customer
from kefu.customers.model_dedicated import DedicatedCustomer, DedicatedService
from kefu.customers.model_segments import Standing
from kefu.customers.personal_data import check_not_erased
from kefu.notifications import Why, announce, notify

REASONS = ("customer_wish", "expertise", "workload", "complaint", "absence", "other")
GIVEN = "dedicated.assigned"
announce(
    GIVEN,
    zh="您成为客户的专属客服",
    en="A customer is yours to look after",
    why=Why(
        zh="有人在专属服务里把这位客户交给了您。",
        en="Somebody gave this customer to you in dedicated service.",
        setting="dedicated-service",
    ),
)


async def give_to(
    db: Session,
    customer: Customer,
    *,
    owner: UUID,
    backup: UUID | None,
    reason: str,
    note: str,
    by: UUID,
) -> DedicatedCustomer:
    """The customer's own agent from now on; without a backup named, the present one stays."""
    policy, agents = await policy_and_agents(db)
    await check_promised(db, policy, customer)
    kept = await db.scalar(
        select(DedicatedCustomer).where(
            DedicatedCustomer.customer_id == customer.id,
            DedicatedCustomer.team_id == policy.team_id,
        )
    )
    before = Held(customer.id, kept.owner_id, kept.backup_id) if kept else Held(customer.id)
    owned, backing = await loads(db, policy, agents)
    check_colleague(owner, agents, field="owner_id")
    if owner != before.owner:
        check_place(owned[owner], policy.ceiling)
    standing_in = chosen_backup(owner, backup, before.backup, backing)
    if kept is None:
        kept = DedicatedCustomer(id=uuid7(), team_id=policy.team_id, customer_id=customer.id)
        db.add(kept)
    kept.owner_id, kept.backup_id, kept.pinned = owner, standing_in, True
    kept.reason, kept.note, kept.assigned_at = reason, note, now()
    for agent in (owner, standing_in):
        await grant_access(db, customer.id, agent=agent)
    await record(db, told(before, Held(customer.id, owner, standing_in), reason, by=by))
    if owner != before.owner:
        await notify(db, [owner], GIVEN, subject_kind="customer", subject=customer.id, by=by)
    return kept


async def check_promised(db: Session, policy: DedicatedService, customer: Customer) -> None:
    check_not_erased(customer)
    if not policy.is_one_to_one():
        raise Conflict("One-to-one service is not switched on.", code="switched_off")
    promised = (
        select(Customer.id)
        .outerjoin(Standing, Standing.customer_id == Customer.id)
        .where(Customer.id == customer.id, is_promised(policy))
    )
    if await db.scalar(promised) is None:
        raise Conflict("This customer is in none of the groups served.", code="not_promised")


def check_colleague(agent: UUID, agents: Collection[UUID], *, field: str) -> None:
    if agent not in agents:
        raise Invalid("This colleague is not of the dedicated team.", field=field)


def check_place(owned: int, ceiling: int) -> None:
    if owned >= ceiling:
        raise Conflict(
            "This colleague has as many customers as one may have.",
            field="owner_id",
            code="ceiling",
            limit=ceiling,
        )


def chosen_backup(
    owner: UUID, named: UUID | None, present: UUID | None, backing: Counter[UUID]
) -> UUID | None:
    """Who was named, or who stands in now, or whoever stands in for fewest."""
    if named is not None:
        check_colleague(named, backing, field="backup_id")
        if named == owner:
            raise Invalid("Somebody else must stand in.", field="backup_id")
        return named
    if present in backing and present != owner:
        return present
    others = [agent for agent in backing if agent != owner]
    return min(others, key=lambda agent: (backing[agent], agent)) if others else None
