from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden
from kefu.identity import agents_named, teams_named
from kefu.identity.agents import let_go
from kefu.identity.tests.factories import (
    a_department,
    a_role,
    a_skill,
    a_team,
    an_actor,
    an_agent,
    an_entry,
)
from kefu.identity.tests.visiting import Visitor, counted, kinds_recorded


async def test_agents_are_listed_by_pinyin_a_page_at_a_time(db: Session, visitor: Visitor) -> None:
    for name in ("赵云", "陈静", "林晓", "白雪"):
        await an_agent(db, name=name)
    visitor.enter(await an_entry(db, name="周杰"))

    first = (await visitor.get("/agents?limit=3")).json()
    second = (await visitor.get(f"/agents?limit=3&cursor={first['next_cursor']}")).json()

    assert [row["name"] for row in first["items"]] == ["白雪", "陈静", "林晓"]
    assert [row["name"] for row in second["items"]] == ["赵云", "周杰"]
    assert second["next_cursor"] is None


async def test_a_longer_list_takes_no_more_queries(db: Session, visitor: Visitor) -> None:
    team, skill = await a_team(db), await a_skill(db)
    visitor.enter(await an_entry(db, teams=(team,)))
    await visitor.get("/agents")

    with counted(db) as for_one:
        await visitor.get("/agents")
    for _ in range(20):
        await an_agent(db, teams=(team,), skills={skill.id: 3})
    with counted(db) as for_many:
        await visitor.get("/agents")

    assert len(for_one) == len(for_many) == 4


async def test_agents_are_found_by_name_pinyin_team_skill_and_role(
    db: Session, visitor: Visitor
) -> None:
    team, skill, department = await a_team(db), await a_skill(db), await a_department(db)
    wanted = await an_agent(
        db,
        name="林晓",
        role="expert",
        teams=(team,),
        skills={skill.id: 4},
        department_id=department.id,
    )
    visitor.enter(await an_entry(db, name="赵云"))

    for query in (
        *("q=林", "q=lin xiao", "q=LIN", "role=expert", "status=active&q=晓"),
        *(f"team={team.id}", f"skill={skill.id}", f"department={department.id}"),
    ):
        items = (await visitor.get(f"/agents?{query}")).json()["items"]
        assert [row["id"] for row in items] == [str(wanted.id)], query


async def test_percent_signs_are_searched_for_as_they_are(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.get("/agents", params={"q": "%"})

    assert answer.json()["items"] == []


async def test_those_who_left_are_listed_only_on_request(db: Session, visitor: Visitor) -> None:
    gone = await an_agent(db, status="left")
    visitor.enter(await an_entry(db))

    usual = (await visitor.get("/agents")).json()["items"]
    left = (await visitor.get("/agents?status=left")).json()["items"]

    assert str(gone.id) not in [row["id"] for row in usual]
    assert [row["id"] for row in left] == [str(gone.id)]


async def test_an_agent_changes_in_every_respect(db: Session, visitor: Visitor) -> None:
    agent = await an_agent(db)
    team, skill, department = await a_team(db), await a_skill(db), await a_department(db)
    role = await a_role(db, "senior_agent")
    visitor.enter(await an_entry(db, role="administrator"))

    with frozen(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)):
        changed = await visitor.patch(
            f"/agents/{agent.id}",
            {
                "name": "林晓晓",
                "email": "New@Example.com",
                "role_id": str(role.id),
                "department_id": str(department.id),
                "team_ids": [str(team.id), str(team.id)],
                "skills": [{"id": str(skill.id), "level": 5}],
                "grade": "senior",
                "joined_on": "2026-03-01",
                "languages": ["zh-CN", "en"],
            },
        )

    row = changed.json()
    assert changed.status_code == 200
    assert (row["name"], row["email"], row["grade"]) == ("林晓晓", "new@example.com", "senior")
    assert (row["role"]["key"], row["department"]["id"]) == ("senior_agent", str(department.id))
    assert [item["id"] for item in row["teams"]] == [str(team.id)]
    assert [(item["id"], item["level"]) for item in row["skills"]] == [(str(skill.id), 5)]
    assert (row["tenure_days"], row["languages"]) == (1, ["zh-CN", "en"])
    assert (await kinds_recorded(db))[-1] == "agent.changed"


