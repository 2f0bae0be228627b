"""Dedicating: VIPs and core members get an agent of their own and one who stands in (R187, R188).

Everybody is looked at by one bounded run: who is promised it, those of the first group first, as
far as agents have places. Rows are kept only of those who have an agent; the rest of the promised
are served by the pool, and the run reports how many they are (R205).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, and_, delete, func, select, text

from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import record, record_quietly
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.customers.dedicated_placing import Held, placed
from kefu.customers.dedicated_policy import (
    BALANCE_JOB,
    dedicated_policy,
    group_of,
    is_promised,
)
from kefu.customers.events_dedicated import DedicatedAssigned, DedicatedBalanced, DedicatedReleased
from kefu.customers.model import Customer
from kefu.customers.model_dedicated import DedicatedCustomer, DedicatedService
from kefu.customers.model_segments import CustomerFigures, Standing
from kefu.customers.segment_fields import PRESENT
from kefu.identity import agents_who_may, members_of
from kefu.notifications import Why, announce, notify

MOST = 60_000
"""Customers with an agent of their own at most; a team of two hundred has three hundred each."""
AT_ONCE = 4_000
OVER = "dedicated_service.over_capacity"
announce(
    OVER,
    zh="一对一专属服务名额不足",
    en="One-to-one service cannot be kept for everybody",
    why=Why(
        zh="专属服务策略承诺了 {promised} 位客户，小组只有 {places} 个名额。",
        en=(
            "The policy of dedicated service promises {promised} customers an own agent; the "
            "team has places for {places}."
        ),
        setting="dedicated-service",
    ),
)

LOCK = text("select pg_advisory_xact_lock(hashtext('kefu.dedicated'))")
STORE = text(
    "insert into dedicated_customers (id, team_id, customer_id, owner_id, backup_id, pinned, "
    "reason, note, assigned_at) select id, :team, customer, owner, backup, false, :reason, '', :at "
    "from unnest(cast(:ids as uuid[]), cast(:customers as uuid[]), cast(:owners as uuid[]), "
    "cast(:backups as uuid[])) g(id, customer, owner, backup) order by customer "
    "on conflict (customer_id, team_id) do update set owner_id = excluded.owner_id, "
    "backup_id = excluded.backup_id, assigned_at = excluded.assigned_at, "
    "pinned = dedicated_customers.pinned and dedicated_customers.owner_id = excluded.owner_id, "
    "reason = case when dedicated_customers.owner_id = excluded.owner_id "
    "then dedicated_customers.reason else excluded.reason end, "
    "note = case when dedicated_customers.owner_id = excluded.owner_id "
    "then dedicated_customers.note else '' end"
)
DOORS = text(
    "insert into customer_access (id, customer_id, agent_id, granted_at) "
    "select gen_random_uuid(), customer, agent, :at from unnest(cast(:customers as uuid[]), "
    "cast(:agents as uuid[])) g(customer, agent) where agent is not null "
    "order by customer, agent on conflict do nothing"
)


async def balance_everybody(database: Database) -> None:
    """Look at everybody; long lists are written in several transactions, the report in the last."""
    async with database.transaction() as db:
        policy, agents = await policy_and_agents(db)
        changed = await release(db, policy, agents)
    while True:
        async with database.transaction() as db:
            policy, agents = await policy_and_agents(db)
            moved = await place_some(db, policy, agents)
            changed += moved
            if moved < AT_ONCE:
                await report(db, policy, agents, changed)
                return


async def balance(db: Session) -> None:
    """The same in the caller's transaction, for small shops."""
    policy, agents = await policy_and_agents(db)
    changed = await release(db, policy, agents)
    while (moved := await place_some(db, policy, agents)) == AT_ONCE:
        changed += moved
    await report(db, policy, agents, changed + moved)


async def policy_and_agents(db: Session) -> tuple[DedicatedService, list[UUID]]:
    """The policy and the dedicated agents at work, for one who alone changes assignments now."""
    await db.flush()
    await db.execute(LOCK)
    policy = await dedicated_policy(db)
    if not policy.is_one_to_one():
        return policy, []
    assert policy.team_id is not None
    return policy, sorted(await members_of(db, policy.team_id))


