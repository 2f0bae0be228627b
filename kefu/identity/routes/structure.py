"""Departments, teams and skills."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import skills, structure
from kefu.identity.access import department_for, skill_for, team_for
from kefu.identity.actor import CurrentActor
from kefu.identity.listing import list_departments, list_skills, list_teams
from kefu.identity.schemas import (
    DepartmentChange,
    DepartmentRow,
    NewDepartment,
    NewSkill,
    NewTeam,
    SkillChange,
    SkillRow,
    TeamChange,
    TeamRow,
)
from kefu.identity.views import department_row, skill_row, team_row

router = APIRouter(tags=["structure"])


@router.get("/departments")
async def get_departments(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[DepartmentRow]:
    rows, next_cursor = await list_departments(db, actor, cursor=cursor, limit=limit)
    return Page(items=[department_row(row) for row in rows], next_cursor=next_cursor)


@router.post("/departments", status_code=201)
async def post_department(body: NewDepartment, db: Db, actor: CurrentActor) -> DepartmentRow:
    return department_row(await structure.create_department(db, **body.model_dump(), by=actor))


@router.patch("/departments/{department_id}")
async def patch_department(
    department_id: UUID, body: DepartmentChange, db: Db, actor: CurrentActor
) -> DepartmentRow:
    department = await department_for(db, actor, department_id, lock=True)
    changes = body.model_dump(exclude_unset=True)
    await structure.change_department(db, department, changes, by=actor)
    return department_row(department)


@router.delete("/departments/{department_id}", status_code=204)
async def delete_department(department_id: UUID, db: Db, actor: CurrentActor) -> None:
    department = await department_for(db, actor, department_id, lock=True)
    await structure.remove_department(db, department, by=actor)


@router.get("/teams")
async def get_teams(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[TeamRow]:
    rows, next_cursor = await list_teams(db, actor, cursor=cursor, limit=limit)
    items = [team_row(row, members) for row, members in rows]
    return Page(items=items, next_cursor=next_cursor)


@router.post("/teams", status_code=201)
async def post_team(body: NewTeam, db: Db, actor: CurrentActor) -> TeamRow:
    return team_row(await structure.create_team(db, **body.model_dump(), by=actor), 0)


@router.get("/teams/{team_id}")
async def get_team(team_id: UUID, db: Db, actor: CurrentActor) -> TeamRow:
    team = await team_for(db, actor, team_id)
    return await one_team(db, actor, team.id)


@router.patch("/teams/{team_id}")
async def patch_team(team_id: UUID, body: TeamChange, db: Db, actor: CurrentActor) -> TeamRow:
    team = await team_for(db, actor, team_id, lock=True)
    await structure.change_team(db, team, body.model_dump(exclude_unset=True), by=actor)
    return await one_team(db, actor, team.id)


@router.delete("/teams/{team_id}", status_code=204)
async def delete_team(team_id: UUID, db: Db, actor: CurrentActor) -> None:
    await structure.remove_team(db, await team_for(db, actor, team_id, lock=True), by=actor)


async def one_team(db: Db, actor: CurrentActor, team_id: UUID) -> TeamRow:
    rows, _ = await list_teams(db, actor, cursor=None, limit=1, team_id=team_id)
    return team_row(*rows[0])


@router.get("/skills")
async def get_skills(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[SkillRow]:
    rows, next_cursor = await list_skills(db, actor, cursor=cursor, limit=limit)
    return Page(items=[skill_row(row) for row in rows], next_cursor=next_cursor)


@router.post("/skills", status_code=201)
async def post_skill(body: NewSkill, db: Db, actor: CurrentActor) -> SkillRow:
    return skill_row(await skills.create_skill(db, **body.model_dump(), by=actor))


@router.patch("/skills/{skill_id}")
async def patch_skill(skill_id: UUID, body: SkillChange, db: Db, actor: CurrentActor) -> SkillRow:
    skill = await skill_for(db, actor, skill_id, lock=True)
    await skills.change_skill(db, skill, body.model_dump(exclude_unset=True), by=actor)
    return skill_row(skill)


@router.delete("/skills/{skill_id}", status_code=204)
async def delete_skill(skill_id: UUID, db: Db, actor: CurrentActor) -> None:
    await skills.remove_skill(db, await skill_for(db, actor, skill_id, lock=True), by=actor)
