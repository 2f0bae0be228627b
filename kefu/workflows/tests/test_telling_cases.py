from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.identity.tests.factories import a_department, an_agent
from kefu.promises import scan
from kefu.workflows import complete_task, open_tasks
from kefu.workflows.reactions_processes import (
    say_which_case_tasks_are_overdue,
    take_back_what_is_done_in_cases,
    tell_who_can_repeat_a_step,
    tell_whose_case_task_it_is,
    warn_of_case_tasks,
)
from kefu.workflows.tests.drawings import END, START, drawing, step, user
from kefu.workflows.tests.factories import a_case

TOLD = text("select agent_id, kind from notifications where subject = :subject order by at, kind")


async def facts_of(db: Session, kind: str) -> list[Fact]:
    rows = await db.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id))
    names = ("id", "kind", "subject", "conversation", "customer", "actor", "details", "at")
    return [Fact(*(getattr(row, name) for name in names)) for row in rows]


async def told(db: Session, subject: UUID) -> list[tuple[UUID, str]]:
    return [(agent, kind) for agent, kind in await db.execute(TOLD, {"subject": subject})]


async def test_a_department_head_is_warned_and_told_once_it_is_late(
    db: Session, clock: FrozenClock
) -> None:
    head = await an_agent(db)
    await a_department(db, "质检部", head_id=head.id)
    xml = drawing(
        START,
        END,
        user("a", department="质检部", hours="10", counts="plain"),
        flows=["start>a", "a>end"],
    )
    case = await a_case(db, xml)
    (task,) = await open_tasks(db, case.subject)

    clock.advance(timedelta(hours=8))
    assert await scan(db) == 1
    await warn_of_case_tasks(db, await facts_of(db, "clock.warned"))
    clock.advance(timedelta(hours=2))
    assert await scan(db) == 1
    await say_which_case_tasks_are_overdue(db, await facts_of(db, "clock.due"))

    assert await told(db, task.id) == [
        (head.id, "case_task.due_soon"),
        (head.id, "case_task.overdue"),
    ]
    (late,) = await facts_of(db, "case_task.overdue")
    assert late.details["task"] == str(task.id)
    clock.advance(timedelta(minutes=1))
    await complete_task(db, task.id, {}, by=head.id)
    await take_back_what_is_done_in_cases(db, await facts_of(db, "case_task.done"))
    assert (await facts_of(db, "case_task.done"))[0].details["late"] is True
    clock.advance(timedelta(hours=9))
    assert await scan(db) == 0


async def test_whoever_owns_a_task_hears_of_it(db: Session) -> None:
    agent = await an_agent(db)
    xml = drawing(
        START,
        END,
        user("a"),
        user("b", owner="starter"),
        flows=["start>a", "a>b", "b>end"],
    )
    case = await a_case(db, xml, by=agent.id)
    (first,) = await open_tasks(db, case.subject)
    await complete_task(db, first.id, {}, by=(await an_agent(db)).id)
    (task,) = await open_tasks(db, case.subject)

    await tell_whose_case_task_it_is(db, await facts_of(db, "case_task.opened"))

    assert await told(db, task.id) == [(agent.id, "case_task.assigned")]


async def test_those_who_edit_processes_hear_of_what_was_set_aside(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    await an_agent(db, role="agent")
    xml = drawing(START, END, step("pay", "test.refuse"), flows=["start>pay", "pay>end"])
    case = await a_case(db, xml)

    await tell_who_can_repeat_a_step(db, await facts_of(db, "case.set_aside"))

    assert await told(db, case.id) == [(head.id, "case.set_aside")]
