from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kefu.core.clock import frozen
from kefu.core.db import Database, Session
from kefu.core.events import Fact, FactRow
from kefu.core.ids import uuid7
from kefu.core.reactions import Reader, prepare
from kefu.identity.tests.factories import a_department, a_team, an_agent
from kefu.promises import Scanner, scan, start_clock, stop_clock
from kefu.promises.reactions import (
    take_back_what_is_done,
    take_back_what_was_kept,
    tell_who_answers_for_it,
    tell_who_has_a_task,
    tell_whose_task_is_due,
)
from kefu.promises.tasks import complete_task, create_task
from kefu.promises.telling import name_tasks
from kefu.promises.tests.factories import NOON, a_clock, a_policy, a_task, target

TOLD = text("select agent_id, kind from notifications where subject = :subject order by at, kind")


async def facts_of(db: Session, *kinds: str) -> list[Fact]:
    rows = await db.scalars(select(FactRow).where(FactRow.kind.in_(kinds)).order_by(FactRow.id))
    names = ("id", "kind", "subject", "conversation", "customer", "actor", "details", "at")
    return [Fact(*(getattr(row, name) for name in names)) for row in rows]


async def told(db: Session, subject: UUID) -> list[tuple[UUID, str]]:
    return [(agent, kind) for agent, kind in await db.execute(TOLD, {"subject": subject})]


async def test_assignee_and_head_hear_of_a_warning_and_a_breach_once_each(db: Session) -> None:
    head = await an_agent(db)
    agent = await an_agent(db)
    team = await a_team(db, head_id=head.id)
    await a_policy(db, seconds=100)
    subject = await a_clock(db, assignee=agent.id, team=team.id)

    for seconds in (80, 90, 100, 110):
        with frozen(NOON + timedelta(seconds=seconds)):
            await scan(db)
    await tell_who_answers_for_it(db, await facts_of(db, "clock.warned", "promise.broken"))

    found = await told(db, subject)
    assert sorted(found, key=str) == sorted(
        [(who, kind) for who in (agent.id, head.id) for kind in ("clock.warned", "promise.broken")],
        key=str,
    )


async def test_a_head_who_answers_personally_is_told_once(db: Session) -> None:
    head = await an_agent(db)
    team = await a_team(db, head_id=head.id)
    await a_policy(db, seconds=100)
    subject = await a_clock(db, assignee=head.id, team=team.id)

    with frozen(NOON + timedelta(seconds=100)):
        await scan(db)
    await tell_who_answers_for_it(db, await facts_of(db, "promise.broken"))

    assert await told(db, subject) == [(head.id, "promise.broken")]


async def test_of_idleness_nobody_is_told_from_here(db: Session) -> None:
    agent = await an_agent(db)
    await a_policy(db, targets={"idle": target(100)})
    subject = await a_clock(db, kind="idle", assignee=agent.id)

    with frozen(NOON + timedelta(seconds=100)):
        await scan(db)
    await tell_who_answers_for_it(db, await facts_of(db, "promise.broken"))

    assert await told(db, subject) == []


async def test_a_promise_that_was_kept_after_all_is_taken_back(db: Session) -> None:
    agent = await an_agent(db)
    await a_policy(db, seconds=100)
    subject = await a_clock(db, assignee=agent.id)
    with frozen(NOON + timedelta(seconds=101)):
        await scan(db)
    await tell_who_answers_for_it(db, await facts_of(db, "promise.broken"))

    await stop_clock(db, subject, "first_reply", NOON + timedelta(seconds=99))
    await take_back_what_was_kept(db, await facts_of(db, "promise.restored"))

    assert await told(db, subject) == []


@pytest.mark.parametrize("owned", [True, False])
async def test_a_task_is_told_to_its_owner_or_the_departments_head(
    db: Session, *, owned: bool
) -> None:
    head, owner = await an_agent(db), await an_agent(db)
    department = await a_department(db, head_id=head.id)
    due = NOON + timedelta(hours=1)
    given = {"title": "核对运单", "department_id": department.id, "due_at": due}
    with frozen(NOON) as clock:
        task = await create_task(db, given | ({"owner_id": owner.id} if owned else {}), by=None)
        clock.set(due)
        await scan(db)
        await tell_who_has_a_task(db, await facts_of(db, "task.assigned"))
        await tell_whose_task_is_due(db, await facts_of(db, "clock.due"))

    who = owner.id if owned else head.id
    assert await told(db, task.id) == [(who, "task.assigned"), (who, "task.overdue")]


async def test_nobody_is_told_of_a_task_of_their_own_and_a_done_one_is_taken_back(
    db: Session,
) -> None:
    giver, owner = await an_agent(db), await an_agent(db)
    own = await create_task(db, {"title": "a", "owner_id": giver.id}, by=giver.id)
    given = await create_task(db, {"title": "b", "owner_id": owner.id}, by=giver.id)
    await tell_who_has_a_task(db, await facts_of(db, "task.assigned"))
    before = await told(db, given.id)

    await complete_task(db, given, by=owner.id)
    await take_back_what_is_done(db, await facts_of(db, "task.done"))

    assert await told(db, own.id) == []
    assert before == [(owner.id, "task.assigned")]
    assert await told(db, given.id) == []


async def test_from_a_clock_to_the_agents_notification_through_the_log(database_url: str) -> None:
    database = Database(database_url)
    reader = Reader(database, "main")
    subject = uuid7()
    await prepare(database, "main", 8)
    async with database.transaction() as db:
        agent = await an_agent(db)
        await a_policy(db, seconds=100)
        await start_clock(
            db,
            subject_kind="conversation",
            subject=subject,
            kind="first_reply",
            at=NOON,
            assignee=agent.id,
        )

    with frozen(NOON + timedelta(seconds=100)):
        await Scanner(database).step()
        await reader.step()
        await reader.step()

    async with database.transaction() as db:
        assert await told(db, subject) == [(agent.id, "promise.broken")]
    await database.close()


async def test_a_task_is_called_by_its_title(db: Session) -> None:
    task = await a_task(db, title="回访低分评价的客户")

    names = await name_tasks(db, [task.id, uuid7()], "zh-CN")

    assert names == {task.id: "回访低分评价的客户"}
