"""HTTP of membership points and redemptions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.clock import now
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.model_points import PENDING, Redemption
from kefu.customers.points import (
    adjust_points,
    balance_of,
    change_points_rules,
    entries_of,
    points_rules,
)
from kefu.customers.redeeming import cancel, fulfil, redeem, redemption_for, redemptions_for
from kefu.customers.schemas_points import (
    Adjustment,
    NewRedemption,
    PointsEntryRow,
    PointsPage,
    PointsRulesChange,
    PointsRulesRow,
    RedemptionFilter,
    RedemptionRow,
)
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["points"])


@router.get("/customers/{customer_id}/points")
async def get_points(
    customer_id: UUID, db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> PointsPage:
    customer = await customer_for(db, actor, customer_id)
    entries, following = await entries_of(db, customer.id, cursor=cursor, limit=limit)
    return PointsPage(
        items=[PointsEntryRow.model_validate(one) for one in entries],
        next_cursor=following,
        balance=await balance_of(db, customer.id),
    )


@router.post("/customers/{customer_id}/points", status_code=201)
async def post_points(
    customer_id: UUID, body: Adjustment, db: Db, actor: CurrentActor
) -> PointsEntryRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    entry = await adjust_points(db, customer, body.points, body.reason, by=actor.id)
    return PointsEntryRow.model_validate(entry)


@router.post("/customers/{customer_id}/redemptions", status_code=201)
async def post_redemption(
    customer_id: UUID, body: NewRedemption, db: Db, actor: CurrentActor
) -> RedemptionRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    redemption = await redeem(db, customer, benefit=body.benefit, points=body.points, by=actor.id)
    return redemption_row(redemption, customer.name)


@router.get("/redemptions")
async def get_redemptions(
    db: Db,
    actor: CurrentActor,
    status: Annotated[RedemptionFilter | None, Query()] = None,
    customer: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[RedemptionRow]:
    rows, following = await redemptions_for(
        db, actor, status=status, customer=customer, cursor=cursor, limit=limit
    )
    return Page(items=[redemption_row(*row) for row in rows], next_cursor=following)


@router.put("/redemptions/{redemption_id}/fulfilment", status_code=204)
async def put_fulfilment(redemption_id: UUID, db: Db, actor: CurrentActor) -> None:
    await fulfil(db, await redemption_for(db, actor, redemption_id), by=actor.id)


@router.put("/redemptions/{redemption_id}/cancellation", status_code=204)
async def put_cancellation(redemption_id: UUID, db: Db, actor: CurrentActor) -> None:
    await cancel(db, await redemption_for(db, actor, redemption_id), by=actor.id)


@router.get("/points-rules")
async def get_rules(db: Db, _: CurrentActor) -> PointsRulesRow:
    return PointsRulesRow.model_validate(await points_rules(db))


@router.patch("/points-rules")
async def patch_rules(body: PointsRulesChange, db: Db, actor: CurrentActor) -> PointsRulesRow:
    changes = body.model_dump(exclude_unset=True)
    return PointsRulesRow.model_validate(await change_points_rules(db, changes, by=actor.id))


def redemption_row(one: Redemption, customer: str) -> RedemptionRow:
    return RedemptionRow(
        id=one.id,
        customer_id=one.customer_id,
        customer=customer,
        benefit=one.benefit,
        points=one.points,
        status=one.status,
        requested_at=one.requested_at,
        due_at=one.due_at,
        delayed=one.status == PENDING and one.due_at < now(),
        settled_at=one.settled_at,
    )
