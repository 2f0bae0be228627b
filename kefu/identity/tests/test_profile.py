from __future__ import annotations

import pyotp
import pytest

from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.identity import actor_for_cookie
from kefu.identity.sessions import Origin, open_session
from kefu.identity.tests.factories import PASSWORD, an_agent, an_entry
from kefu.identity.tests.visiting import Visitor, kinds_recorded


async def test_one_changes_ones_own_profile(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, name="林晓"))

    changed = await visitor.patch(
        "/profile",
        {
            "name": "林小晓",
            "theme": "dark",
            "locale": "en",
            "avatar": "/api/v1/files/abc/me.png",
            "availability": "busy",
            "preferences": {"sound": False, "panels": {"orders": True}},
        },
    )

    row = changed.json()
    assert (row["name"], row["theme"], row["locale"]) == ("林小晓", "dark", "en")
    assert (row["availability"], row["avatar"]) == ("busy", "/api/v1/files/abc/me.png")
    assert row["preferences"] == {"sound": False, "panels": {"orders": True}}
    assert (await kinds_recorded(db))[-2:] == ["agent.availability", "agent.changed"]


async def test_preferences_change_one_by_one(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))
    await visitor.patch("/profile", {"preferences": {"sound": False}})

    row = (await visitor.patch("/profile", {"preferences": {"desktop": True}})).json()

    assert row["preferences"] == {"sound": False, "desktop": True}


async def test_nobody_gives_themselves_a_role(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.patch("/profile", {"role": "administrator"})

    assert (answer.status_code, answer.json()["field"]) == (422, "role")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "长" * 81}, "name"),
        ({"theme": "pink"}, "theme"),
        ({"locale": "fr"}, "locale"),
        ({"avatar": "https://x.example/" + "a" * 500}, "avatar"),
        ({"preferences": {"sound": "loud"}}, "preferences.sound"),
        ({"preferences": {"admin": True}}, "preferences.admin"),
        ({"preferences": {"quiet_from": "25:00"}}, "preferences.quiet_from"),
        ({"availability": "asleep"}, "availability"),
    ],
)
async def test_a_bad_profile_names_the_field(
    db: Session, visitor: Visitor, change: dict[str, object], field: str
) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.patch("/profile", change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_names_in_any_script_are_kept_exactly(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    for name in ("👩‍👩‍👧‍👦 家", "\u202eעברית", "<script>alert(1)</script>", "Zoë", "'; drop table"):
        assert (await visitor.patch("/profile", {"name": name})).json()["name"] == name


async def test_a_new_password_ends_the_other_sessions(db: Session, visitor: Visitor) -> None:
    agent = await an_agent(db, password=PASSWORD, email="lin@example.com")
    here = await open_session(db, agent, way="password", origin=Origin())
    there = await open_session(db, agent, way="password", origin=Origin())
    visitor.enter(here)

    changed = await visitor.put(
        "/profile/password", {"current_password": PASSWORD, "new_password": "another one 99"}
    )
    old = await visitor.post("/session", {"email": "lin@example.com", "password": PASSWORD})

    assert (changed.status_code, old.status_code) == (204, 401)
    assert await actor_for_cookie(db, here.token) is not None
    assert await actor_for_cookie(db, there.token) is None


async def test_guessing_the_current_password_locks_out(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    visitor.enter(await an_entry(db, password=PASSWORD))
    body = {"current_password": "a guess", "new_password": "another one 99"}

    wrong = [(await visitor.put("/profile/password", body)).status_code for _ in range(5)]
    then = await visitor.put("/profile/password", body | {"current_password": PASSWORD})

    assert wrong == [422] * 5
    assert then.json()["code"] == "locked_out"


async def test_two_step_sign_in_is_turned_on_and_off(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    entry = await an_entry(db, password=PASSWORD, email="lin@example.com")
    visitor.enter(entry)

    begun = (await visitor.post("/profile/totp")).json()
    code = pyotp.TOTP(begun["secret"]).at(now())
    wrong = await visitor.put("/profile/totp", {"code": "000000"})
    confirmed = await visitor.put("/profile/totp", {"code": code})
    again = await visitor.post("/profile/totp")
    kept = await visitor.delete("/profile/totp", {"password": "not this"})
    removed = await visitor.delete("/profile/totp", {"password": PASSWORD})

    assert begun["svg"].startswith("<svg")
    assert pyotp.parse_uri(begun["uri"]).secret == begun["secret"]
    assert wrong.json()["field"] == "code"
    assert len(set(confirmed.json()["recovery_codes"])) == 10
    assert (again.status_code, again.json()["code"]) == (409, "totp_on")
    assert (kept.status_code, removed.status_code) == (422, 204)
    assert not entry.agent.wants_code()


async def test_the_secret_is_not_in_the_database(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db)
    visitor.enter(entry)

    begun = (await visitor.post("/profile/totp")).json()

    assert begun["secret"] not in (entry.agent.totp_secret or "")


async def test_an_unconfirmed_second_step_asks_for_nothing(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, password=PASSWORD, email="lin@example.com"))
    await visitor.post("/profile/totp")
    visitor.leave()

    answer = await visitor.post("/session", {"email": "lin@example.com", "password": PASSWORD})

    assert answer.status_code == 200


async def test_an_administrator_helps_somebody_who_lost_the_device(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    entry = await an_entry(db, password=PASSWORD)
    visitor.enter(entry)
    begun = (await visitor.post("/profile/totp")).json()
    await visitor.put("/profile/totp", {"code": pyotp.TOTP(begun["secret"]).at(now())})
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.delete(f"/agents/{entry.agent.id}/totp")

    assert answer.status_code == 204
    assert not entry.agent.wants_code()
    assert "totp.disabled" in await kinds_recorded(db)


async def test_the_about_page_speaks_both_languages_and_can_be_rewritten(
    db: Session, visitor: Visitor
) -> None:
    text = {"mission": "以客户为中心", "functions": ["咨询"], "contact_hours": "9:00–18:00"}
    at_first = (await visitor.get("/about")).json()
    visitor.enter(await an_entry(db, role="administrator"))

    await visitor.put("/about", {"zh-CN": text, "en": text})
    await visitor.put("/about", {"zh-CN": text | {"functions": []}, "en": text})
    visitor.leave()
    rewritten = (await visitor.get("/about")).json()

    assert at_first["zh-CN"]["mission"].startswith("以客户为中心")
    assert at_first["en"]["functions"]
    assert rewritten["zh-CN"] == text | {"functions": []}


async def test_the_about_page_needs_both_languages(db: Session, visitor: Visitor) -> None:
    text = {"mission": "以客户为中心", "functions": ["咨询"], "contact_hours": "9:00–18:00"}
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.put("/about", {"zh-CN": text})

    assert (answer.status_code, answer.json()["field"]) == (422, "en")
