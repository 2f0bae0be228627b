from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import a_department, a_team, an_agent
from kefu.notifications.tests.factories import Browser, a_browser, counted, pushed
from kefu.promises import scan
from kefu.promises.routes_tasks import router
from kefu.promises.tests.factories import NOON, told

DUE = NOON + timedelta(hours=2)
REMIND = NOON + timedelta(hours=1)


@pytest.fixture
async def agent(db: Session) -> AsyncIterator[Browser]:
    async with a_browser(db, router) as browser:
        yield browser


async def make(browser: Browser, **given: Any) -> dict[str, Any]:
    answer = await browser.ask("POST", "/tasks", {"title": "回电张女士"} | given)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_task_belongs_to_whoever_makes_it_unless_said_otherwise(
    db: Session, agent: Browser
) -> None:
    other = await an_agent(db, name="王芳")

    own = await make(agent)
    given = await make(agent, owner_id=str(other.id))

    assert own["owner"]["id"] == str(agent.agent)
    assert given["owner"]["name"] == "王芳"
    assert given["created_by"]["id"] == str(agent.agent)
    assert await told(db, UUID(own["id"])) == ["task.assigned"]
    assert [frame["data"]["title"] for frame in pushed(db, "task.assigned")] == ["回电张女士"] * 2


async def test_a_reminder_and_the_due_time_are_said_once_each(db: Session, agent: Browser) -> None:
    with frozen(NOON) as clock:
        made = await make(agent, due_at=DUE.isoformat(), remind_at=REMIND.isoformat())
        said = {}
        for hours in (0.9, 1, 1.5, 2, 3):
            clock.set(NOON + timedelta(hours=hours))
            await scan(db)
            said[hours] = (await told(db, UUID(made["id"])))[1:]

    assert said[0.9] == []
    assert said[1] == said[1.5] == ["clock.due"]
    assert said[2] == said[3] == ["clock.due", "clock.due"]


async def test_a_done_task_is_not_due_any_more_until_it_is_opened_again(
    db: Session, agent: Browser
) -> None:
    with frozen(NOON) as clock:
        made = await make(agent, due_at=DUE.isoformat())
        path = f"/tasks/{made['id']}/completion"
        done = (await agent.ask("PUT", path)).json()
        again = await agent.ask("PUT", path)
        reopened = (await agent.ask("DELETE", path)).json()
        clock.set(DUE)
        await scan(db)

    assert done["done_at"] is not None
    assert again.status_code == 409
    assert reopened["done_at"] is None
    kinds = await told(db, UUID(made["id"]))
    assert kinds == ["task.assigned", "task.done", "task.reopened", "clock.due"]


async def test_a_moved_due_time_moves_the_clock(db: Session, agent: Browser) -> None:
    later = DUE + timedelta(days=1)
    with frozen(NOON) as clock:
        made = await make(agent, due_at=DUE.isoformat())
        await agent.ask("PATCH", f"/tasks/{made['id']}", {"due_at": later.isoformat()})
        clock.set(DUE)
        at_first = await scan(db)
        clock.set(later)
        moved = await scan(db)

    assert (at_first, moved) == (0, 1)


async def test_a_new_owner_and_the_former_one_hear_of_it(db: Session, agent: Browser) -> None:
    other = await an_agent(db)
    made = await make(agent)

    await agent.ask("PATCH", f"/tasks/{made['id']}", {"owner_id": str(other.id)})

    kinds = await told(db, UUID(made["id"]))
    assert kinds == ["task.assigned", "task.changed", "task.assigned"]


async def test_lists_begin_with_what_is_due_next_and_end_with_what_never_is(
    db: Session, agent: Browser
) -> None:
    with frozen(NOON):
        never = await make(agent, title="never")
        late = await make(agent, title="late", due_at=(DUE + timedelta(days=1)).isoformat())
        soon = await make(agent, title="soon", due_at=DUE.isoformat())
        first = (await agent.ask("GET", "/tasks", limit=2)).json()
        rest = (await agent.ask("GET", "/tasks", cursor=first["next_cursor"])).json()

    assert [row["id"] for row in first["items"]] == [soon["id"], late["id"]]
    assert [row["id"] for row in rest["items"]] == [never["id"]]
    assert rest["next_cursor"] is None


async def test_lists_are_narrowed_by_state_owner_and_subject(db: Session, agent: Browser) -> None:
    other, subject = await an_agent(db), uuid7()
    done = await make(agent)
    await agent.ask("PUT", f"/tasks/{done['id']}/completion")
    given = await make(
        agent, owner_id=str(other.id), about={"kind": "conversation", "id": str(subject)}
    )

    async def ids(**query: Any) -> list[str]:
        page = (await agent.ask("GET", "/tasks", **query)).json()
        return [row["id"] for row in page["items"]]

    assert await ids(state="done") == [done["id"]]
    assert await ids(mine=True) == []
    assert await ids(owner_id=other.id) == [given["id"]]
    assert await ids(subject=subject, state="all") == [given["id"]]


