"""Caring: an occasion starts a plan once per customer and period; its steps become tasks.

Nobody is cared for who has not agreed to it. Some are left alone on purpose: the control group,
with which repurchases are compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import Fact, record
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.customers.events_segments import CareCompleted, CareRepurchased, CareStarted
from kefu.customers.model import Consent, Customer
from kefu.customers.model_care import BIRTHDAY, CARE, CONTROL, ENTERED, CareCourse, CarePlan
from kefu.customers.model_segments import CustomerFigures, Membership
from kefu.customers.preferring import preferred_channels
from kefu.customers.segment_fields import PRESENT, segment_fields
from kefu.customers.segmenting import clause_of
from kefu.promises import create_task

COURSE = "care_course"
TASKS_JOB = "customers.care_tasks"
AT_ONCE = 50
LATELY = timedelta(days=30)
SHOP_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened to a customer on which a plan may start."""

    customer: UUID
    kind: str
    at: datetime
    dimension: str | None = None
    value: str | None = None

    def is_for(self, plan: CarePlan) -> bool:
        return (self.kind, self.dimension, self.value) == (
            plan.occasion,
            plan.dimension,
            plan.value,
        )


async def start_care(db: Session, occasions: Collection[Occasion]) -> None:
    """Start the plans for these occasions; a plan is locked, so that no course starts twice."""
    kinds = {one.kind for one in occasions}
    if not kinds:
        return
    plans = await db.scalars(
        select(CarePlan)
        .where(CarePlan.enabled, CarePlan.occasion.in_(kinds))
        .order_by(CarePlan.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    for plan in plans.all():
        meant = {one.customer: one for one in occasions if one.is_for(plan)}
        if meant:
            await start_plan(db, plan, meant)


async def start_plan(db: Session, plan: CarePlan, meant: Mapping[UUID, Occasion]) -> None:
    chosen = await eligible(db, plan, meant)
    channels = await preferred_channels(db, chosen)
    for customer in chosen:
        course = course_of(plan, meant[customer], channels.get(customer))
        db.add(course)
        event = CareStarted(
            subject=course.id,
            customer=customer,
            plan=plan.id,
            occasion=plan.occasion,
            arm=course.arm,
            channel=course.channel,
            tasks=course.steps,
        )
        await record(db, event)
    if chosen:
        await enqueue(db, TASKS_JOB, {}, key="all")


async def eligible(db: Session, plan: CarePlan, customers: Collection[UUID]) -> list[UUID]:
    """Who agreed to it, is meant by the plan's conditions and had it not lately."""
    clause = clause_of(plan.conditions, await segment_fields(db), now())
    if clause is None:
        return []
    agreed = select(Consent.id).where(
        Consent.customer_id == Customer.id,
        Consent.purpose == plan.purpose,
        Consent.withdrawn_at.is_(None),
    )
    lately = select(CareCourse.id).where(
        CareCourse.plan_id == plan.id,
        CareCourse.customer_id == Customer.id,
        CareCourse.started_at > now() - timedelta(days=plan.period_days),
    )
    rows = await db.scalars(
        select(Customer.id)
        .outerjoin(CustomerFigures, CustomerFigures.customer_id == Customer.id)
        .where(
            Customer.id.in_(customers),
            PRESENT,
            Customer.blocked_at.is_(None),
            agreed.exists(),
            ~lately.exists(),
            clause,
        )
        .order_by(Customer.id)
    )
    return list(rows)


def course_of(plan: CarePlan, occasion: Occasion, channel: str | None) -> CareCourse:
    at = now()
    arm = arm_of(plan, occasion.customer)
    return CareCourse(
        id=uuid7(at),
        plan_id=plan.id,
        customer_id=occasion.customer,
        arm=arm,
        channel=channel,
        occasion_at=occasion.at,
        started_at=at,
        window_ends_at=at + timedelta(days=plan.window_days),
        steps=len(plan.steps) if arm == CARE else 0,
        steps_done=0,
    )


def arm_of(plan: CarePlan, customer: UUID) -> str:
    """The same for one customer in one plan, however often; as many as the plan says are left."""
    mixed = blake2b(plan.id.bytes + customer.bytes, digest_size=4).digest()
    return CONTROL if int.from_bytes(mixed) % 100 < plan.control_percent else CARE


async def make_tasks(database: Database) -> int:
    """Tasks for the courses that have none yet, some in each transaction."""
    made = 0
    while True:
        async with database.transaction() as db:
            courses = await make_some_tasks(db)
        made += courses
        if courses < AT_ONCE:
            return made


async def make_some_tasks(db: Session) -> int:
    """The next courses' steps as tasks of whoever answers for the plan."""
    rows = (
        await db.execute(
            select(CareCourse, CarePlan)
            .join(CarePlan, CarePlan.id == CareCourse.plan_id)
            .where(CareCourse.tasks_made_at.is_(None), CareCourse.arm == CARE)
            .order_by(CareCourse.id)
            .limit(AT_ONCE)
            .with_for_update(of=CareCourse, skip_locked=True)
        )
    ).all()
    for course, plan in rows:
        for step in plan.steps[: course.steps]:
            given = {
                "title": step["title"],
                "note": plan.name,
                "owner_id": plan.owner_id,
                "department_id": plan.department_id,
                "subject_kind": COURSE,
                "subject": course.id,
                "customer": course.customer_id,
                "due_at": course.started_at + timedelta(days=step["after_days"] + 1),
            }
            await create_task(db, given, by=None)
        course.tasks_made_at = now()
    return len(rows)


async def count_steps(db: Session, facts: Iterable[Fact], step: int) -> None:
    """Tasks of courses were done, or opened again; a course with all of them done is complete."""
    for fact in facts:
        if fact.details.get("about_kind") != COURSE:
            continue
        course = await db.get(CareCourse, UUID(fact.details["about"]), with_for_update=True)
        if course is None:
            continue
        course.steps_done += step
        if course.steps_done < course.steps:
            course.completed_at = None
        elif course.completed_at is None:
            course.completed_at = fact.at
            plan = await db.get_one(CarePlan, course.plan_id)
            event = CareCompleted(
                subject=course.id,
                customer=course.customer_id,
                plan=plan.id,
                occasion=plan.occasion,
                arm=course.arm,
            )
            await record(db, event)


async def note_repurchases(db: Session, orders: Mapping[UUID, datetime]) -> None:
    """These customers ordered again: courses within whose window that lies are marked, once."""
    if not orders:
        return
    rows = await db.execute(
        select(CareCourse, CarePlan.occasion)
        .join(CarePlan, CarePlan.id == CareCourse.plan_id)
        .where(
            CareCourse.customer_id.in_(orders),
            CareCourse.repurchased_at.is_(None),
            CareCourse.window_ends_at > min(orders.values()),
        )
        .order_by(CareCourse.id)
        .with_for_update(of=CareCourse)
    )
    for course, occasion in rows.all():
        at = orders[course.customer_id]
        if course.started_at < at <= course.window_ends_at:
            course.repurchased_at = at
            event = CareRepurchased(
                subject=course.id,
                customer=course.customer_id,
                plan=course.plan_id,
                occasion=occasion,
                arm=course.arm,
            )
            await record(db, event)


def entered(facts: Iterable[Fact]) -> list[Occasion]:
    """The occasions in changes of segments; those of old imports are none."""
    return [
        Occasion(
            customer=fact.subject,
            kind=ENTERED,
            at=fact.at,
            dimension=fact.details["dimension"],
            value=fact.details["value"],
        )
        for fact in facts
        if not fact.details.get("historic")
    ]


async def entered_lately(db: Session, customers: Collection[UUID]) -> list[Occasion]:
    """The segments into which these customers came not long ago and still are.

    Whoever agrees to care a little after joining is guided all the same.
    """
    rows = await db.execute(
        select(
            Membership.customer_id, Membership.dimension, Membership.value, Membership.since
        ).where(
            Membership.customer_id.in_(customers),
            Membership.until.is_(None),
            Membership.since > now() - LATELY,
        )
    )
    return [Occasion(row.customer_id, ENTERED, row.since, row.dimension, row.value) for row in rows]


async def greet_birthdays(db: Session) -> None:
    """Everybody whose attribute `birthday` is today, where the shop is."""
    at = now()
    born = Customer.attributes["birthday"].astext
    rows = await db.scalars(
        select(Customer.id).where(
            PRESENT,
            func.substr(born, 6).in_(days_of(at.astimezone(SHOP_ZONE).date())),
            born.op("~")(r"^\d{4}-\d{2}-\d{2}$"),
        )
    )
    await start_care(db, [Occasion(one, BIRTHDAY, at) for one in rows])


def days_of(day: date) -> list[str]:
    """Month and day; on 28 February of a common year also those born on the 29th."""
    days = [f"{day:%m-%d}"]
    if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
        days.append("02-29")
    return days


async def forget_courses(db: Session, customer: UUID) -> None:
    """An erased customer's courses get no further tasks; figures of them stay."""
    await db.execute(
        update(CareCourse)
        .where(CareCourse.customer_id == customer, CareCourse.tasks_made_at.is_(None))
        .values(tasks_made_at=now(), channel=None)
    )
