"""HTTP of care plans and their courses, portraits, and the overview of one customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.db import Session
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.care_plans import (
    Outcome,
    care_plans,
    change_plan,
    courses_for,
    create_plan,
    outcomes,
    plan_with_id,
    remove_plan,
)
from kefu.customers.model_care import CareCourse, CarePlan
from kefu.customers.overview import overview_of
from kefu.customers.portraits import apply_portrait, correct
from kefu.customers.schemas_care import (
    Applied,
    ArmRow,
    CarePlanChange,
    CarePlanRow,
    Correction,
    CourseRow,
    NewCarePlan,
    Overview,
)
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["care"])


@router.get("/customers/{customer_id}/overview")
async def get_overview(customer_id: UUID, db: Db, actor: CurrentActor) -> Overview:
    customer = await customer_for(db, actor, customer_id)
    return Overview.model_validate(await overview_of(db, actor, customer))


@router.put("/customers/{customer_id}/portrait/{attribute}", status_code=204)
async def put_trait(
    customer_id: UUID, attribute: str, body: Correction, db: Db, actor: CurrentActor
) -> None:
    customer = await customer_for(db, actor, customer_id, lock=True)
    await correct(db, customer, attribute, body.value, by=actor.id)


@router.post("/customers/{customer_id}/portrait/use", status_code=204)
async def post_use(customer_id: UUID, body: Applied, db: Db, actor: CurrentActor) -> None:
    customer = await customer_for(db, actor, customer_id)
    await apply_portrait(db, customer, body.conversation_id, by=actor.id)


@router.get("/care-plans")
async def get_plans(db: Db, _: CurrentActor) -> Page[CarePlanRow]:
    return Page(items=plan_rows(await care_plans(db), await outcomes(db)))


@router.post("/care-plans", status_code=201)
async def post_plan(body: NewCarePlan, db: Db, actor: CurrentActor) -> CarePlanRow:
    return await plan_row(db, await create_plan(db, body.model_dump(), by=actor.id))


@router.patch("/care-plans/{plan_id}")
async def patch_plan(
    plan_id: UUID, body: CarePlanChange, db: Db, actor: CurrentActor
) -> CarePlanRow:
    plan = await plan_with_id(db, plan_id, lock=True)
    await change_plan(db, plan, body.model_dump(exclude_unset=True), by=actor.id)
    return await plan_row(db, plan)


@router.delete("/care-plans/{plan_id}", status_code=204)
async def delete_plan(plan_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_plan(db, await plan_with_id(db, plan_id, lock=True), by=actor.id)


@router.get("/care-courses")
async def get_courses(
    db: Db,
    actor: CurrentActor,
    plan: Annotated[UUID | None, Query()] = None,
    customer: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[CourseRow]:
    rows, following = await courses_for(
        db, actor, plan=plan, customer=customer, cursor=cursor, limit=limit
    )
    names = {one.id: one.name for one in await care_plans(db)}
    return Page(items=[course_row(*row, names) for row in rows], next_cursor=following)


async def plan_row(db: Session, plan: CarePlan) -> CarePlanRow:
    return plan_rows([plan], await outcomes(db))[0]


def plan_rows(plans: Sequence[CarePlan], found: Sequence[Outcome]) -> list[CarePlanRow]:
    arms: dict[tuple[UUID, str], ArmRow] = {(one.plan_id, one.arm): arm_row(one) for one in found}
    return [
        CarePlanRow.model_validate(plan).model_copy(
            update={arm: arms.get((plan.id, arm), ArmRow()) for arm in ("care", "control")}
        )
        for plan in plans
    ]


def arm_row(one: Outcome) -> ArmRow:
    return ArmRow(
        courses=one.courses,
        completed=one.completed,
        repurchased=one.repurchased,
        open=one.open,
        percent=round(one.repurchased / one.courses * 100, 2) if one.courses else None,
    )


def course_row(course: CareCourse, customer: str, names: dict[UUID, str]) -> CourseRow:
    shown: dict[str, Any] = {
        name: getattr(course, name) for name in CourseRow.model_fields if hasattr(course, name)
    }
    return CourseRow(**shown, plan=names[course.plan_id], customer=customer)
