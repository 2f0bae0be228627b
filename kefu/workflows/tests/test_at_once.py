from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kefu.core.db import Database
from kefu.core.errors import Conflict
from kefu.identity.tests.factories import an_agent
from kefu.workflows import complete_task, open_tasks
from kefu.workflows.firing import fire_next_due
from kefu.workflows.model_processes import Case, CaseTask
from kefu.workflows.tests.drawings import END, START, boundary, drawing, parallel, user
from kefu.workflows.tests.factories import a_case


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def completed(database: Database, task: UUID, by: UUID) -> str:
    try:
        async with database.transaction() as db:
            await complete_task(db, task, {}, by=by)
    except Conflict as refused:
        return refused.code
    return "done"


async def test_of_two_who_complete_one_task_one_wins_and_the_other_is_told(
    database: Database,
) -> None:
    xml = drawing(START, END, user("a"), user("b"), flows=["start>a", "a>b", "b>end"])
    async with database.transaction() as db:
        people = [(await an_agent(db)).id for _ in range(4)]
        case = await a_case(db, xml)
        (task,) = await open_tasks(db, case.subject)

    answers = await asyncio.gather(*(completed(database, task.id, one) for one in people))

    assert sorted(answers) == ["already_done"] * 3 + ["done"]
    async with database.transaction() as db:
        nodes = await db.scalars(select(CaseTask.node).order_by(CaseTask.id))
        assert list(nodes) == ["a", "b"]


async def test_two_branches_completed_at_once_join_once(database: Database) -> None:
    xml = drawing(
        START,
        END,
        parallel("split"),
        user("a"),
        user("b"),
        parallel("join"),
        user("after"),
        flows=[
            *("start>split", "split>a", "split>b", "a>join", "b>join"),
            *("join>after", "after>end"),
        ],
    )
    async with database.transaction() as db:
        agent = (await an_agent(db)).id
        case = await a_case(db, xml)
        tasks = [task.id for task in await open_tasks(db, case.subject)]

    await asyncio.gather(*(completed(database, task, agent) for task in tasks))

    async with database.transaction() as db:
        found = await db.scalar(
            select(func.count()).select_from(CaseTask).where(CaseTask.node == "after")
        )
        assert found == 1


async def test_a_timer_and_a_person_at_once_leave_one_way_taken(database: Database) -> None:
    xml = drawing(
        START,
        END,
        user("a"),
        boundary("late", "a", "PT1S"),
        '<bpmn:endEvent id="gone"/>',
        flows=["start>a", "a>end", "late>gone"],
    )
    async with database.transaction() as db:
        agent = (await an_agent(db)).id
        case = await a_case(db, xml)
        (task,) = await open_tasks(db, case.subject)
    await asyncio.sleep(1.1)

    async def fired() -> bool:
        async with database.transaction() as db:
            return await fire_next_due(db)

    await asyncio.gather(completed(database, task.id, agent), fired())
    await fired()

    async with database.transaction() as db:
        found = await db.get(Case, case.id)
        assert found is not None
        assert found.state == "ended"
        assert found.outcome in ("end", "gone")
