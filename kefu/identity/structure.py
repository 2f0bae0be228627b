"""Departments and teams: two trees with heads; a team belongs to one department."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.identity.actor import Actor
from kefu.identity.agents import check_exist
from kefu.identity.events import (
    DepartmentChanged,
    DepartmentCreated,
    DepartmentRemoved,
    TeamChanged,
    TeamCreated,
    TeamRemoved,
)
from kefu.identity.model import Agent, AgentTeam, Department, Team
from kefu.identity.taken import refused_if_taken

DEEPEST = 10


async def create_department(
    db: Session, *, name: str, parent_id: UUID | None, head_id: UUID | None, by: Actor
) -> Department:
    department = Department(id=uuid7(), name=name, name_sort=sort_key(name))
    await place(db, department, parent_id=parent_id, head_id=head_id)
    async with refused_if_taken(db, "There is a department of this name.", field="name"):
        db.add(department)
    await record(db, DepartmentCreated(subject=department.id, actor=by.id))
    return department


async def change_department(
    db: Session, department: Department, changes: Mapping[str, Any], *, by: Actor
) -> None:
    await change_place(db, department, changes)
    changed = tuple(sorted(changes))
    await record(db, DepartmentChanged(subject=department.id, actor=by.id, changed=changed))


async def remove_department(db: Session, department: Department, *, by: Actor) -> None:
    await check_unused(db, Department, Department.parent_id == department.id)
    await check_unused(db, Team, Team.department_id == department.id)
    await check_unused(db, Agent, Agent.department_id == department.id)
    await db.delete(department)
    await record(db, DepartmentRemoved(subject=department.id, actor=by.id))


async def create_team(
    db: Session,
    *,
    name: str,
    department_id: UUID,
    parent_id: UUID | None,
    head_id: UUID | None,
    by: Actor,
) -> Team:
    await check_exist(db, Department, [department_id], field="department_id")
    team = Team(id=uuid7(), name=name, name_sort=sort_key(name), department_id=department_id)
    await place(db, team, parent_id=parent_id, head_id=head_id)
    async with refused_if_taken(db, "There is a team of this name.", field="name"):
        db.add(team)
    await record(db, TeamCreated(subject=team.id, actor=by.id))
    return team


async def change_team(db: Session, team: Team, changes: Mapping[str, Any], *, by: Actor) -> None:
    if "department_id" in changes:
        await check_exist(db, Department, [changes["department_id"]], field="department_id")
        team.department_id = changes["department_id"]
    await change_place(db, team, changes)
    await record(db, TeamChanged(subject=team.id, actor=by.id, changed=tuple(sorted(changes))))


async def remove_team(db: Session, team: Team, *, by: Actor) -> None:
    await check_unused(db, Team, Team.parent_id == team.id)
    await check_unused(db, AgentTeam, AgentTeam.team_id == team.id)
    await db.delete(team)
    await record(db, TeamRemoved(subject=team.id, actor=by.id))


async def change_place(db: Session, node: Department | Team, changes: Mapping[str, Any]) -> None:
    """What departments and teams have in common: name, place in the tree, head."""
    await place(
        db,
        node,
        parent_id=changes.get("parent_id", node.parent_id),
        head_id=changes.get("head_id", node.head_id),
    )
    if "name" in changes:
        async with refused_if_taken(db, "This name is taken.", field="name"):
            node.name, node.name_sort = changes["name"], sort_key(changes["name"])


async def place(
    db: Session, node: Department | Team, *, parent_id: UUID | None, head_id: UUID | None
) -> None:
    if parent_id != node.parent_id:
        await check_parent(db, type(node), node.id, parent_id)
    await check_exist(db, Agent, [head_id], field="head_id")
    node.parent_id, node.head_id = parent_id, head_id


async def check_parent(
    db: Session, table: type[Department | Team], node_id: UUID, parent_id: UUID | None
) -> None:
    """No circles, no well without bottom; the whole tree is locked while one looks."""
    rows = await db.execute(select(table.id, table.parent_id).order_by(table.id).with_for_update())
    parents: dict[UUID, UUID | None] = dict(rows.all())
    if parent_id is not None and parent_id not in parents:
        raise Invalid("It refers to something that does not exist.", field="parent_id")
    above: list[UUID] = []
    while parent_id is not None:
        above.append(parent_id)
        if parent_id == node_id:
            raise Invalid("It cannot stand below itself.", field="parent_id", code="circle")
        parent_id = parents[parent_id]
    if len(above) + height(node_id, parents) > DEEPEST:
        raise Invalid(f"The tree may be {DEEPEST} levels deep.", field="parent_id", limit=DEEPEST)


def height(node_id: UUID, parents: Mapping[UUID, UUID | None]) -> int:
    """Levels from this node down, itself included."""
    below = [child for child, parent in parents.items() if parent == node_id]
    return 1 + max((height(child, parents) for child in below), default=0)


async def check_unused(db: Session, table: type[Any], condition: Any) -> None:
    if await db.scalar(select(select(table).where(condition).exists())):
        raise Conflict("Something still belongs to it. Please move that first.", code="in_use")
