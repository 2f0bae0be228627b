from __future__ import annotations

from uuid import uuid4

import pytest

from kefu.core.db import Session
from kefu.identity.tests.factories import a_department, a_skill, a_team, an_agent, an_entry
from kefu.identity.tests.visiting import Visitor, counted, kinds_recorded


@pytest.fixture
async def head(db: Session, visitor: Visitor) -> Visitor:
    """A department head's browser."""
    visitor.enter(await an_entry(db, role="department_head"))
    return visitor


async def test_departments_and_teams_form_a_tree_with_heads(db: Session, head: Visitor) -> None:
    boss = await an_agent(db)

    above = (await head.post("/departments", {"name": "客户服务部"})).json()
    below = (
        await head.post(
            "/departments", {"name": "售后部", "parent_id": above["id"], "head_id": str(boss.id)}
        )
    ).json()
    team = (await head.post("/teams", {"name": "售后一组", "department_id": below["id"]})).json()
    inner = (
        await head.post(
            "/teams", {"name": "夜班", "department_id": below["id"], "parent_id": team["id"]}
        )
    ).json()

    assert (below["parent_id"], below["head_id"]) == (above["id"], str(boss.id))
    assert (inner["parent_id"], inner["members"]) == (team["id"], 0)
    assert (await kinds_recorded(db))[-4:] == [
        *("department.created", "department.created", "team.created", "team.created")
    ]


async def test_nothing_stands_below_itself(db: Session, head: Visitor) -> None:
    above = await a_department(db)
    middle = await a_department(db, parent_id=above.id)
    below = await a_department(db, parent_id=middle.id)

    circle = await head.patch(f"/departments/{above.id}", {"parent_id": str(below.id)})
    itself = await head.patch(f"/departments/{above.id}", {"parent_id": str(above.id)})

    assert (circle.status_code, circle.json()["code"]) == (422, "circle")
    assert itself.json()["code"] == "circle"


async def test_the_tree_is_ten_levels_deep_at_most(db: Session, head: Visitor) -> None:
    parent = await a_department(db)
    top = parent
    for _ in range(9):
        parent = await a_department(db, parent_id=parent.id)
    other = await a_department(db)

    deeper = await head.post("/departments", {"name": "深", "parent_id": str(parent.id)})
    lower = await head.patch(f"/departments/{top.id}", {"parent_id": str(other.id)})

    assert (deeper.status_code, deeper.json()["field"]) == (422, "parent_id")
    assert lower.status_code == 422


async def test_what_still_holds_something_is_not_removed(db: Session, head: Visitor) -> None:
    department = await a_department(db)
    team = await a_team(db, department=department)
    agent = await an_agent(db, teams=(team,))

    full_team = await head.delete(f"/teams/{team.id}")
    full_department = await head.delete(f"/departments/{department.id}")
    await head.patch(f"/agents/{agent.id}", {"team_ids": []})
    empty_team = await head.delete(f"/teams/{team.id}")
    empty_department = await head.delete(f"/departments/{department.id}")

    codes = [full_team.status_code, full_department.status_code]
    assert codes == [409, 409]
    assert [empty_team.status_code, empty_department.status_code] == [204, 204]


async def test_a_team_moves_and_keeps_what_is_not_given(db: Session, head: Visitor) -> None:
    boss = await an_agent(db)
    team = await a_team(db, "售前组", head_id=boss.id)
    department = await a_department(db)

    row = (await head.patch(f"/teams/{team.id}", {"department_id": str(department.id)})).json()

    assert (row["department_id"], row["name"]) == (str(department.id), "售前组")
    assert row["head_id"] == str(boss.id)


async def test_teams_show_how_many_belong_to_them(db: Session, head: Visitor) -> None:
    team = await a_team(db)
    await an_agent(db, teams=(team,))
    await an_agent(db, teams=(team,), status="left")

    with counted(db) as statements:
        items = (await head.get("/teams")).json()["items"]

    assert [(row["id"], row["members"]) for row in items] == [(str(team.id), 1)]
    assert len(statements) == 2


async def test_departments_are_paged_by_pinyin(db: Session, head: Visitor) -> None:
    for name in ("物流部", "客户服务部", "技术部"):
        await a_department(db, name)

    first = (await head.get("/departments?limit=2")).json()
    second = (await head.get(f"/departments?limit=2&cursor={first['next_cursor']}")).json()

    assert [row["name"] for row in first["items"]] == ["技术部", "客户服务部"]
    assert [row["name"] for row in second["items"]] == ["物流部"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "售后"}, 422, "department_id"),
        ({"name": "x" * 81, "department_id": str(uuid4())}, 422, "name"),
        ({"name": "a\nb", "department_id": str(uuid4())}, 422, "name"),
        ({"name": "售后", "department_id": str(uuid4())}, 422, "department_id"),
        ({"name": "售后", "department_id": "here"}, 422, "department_id"),
    ],
)
async def test_a_bad_team_names_the_field(
    head: Visitor, body: dict[str, object], status: int, field: str
) -> None:
    answer = await head.post("/teams", body)

    assert (answer.status_code, answer.json()["field"]) == (status, field)


async def test_a_head_or_parent_must_exist(db: Session, head: Visitor) -> None:
    nobody = await head.post("/departments", {"name": "甲", "head_id": str(uuid4())})
    nowhere = await head.post("/departments", {"name": "乙", "parent_id": str(uuid4())})

    assert nobody.json()["field"] == "head_id"
    assert nowhere.json()["field"] == "parent_id"


async def test_names_are_taken_once(db: Session, head: Visitor) -> None:
    team, skill = await a_team(db, "售后组"), await a_skill(db, "退款")
    await a_department(db, "物流部")
    other = await a_team(db)

    answers = [
        await head.post("/departments", {"name": "物流部"}),
        await head.post("/teams", {"name": "售后组", "department_id": str(team.department_id)}),
        await head.patch(f"/teams/{other.id}", {"name": "售后组"}),
        await head.post("/skills", {"name": "退款"}),
    ]

    assert [(answer.status_code, answer.json()["field"]) for answer in answers] == [
        (409, "name")
    ] * 4
    assert skill.name == "退款"


async def test_a_skill_is_made_changed_and_removed_with_its_levels(
    db: Session, head: Visitor
) -> None:
    skill = (await head.post("/skills", {"name": "账户安全"})).json()
    agent = await an_agent(db)
    await head.patch(f"/agents/{agent.id}", {"skills": [{"id": skill["id"], "level": 2}]})

    changed = await head.patch(f"/skills/{skill['id']}", {"description": "被盗、异地登录"})
    removed = await head.delete(f"/skills/{skill['id']}")

    assert changed.json()["name"] == "账户安全"
    assert removed.status_code == 204
    assert (await head.get(f"/agents/{agent.id}")).json()["skills"] == []
    assert (await head.get("/skills")).json()["items"] == []
