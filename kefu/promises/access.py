"""The doors of promises: who sees which task; calendars and policies are seen by permission."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.identity import Actor, department_of, members_of_teams
from kefu.promises.model import Calendar, Policy, Task


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Tasks one owns, gave, or that one's department has; with wider scope the team's, or all."""
    if actor.scope == "all":
        return true()
    seen = [
        Task.owner_id == actor.id,
        Task.created_by == actor.id,
        Task.department_id == department_of(actor),
    ]
    if actor.scope == "team":
        seen.append(Task.owner_id.in_(members_of_teams(actor)))
    return or_(*seen)


async def task_for(db: Session, actor: Actor, task_id: UUID, *, lock: bool = False) -> Task:
    actor.require("task.read")
    query = select(Task).where(Task.id == task_id, visible_to(actor))
    task = await db.scalar(query.with_for_update() if lock else query)
    if task is None:
        raise NotFound("There is no such task.")
    return task


async def calendar_for(
    db: Session, actor: Actor, calendar_id: UUID, *, lock: bool = False
) -> Calendar:
    actor.require("calendar.read")
    calendar = await db.get(Calendar, calendar_id, with_for_update=lock or None)
    if calendar is None:
        raise NotFound("There is no such calendar.")
    return calendar


async def policy_for(db: Session, actor: Actor, policy_id: UUID, *, lock: bool = False) -> Policy:
    actor.require("policy.read")
    policy = await db.get(Policy, policy_id, with_for_update=lock or None)
    if policy is None:
        raise NotFound("There is no such policy.")
    return policy
