"""HTTP of segments and their rules."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.conditions import described
from kefu.core.db import Session
from kefu.core.http import Db
from kefu.core.jobs import enqueue
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.model_segments import DIMENSIONS, SegmentRule
from kefu.customers.reasons import segment_reasons, tier_reason
from kefu.customers.schemas import CustomerRow
from kefu.customers.schemas_segments import (
    DimensionRow,
    FieldRow,
    NewSegmentRule,
    PreviewAsked,
    RuleVersionRow,
    RunRow,
    SegmentPreview,
    SegmentReasonRow,
    SegmentRuleChange,
    SegmentRuleRow,
    SegmentsOverview,
    ShareRow,
    StandingReasons,
    StepRow,
    TierReasonRow,
)
from kefu.customers.segment_fields import segment_fields
from kefu.customers.segment_rules import (
    EVERYBODY_JOB,
    change_rule,
    create_rule,
    is_broken,
    previewed,
    remove_rule,
    rule_with_id,
    segment_rules,
    versions_of,
)
from kefu.customers.segments import history_of, last_run, members_for, shares
from kefu.customers.views import customer_rows
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["segments"])


@router.get("/segments")
async def get_segments(db: Db, _: CurrentActor) -> SegmentsOverview:
    total, found = await shares(db)
    run = await last_run(db)
    rows: dict[str, list[ShareRow]] = {dimension: [] for dimension in DIMENSIONS}
    for one in found:
        percent = round(one.customers / total * 100, 2) if total else None
        row = ShareRow(value=one.value, name=one.name, customers=one.customers, percent=percent)
        rows[one.dimension].append(row)
    return SegmentsOverview(
        customers=total,
        dimensions=[DimensionRow(dimension=name, shares=those) for name, those in rows.items()],
        run=RunRow.model_validate(run) if run else None,
    )


@router.get("/segments/{dimension}/{value}/members")
async def get_members(
    dimension: str,
    value: str,
    db: Db,
    actor: CurrentActor,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[CustomerRow]:
    customers, following = await members_for(
        db, actor, dimension, value, cursor=cursor, limit=limit
    )
    return Page(items=await customer_rows(db, customers), next_cursor=following)


@router.post("/segments/recomputation", status_code=202)
async def post_recomputation(db: Db, _: CurrentActor) -> None:
    await enqueue(db, EVERYBODY_JOB, {}, key="everybody")


@router.get("/segment-fields")
async def get_fields(db: Db, _: CurrentActor) -> Page[FieldRow]:
    return Page(items=[FieldRow(**one) for one in described(await segment_fields(db))])


@router.get("/segment-rules")
async def get_rules(db: Db, _: CurrentActor) -> Page[SegmentRuleRow]:
    fields = await segment_fields(db)
    rules = await segment_rules(db)
    return Page(items=[rule_row(rule, broken=is_broken(rule, fields)) for rule in rules])


@router.post("/segment-rules", status_code=201)
async def post_rule(body: NewSegmentRule, db: Db, actor: CurrentActor) -> SegmentRuleRow:
    return rule_row(await create_rule(db, body.model_dump(), by=actor.id))


@router.post("/segment-rules/preview")
async def post_preview(body: PreviewAsked, db: Db, actor: CurrentActor) -> SegmentPreview:
    meant, everybody, sample = await previewed(db, actor, body.conditions)
    return SegmentPreview(customers=meant, of=everybody, sample=await customer_rows(db, sample))


@router.patch("/segment-rules/{rule_id}")
async def patch_rule(
    rule_id: UUID, body: SegmentRuleChange, db: Db, actor: CurrentActor
) -> SegmentRuleRow:
    rule = await rule_with_id(db, rule_id)
    await change_rule(db, rule, body.model_dump(exclude_unset=True), by=actor.id)
    return rule_row(rule, broken=await broken(db, rule))


@router.delete("/segment-rules/{rule_id}", status_code=204)
async def delete_rule(rule_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_rule(db, await rule_with_id(db, rule_id), by=actor.id)


@router.get("/segment-rules/{rule_id}/versions")
async def get_versions(rule_id: UUID, db: Db, _: CurrentActor) -> Page[RuleVersionRow]:
    found = await versions_of(db, rule_id)
    return Page(items=[RuleVersionRow.model_validate(one) for one in found])


@router.get("/customers/{customer_id}/segments")
async def get_history(customer_id: UUID, db: Db, actor: CurrentActor) -> Page[StepRow]:
    customer = await customer_for(db, actor, customer_id)
    found = await history_of(db, customer.id)
    return Page(items=[StepRow.model_validate(one) for one in found])


@router.get("/customers/{customer_id}/standing")
async def get_standing(customer_id: UUID, db: Db, actor: CurrentActor) -> StandingReasons:
    """Why the customer has this tier and stands in these segments."""
    customer = await customer_for(db, actor, customer_id)
    found = await segment_reasons(db, customer)
    return StandingReasons(
        tier=TierReasonRow.model_validate(await tier_reason(db, customer)),
        segments=[SegmentReasonRow.model_validate(one) for one in found],
    )


async def broken(db: Session, rule: SegmentRule) -> bool:
    return is_broken(rule, await segment_fields(db))


def rule_row(rule: SegmentRule, *, broken: bool = False) -> SegmentRuleRow:
    return SegmentRuleRow.model_validate(rule).model_copy(update={"broken": broken})
