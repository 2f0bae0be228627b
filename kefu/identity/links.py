"""One-time links: for the first administrator, an invitation, or a forgotten password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.settings import settings
from kefu.identity.events import LinkIssued
from kefu.identity.keys import hash_of, new_secret
from kefu.identity.model import Link, Purpose

LASTS: dict[Purpose, timedelta] = {
    "first_administrator": timedelta(hours=24),
    "invitation": timedelta(days=7),
    "password_reset": timedelta(hours=24),
}


@dataclass(frozen=True)
class HandedOut:
    """A link as it is shown this once."""

    url: str
    expires_at: datetime


async def hand_out(
    db: Session, purpose: Purpose, *, agent_id: UUID | None, by: UUID | None
) -> HandedOut:
    """Make a link; an older one for the same thing no longer opens."""
    at, secret = now(), new_secret()
    await close_links(db, purpose=purpose, agent_id=agent_id)
    link = Link(
        id=uuid7(),
        purpose=purpose,
        token_hash=hash_of(secret),
        agent_id=agent_id,
        created_by=by,
        created_at=at,
        expires_at=at + LASTS[purpose],
    )
    db.add(link)
    subject = agent_id or link.id
    await record(db, LinkIssued(subject=subject, link=link.id, purpose=purpose, actor=by))
    return HandedOut(f"{settings().base_url}/console/setup/{secret}", link.expires_at)


async def link_for(db: Session, secret: str, *, lock: bool = False) -> Link:
    """The link, if it is open; an expired, used and unknown one look the same."""
    query = select(Link).where(Link.token_hash == hash_of(secret))
    link = await db.scalar(query.with_for_update() if lock else query)
    if link is None or not link.is_open(now()):
        raise NotFound(
            "This link is not valid any more. Please ask your administrator for a new one.",
            code="link_closed",
        )
    return link


async def close_links(
    db: Session, *, purpose: Purpose | None = None, agent_id: UUID | None
) -> None:
    """Open links for this agent (or for the first administrator) open nothing any more."""
    query = update(Link).where(Link.used_at.is_(None), Link.agent_id.is_not_distinct_from(agent_id))
    if purpose:
        query = query.where(Link.purpose == purpose)
    await db.execute(query.values(expires_at=now()).execution_options(synchronize_session=False))
