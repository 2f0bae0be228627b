"""Odd requests by HTTP: a problem that names the field, never a 500, and nothing changed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from kefu.core.ids import uuid7
from tests.contracts.test_bad_frames import KEPT, NOW, ODD_SENDS
from tests.house import SECONDS, Guest, House, a_text

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOT_FOR_VISITORS = ("note", "choices")


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert 400 <= answer.status_code < 500, answer.text
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    return told


def body_of(guest: Guest, change: dict[str, Any], *, agent: bool) -> dict[str, Any]:
    body = a_text(guest) | change
    del body["t"]
    if agent:
        del body["conversation"]
    return body


async def count(house: House, guest: Guest) -> int:
    answer = await house.ask(guest.token, "GET", f"/widget/{guest.inbox}/messages")
    return len(answer.json()["items"])


async def test_an_odd_message_of_a_visitor_is_refused_by_its_field(house: House) -> None:
    guest = await house.guest()
    path = f"/widget/{guest.inbox}/messages"

    refused = []
    for _, change in ODD_SENDS:
        if change == {"conversation": None}:  # by HTTP this is the visitor's own
            change = {"conversation": 7}  # noqa: PLW2901 - the same oddity, spelled for HTTP
        answer = await house.ask(guest.token, "POST", path, body_of(guest, change, agent=False))
        refused.append(problem(answer)["field"])

    assert refused == [field for field, _ in ODD_SENDS]
    assert await count(house, guest) == 0


async def test_an_odd_message_of_an_agent_is_refused_by_its_field(house: House) -> None:
    guest = await house.guest()
    _, token = await house.agent()
    odd = [
        (field, change)
        for field, change in ODD_SENDS
        if field != "conversation" and change.get("kind") not in NOT_FOR_VISITORS
    ]

    refused = []
    for _, change in odd:
        path = f"/conversations/{guest.conversation}/messages"
        answer = await house.ask(token, "POST", path, body_of(guest, change, agent=True))
        refused.append(problem(answer)["field"])

    assert refused == [field for field, _ in odd]
    assert await count(house, guest) == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        b"[]",
        b"null",
        b'{"id": "\xff\xfe"}',
        b'{"id": "\\ud800"}',
        b'{"id": "a\\u0000"}',
        b'{"id": NaN}',
        b'{"id": 1e999}',
        b"[" * 100_000,
        b'{"colour": "red"}',
    ],
    ids=range(11),
)
@pytest.mark.parametrize("path", ["session", "conversations", "messages", "context", "rating"])
async def test_bytes_that_are_no_request_are_refused(house: House, path: str, raw: bytes) -> None:
    guest = await house.guest()
    headers = {"Authorization": f"Bearer {guest.token}", "Content-Type": "application/json"}

    answer = await house.client.post(
        f"/api/v1/widget/{guest.inbox}/{path}", content=raw, headers=headers
    )

    assert problem(answer)["code"] in ("invalid", "malformed", "http_400")


async def test_odd_but_right_text_is_kept_exactly(house: House) -> None:
    guest = await house.guest()
    _, token = await house.agent()
    path = f"/conversations/{guest.conversation}/messages"

    for text in KEPT:
        answer = await house.ask(token, "POST", path, {"id": str(uuid7()), "text": text})
        assert answer.status_code == 201, answer.text

    told = (await house.ask(token, "GET", path)).json()["messages"]
    assert [one["text"] for one in told] == KEPT


async def test_the_same_message_twice_is_stored_once(house: House) -> None:
    guest = await house.guest()
    path = f"/widget/{guest.inbox}/messages"
    body = body_of(guest, {}, agent=False)

    first, second = [await house.ask(guest.token, "POST", path, body) for _ in range(2)]

    assert (first.json()["duplicate"], second.json()["duplicate"]) == (False, True)
    assert first.json()["seq"] == second.json()["seq"]
    assert await count(house, guest) == 1


async def test_a_visitor_reaches_nobody_elses_conversation(house: House) -> None:
    mine = await house.guest()
    theirs = await house.guest(mine.inbox)
    widget = f"/widget/{mine.inbox}"
    named = {"conversation": theirs.conversation}

    answers = [
        await house.ask(mine.token, "GET", f"{widget}/messages?conversation={theirs.conversation}"),
        await house.ask(
            mine.token,
            "POST",
            f"{widget}/messages",
            body_of(theirs, {}, agent=False),
        ),
        await house.ask(mine.token, "POST", f"{widget}/rating", {**named, "score": 1}),
        await house.ask(mine.token, "POST", f"{widget}/human", named),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert await count(house, theirs) == 0


async def test_a_token_of_one_inbox_does_not_open_another(house: House) -> None:
    guest = await house.guest()
    other = await house.inbox()

    answer = await house.ask(guest.token, "GET", f"/widget/{other}/messages")

    assert (answer.status_code, problem(answer)["field"]) == (401, "token")


async def test_a_visitors_token_opens_no_agents_door(house: House) -> None:
    guest = await house.guest()

    for method, path in (
        ("GET", "/conversations"),
        ("GET", f"/conversations/{guest.conversation}"),
        ("POST", f"/conversations/{guest.conversation}/messages"),
        ("GET", "/customers"),
        ("GET", "/session"),
    ):
        assert (await house.ask(guest.token, method, path, None)).status_code == 401


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{constructor.constructor('alert(1)')()}}",
        "=cmd|'/c calc'!A1",
        "王小明\u202e\u200f",
        "Robert'); drop table customers;--",
    ],
)
async def test_a_name_is_only_a_name(house: House, name: str) -> None:
    guest = await house.guest(name=name)
    _, token = await house.agent()

    told = (await house.ask(token, "GET", f"/conversations/{guest.conversation}")).json()

    assert told["conversation"]["customer"]["name"] == name


@pytest.mark.parametrize("name", ["a\x00b", "two\nlines", "x" * 81, "", "\ud800"])
async def test_a_name_that_cannot_be_one_is_refused(house: House, name: str) -> None:
    inbox = await house.inbox()
    content = json.dumps({"identity": {"name": name}}).encode()
    headers = {"Content-Type": "application/json"}

    answer = await house.client.post(
        f"/api/v1/widget/{inbox}/session", content=content, headers=headers
    )

    assert problem(answer)["status"] in (400, 422)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=%00",
        "cursor=" + "A" * 5000,
        "limit=0",
        "limit=1e9",
        "limit=%F0%9F%98%80",
        "status=%00",
        "status=sleeping",
        "inbox=1",
        "view=%00",
        "view=" + "x" * 41,
    ],
)
async def test_an_odd_question_is_refused(house: House, query: str) -> None:
    _, token = await house.agent()

    answer = await house.ask(token, "GET", f"/conversations?{query}")

    assert problem(answer).get("field") or answer.status_code == 404


async def test_a_gigabyte_is_refused_before_it_is_sent(house: House) -> None:
    guest = await house.guest()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.client.base_url.port)
    head = f"POST /api/v1/widget/{guest.inbox}/messages HTTP/1.1\r\nHost: kefu.test\r\n"
    writer.write(f"{head}Content-Length: {2**30}\r\n\r\n".encode() + b"x" * 4096)

    async with asyncio.timeout(SECONDS):
        answer = await reader.readline()
    writer.close()

    assert b" 413 " in answer


async def test_a_number_from_the_future_changes_nothing(house: House) -> None:
    guest = await house.guest()
    _, token = await house.agent()
    path = f"/conversations/{guest.conversation}"

    answer = await house.ask(token, "PUT", f"{path}/seen", {"seq": 2**31 - 1})
    snapshot = (await house.ask(token, "GET", path)).json()

    assert answer.status_code == 204
    assert snapshot["conversation"]["agent_seen_seq"] == 0


async def test_snoozing_into_the_past_or_far_away_is_refused(house: House) -> None:
    guest = await house.guest()
    _, token = await house.agent()
    path = f"/conversations/{guest.conversation}/snooze"

    for until in (NOW.isoformat(), "9999-12-31T23:59:59Z", "2026-01-01T00:00:00", "soon", 7):
        answer = await house.ask(token, "PUT", path, {"until": until})
        assert problem(answer)["field"] == "until"