def places(policy: DedicatedService, agents: Sequence[UUID]) -> int:
    return min(len(agents) * policy.ceiling, MOST)


async def release(db: Session, policy: DedicatedService, agents: Sequence[UUID]) -> int:
    """Who is promised nothing any more, or finds no place, has no own agent from now on."""
    leaving = delete(DedicatedCustomer)
    if agents:
        places_of = wanted(policy, places(policy, agents)).subquery()
        leaving = leaving.where(
            DedicatedCustomer.customer_id.not_in(select(places_of.c.id))
            | (DedicatedCustomer.team_id != policy.team_id)
        )
    return await gone(db, leaving)


async def gone(db: Session, leaving: Delete) -> int:
    """Take these rows away and tell of each."""
    rows = await db.execute(
        leaving.returning(
            DedicatedCustomer.customer_id, DedicatedCustomer.owner_id
        ).execution_options(synchronize_session=False)
    )
    events = [
        DedicatedReleased(subject=customer, customer=customer, former_owner=owner)
        for customer, owner in rows.all()
    ]
    await record_quietly(db, events)
    return len(events)


def wanted(policy: DedicatedService, limit: int) -> Any:
    """The promised who find a place: by group, those who have an agent, those of most worth."""
    group = group_of(policy).label("place")
    worth = func.coalesce(CustomerFigures.spent - CustomerFigures.refunded, 0)
    mine = and_(
        DedicatedCustomer.customer_id == Customer.id,
        DedicatedCustomer.team_id == policy.team_id,
    )
    return (
        select(
            Customer.id,
            DedicatedCustomer.owner_id,
            DedicatedCustomer.backup_id,
            func.coalesce(DedicatedCustomer.pinned, False).label("pinned"),
        )
        .select_from(Customer)
        .outerjoin(Standing, Standing.customer_id == Customer.id)
        .outerjoin(CustomerFigures, CustomerFigures.customer_id == Customer.id)
        .outerjoin(DedicatedCustomer, mine)
        .where(PRESENT, is_promised(policy))
        .order_by(group, DedicatedCustomer.id.is_(None), worth.desc(), Customer.id)
        .limit(limit)
    )


async def place_some(db: Session, policy: DedicatedService, agents: Sequence[UUID]) -> int:
    """Give the next few thousand of those who should have others what they should have."""
    if not agents:
        return 0
    rows = (await db.execute(wanted(policy, places(policy, agents)))).all()
    held = [Held(row.id, row.owner_id, row.backup_id, row.pinned) for row in rows]
    changes = [
        (before, after)
        for before, after in zip(held, placed(held, agents), strict=True)
        if (before.owner, before.backup) != (after.owner, after.backup)
    ]
    await store(db, policy, changes[:AT_ONCE], reason="balanced")
    return min(len(changes), AT_ONCE)


async def store(
    db: Session, policy: DedicatedService, changes: Sequence[tuple[Held, Held]], *, reason: str
) -> None:
    """Write these assignments, open the customers' doors and tell of each."""
    if not changes:
        return
    at, rows = now(), [after for _, after in changes]
    customers = [one.customer for one in rows]
    owners, backups = [one.owner for one in rows], [one.backup for one in rows]
    given = {"customers": customers, "owners": owners, "backups": backups}
    head = {"team": policy.team_id, "reason": reason, "at": at}
    await db.execute(STORE, {**head, "ids": [uuid7() for _ in rows], **given})
    await db.execute(DOORS, {"at": at, "customers": customers * 2, "agents": owners + backups})
    await record_quietly(db, [told(before, after, reason) for before, after in changes])


def told(before: Held, after: Held, reason: str, *, by: UUID | None = None) -> DedicatedAssigned:
    assert after.owner is not None
    return DedicatedAssigned(
        subject=after.customer,
        customer=after.customer,
        actor=by,
        owner=after.owner,
        backup=after.backup,
        former_owner=before.owner if before.owner != after.owner else None,
        former_backup=before.backup if before.backup != after.backup else None,
        reason=reason,
    )


