from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from kefu.core.db import Session
from kefu.core.settings import settings
from kefu.identity.oidc import Departure
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, running
from kefu.identity.tests.visiting import Visitor, kinds_recorded

CALLBACK = "http://kefu.test/api/v1/session/oidc/callback"
LIN = {"sub": "u-1", "email": "Lin@Example.com", "email_verified": True, "name": "林晓"}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The company's sign-in, where 林晓 is signed in, and a Kefu that knows it."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with running(Provider(redirect_uri=CALLBACK, claims=dict(LIN))) as provider:
        monkeypatch.setenv("KEFU_PUBLIC_URL", "http://kefu.test")
        monkeypatch.setenv("KEFU_OIDC_ISSUER", provider.issuer)
        monkeypatch.setenv("KEFU_OIDC_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("KEFU_OIDC_CLIENT_SECRET", CLIENT_SECRET)
        settings.cache_clear()
        yield provider
    settings.cache_clear()


async def sent_back(visitor: Visitor) -> str:
    """Leave for the provider; returns where it sends the browser."""
    away = await visitor.get("/session/oidc")
    async with httpx.AsyncClient() as browser:
        back = await browser.get(away.headers["location"])
    return back.headers["location"]


async def returned(visitor: Visitor, address: str) -> str:
    """Follow the provider back; returns where Kefu shows the browser to."""
    path = address.removeprefix("http://kefu.test/api/v1")
    return (await visitor.get(path)).headers["location"]


async def test_an_agent_comes_in_through_the_companys_sign_in(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    agent = await an_agent(db, email="lin@example.com")

    shown = await returned(visitor, await sent_back(visitor))
    session = await visitor.get("/session")

    assert shown == "/console/"
    assert session.json()["agent"]["id"] == str(agent.id)
    assert agent.oidc_subject == f"{provider.issuer}|u-1"
    assert await kinds_recorded(db) == ["session.started"]


async def test_the_browser_leaves_with_state_nonce_and_challenge(
    visitor: Visitor, provider: Provider
) -> None:
    away = await visitor.get("/session/oidc")

    asked = parse_qs(urlsplit(away.headers["location"]).query)
    cookie = away.headers["set-cookie"]
    assert asked["redirect_uri"] == [CALLBACK]
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_the_second_time_the_providers_own_id_counts(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    agent = await an_agent(db, email="lin@example.com")
    await returned(visitor, await sent_back(visitor))
    visitor.leave()
    provider.claims["email"] = "married@example.com"

    shown = await returned(visitor, await sent_back(visitor))

    assert shown == "/console/"
    assert (await visitor.get("/session")).json()["agent"]["id"] == str(agent.id)


async def test_an_invited_person_joins_by_coming_in(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    agent = await an_agent(db, email="lin@example.com", status="invited")

    await returned(visitor, await sent_back(visitor))

    assert agent.status == "active"
    assert await kinds_recorded(db) == ["agent.joined", "session.started"]


async def test_an_e_mail_found_at_the_userinfo_page_counts_too(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    agent = await an_agent(db, email="lin@example.com")
    provider.claims, provider.userinfo = {"sub": "u-1"}, dict(LIN)

    await returned(visitor, await sent_back(visitor))

    assert agent.oidc_subject == f"{provider.issuer}|u-1"


async def test_strangers_stay_out_and_that_is_remembered(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    shown = await returned(visitor, await sent_back(visitor))

    assert shown == "/console/sign-in?problem=oidc_unknown"
    assert (await visitor.get("/session")).status_code == 401
    assert await kinds_recorded(db) == ["session.refused"]


async def test_strangers_become_agents_where_the_operator_chose_a_role(
    visitor: Visitor, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEFU_OIDC_ROLE", "other_department")
    settings.cache_clear()

    shown = await returned(visitor, await sent_back(visitor))
    me = (await visitor.get("/session")).json()["agent"]

    assert shown == "/console/"
    assert (me["name"], me["role"]) == ("林晓", "other_department")


async def test_somebody_who_left_stays_out(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    await an_agent(db, email="lin@example.com", status="left")

    assert "oidc_unknown" in await returned(visitor, await sent_back(visitor))


async def test_an_unverified_e_mail_opens_nobodys_account(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    await an_agent(db, email="lin@example.com", role="administrator")
    provider.claims["email_verified"] = False

    assert "oidc_unknown" in await returned(visitor, await sent_back(visitor))


async def test_another_account_there_does_not_take_over_a_bound_agent(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    await an_agent(db, email="lin@example.com", oidc_subject=f"{provider.issuer}|u-2")

    assert "oidc_unknown" in await returned(visitor, await sent_back(visitor))


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://evil.example"},
        {"aud": ["somebody-else"]},
        {"aud": ["kefu", "somebody-else"]},
        {"azp": "somebody-else"},
        {"exp": 1_000_000},
        {"nonce": "of another visit"},
    ],
)
async def test_a_token_not_meant_for_this_visit_is_refused(
    db: Session, visitor: Visitor, provider: Provider, forged: dict[str, object]
) -> None:
    await an_agent(db, email="lin@example.com")
    provider.forged = forged

    assert "oidc_failed" in await returned(visitor, await sent_back(visitor))


async def test_a_token_signed_with_another_key_is_refused(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    await an_agent(db, email="lin@example.com")
    provider.published = ECKey.generate_key("P-256", {"kid": "one"})

    assert "oidc_failed" in await returned(visitor, await sent_back(visitor))


async def test_a_code_works_once(db: Session, visitor: Visitor, provider: Provider) -> None:
    await an_agent(db, email="lin@example.com")
    away = await visitor.get("/session/oidc")
    kept = visitor.client.cookies["kefu_oidc"]
    async with httpx.AsyncClient() as browser:
        back = (await browser.get(away.headers["location"])).headers["location"]

    first = await returned(visitor, back)
    visitor.client.cookies.set("kefu_oidc", kept)
    second = await returned(visitor, back)

    assert first == "/console/"
    assert "oidc_failed" in second


async def test_a_return_that_this_browser_did_not_begin_is_refused(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    await an_agent(db, email="lin@example.com")
    back = await sent_back(visitor)
    visitor.leave()

    without = await returned(visitor, back)
    visitor.client.cookies.set("kefu_oidc", Departure("other", "n", "v").as_cookie())
    foreign = await returned(visitor, back)
    visitor.client.cookies.set("kefu_oidc", "bm9uc2Vuc2U=")
    garbled = await returned(visitor, back)

    assert ["oidc_state" in shown for shown in (without, foreign, garbled)] == [True] * 3


async def test_the_code_is_bound_to_the_verifier(
    db: Session, visitor: Visitor, provider: Provider
) -> None:
    await an_agent(db, email="lin@example.com")
    back = await sent_back(visitor)
    kept = Departure.from_cookie(visitor.client.cookies["kefu_oidc"])
    assert kept is not None
    other = Departure(kept.state, kept.nonce, "x" * 64)
    visitor.client.cookies.clear()
    visitor.client.cookies.set("kefu_oidc", other.as_cookie())

    assert "oidc_failed" in await returned(visitor, back)


async def test_a_provider_that_is_away_is_said_to_be(visitor: Visitor, provider: Provider) -> None:
    back = await sent_back(visitor)
    provider.down = True

    assert "oidc_away" in await returned(visitor, back)
    assert (await visitor.get("/session/oidc")).status_code == 503


async def test_without_a_provider_there_is_nothing_to_leave_for(visitor: Visitor) -> None:
    assert (await visitor.get("/session/oidc")).status_code == 404
    assert (await visitor.get("/session/ways")).json() == {"password": True, "oidc": None}
