"""The demo shop's API token: what its programs may do; nobody has kept its text."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.identity.actor import actor_for_agent
from kefu.identity.holders import agents_who_may
from kefu.identity.model import Token
from kefu.identity.tokens import create_token

NAME = "商城对接：推送订单"
SCOPES = ["order.read", "order.write", "product.read"]
DAYS = 180


@demo_part("tokens", order=63)
async def load_tokens(db: Session) -> None:
    """A token for the shop's pushes; to push, somebody makes one and keeps its text."""
    keeper = min(await agents_who_may(db, "token.edit"), default=None)
    by = await actor_for_agent(db, keeper) if keeper else None
    if by is None or await db.scalar(select(Token.id).where(Token.name == NAME)):
        return
    await create_token(db, name=NAME, scopes=SCOPES, expires_at=now() + timedelta(days=DAYS), by=by)
