from __future__ import annotations

import pytest

from kefu.core.db import Session, pushes_of
from kefu.identity import actor_for_agent, permissions_table
from kefu.identity.rights import check_granted, collect, put_all
from kefu.identity.tests.factories import a_role, an_agent, an_entry
from kefu.identity.tests.visiting import Visitor, counted, kinds_recorded


async def test_the_ten_roles_of_a_service_department_are_there(
    db: Session, visitor: Visitor
) -> None:
    visitor.enter(await an_entry(db, role="auditor"))

    items = (await visitor.get("/roles")).json()["items"]

    assert [row["key"] for row in items] == [
        *("agent", "senior_agent", "expert", "shift_leader", "quality_inspector", "trainer"),
        *("department_head", "other_department", "administrator", "auditor"),
    ]
    assert items[9]["holders"] == 1
    assert items[9]["permissions"] == sorted(permissions_table().defaults_of("auditor"))


async def test_roles_are_paged_and_counted_in_one_query(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="auditor"))

    with counted(db) as statements:
        first = (await visitor.get("/roles?limit=7")).json()
    second = (await visitor.get(f"/roles?limit=7&cursor={first['next_cursor']}")).json()

    assert [len(first["items"]), len(second["items"])] == [7, 3]
    assert len(statements) == 2


async def test_a_permission_taken_from_a_role_is_gone_at_once(
    db: Session, visitor: Visitor
) -> None:
    agent = await an_agent(db)
    role = await a_role(db, "agent")
    wanted = sorted(permissions_table().defaults_of("agent") - {"skill.read"})
    visitor.enter(await an_entry(db, role="administrator"))

    changed = await visitor.patch(f"/roles/{role.id}", {"permissions": wanted})
    actor = await actor_for_agent(db, agent.id)

    assert changed.json()["permissions"] == wanted
    assert actor is not None
    assert not actor.may("skill.read")
    assert actor.may("team.read")
    assert ["_disconnect", f"agent:{agent.id}"] in [push.topics for push in pushes_of(db)]
    assert (await kinds_recorded(db))[-1] == "role.changed"


async def test_only_the_difference_from_the_code_is_kept(db: Session, visitor: Visitor) -> None:
    role = await a_role(db, "agent")
    wanted = sorted(permissions_table().defaults_of("agent") - {"skill.read"} | {"token.read"})
    visitor.enter(await an_entry(db, role="administrator"))

    await visitor.patch(f"/roles/{role.id}", {"permissions": wanted})

    assert (role.granted, role.withheld) == (["token.read"], ["skill.read"])


@pytest.mark.parametrize("change", [{"permissions": ["agent.read"]}, {"scope": "own"}])
async def test_the_administrator_cannot_lock_everybody_out(
    db: Session, visitor: Visitor, change: dict[str, object]
) -> None:
    role = await a_role(db, "administrator")
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.patch(f"/roles/{role.id}", change)

    assert (answer.status_code, answer.json()["code"]) == (409, "locks_out")


async def test_a_role_of_ones_own_is_made_held_and_removed(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="administrator"))
    body = {"name": "夜班", "scope": "team", "permissions": ["agent.read", "team.read"]}

    role = (await visitor.post("/roles", body)).json()
    agent = await an_agent(db, role=role["key"])
    actor = await actor_for_agent(db, agent.id)
    held = await visitor.delete(f"/roles/{role['id']}")
    await visitor.patch(f"/agents/{agent.id}", {"role_id": str((await a_role(db, "agent")).id)})
    free = await visitor.delete(f"/roles/{role['id']}")

    assert actor is not None
    assert actor.permissions == {"agent.read", "team.read"}
    assert actor.scope == "team"
    assert (held.status_code, held.json()["code"]) == (409, "in_use")
    assert free.status_code == 204


async def test_a_system_role_stays(db: Session, visitor: Visitor) -> None:
    role = await a_role(db, "trainer")
    visitor.enter(await an_entry(db, role="administrator"))

    assert (await visitor.delete(f"/roles/{role.id}")).json()["code"] == "system_role"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "甲", "scope": "team", "permissions": ["no.such"]}, "permissions"),
        ({"name": "甲", "scope": "world", "permissions": []}, "scope"),
        ({"name": " ", "scope": "own", "permissions": []}, "name"),
        ({"name": "甲", "scope": "own", "permissions": ["x" * 61]}, "permissions.0"),
        ({"name": "甲", "scope": "own"}, "permissions"),
    ],
)
async def test_a_bad_role_names_the_field(
    db: Session, visitor: Visitor, body: dict[str, object], field: str
) -> None:
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.post("/roles", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_the_permission_table_can_be_read(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="administrator"))

    rows = {row["permission"]: row for row in (await visitor.get("/permissions")).json()}

    assert rows["role.edit"]["roles"] == ["administrator"]
    assert "POST /api/v1/roles" in rows["role.edit"]["routes"]


def test_two_rows_for_one_route_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        put_all({"GET /a": "public"}, {"GET /a": "signed-in"})


def test_a_route_asks_only_for_permissions_somebody_holds() -> None:
    with pytest.raises(ValueError, match=r"a\.read"):
        check_granted({"GET /a": "a.read"}, {})


def test_a_capability_without_permissions_is_skipped() -> None:
    assert collect(["kefu.core.permissions"]).routes == {}
