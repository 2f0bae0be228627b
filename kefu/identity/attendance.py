"""Attending: who is really there, not only marked as online since some day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.identity.model import Agent, AgentSession

FORGOTTEN_AFTER = timedelta(hours=12)
"""An agent whose desk was not used for so long forgot to say that they left."""


async def attending(db: Session, agents: Iterable[UUID | None]) -> set[UUID]:
    """Those of these agents who work here, say that they are online, and used their desk lately."""
    wanted = {one for one in agents if one}
    if not wanted:
        return set()
    lately = select(AgentSession.id).where(
        AgentSession.agent_id == Agent.id,
        AgentSession.ended_at.is_(None),
        AgentSession.seen_at > now() - FORGOTTEN_AFTER,
    )
    rows = await db.scalars(
        select(Agent.id).where(
            Agent.id.in_(wanted),
            Agent.status == "active",
            Agent.availability == "online",
            lately.exists(),
        )
    )
    return set(rows)