async def test_what_is_not_given_stays(db: Session, visitor: Visitor) -> None:
    team = await a_team(db)
    agent = await an_agent(db, teams=(team,), joined_on=date(2025, 1, 1))
    visitor.enter(await an_entry(db, role="administrator"))

    row = (await visitor.patch(f"/agents/{agent.id}", {"grade": "expert"})).json()

    assert (row["grade"], row["joined_on"]) == ("expert", "2025-01-01")
    assert len(row["teams"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.c\nbcc: x@y.z"}, "email"),
        ({"grade": "boss"}, "grade"),
        ({"avatar": "javascript:alert(1)"}, "avatar"),
        ({"languages": []}, "languages"),
        ({"languages": ["<b>"]}, "languages.0"),
        ({"team_ids": [str(uuid4())]}, "team_ids"),
        ({"team_ids": "all"}, "team_ids"),
        ({"skills": [{"id": str(uuid4()), "level": 6}]}, "skills.0.level"),
        ({"skills": [{"id": str(uuid4()), "level": 5}]}, "skills"),
        ({"department_id": str(uuid4())}, "department_id"),
        ({"role_id": str(uuid4())}, "role_id"),
        ({"joined_on": "yesterday"}, "joined_on"),
        ({"password_hash": "x"}, "password_hash"),
    ],
)
async def test_a_bad_change_names_the_field_and_changes_nothing(
    db: Session, visitor: Visitor, change: dict[str, object], field: str
) -> None:
    agent = await an_agent(db, name="林晓")
    visitor.enter(await an_entry(db, role="administrator"))
    before = (await visitor.get(f"/agents/{agent.id}")).json()

    answer = await visitor.patch(f"/agents/{agent.id}", change)

    assert answer.status_code == 422
    problem = answer.json()
    assert field in problem.get("field", problem["title"])
    assert (await visitor.get(f"/agents/{agent.id}")).json() == before


async def test_an_e_mail_belongs_to_one_agent(db: Session, visitor: Visitor) -> None:
    await an_agent(db, email="taken@example.com")
    agent = await an_agent(db)
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.patch(f"/agents/{agent.id}", {"email": "Taken@Example.com"})

    assert (answer.status_code, answer.json()["field"]) == (409, "email")


async def test_nobody_makes_themselves_administrator(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db, role="department_head")
    role = await a_role(db, "administrator")
    visitor.enter(entry)

    answer = await visitor.patch(f"/agents/{entry.agent.id}", {"role_id": str(role.id)})

    assert answer.status_code == 403


async def test_the_last_administrator_stays_one(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db, role="administrator")
    role = await a_role(db, "agent")
    visitor.enter(entry)

    demoted = await visitor.patch(f"/agents/{entry.agent.id}", {"role_id": str(role.id)})

    assert (demoted.status_code, demoted.json()["code"]) == (409, "last_administrator")


async def test_one_of_two_administrators_may_go(db: Session) -> None:
    first, second = (
        await an_actor(db, role="administrator"),
        await an_agent(db, role="administrator"),
    )

    await let_go(db, second, by=first)

    assert second.status == "left"
    assert (await kinds_recorded(db))[-1] == "agent.left"


async def test_nobody_lets_themselves_go_or_goes_twice(db: Session) -> None:
    actor = await an_actor(db, role="administrator")
    gone = await an_agent(db, status="left")

    with pytest.raises(Conflict):
        await let_go(db, gone, by=actor)
    with pytest.raises(Forbidden):
        await let_go(db, await db.get_one(type(gone), actor.id), by=actor)


async def test_somebody_who_left_comes_back(db: Session, visitor: Visitor) -> None:
    gone = await an_agent(db, status="left", password="what they had 1")
    visitor.enter(await an_entry(db, role="administrator"))

    back = await visitor.put(f"/agents/{gone.id}/return")
    again = await visitor.put(f"/agents/{gone.id}/return")

    assert (back.json()["status"], again.status_code) == ("active", 409)


async def test_an_unknown_agent_is_not_found(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    assert (await visitor.get(f"/agents/{uuid4()}")).status_code == 404
    assert (await visitor.get("/agents/not-an-id")).status_code == 422


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJhIl0"])
async def test_a_foreign_cursor_is_refused(db: Session, visitor: Visitor, cursor: str) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.get(f"/agents?cursor={cursor}")

    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


async def test_names_of_many_come_in_one_query(db: Session) -> None:
    agent, team = await an_agent(db, name="林晓"), await a_team(db, "售后组")

    with counted(db) as statements:
        agents = await agents_named(db, [agent.id, None, agent.id, uuid4()])
        teams = await teams_named(db, [team.id, None])
        nobody = await agents_named(db, [])

    assert (agents[agent.id].name, teams[team.id].name, nobody) == ("林晓", "售后组", {})
    assert (len(agents), len(statements)) == (1, 2)
