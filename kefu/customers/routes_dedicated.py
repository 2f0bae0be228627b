"""HTTP of one-to-one service."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.db import Session
from kefu.core.http import Db
from kefu.core.jobs import enqueue
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.dedicated_hands import give_to
from kefu.customers.dedicated_policy import (
    BALANCE_JOB,
    change_policy,
    dedicated_policy,
    known_groups,
)
from kefu.customers.dedicated_reading import capacity, customers_of, dedicated_to
from kefu.customers.model_dedicated import DedicatedService
from kefu.customers.schemas_dedicated import (
    CapacityRow,
    DedicatedRow,
    DedicatedServiceChange,
    DedicatedServiceRow,
    GroupRow,
    Handing,
    LoadRow,
    OwnedRow,
    PersonRow,
)
from kefu.customers.views import customer_rows
from kefu.identity import Actor, CurrentActor, agents_named, attending, teams_named

router = APIRouter(prefix="/api/v1", tags=["dedicated service"])


@router.get("/dedicated-service")
async def get_policy(db: Db, _: CurrentActor) -> DedicatedServiceRow:
    return await policy_row(db, await dedicated_policy(db))


@router.patch("/dedicated-service")
async def patch_policy(
    body: DedicatedServiceChange, db: Db, actor: CurrentActor
) -> DedicatedServiceRow:
    changes = body.model_dump(exclude_unset=True)
    return await policy_row(db, await change_policy(db, changes, by=actor.id))


async def policy_row(db: Session, policy: DedicatedService) -> DedicatedServiceRow:
    groups = [GroupRow(key=key, name=name) for key, name in await known_groups(db)]
    return DedicatedServiceRow.model_validate(policy).model_copy(update={"groups": groups})


@router.post("/dedicated-service/balancing", status_code=202)
async def post_balancing(db: Db, _: CurrentActor) -> None:
    await enqueue(db, BALANCE_JOB, {}, key="everybody")


@router.get("/dedicated-service/load")
async def get_load(db: Db, _: CurrentActor) -> CapacityRow:
    found = await capacity(db)
    policy = found.policy
    teams = await teams_named(db, [policy.team_id, policy.pool_id])
    return CapacityRow(
        enabled=policy.enabled,
        mode=policy.mode,
        ceiling=policy.ceiling,
        team=teams[policy.team_id].name if policy.team_id in teams else None,
        pool=teams[policy.pool_id].name if policy.pool_id in teams else None,
        pool_agents=found.pool_agents,
        promised=found.promised,
        places=found.places,
        served=found.served,
        pooled=max(found.promised - found.served, 0),
        per_agent=found.per_agent,
        can_be_kept=found.promised <= found.places,
        balanced_at=policy.balanced_at,
        loads=[LoadRow.model_validate(one) for one in found.loads],
    )


@router.get("/dedicated-service/mine")
async def get_mine(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[OwnedRow]:
    """The customers whose own agent one is."""
    return await owned_page(db, actor, actor.id, cursor=cursor, limit=limit)


@router.get("/dedicated-service/agents/{agent_id}/customers")
async def get_customers(
    agent_id: UUID, db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[OwnedRow]:
    return await owned_page(db, actor, agent_id, cursor=cursor, limit=limit)


async def owned_page(
    db: Session, actor: Actor, owner: UUID, *, cursor: str | None, limit: int
) -> Page[OwnedRow]:
    rows, following = await customers_of(db, actor, owner, cursor=cursor, limit=limit)
    shown = await customer_rows(db, [row[0] for row in rows])
    names = await agents_named(db, [row[1].backup_id for row in rows])
    return Page(
        items=[
            OwnedRow(
                customer=customer,
                backup=names[kept.backup_id].name if kept.backup_id in names else None,
                since=kept.assigned_at,
                pinned=kept.pinned,
            )
            for customer, (_, kept) in zip(shown, rows, strict=True)
        ],
        next_cursor=following,
    )


@router.get("/customers/{customer_id}/dedicated-agent")
async def get_dedicated(customer_id: UUID, db: Db, actor: CurrentActor) -> DedicatedRow:
    customer = await customer_for(db, actor, customer_id)
    return await dedicated_row(db, customer.id)


@router.put("/customers/{customer_id}/dedicated-agent")
async def put_dedicated(
    customer_id: UUID, body: Handing, db: Db, actor: CurrentActor
) -> DedicatedRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    await give_to(
        db,
        customer,
        owner=body.owner_id,
        backup=body.backup_id,
        reason=body.reason,
        note=body.note,
        by=actor.id,
    )
    return await dedicated_row(db, customer.id)


async def dedicated_row(db: Session, customer: UUID) -> DedicatedRow:
    found = (await dedicated_to(db, [customer])).get(customer)
    if found is None:
        return DedicatedRow(
            promised=False, owner=None, backup=None, pool=None, since=None, pinned=False, note=""
        )
    both = [found.owner, found.backup]
    names, there = await agents_named(db, both), await attending(db, both)
    pool = await teams_named(db, [found.pool])
    owner, backup = [
        PersonRow(id=one, name=names[one].name, attending=one in there) if one in names else None
        for one in both
    ]
    return DedicatedRow(
        promised=True,
        owner=owner,
        backup=backup,
        pool=pool[found.pool].name if found.pool in pool else None,
        since=found.since,
        pinned=found.pinned,
        note=found.note,
    )