async def test_who_sees_a_task_depends_on_the_scope(db: Session, agent: Browser) -> None:
    department = await a_department(db)
    team = await a_team(db)
    mate = await an_agent(db, teams=(team,))
    made = await make(agent, owner_id=str(mate.id))
    of_department = await make(agent, department_id=str(department.id))

    async def seen(task: dict[str, Any], **given: Any) -> int:
        async with a_browser(db, router, **given) as browser:
            return (await browser.ask("GET", f"/tasks/{task['id']}")).status_code

    assert await seen(made, role="agent", teams=(team,)) == 404
    assert await seen(made, role="shift_leader", teams=(team,)) == 200
    assert await seen(made, role="shift_leader") == 404
    assert await seen(made, role="auditor") == 200
    assert await seen(of_department, role="agent", department_id=department.id) == 200
    assert await seen(of_department, role="agent") == 404


async def test_an_auditor_looks_and_changes_nothing(db: Session, agent: Browser) -> None:
    made = await make(agent)

    async with a_browser(db, router, role="auditor") as auditor:
        refused = await auditor.ask("PUT", f"/tasks/{made['id']}/completion")

    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"owner_id": str(uuid7())}, "owner_id"),
        ({"department_id": str(uuid7())}, "department_id"),
        ({"due_at": "2026-03-02T12:00:00"}, "due_at"),
        ({"due_at": "9999-12-31T23:59:59Z"}, "due_at"),
        ({"due_at": DUE.isoformat(), "remind_at": "2026-04-01T00:00:00Z"}, "remind_at"),
        ({"about": {"kind": "conversation"}}, "about.id"),
    ],
)
async def test_odd_tasks_are_refused_by_name(
    agent: Browser, given: dict[str, Any], field: str
) -> None:
    refused = await agent.ask("POST", "/tasks", {"title": "x"} | given)

    assert refused.status_code == 422, refused.text
    assert refused.json()["field"] == field


async def test_an_unknown_owner_in_a_change_is_named_too(db: Session, agent: Browser) -> None:
    made = await make(agent)

    refused = await agent.ask("PATCH", f"/tasks/{made['id']}", {"owner_id": str(uuid7())})

    assert refused.json()["field"] == "owner_id"


@pytest.mark.parametrize("number", [1, 25])
async def test_a_page_takes_the_same_statements_for_any_number(
    db: Session, agent: Browser, number: int
) -> None:
    department = await a_department(db)
    for _ in range(number):
        await make(agent, owner_id=str(agent.agent), department_id=str(department.id))

    with counted(db) as statements:
        page = await agent.ask("GET", "/tasks", limit=25)

    assert len(page.json()["items"]) == number
    assert len(statements) == 4  # the session, the page, names of people and departments


async def test_lists_are_ones_own_or_the_teams_and_narrowed_by_when_they_are_due(
    db: Session,
) -> None:
    department, team = await a_department(db), await a_team(db)
    mate = await an_agent(db, teams=(team,))
    async with a_browser(
        db, router, role="shift_leader", teams=(team,), department_id=department.id
    ) as leader:
        with frozen(NOON) as clock:
            own = await make(leader, due_at=(NOON + timedelta(days=3)).isoformat())
            mates = await make(leader, owner_id=str(mate.id), due_at=DUE.isoformat())
            free = await make(leader, department_id=str(department.id), owner_id=None)
            others = await make(leader, owner_id=str((await an_agent(db)).id))

            async def ids(**query: Any) -> set[str]:
                page = (await leader.ask("GET", "/tasks", **query)).json()
                return {row["id"] for row in page["items"]}

            assert await ids(box="mine") == {own["id"]}
            assert await ids(box="team") == {own["id"], mates["id"], free["id"]}
            assert await ids(box="all") == {own["id"], mates["id"], free["id"], others["id"]}
            assert await ids(due="day") == {mates["id"]}
            assert await ids(due="week") == {own["id"], mates["id"]}
            assert await ids(due="none") == {free["id"], others["id"]}
            clock.set(DUE + timedelta(minutes=1))
            assert await ids(due="overdue") == {mates["id"]}
            counts = (await leader.ask("GET", "/tasks/counts")).json()

    assert counts == {"mine": 1, "free": 1, "overdue": 0}


async def test_what_nobody_has_is_taken_once(db: Session) -> None:
    department = await a_department(db)
    given = {"role": "agent", "department_id": department.id}
    async with a_browser(db, router, **given) as first, a_browser(db, router, **given) as second:
        made = await make(first, department_id=str(department.id))
        path = f"/tasks/{made['id']}/claim"

        taken = await first.ask("PUT", path)
        again = await first.ask("PUT", path)
        late = await second.ask("PUT", path)

    assert taken.json()["owner"]["id"] == again.json()["owner"]["id"] == str(first.agent)
    assert taken.json()["department"]["id"] == str(department.id)
    assert (late.status_code, late.json()["code"]) == (409, "already_claimed")
