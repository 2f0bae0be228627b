from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.identity import passwords, two_factor
from kefu.identity.model import Agent
from kefu.identity.tests.factories import PASSWORD, an_agent
from kefu.identity.tests.visiting import Visitor, kinds_recorded


def said(email: str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"email": email, "password": password, **more}


async def with_two_steps(db: Session, agent: Agent) -> tuple[pyotp.TOTP, list[str]]:
    enrolment = await two_factor.begin(db, agent)
    totp = pyotp.TOTP(enrolment.secret)
    return totp, await two_factor.confirm(db, agent, code=totp.at(now()))


async def test_the_right_password_opens_a_session(db: Session, visitor: Visitor) -> None:
    agent = await an_agent(db, password=PASSWORD, email="lin@example.com")

    answer = await visitor.post("/session", said(" Lin@Example.com "))

    assert answer.status_code == 200
    assert answer.json()["agent"]["id"] == str(agent.id)
    assert answer.json()["csrf"] == visitor.client.cookies["kefu_csrf"]
    assert (await visitor.get("/session")).json()["agent"]["email"] == "lin@example.com"
    assert await kinds_recorded(db) == ["session.started"]


async def test_the_session_cookie_is_out_of_reach_of_scripts(db: Session, visitor: Visitor) -> None:
    await an_agent(db, password=PASSWORD, email="lin@example.com")

    answer = await visitor.post("/session", said("lin@example.com"))

    cookies = {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    assert "HttpOnly" in cookies["kefu_session"]
    assert "HttpOnly" not in cookies["kefu_csrf"]
    assert all("SameSite=lax" in line for line in cookies.values())
    assert all("Secure" not in line for line in cookies.values())


async def test_cookies_are_secure_where_the_page_is(db: Session, visitor: Visitor) -> None:
    await an_agent(db, password=PASSWORD, email="lin@example.com")
    visitor.client.base_url = "https://kefu.test"

    answer = await visitor.post("/session", said("lin@example.com"))

    assert all("Secure" in line for line in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("email", ["lin@example.com", "nobody@example.com", "left@example.com"])
async def test_whatever_is_wrong_the_answer_is_the_same(
    db: Session, visitor: Visitor, email: str
) -> None:
    await an_agent(db, password=PASSWORD, email="lin@example.com")
    await an_agent(db, password="another one 17", email="left@example.com", status="left")

    answer = await visitor.post("/session", said(email, "not the password"))

    assert answer.status_code == 401
    assert answer.json()["title"] == "E-mail or password is not right."
    assert answer.json()["code"] == "wrong_password"


async def test_somebody_who_left_stays_out(db: Session, visitor: Visitor) -> None:
    await an_agent(db, password=PASSWORD, email="left@example.com", status="left")

    answer = await visitor.post("/session", said("left@example.com"))

    assert answer.json()["code"] == "wrong_password"


async def test_where_there_is_no_account_the_check_costs_as_much() -> None:
    assert not await passwords.is_password("any password", None)
    assert not passwords.is_outdated(passwords.NOBODY)


async def test_an_account_waits_longer_after_each_failure(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    await an_agent(db, password=PASSWORD, email="lin@example.com")
    for _ in range(5):
        await visitor.post("/session", said("lin@example.com", "wrong password"))

    first = await visitor.post("/session", said("lin@example.com"))
    clock.advance(timedelta(seconds=31))
    await visitor.post("/session", said("lin@example.com", "wrong password"))
    second = await visitor.post("/session", said("lin@example.com"))
    clock.advance(timedelta(seconds=61))
    third = await visitor.post("/session", said("lin@example.com"))

    assert (first.status_code, first.json()["code"]) == (429, "locked_out")
    assert first.headers["retry-after"] == "30"
    assert second.headers["retry-after"] == "60"
    assert third.status_code == 200


async def test_waiting_says_nothing_about_whether_an_account_exists(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    for _ in range(5):
        await visitor.post("/session", said("nobody@example.com", "wrong password"))

    answer = await visitor.post("/session", said("nobody@example.com"))

    assert answer.json()["code"] == "locked_out"


async def test_an_address_that_tries_many_accounts_waits_too(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    await an_agent(db, password=PASSWORD, email="lin@example.com")
    for number in range(20):
        await visitor.post("/session", said(f"guess{number}@example.com", "wrong password"))

    answer = await visitor.post("/session", said("lin@example.com"))

    assert answer.json()["code"] == "locked_out"


async def test_success_ends_the_counting(db: Session, visitor: Visitor, clock: FrozenClock) -> None:
    await an_agent(db, password=PASSWORD, email="lin@example.com")
    for _ in range(4):
        await visitor.post("/session", said("lin@example.com", "wrong password"))
    await visitor.post("/session", said("lin@example.com"))
    for _ in range(4):
        await visitor.post("/session", said("lin@example.com", "wrong password"))

    answer = await visitor.post("/session", said("lin@example.com"))

    assert answer.status_code == 200


async def test_failures_are_remembered_without_personal_text(db: Session, visitor: Visitor) -> None:
    await visitor.post("/session", said("nobody@example.com", "wrong password"))

    assert await kinds_recorded(db) == ["session.refused"]


async def test_two_steps_ask_for_a_code_and_take_it_once(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    agent = await an_agent(db, password=PASSWORD, email="lin@example.com")
    totp, _ = await with_two_steps(db, agent)
    clock.advance(timedelta(minutes=1))
    code = totp.at(now())

    without = await visitor.post("/session", said("lin@example.com"))
    wrong = await visitor.post("/session", said("lin@example.com", code="000000"))
    right = await visitor.post("/session", said("lin@example.com", code=code))
    again = await visitor.post("/session", said("lin@example.com", code=code))

    assert (without.status_code, without.json()["code"]) == (401, "code_needed")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    assert right.status_code == 200
    assert again.json()["code"] == "wrong_code"


async def test_the_need_for_a_code_is_told_only_after_the_right_password(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    agent = await an_agent(db, password=PASSWORD, email="lin@example.com")
    await with_two_steps(db, agent)

    answer = await visitor.post("/session", said("lin@example.com", "wrong password"))

    assert answer.json()["code"] == "wrong_password"


async def test_a_recovery_code_opens_once(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    agent = await an_agent(db, password=PASSWORD, email="lin@example.com")
    _, codes = await with_two_steps(db, agent)

    first = await visitor.post("/session", said("lin@example.com", code=codes[3].upper()))
    again = await visitor.post("/session", said("lin@example.com", code=codes[3]))

    assert first.status_code == 200
    assert again.json()["code"] == "wrong_code"
    assert len(agent.recovery_codes) == 9


async def test_guessed_codes_lock_the_account_out(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    agent = await an_agent(db, password=PASSWORD, email="lin@example.com")
    await with_two_steps(db, agent)
    for guess in range(5):
        await visitor.post("/session", said("lin@example.com", code=f"00000{guess}"))

    answer = await visitor.post("/session", said("lin@example.com"))

    assert answer.json()["code"] == "locked_out"


async def test_a_hash_made_with_weaker_figures_is_renewed(db: Session, visitor: Visitor) -> None:
    agent = await an_agent(db, password=PASSWORD, email="lin@example.com")

    await visitor.post("/session", said("lin@example.com"))

    assert "m=65536" in (agent.password_hash or "")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "a@example.com"}, "password"),
        ({"email": "x" * 255, "password": "p"}, "email"),
        ({"email": 7, "password": "p"}, "email"),
        ({"email": "a@example.com", "password": "p" * 1001}, "password"),
        ({"email": "a@example.com", "password": "p", "admin": True}, "admin"),
    ],
)
async def test_a_malformed_sign_in_names_the_field(
    visitor: Visitor, body: dict[str, object], field: str
) -> None:
    answer = await visitor.post("/session", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("odd", [r"a\u0000b", r"\ud800", r"\udfff\ud800"])
async def test_text_that_cannot_be_stored_is_refused(visitor: Visitor, odd: str) -> None:
    answer = await visitor.client.post(
        "/api/v1/session",
        content='{"email":"a@example.com","password":"' + odd + '"}',
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 422
