"""Care plans: what is done for customers on which occasion, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.clock import now
from kefu.core.conditions import parsed
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.paging import page_of, read_cursor
from kefu.customers.access import visible_to
from kefu.customers.events_segments import CarePlanChanged
from kefu.customers.model import Customer
from kefu.customers.model_care import ENTERED, CareCourse, CarePlan
from kefu.customers.segment_fields import segment_fields
from kefu.identity import Actor, agents_named, departments_named

PLANS_AT_MOST = 100


async def create_plan(db: Session, given: Mapping[str, Any], *, by: UUID) -> CarePlan:
    plan = CarePlan(**given)
    await check_plan(db, plan)
    if len(await care_plans(db)) >= PLANS_AT_MOST:
        raise Conflict("There are too many care plans.", limit=PLANS_AT_MOST)
    db.add(plan)
    await db.flush()
    await record(db, CarePlanChanged(subject=plan.id, actor=by, change="created"))
    return plan


async def change_plan(db: Session, plan: CarePlan, changes: Mapping[str, Any], *, by: UUID) -> None:
    """From now on; courses that run keep the tasks they have."""
    for name, value in changes.items():
        setattr(plan, name, value)
    await check_plan(db, plan)
    plan.updated_at = now()
    await record(db, CarePlanChanged(subject=plan.id, actor=by, change="changed"))


async def remove_plan(db: Session, plan: CarePlan, *, by: UUID) -> None:
    """A plan that never ran goes; one that did is only switched off, its comparison stays."""
    used = select(CareCourse.id).where(CareCourse.plan_id == plan.id).limit(1)
    if await db.scalar(used) is not None:
        raise Conflict("This plan has run already: switch it off instead.", code="in_use")
    await record(db, CarePlanChanged(subject=plan.id, actor=by, change="removed"))
    await db.delete(plan)
    await db.flush()


async def check_plan(db: Session, plan: CarePlan) -> None:
    if (plan.occasion == ENTERED) != (plan.dimension is not None and plan.value is not None):
        raise Invalid("Name the segment that is entered, and only for that.", field="value")
    if plan.owner_id is None and plan.department_id is None:
        raise Invalid("Somebody must answer for the tasks.", field="owner_id")
    with db.no_autoflush:
        parsed(plan.conditions, await segment_fields(db))
        owners = await agents_named(db, [plan.owner_id])
        departments = await departments_named(db, [plan.department_id])
        taken = await db.scalar(select(CarePlan.id).where(CarePlan.name == plan.name))
    if plan.owner_id and not any(one.status != "left" for one in owners.values()):
        raise Invalid("There is no such colleague.", field="owner_id")
    if plan.department_id and not departments:
        raise Invalid("There is no such department.", field="department_id")
    if taken not in (None, plan.id):
        raise Conflict("There is a care plan of this name already.", field="name")


async def care_plans(db: Session) -> Sequence[CarePlan]:
    return (await db.scalars(select(CarePlan).order_by(CarePlan.created_at, CarePlan.id))).all()


async def plan_with_id(db: Session, plan_id: UUID, *, lock: bool = False) -> CarePlan:
    plan = await db.get(CarePlan, plan_id, with_for_update=lock or None)
    if plan is None:
        raise NotFound("There is no such care plan.")
    return plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one arm of a plan; `open` are courses whose window has not ended."""

    plan_id: UUID
    arm: str
    courses: int
    completed: int
    repurchased: int
    open: int


async def outcomes(db: Session) -> list[Outcome]:
    """Courses, completed and repurchased ones of every plan, by arm."""
    rows = await db.execute(
        select(
            CareCourse.plan_id,
            CareCourse.arm,
            func.count(),
            func.count(CareCourse.completed_at),
            func.count(CareCourse.repurchased_at),
            func.count().filter(CareCourse.window_ends_at > now()),
        ).group_by(CareCourse.plan_id, CareCourse.arm)
    )
    return [Outcome(*row) for row in rows]


async def courses_for(
    db: Session,
    actor: Actor,
    *,
    plan: UUID | None = None,
    customer: UUID | None = None,
    cursor: str | None,
    limit: int,
) -> tuple[list[tuple[CareCourse, str]], str | None]:
    """Courses of customers whom the actor may see, with the customers' names, latest first."""
    query = (
        select(CareCourse, Customer.name)
        .join(Customer, Customer.id == CareCourse.customer_id)
        .where(visible_to(actor))
        .order_by(CareCourse.id.desc())
        .limit(limit + 1)
    )
    if plan is not None:
        query = query.where(CareCourse.plan_id == plan)
    if customer is not None:
        query = query.where(CareCourse.customer_id == customer)
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(CareCourse.id < key[0])
    rows = [(row[0], row[1]) for row in await db.execute(query)]
    return page_of(rows, limit, lambda row: [row[0].id])
