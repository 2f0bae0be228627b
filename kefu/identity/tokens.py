"""API tokens: keys for programs, each acting for one agent within chosen permissions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Forbidden, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity.actor import Actor
from kefu.identity.events import TokenCreated, TokenRevoked
from kefu.identity.keys import SHOWN, hash_of, new_token
from kefu.identity.model import Token
from kefu.identity.rights import permissions_table
from kefu.identity.sessions import drop_sockets


async def create_token(
    db: Session, *, name: str, scopes: list[str], expires_at: datetime | None, by: Actor
) -> tuple[Token, str]:
    """Make a token; the text in full is returned this once and kept nowhere."""
    check_scopes(scopes, by)
    if expires_at is not None and expires_at <= now():
        raise Invalid("A token must expire in the future.", field="expires_at")
    text = new_token()
    token = Token(
        id=uuid7(),
        agent_id=by.id,
        name=name,
        prefix=text[:SHOWN],
        token_hash=hash_of(text),
        scopes=sorted(set(scopes)),
        created_at=now(),
        expires_at=expires_at,
    )
    db.add(token)
    await record(db, TokenCreated(subject=token.id, actor=by.id, scopes=tuple(token.scopes)))
    return token, text


def check_scopes(scopes: list[str], by: Actor) -> None:
    unknown = sorted(set(scopes) - permissions_table().permissions)
    if unknown:
        raise Invalid(f"There is no permission {unknown[0]}.", field="scopes")
    beyond = sorted(set(scopes) - by.permissions)
    if beyond:
        raise Forbidden("A token cannot do what you may not.", field="scopes", detail=beyond[0])


async def revoke_token(db: Session, token: Token, *, by: UUID) -> None:
    if token.revoked_at is None:
        token.revoked_at = now()
        drop_sockets(db, f"token:{token.id}")
        await record(db, TokenRevoked(subject=token.id, actor=by, agent=token.agent_id))


async def revoke_tokens_of(db: Session, agent_id: UUID, *, by: UUID) -> None:
    query = select(Token).where(Token.agent_id == agent_id, Token.revoked_at.is_(None))
    for token in await db.scalars(query.with_for_update()):
        await revoke_token(db, token, by=by)
