from __future__ import annotations

from datetime import timedelta

from kefu.core.clock import FrozenClock
from kefu.core.db import Session, pushes_of
from kefu.identity import actor_for_cookie
from kefu.identity.agents import let_go
from kefu.identity.sessions import Origin, end_sessions_of, open_session
from kefu.identity.tests.factories import a_department, a_team, an_actor, an_agent, an_entry
from kefu.identity.tests.visiting import Visitor, counted, kinds_recorded


async def test_a_cookie_gives_the_actor_in_one_query(db: Session) -> None:
    team = await a_team(db)
    entry = await an_entry(db, role="shift_leader", name="陈静", teams=(team,))

    with counted(db) as statements:
        actor = await actor_for_cookie(db, entry.token)

    assert actor is not None
    assert (actor.name, actor.role, actor.scope) == ("陈静", "shift_leader", "team")
    assert actor.team_ids == {team.id}
    assert actor.session_id == entry.session.id
    assert len(statements) == 1


async def test_a_head_reaches_all_teams_below(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    above = await a_department(db, head_id=head.id)
    below = await a_department(db, parent_id=above.id)
    team = await a_team(db, department=below)
    inner = await a_team(db, department=await a_department(db), parent_id=team.id)
    await a_team(db)
    entry = await open_session(db, head, way="password", origin=Origin())

    actor = await actor_for_cookie(db, entry.token)

    assert actor is not None
    assert actor.team_ids == {team.id, inner.id}


async def test_a_forged_cookie_gives_nobody(db: Session) -> None:
    entry = await an_entry(db)

    assert await actor_for_cookie(db, entry.token[:-1] + "x") is None
    assert await actor_for_cookie(db, entry.session.token_hash) is None
    assert await actor_for_cookie(db, "\x00\ud800") is None
    assert await actor_for_cookie(db, "") is None


async def test_a_session_rests_at_most_a_week(db: Session, clock: FrozenClock) -> None:
    entry = await an_entry(db)

    clock.advance(timedelta(days=6, hours=23))
    assert await actor_for_cookie(db, entry.token) is not None
    clock.advance(timedelta(days=6, hours=23))
    assert await actor_for_cookie(db, entry.token) is not None
    clock.advance(timedelta(days=7, minutes=1))
    assert await actor_for_cookie(db, entry.token) is None


async def test_a_session_lasts_at_most_a_month(db: Session, clock: FrozenClock) -> None:
    entry = await an_entry(db)

    for _ in range(10):
        clock.advance(timedelta(days=3))
        await actor_for_cookie(db, entry.token)

    assert await actor_for_cookie(db, entry.token) is None


async def test_signing_out_ends_the_session_and_tells_its_sockets(
    db: Session, visitor: Visitor
) -> None:
    entry = await an_entry(db)
    visitor.enter(entry)

    answer = await visitor.delete("/session")
    visitor.enter(entry)
    after = await visitor.get("/session")

    assert (answer.status_code, after.status_code) == (204, 401)
    assert "session.ended" in await kinds_recorded(db)
    assert ["_disconnect", f"session:{entry.session.id}"] in [p.topics for p in pushes_of(db)]


async def test_unsafe_requests_need_the_token_of_their_own_session(
    db: Session, visitor: Visitor
) -> None:
    entry, other = await an_entry(db), await an_entry(db)
    visitor.enter(entry)

    without = await visitor.delete("/session", headers={"X-CSRF-Token": ""})
    foreign = await visitor.delete("/session", headers={"X-CSRF-Token": other.csrf})
    own = await visitor.delete("/session")

    assert [without.status_code, foreign.status_code, own.status_code] == [403, 403, 204]
    assert without.json()["code"] == "csrf"


async def test_reading_needs_no_csrf_token(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.get("/session", headers={"X-CSRF-Token": ""})

    assert answer.status_code == 200


async def test_one_sees_and_ends_only_ones_own_sessions(db: Session, visitor: Visitor) -> None:
    agent = await an_agent(db)
    here = await open_session(db, agent, way="password", origin=Origin("192.0.2.1", "Firefox"))
    there = await open_session(db, agent, way="oidc", origin=Origin("192.0.2.2", None))
    other = await an_entry(db)
    visitor.enter(here)

    listed = (await visitor.get("/profile/sessions")).json()["items"]
    theirs = await visitor.delete(f"/profile/sessions/{other.session.id}")
    mine = await visitor.delete(f"/profile/sessions/{there.session.id}")

    assert {row["id"]: row["current"] for row in listed} == {
        str(here.session.id): True,
        str(there.session.id): False,
    }
    assert (theirs.status_code, mine.status_code) == (404, 204)
    assert await actor_for_cookie(db, there.token) is None
    assert await actor_for_cookie(db, other.token) is not None


async def test_all_sessions_of_somebody_who_leaves_end(db: Session) -> None:
    boss = await an_actor(db, role="administrator")
    entry = await an_entry(db)

    await let_go(db, entry.agent, by=boss)

    assert await actor_for_cookie(db, entry.token) is None
    assert entry.session.ended_at is not None


async def test_one_session_may_be_kept_when_the_others_end(db: Session) -> None:
    agent = await an_agent(db)
    kept = await open_session(db, agent, way="password", origin=Origin())
    lost = await open_session(db, agent, way="password", origin=Origin())

    await end_sessions_of(db, agent.id, reason="revoked", by=agent.id, keep=kept.session.id)

    assert await actor_for_cookie(db, kept.token) is not None
    assert await actor_for_cookie(db, lost.token) is None
