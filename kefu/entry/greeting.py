"""Greeting: who a realtime connection belongs to, by cookie, API token or visitor token."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from starlette.types import Scope

from kefu.channels import read_visitor_token
from kefu.conversations.seeing import last_seqs
from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.errors import Forbidden, Unauthenticated
from kefu.core.settings import Settings
from kefu.core.sockets import Authenticate
from kefu.core.switchboard import Allowance, Party
from kefu.customers import customer_with
from kefu.identity import SESSION_COOKIE, Actor, actor_for_cookie, actor_for_token

SEQS_AT_ONCE = 2000
AGENT_MINUTE = 1200


def authenticator(database: Database, chosen: Settings) -> Authenticate:
    """A function that tells whose connection begins with this hello."""

    async def authenticate(hello: dict[str, Any], scope: Scope) -> Party:
        token = hello.get("token")
        if isinstance(token, str) and not token.startswith("kefu_"):
            return await _visitor(database, chosen, token, hello)
        return await _agent(database, chosen, token, scope)

    return authenticate


async def _visitor(
    database: Database, chosen: Settings, token: str, hello: dict[str, Any]
) -> Party:
    held = read_visitor_token(token, key=chosen.signing_key(), at=now())
    async with database.transaction() as db:
        customer = await customer_with(db, held.customer)
    if customer is None:
        raise Unauthenticated("This visitor is not known any more.", code="unknown_visitor")
    return Party(
        kind="visitor",
        id=customer.id,
        name=customer.name,
        avatar=customer.avatar,
        locale=str(hello.get("locale") or "zh-CN")[:10],
        inbox=held.inbox,
        topics=tuple(f"visitor:{one}" for one in {customer.id, held.customer}),
        muted=customer.blocked_at is not None,
        allowance=Allowance(chosen.visitor_burst, chosen.visitor_per_minute),
        expires=held.expires.timestamp(),
    )


async def _agent(database: Database, chosen: Settings, token: Any, scope: Scope) -> Party:
    async with database.transaction() as db:
        if isinstance(token, str):
            actor = await actor_for_token(db, token)
        else:
            check_origin(scope, chosen)
            actor = await actor_for_cookie(db, cookie_in(scope))
    if actor is None:
        raise Unauthenticated("Please sign in.")
    return party_for(actor)


def party_for(actor: Actor) -> Party:
    """An agent's side of a connection and the topics it hears."""
    topics = [f"agent:{actor.id}", "agents"]
    if actor.session_id is not None:
        topics.append(f"session:{actor.session_id}")
    if actor.token_id is not None:
        topics.append(f"token:{actor.token_id}")
    if actor.scope == "all":
        topics.append("list:all")
    elif actor.scope == "team":
        topics += [f"list:team:{team}" for team in actor.team_ids]
        topics.append("list:unassigned")
    else:
        topics += [f"queue:{team}" for team in actor.team_ids]
        topics.append("queue:none")
    return Party(
        kind="agent",
        id=actor.id,
        name=actor.name,
        avatar=actor.avatar,
        scope=actor.scope,
        teams=tuple(actor.team_ids),
        locale=actor.locale,
        actor=actor,
        topics=tuple(topics),
        allowance=Allowance(AGENT_MINUTE // 4, AGENT_MINUTE),
    )


def cookie_in(scope: Scope) -> str | None:
    """The session cookie of a handshake."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(SESSION_COOKIE)
            except CookieError:
                return None
            return morsel.value if morsel else None
    return None


def check_origin(scope: Scope, chosen: Settings) -> None:
    """A cookie counts only on a handshake from our own pages."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        return
    host = headers.get(b"host", b"").decode("latin-1")
    allowed = {host, urlsplit(chosen.base_url).netloc}
    if urlsplit(origin).netloc not in allowed:
        raise Forbidden("This page may not connect.", code="origin", field="origin")


def latest_seqs(database: Database) -> Callable[[Iterable[str]], Awaitable[dict[str, int]]]:
    """A function that tells the last number of many conversations, in a few queries."""

    async def latest(names: Iterable[str]) -> dict[str, int]:
        ids = [UUID(name) for name in names]
        found: dict[str, int] = {}
        for start in range(0, len(ids), SEQS_AT_ONCE):
            async with asyncio.timeout(5), database.transaction() as db:
                found |= await last_seqs(db, ids[start : start + SEQS_AT_ONCE])
        return found

    return latest
