"""Roles: data that an administrator edits, so that nobody locks everybody out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity.actor import Actor, rights_of
from kefu.identity.events import RoleChanged, RoleCreated, RoleRemoved
from kefu.identity.model import Agent, Role, Scope
from kefu.identity.rights import ADMINISTRATOR, NEVER_WITHHELD, permissions_table
from kefu.identity.sessions import drop_sockets


async def create_role(
    db: Session, *, name: str, name_en: str | None, scope: Scope, permissions: list[str], by: Actor
) -> Role:
    """A role of this installation's own, with exactly these permissions."""
    check_known(permissions)
    identifier = uuid7()
    role = Role(
        id=identifier,
        key=f"custom_{identifier.hex[-12:]}",
        name=name,
        name_en=name_en or name,
        scope=scope,
        granted=sorted(set(permissions)),
        withheld=[],
    )
    db.add(role)
    await record(db, RoleCreated(subject=role.id, actor=by.id))
    return role


async def change_role(db: Session, role: Role, changes: Mapping[str, Any], *, by: Actor) -> None:
    before = rights_of(role)
    for name in ("name", "name_en"):
        if name in changes:
            setattr(role, name, changes[name])
    if "scope" in changes:
        check_scope_stays(role, changes["scope"])
        role.scope = changes["scope"]
    if "permissions" in changes:
        put_permissions(role, changes["permissions"])
    after = rights_of(role)
    if before != after or "scope" in changes:
        drop_sockets(db, *[f"agent:{holder}" for holder in await holders(db, role)])
    await record(
        db,
        RoleChanged(
            subject=role.id,
            actor=by.id,
            changed=tuple(sorted(changes)),
            added=tuple(sorted(after - before)),
            removed=tuple(sorted(before - after)),
        ),
    )


async def holders(db: Session, role: Role) -> list[UUID]:
    return list(await db.scalars(select(Agent.id).where(Agent.role_id == role.id)))


def put_permissions(role: Role, permissions: list[str]) -> None:
    """Keep the difference from what the code grants, so that new permissions still arrive."""
    check_known(permissions)
    wanted, defaults = frozenset(permissions), permissions_table().defaults_of(role.based_on)
    missing = sorted(NEVER_WITHHELD - wanted)
    if role.key == ADMINISTRATOR and missing:
        raise Conflict(
            "An administrator must keep this, or nobody could undo it.",
            code="locks_out",
            field="permissions",
            detail=missing[0],
        )
    role.granted, role.withheld = sorted(wanted - defaults), sorted(defaults - wanted)


def check_known(permissions: list[str]) -> None:
    unknown = sorted(set(permissions) - permissions_table().permissions)
    if unknown:
        raise Invalid(f"There is no permission {unknown[0]}.", field="permissions")


def check_scope_stays(role: Role, scope: Scope) -> None:
    if role.key == ADMINISTRATOR and scope != "all":
        raise Conflict(
            "An administrator must see everything, or nobody could undo it.",
            code="locks_out",
            field="scope",
        )


async def remove_role(db: Session, role: Role, *, by: Actor) -> None:
    if role.system:
        raise Conflict("This role belongs to Kefu and stays.", code="system_role")
    if await db.scalar(select(select(Agent).where(Agent.role_id == role.id).exists())):
        raise Conflict("Agents still hold this role. Please give them another.", code="in_use")
    await db.delete(role)
    await record(db, RoleRemoved(subject=role.id, actor=by.id))
