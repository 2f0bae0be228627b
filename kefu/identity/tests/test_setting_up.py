from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.identity.links import HandedOut
from kefu.identity.model import Agent
from kefu.identity.setting_up import first_administrator_link
from kefu.identity.tests.factories import PASSWORD, a_role, a_team, an_agent, an_entry
from kefu.identity.tests.visiting import Visitor, kinds_recorded

NEW = "a new password 7"


def secret_of(link: HandedOut | dict[str, str]) -> str:
    url = link.url if isinstance(link, HandedOut) else link["url"]
    return url.rsplit("/", 1)[1]


async def test_the_first_link_makes_the_administrator_and_signs_them_in(
    db: Session, visitor: Visitor
) -> None:
    secret = secret_of(await first_administrator_link(db))
    body = {"name": "王芳", "email": "Wang@Example.com", "password": NEW}

    shown = await visitor.get(f"/setup/{secret}")
    made = await visitor.post(f"/setup/{secret}", body)
    session = await visitor.get("/session")

    assert shown.json()["purpose"] == "first_administrator"
    assert made.json()["agent"]["role"] == "administrator"
    assert session.json()["agent"]["email"] == "wang@example.com"
    assert await kinds_recorded(db) == ["link.issued", "agent.joined", "session.started"]


async def test_a_link_opens_once(db: Session, visitor: Visitor) -> None:
    secret = secret_of(await first_administrator_link(db))
    body = {"name": "王芳", "email": "wang@example.com", "password": NEW}
    await visitor.post(f"/setup/{secret}", body)

    answer = await visitor.post(f"/setup/{secret}", body | {"email": "second@example.com"})

    assert (answer.status_code, answer.json()["code"]) == (404, "link_closed")


async def test_a_link_expires(db: Session, visitor: Visitor, clock: FrozenClock) -> None:
    secret = secret_of(await first_administrator_link(db))

    clock.advance(timedelta(hours=24))

    assert (await visitor.get(f"/setup/{secret}")).status_code == 404


async def test_a_newer_link_closes_the_older(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    older = secret_of(await first_administrator_link(db))
    clock.advance(timedelta(minutes=1))
    newer = secret_of(await first_administrator_link(db))

    assert (await visitor.get(f"/setup/{older}")).status_code == 404
    assert (await visitor.get(f"/setup/{newer}")).status_code == 200


async def test_no_link_makes_a_second_first_administrator(db: Session, visitor: Visitor) -> None:
    secret = secret_of(await first_administrator_link(db))
    await an_agent(db, role="administrator")

    answer = await visitor.post(
        f"/setup/{secret}", {"name": "甲", "email": "a@example.com", "password": NEW}
    )

    assert answer.json()["code"] == "administrator_exists"
    with pytest.raises(Conflict):
        await first_administrator_link(db)


async def test_the_database_keeps_no_link_in_the_clear(db: Session) -> None:
    secret = secret_of(await first_administrator_link(db))

    everything = await db.execute(update(Agent).values(name="x").returning(Agent.id))
    kept = (await db.connection()).exec_driver_sql("select * from links")

    assert everything.all() == []
    assert secret not in str((await kept).all())


async def test_an_invited_person_joins_with_a_password_of_their_own(
    db: Session, visitor: Visitor
) -> None:
    visitor.enter(await an_entry(db, role="administrator"))
    team, role = await a_team(db), await a_role(db, "expert")
    invitation = {
        "name": "李雷",
        "email": "li@example.com",
        "role_id": str(role.id),
        "team_ids": [str(team.id)],
    }

    invited = (await visitor.post("/invitations", invitation)).json()
    visitor.leave()
    before = await visitor.post("/session", {"email": "li@example.com", "password": NEW})
    joined = await visitor.post(f"/setup/{secret_of(invited['link'])}", {"password": NEW})
    visitor.leave()
    after = await visitor.post("/session", {"email": "li@example.com", "password": NEW})

    assert invited["agent"]["status"] == "invited"
    assert before.status_code == 401
    assert joined.json()["agent"]["teams"][0]["id"] == str(team.id)
    assert after.json()["agent"]["role"] == "expert"


async def test_a_reset_link_sets_a_new_password_and_ends_sessions(
    db: Session, visitor: Visitor
) -> None:
    lost = await an_entry(db, email="li@example.com", password=PASSWORD)
    visitor.enter(await an_entry(db, role="administrator"))

    link = (await visitor.post(f"/agents/{lost.agent.id}/reset-link")).json()
    visitor.leave()
    done = await visitor.post(f"/setup/{secret_of(link)}", {"password": NEW})
    visitor.leave()
    old = await visitor.post("/session", {"email": "li@example.com", "password": PASSWORD})
    new = await visitor.post("/session", {"email": "li@example.com", "password": NEW})

    assert [done.status_code, old.status_code, new.status_code] == [200, 401, 200]
    assert lost.session.ended_at is not None


async def test_a_head_cannot_reset_an_administrators_password(
    db: Session, visitor: Visitor
) -> None:
    administrator = await an_agent(db, role="administrator")
    visitor.enter(await an_entry(db, role="department_head"))

    answer = await visitor.post(f"/agents/{administrator.id}/reset-link")

    assert answer.status_code == 403


async def test_a_head_cannot_invite_an_administrator(db: Session, visitor: Visitor) -> None:
    role = await a_role(db, "administrator")
    visitor.enter(await an_entry(db, role="department_head"))

    answer = await visitor.post(
        "/invitations", {"name": "甲", "email": "a@example.com", "role_id": str(role.id)}
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("password", ["short", "1234567890", "aaaaaaaaaaaa", "wang@example.com"])
async def test_a_weak_password_is_refused_and_the_link_stays_open(
    db: Session, visitor: Visitor, password: str
) -> None:
    secret = secret_of(await first_administrator_link(db))

    answer = await visitor.post(
        f"/setup/{secret}", {"name": "王", "email": "wang@example.com", "password": password}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "password")
    assert (await visitor.get(f"/setup/{secret}")).status_code == 200


async def test_an_e_mail_is_invited_once(db: Session, visitor: Visitor) -> None:
    role = await a_role(db, "agent")
    await an_agent(db, email="li@example.com")
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.post(
        "/invitations", {"name": "李", "email": "LI@Example.com", "role_id": str(role.id)}
    )

    assert (answer.status_code, answer.json()["field"]) == (409, "email")
