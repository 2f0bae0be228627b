from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.identity.tests import clock
from kefu.promises.tests.factories import a_calendar, a_policy, target
from kefu.workflows import open_tasks
from kefu.workflows.counting import processes_in
from kefu.workflows.model_processes import CaseTask
from kefu.workflows.tests.drawings import END, START, drawing, user
from kefu.workflows.tests.factories import a_case

__all__ = ["clock"]

CLOSED: list[list[str]] = [[] for _ in range(7)]


async def a_task(db: Session, **attributes: str) -> CaseTask:
    xml = drawing(
        START, END, user("review", hours="10", **attributes), flows=["start>review", "review>end"]
    )
    case = await a_case(db, xml)
    (task,) = await open_tasks(db, case.subject)
    return task


async def test_hours_count_in_the_calendar_that_is_drawn(db: Session, clock: FrozenClock) -> None:
    hours = [["09:00", "18:00"]]
    await a_calendar(db, name="售后工作时间", timezone="UTC", week=[hours for _ in range(7)])
    opened = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    clock.set(opened)

    task = await a_task(db, calendar="售后工作时间")

    following = opened + timedelta(days=1)
    assert task.due_at == following.replace(hour=13)
    warned = await db.scalar(
        text("select warn_at from clocks where subject = :task"), {"task": task.id}
    )
    assert warned == following.replace(hour=11)


async def test_a_department_works_in_the_hours_that_promises_count_in(
    db: Session, clock: FrozenClock
) -> None:
    hours = [["09:00", "18:00"]]
    desk = await a_calendar(db, timezone="UTC", week=[hours for _ in range(7)])
    targets = {"first_reply": target(60, business_time=True)}
    await a_policy(db, calendar_id=desk.id, targets=targets)
    opened = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    clock.set(opened)

    office = await a_task(db, department="售后部")
    drawn = await a_task(db, counts="business")
    plain = await a_task(db, department="售后部", counts="plain")
    nobody = await a_task(db)

    following = (opened + timedelta(days=1)).replace(hour=13)
    assert (office.due_at, office.counts) == (following, "business")
    assert (drawn.due_at, drawn.counts) == (following, "business")
    assert (plain.due_at, plain.counts) == (opened + timedelta(hours=10), "plain")
    assert (nobody.due_at, nobody.counts) == (opened + timedelta(hours=10), "plain")


@pytest.mark.parametrize("calendar", ["", "没有这个日历", "从不开门"])
async def test_without_a_calendar_that_opens_they_count_day_and_night(
    db: Session, clock: FrozenClock, calendar: str
) -> None:
    await a_calendar(db, name="从不开门", week=CLOSED)

    task = await a_task(db, **({"calendar": calendar} if calendar else {}))

    assert (task.due_at, task.counts) == (clock.now() + timedelta(hours=10), "plain")


async def test_a_calendar_that_a_process_names_is_named_by_it(db: Session) -> None:
    named, other = await a_calendar(db, name="售后工作时间"), await a_calendar(db)
    task = await a_task(db, calendar="售后工作时间")
    process = await db.scalar(
        text(
            "select name from processes where key = "
            "(select process_key from process_cases where id = :case)"
        ),
        {"case": task.case_id},
    )

    assert await processes_in(db, named) == [process]
    assert await processes_in(db, other) == []
