"""Holders: who may do something, to be told of what needs doing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.identity.actor import rights_of
from kefu.identity.model import Agent, Role


async def agents_who_may(db: Session, permission: str) -> set[UUID]:
    """The active agents whose role holds this permission."""
    rows = await db.execute(
        select(Agent.id, Role).join(Role, Role.id == Agent.role_id).where(Agent.status == "active")
    )
    return {agent for agent, role in rows if permission in rights_of(role)}