async def report(
    db: Session, policy: DedicatedService, agents: Sequence[UUID], changed: int
) -> None:
    """Keep how many are promised an own agent and have one; say it once when that is too many."""
    promised = await count_promised(db, policy) if policy.enabled else 0
    served = await db.scalar(select(func.count()).select_from(DedicatedCustomer)) or 0
    over = policy.is_one_to_one() and promised > places(policy, agents)
    if over and not policy.over_capacity:
        heads = await agents_who_may(db, "dedicated.edit")
        await notify(
            db,
            heads,
            OVER,
            subject_kind="dedicated_service",
            subject=policy.team_id or uuid7(),
            params={"promised": promised, "places": places(policy, agents)},
        )
    policy.over_capacity, policy.promised, policy.balanced_at = over, promised, now()
    event = DedicatedBalanced(
        subject=policy.team_id or policy.pool_id or uuid7(),
        promised=promised,
        served=served,
        pooled=promised - served,
        agents=len(agents),
        ceiling=policy.ceiling,
        changed=changed,
    )
    await record(db, event)


async def count_promised(db: Session, policy: DedicatedService) -> int:
    query = (
        select(func.count())
        .select_from(Customer)
        .outerjoin(Standing, Standing.customer_id == Customer.id)
        .where(PRESENT, is_promised(policy))
    )
    return await db.scalar(query) or 0


async def follow(db: Session, customers: Collection[UUID]) -> None:
    """These customers may have come into a group or left it: each gets or loses an agent at once.

    Where no place is free, a run over everybody decides who comes first.
    """
    policy, agents = await policy_and_agents(db)
    if not agents or not customers:
        return
    promised = (
        await db.scalars(
            select(Customer.id)
            .outerjoin(Standing, Standing.customer_id == Customer.id)
            .where(Customer.id.in_(customers), PRESENT, is_promised(policy))
            .order_by(Customer.id)
        )
    ).all()
    leaving = set(customers) - set(promised)
    await gone(db, delete(DedicatedCustomer).where(DedicatedCustomer.customer_id.in_(leaving)))
    have = set(
        await db.scalars(
            select(DedicatedCustomer.customer_id).where(
                DedicatedCustomer.customer_id.in_(promised),
                DedicatedCustomer.team_id == policy.team_id,
            )
        )
    )
    await enter(db, policy, agents, [one for one in promised if one not in have])


async def enter(
    db: Session, policy: DedicatedService, agents: Sequence[UUID], customers: Sequence[UUID]
) -> None:
    owned, backing = await loads(db, policy, agents)
    free = places(policy, agents) - owned.total()
    changes = []
    for customer in customers[: max(free, 0)]:
        owner = min(agents, key=lambda agent: (owned[agent], agent))
        owned[owner] += 1
        others = [agent for agent in agents if agent != owner]
        backup = min(others, key=lambda agent: (backing[agent], agent)) if others else None
        if backup is not None:
            backing[backup] += 1
        changes.append((Held(customer), Held(customer, owner, backup)))
    await store(db, policy, changes, reason="entered")
    if len(customers) > len(changes):
        await enqueue(db, BALANCE_JOB, {}, key="everybody")


async def loads(
    db: Session, policy: DedicatedService, agents: Sequence[UUID]
) -> tuple[Counter[UUID], Counter[UUID]]:
    """How many customers each agent has, and stands in for."""
    rows = await db.execute(
        select(DedicatedCustomer.owner_id, DedicatedCustomer.backup_id, func.count().label("n"))
        .where(DedicatedCustomer.team_id == policy.team_id)
        .group_by(DedicatedCustomer.owner_id, DedicatedCustomer.backup_id)
    )
    owned: Counter[UUID] = Counter(dict.fromkeys(agents, 0))
    backing: Counter[UUID] = Counter(dict.fromkeys(agents, 0))
    for row in rows:
        owned[row.owner_id] += row.n
        if row.backup_id is not None:
            backing[row.backup_id] += row.n
    return owned, backing
