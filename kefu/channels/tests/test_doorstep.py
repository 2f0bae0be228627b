from __future__ import annotations

import asyncio

import httpx
import pytest

from kefu.channels.origins import frame_ancestors
from kefu.channels.tests.conftest import Guest, House
from kefu.core.ids import uuid7
from kefu.core.settings import Settings

SHOP = "https://shop.example"


async def preflight(guest: Guest, origin: str) -> httpx.Response:
    return await guest.ask("OPTIONS", "/messages", Origin=origin)


async def test_a_named_page_may_read_the_answer(house: House) -> None:
    guest = Guest(house, await house.inbox(allowed_origins=[SHOP]))

    asked = await preflight(guest, SHOP)
    answer = await guest.get("/config", Origin=SHOP)

    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == SHOP
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://shop.example", "https://shop.example.evil", "null"]
)
async def test_a_page_that_is_not_named_is_refused(house: House, origin: str) -> None:
    guest = Guest(house, await house.inbox(allowed_origins=[SHOP]))

    answer = await guest.get("/config", Origin=origin)

    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers
    assert (await preflight(guest, origin)).status_code == 403


@pytest.mark.parametrize(
    ("origin", "passes"),
    [
        ("https://a.shop.example", True),
        ("https://b.a.shop.example", True),
        ("https://shop.example", False),
        ("https://evilshop.example", False),
        ("http://a.shop.example", False),
    ],
)
async def test_a_star_stands_for_the_hosts_below(house: House, origin: str, passes: bool) -> None:
    guest = Guest(house, await house.inbox(allowed_origins=["https://*.shop.example"]))

    assert (await guest.get("/config", Origin=origin)).is_success is passes


async def test_our_own_pages_always_pass(house: House) -> None:
    guest = Guest(house, await house.inbox(allowed_origins=[SHOP]))

    assert (await guest.get("/config", Origin="http://kefu.test")).status_code == 200


async def test_refusals_can_be_read_by_the_page_too(house: House) -> None:
    guest = Guest(house, await house.inbox(allowed_origins=[SHOP]))

    answer = await guest.post("/rating", {"score": 9}, Origin=SHOP)

    assert answer.status_code in (401, 422)
    assert answer.headers["access-control-allow-origin"] == SHOP


def test_only_named_pages_may_frame_the_widget() -> None:
    public = Settings(public_url="https://desk.example")
    tried = Settings(demo=True)

    assert frame_ancestors([SHOP], public) == f"frame-ancestors 'self' {SHOP}"
    assert frame_ancestors([], public) == "frame-ancestors 'self'"
    assert frame_ancestors([], tried) == "frame-ancestors *"


async def test_a_visitor_in_a_hurry_is_asked_to_wait(guest: Guest) -> None:
    opened = await guest.open()
    messages = [
        {"id": str(uuid7()), "conversation": opened["id"], "text": str(number)}
        for number in range(60)
    ]

    answers = await asyncio.gather(*(guest.post("/messages", body) for body in messages))

    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {201, 429}
    assert len(refused) >= 10
    assert int(refused[0].headers["retry-after"]) >= 1
    assert refused[0].headers["x-ratelimit-remaining"] == "0"
    assert refused[0].headers["x-ratelimit-limit"] == "120"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "id"),
        ({"id": "not-an-id", "text": "x"}, "id"),
        ({"id": "018f2f1e-0000-4000-8000-000000000000", "text": "x"}, "id"),
        ({"id": "018f2f1e-0000-7000-8000-000000000000", "text": "x"}, "id"),
        ({"id": None, "text": "x\x00y"}, "body"),
        ({"id": None, "text": "x" * 8001}, "text"),
        ({"id": None, "text": "  "}, "text"),
        ({"id": None, "kind": "note", "text": "x"}, "kind"),
        ({"id": None, "kind": "picture", "text": "x"}, "content"),
        ({"id": None, "text": "x", "extra": 1}, "extra"),
        ({"id": None, "conversation": "zzz", "text": "x"}, "conversation"),
    ],
)
async def test_a_bad_message_is_refused_by_the_field(
    guest: Guest, body: dict[str, object], field: str
) -> None:
    await guest.open()
    body = body | ({"id": str(uuid7())} if body.get("id", 0) is None else {})

    answer = await guest.post("/messages", body)

    assert answer.status_code == 422
    assert field in (answer.json().get("field"), "body")


async def test_half_a_surrogate_pair_is_refused(guest: Guest) -> None:
    raw = '{"first_message": {"id": "ID", "text": "\\ud83d"}}'.replace("ID", str(uuid7()))
    address = f"/api/v1/widget/{guest.inbox.id}/conversations"
    headers = {"Authorization": f"Bearer {guest.token}", "Content-Type": "application/json"}

    answer = await guest.house.client.post(address, content=raw, headers=headers)

    assert answer.status_code == 422


async def test_what_was_written_is_kept_exactly(guest: Guest) -> None:
    text = " \u202eabc\u202c 👨‍👩‍👧‍👦 <script>alert(1)</script> ﷽\r\n\t"

    await guest.open(text)

    assert (await guest.get("/messages")).json()["items"][0]["text"] == text
