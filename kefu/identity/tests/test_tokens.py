from __future__ import annotations

from datetime import timedelta

import pytest

from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session, pushes_of
from kefu.identity import actor_for_token
from kefu.identity.agents import let_go
from kefu.identity.model import Token
from kefu.identity.tests.factories import an_actor, an_entry
from kefu.identity.tests.visiting import Visitor, counted, kinds_recorded


async def made(visitor: Visitor, **more: object) -> tuple[str, dict[str, str]]:
    body = {"name": "ERP", "scopes": ["agent.read"]} | more
    answer = (await visitor.post("/tokens", body)).json()
    return answer["token"], answer["row"]


def bearing(token: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


async def test_a_token_opens_what_its_scopes_say(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="administrator"))
    token, row = await made(visitor)
    visitor.leave()

    allowed = await visitor.get("/agents", **bearing(token))
    beyond = await visitor.get("/teams", **bearing(token))

    assert (allowed.status_code, beyond.status_code) == (200, 403)
    assert token.startswith(row["prefix"])
    assert row["prefix"].startswith("kefu_")
    assert "token.created" in await kinds_recorded(db)


async def test_a_token_needs_no_csrf_but_does_nothing_personal(
    db: Session, visitor: Visitor
) -> None:
    visitor.enter(await an_entry(db, role="administrator"))
    token, _ = await made(visitor, scopes=["skill.read", "skill.edit"])
    visitor.leave()

    write = await visitor.post("/skills", {"name": "退款"}, **bearing(token))
    who = await visitor.get("/session", **bearing(token))
    personal = await visitor.patch("/profile", {"name": "他人"}, **bearing(token))

    assert write.status_code == 201
    assert who.json()["agent"]["permissions"] == ["skill.edit", "skill.read"]
    assert personal.status_code == 403


async def test_only_a_hash_is_kept_and_lists_show_a_prefix(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="administrator", name="王芳"))
    token, row = await made(visitor)

    kept = await db.get_one(Token, row["id"])
    with counted(db) as statements:
        listed = (await visitor.get("/tokens")).json()

    assert token not in (kept.token_hash, kept.prefix)
    assert token not in str(listed)
    assert listed["items"][0]["agent"]["name"] == "王芳"
    assert len(statements) == 2


async def test_a_token_ends_when_revoked_expired_or_its_agent_leaves(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    entry, boss = await an_entry(db, role="administrator"), await an_actor(db, role="administrator")
    visitor.enter(entry)
    short, _ = await made(visitor, expires_at=(now() + timedelta(hours=1)).isoformat())
    lost, row = await made(visitor)
    kept, _ = await made(visitor)

    clock.advance(timedelta(hours=1))
    revoked = await visitor.delete(f"/tokens/{row['id']}")

    assert await actor_for_token(db, short) is None
    assert revoked.status_code == 204
    assert await actor_for_token(db, lost) is None
    assert ["_disconnect", f"token:{row['id']}"] in [push.topics for push in pushes_of(db)]
    assert await actor_for_token(db, kept) is not None
    await let_go(db, entry.agent, by=boss)
    assert await actor_for_token(db, kept) is None


async def test_the_last_use_is_noted(db: Session, visitor: Visitor, clock: FrozenClock) -> None:
    visitor.enter(await an_entry(db, role="administrator"))
    token, row = await made(visitor)

    await actor_for_token(db, token)
    kept = await db.get_one(Token, row["id"], populate_existing=True)

    assert kept.used_at == now()


async def test_a_token_never_does_more_than_its_agent_may_now(
    db: Session, visitor: Visitor
) -> None:
    entry = await an_entry(db, role="administrator")
    await an_actor(db, role="administrator")
    visitor.enter(entry)
    token, _ = await made(visitor, scopes=["agent.read", "role.edit"])

    roles = (await visitor.get("/roles")).json()["items"]
    agent_role = next(row["id"] for row in roles if row["key"] == "agent")
    await visitor.patch(f"/agents/{entry.agent.id}", {"role_id": agent_role})
    actor = await actor_for_token(db, token)

    assert actor is not None
    assert actor.permissions == {"agent.read"}


@pytest.mark.parametrize("token", ["", "kefu_", "kefu_wrong", "Bearer", "kefu_\x00", "喵"])
async def test_a_wrong_token_gives_nobody(db: Session, token: str) -> None:
    assert await actor_for_token(db, token) is None


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["no.such"]}, "scopes"),
        ({"scopes": "all"}, "scopes"),
        ({"name": ""}, "name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
    ],
)
async def test_a_bad_token_names_the_field(
    db: Session, visitor: Visitor, more: dict[str, object], field: str
) -> None:
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.post("/tokens", {"name": "ERP", "scopes": ["agent.read"]} | more)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
