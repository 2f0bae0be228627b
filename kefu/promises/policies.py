"""Policies: what is promised to whom, in which order, and why a promise is what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.paging import page_of, read_cursor
from kefu.core.worktime import NeverOpen
from kefu.identity import Actor, teams_named
from kefu.promises.calendars import check_name_free, later_than
from kefu.promises.events import PolicyChanged, PolicyCreated, PolicyRemoved
from kefu.promises.model import Calendar, Policy
from kefu.promises.targets import Target, load_promises, remembered


async def create_policy(db: Session, given: Mapping[str, Any], *, by: Actor) -> Policy:
    policy = Policy(**given)
    await check_name_free(db, Policy, policy.name, than=None)
    await check_policy(db, policy)
    db.add(policy)
    await db.flush()
    await record(db, PolicyCreated(subject=policy.id, actor=by.id))
    return policy


async def change_policy(
    db: Session, policy: Policy, changes: Mapping[str, Any], *, by: Actor
) -> None:
    """Change what is promised from now on; clocks that run keep their due times."""
    await check_name_free(db, Policy, changes.get("name"), than=policy.id)
    for name, value in changes.items():
        setattr(policy, name, value)
    await check_policy(db, policy)
    policy.updated_at = later_than(policy.updated_at)
    changed = tuple(sorted(changes))
    await record(db, PolicyChanged(subject=policy.id, actor=by.id, changed=changed))


async def remove_policy(db: Session, policy: Policy, *, by: Actor) -> None:
    await db.delete(policy)
    await record(db, PolicyRemoved(subject=policy.id, actor=by.id))


async def check_policy(db: Session, policy: Policy) -> None:
    """Refuse what could not be kept track of: unknown teams, a calendar missing or too empty."""
    if not policy.targets:
        raise Invalid("A policy promises at least one thing.", field="targets")
    with db.no_autoflush:
        calendar = await db.get(Calendar, policy.calendar_id) if policy.calendar_id else None
        teams = {UUID(team) for team in policy.teams}
        known = await teams_named(db, teams)
    if len(known) < len(teams):
        raise Invalid("There is no such team.", field="teams")
    if calendar is None and policy.calendar_id is not None:
        raise Invalid("There is no such calendar.", field="calendar_id")
    for kind, stored in policy.targets.items():
        if stored["business_time"]:
            check_reckonable(kind, Target.of(stored), calendar)


def check_reckonable(kind: str, target: Target, calendar: Calendar | None) -> None:
    if calendar is None:
        raise Invalid("Business time needs a calendar.", field="calendar_id")
    try:
        target.due_after(now(), remembered(calendar))
    except NeverOpen as error:
        raise Invalid(
            "The calendar is not open long enough for this.", field=f"targets.{kind}.seconds"
        ) from error


async def policies(
    db: Session, *, cursor: str | None, limit: int
) -> tuple[list[Policy], str | None]:
    """Policies in the order in which they are tried."""
    query = select(Policy).order_by(Policy.position, Policy.id).limit(limit + 1)
    if after := read_cursor(cursor, int, UUID):
        query = query.where(tuple_(Policy.position, Policy.id) > tuple_(*after))
    return page_of((await db.scalars(query)).all(), limit, lambda row: (row.position, row.id))


@dataclass(frozen=True, slots=True)
class Explained:
    """What would be promised now: the policies that fit, the one that wins first."""

    kind: str
    due_at: datetime
    candidates: list[Policy]


async def explained(
    db: Session,
    subject_kind: str,
    *,
    inbox: UUID | None,
    team: UUID | None,
    priority: int | None,
) -> list[Explained]:
    """Why a subject like this gets the promises it gets."""
    promises = await load_promises(db)
    where: dict[str, Any] = {"inbox": inbox, "team": team, "priority": priority}
    fitting = list(promises.fitting(subject_kind, **where))
    found = []
    for kind in dict.fromkeys(kind for policy in fitting for kind in policy.targets):
        promise = promises.for_start(subject_kind, kind, now(), **where)
        if promise is not None:
            candidates = [policy for policy in fitting if kind in policy.targets]
            found.append(Explained(kind, promise.due_at, candidates))
    return found
