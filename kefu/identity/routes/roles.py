"""Roles and the permission table."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import roles
from kefu.identity.access import role_for
from kefu.identity.actor import CurrentActor
from kefu.identity.listing import holders_of, list_roles
from kefu.identity.rights import permissions_table
from kefu.identity.schemas import NewRole, PermissionRow, RoleChange, RoleRow
from kefu.identity.views import role_row

router = APIRouter(tags=["roles"])


@router.get("/roles")
async def get_roles(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[RoleRow]:
    rows, next_cursor = await list_roles(db, actor, cursor=cursor, limit=limit)
    items = [role_row(role, holders) for role, holders in rows]
    return Page(items=items, next_cursor=next_cursor)


@router.post("/roles", status_code=201)
async def post_role(body: NewRole, db: Db, actor: CurrentActor) -> RoleRow:
    return role_row(await roles.create_role(db, **body.model_dump(), by=actor), 0)


@router.patch("/roles/{role_id}")
async def patch_role(role_id: UUID, body: RoleChange, db: Db, actor: CurrentActor) -> RoleRow:
    role = await role_for(db, actor, role_id, lock=True)
    await roles.change_role(db, role, body.model_dump(exclude_unset=True), by=actor)
    return role_row(role, await holders_of(db, role.id))


@router.delete("/roles/{role_id}", status_code=204)
async def delete_role(role_id: UUID, db: Db, actor: CurrentActor) -> None:
    await roles.remove_role(db, await role_for(db, actor, role_id, lock=True), by=actor)


@router.get("/permissions")
async def get_permissions(actor: CurrentActor) -> list[PermissionRow]:
    actor.require("role.read")
    table = permissions_table()
    return [
        PermissionRow(
            permission=permission,
            roles=sorted(granted),
            routes=sorted(route for route, row in table.routes.items() if row == permission),
        )
        for permission, granted in sorted(table.grants.items())
    ]
