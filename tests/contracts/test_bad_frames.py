"""Odd frames, over the socket and by polling: refused by field or kept exactly, never a 500."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from kefu.channels import issue_visitor_token
from kefu.core.ids import uuid7
from tests.house import Guest, House, a_text

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime.now(UTC)
ODD_FORM = {"fields": [{"name": "a", "label": "a"}], "submitted": {"a": []}}

ODD_SENDS: list[tuple[str, dict[str, Any]]] = [
    ("text", {"text": "长" * 8001}),
    ("text", {"text": ""}),
    ("text", {"text": " \n\t "}),
    ("text", {"text": None}),
    ("text", {"text": "a\x00b"}),
    ("text", {"text": 7}),
    ("text", {"text": ["a"]}),
    ("id", {"id": None}),
    ("id", {"id": "not a uuid"}),
    ("id", {"id": 12}),
    ("id", {"id": str(uuid4())}),
    ("id", {"id": str(uuid7(NOW - timedelta(hours=25)))}),
    ("id", {"id": str(uuid7(NOW + timedelta(hours=25)))}),
    ("conversation", {"conversation": "../../etc/passwd"}),
    ("conversation", {"conversation": None}),
    ("conversation", {"conversation": str(uuid7())}),
    ("kind", {"kind": "system"}),
    ("kind", {"kind": "note"}),
    ("kind", {"kind": "choices"}),
    ("kind", {"kind": "nonsense"}),
    ("kind", {"kind": ["text"]}),
    ("content", {"kind": "picture"}),
    ("content", {"kind": "product", "content": "a string"}),
    ("content", {"kind": "product", "content": {"id": "1", "title": "长" * 6000}}),
    ("content", {"kind": "product", "content": {"id": "1", "title": "a\x00b"}}),
    ("content.title", {"kind": "product", "content": {"id": "1"}}),
    ("content.file", {"kind": "picture", "content": {"file": "1"}}),
    ("content.url", {"kind": "order", "content": {"number": "1", "url": "javascript:alert(1)"}}),
    ("content.image", {"kind": "product", "content": {"id": "1", "title": "a", "image": 1}}),
    ("content.title", {"kind": "product", "content": {"id": "1", "title": {"a": 1}}}),
    ("content.price", {"kind": "product", "content": {"id": "1", "title": "a", "price": [1]}}),
    ("content.fields", {"kind": "form", "content": {"fields": 5}}),
    ("content.fields.0.label", {"kind": "form", "content": {"fields": [{"name": "a"}]}}),
    ("content.submitted.a", {"kind": "form", "content": ODD_FORM}),
    ("reply_to", {"reply_to": "the last one"}),
]

ODD_FRAMES: list[tuple[str, dict[str, Any]]] = [
    ("t", {"t": "nonsense"}),
    ("t", {"t": 7}),
    ("t", {}),
    ("conversation", {"t": "subscribe"}),
    ("conversation", {"t": "subscribe", "conversation": str(uuid7()), "seq": 0}),
    ("seq", {"t": "subscribe", "conversation": str(uuid7()), "seq": -1}),
    ("seq", {"t": "subscribe", "conversation": str(uuid7()), "seq": "1"}),
    ("seq", {"t": "subscribe", "conversation": str(uuid7()), "seq": True}),
    ("seq", {"t": "seen", "conversation": str(uuid7()), "seq": 2**40}),
    ("seq", {"t": "seen", "conversation": str(uuid7())}),
    ("conversation", {"t": "typing", "conversation": {"a": 1}}),
    ("conversation", {"t": "unsubscribe", "conversation": "x" * 36}),
    ("subscriptions", {"t": "subscribe_many", "subscriptions": {"a": 1}}),
]

ODD_TEXTS = [
    b"{",
    b"",
    b"null",
    b"[]",
    b'"send"',
    b'{"t": "send", "text": "\\ud800"}',
    b'{"t": "send", "text": "\\udc00\\ud83d"}',
    b'{"t": NaN}',
    b"[" * 20_000,
    b'{"t": "beat", "more": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001,
    b'{"t": "beat", "more": "' + b"x" * 65_536 + b'"}',
]

KEPT = [
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e8\U0001f1f3 \u2764\ufe0f",
    "\u200f\u05e2\u05d1\u05e8\u05d9\u05ea\u200e \u202etxet\u202c \u2066a\u2069",
    "e\u0301 \u00e9 \uff21 \u3000 \ufeff",
    "<script>alert('你好')</script> & \"引号\" \\n {{ 7*7 }} %s '; drop table messages; --",
    "  \n\t前后空白保留\r\n  ",
    "\U00020000\U0002a6d6 𠮷野家",
    "长" * 8000,
]


class Channel(Protocol):
    async def tell(self, frame: dict[str, Any]) -> None: ...
    async def hear(self, what: str, /, **values: Any) -> dict[str, Any]: ...


class Polled:
    """A poller with the manners of a socket."""

    def __init__(self, poller: Any) -> None:
        self._poller = poller

    async def tell(self, frame: dict[str, Any]) -> None:
        self._poller.heard.clear()
        answer = await self._poller.ask(frame)
        assert answer.status_code == 200, answer.text

    async def hear(self, what: str, /, **values: Any) -> dict[str, Any]:
        frame: dict[str, Any] = await self._poller.hear(what, **values)
        return frame


Opened = Callable[[Guest], AbstractAsyncContextManager[Channel]]


@pytest.fixture(params=["socket", "polling"])
def opened(request: pytest.FixtureRequest, house: House) -> Opened:
    """Both ways of carrying the protocol."""

    @asynccontextmanager
    async def by_polling(guest: Guest) -> AsyncIterator[Channel]:
        async with house.poller(guest.token, guest.conversation) as poller:
            yield Polled(poller)

    def by_socket(guest: Guest) -> Any:
        return house.line(guest.token, guest.conversation)

    return by_socket if request.param == "socket" else by_polling


async def is_well(channel: Channel, guest: Guest) -> None:
    """The connection goes on as if nothing had happened."""
    frame = a_text(guest, "后面的话照常")
    await channel.tell(frame)
    await channel.hear("ack", id=frame["id"])


async def test_an_odd_message_is_refused_by_its_field(house: House, opened: Opened) -> None:
    guest = await house.guest()

    refused = []
    async with opened(guest) as channel:
        for _, change in ODD_SENDS:
            await channel.tell(a_text(guest) | change)
            problem = (await channel.hear("error"))["problem"]
            refused.append((problem["field"], 400 <= problem["status"] < 500))
        await is_well(channel, guest)

    assert refused == [(field, True) for field, _ in ODD_SENDS]


async def test_an_odd_frame_is_refused_by_its_field(house: House, opened: Opened) -> None:
    guest = await house.guest()

    refused = []
    async with opened(guest) as channel:
        for _, frame in ODD_FRAMES:
            await channel.tell(frame)
            refused.append((await channel.hear("error"))["problem"]["field"])
        await is_well(channel, guest)

    assert refused == [field for field, _ in ODD_FRAMES]


async def test_a_clock_that_is_a_day_off_is_told_the_time(house: House, opened: Opened) -> None:
    guest = await house.guest()
    async with opened(guest) as channel:
        await channel.tell(a_text(guest) | {"id": str(uuid7(NOW - timedelta(hours=26)))})

        problem = (await channel.hear("error"))["problem"]

    assert problem["code"] == "clock_skew"
    assert abs(datetime.fromisoformat(problem["detail"]) - datetime.now(UTC)) < timedelta(minutes=5)


async def test_a_clock_that_is_some_hours_off_does_no_harm(house: House, opened: Opened) -> None:
    guest = await house.guest()
    async with opened(guest) as channel:
        early, late = uuid7(NOW - timedelta(hours=23)), uuid7(NOW + timedelta(hours=23))
        await channel.tell(a_text(guest) | {"id": str(late)})
        first = await channel.hear("ack", id=str(late))
        await channel.tell(a_text(guest) | {"id": str(early)})
        second = await channel.hear("ack", id=str(early))

    assert second["seq"] == first["seq"] + 1


async def test_another_visitors_conversation_is_not_there(house: House, opened: Opened) -> None:
    mine, theirs = await house.guest(), await house.guest()

    async with opened(mine) as channel:
        for frame in (
            a_text(theirs),
            {"t": "subscribe", "conversation": theirs.conversation, "seq": 0},
            {"t": "seen", "conversation": theirs.conversation, "seq": 1},
        ):
            await channel.tell(frame)
            problem = (await channel.hear("error"))["problem"]
            assert problem["code"] == "not_found"
            assert theirs.conversation not in json.dumps(problem)
        await is_well(channel, mine)

    async with opened(theirs) as channel:
        await channel.tell({"t": "subscribe", "conversation": theirs.conversation, "seq": 0})
        assert (await channel.hear("resumed"))["messages"] == []


async def test_a_number_from_the_future_is_answered_with_reload(
    house: House, opened: Opened
) -> None:
    guest = await house.guest()
    async with opened(guest) as channel:
        await channel.tell({"t": "subscribe", "conversation": guest.conversation, "seq": 10**6})
        told = await channel.hear("reload", conversation=guest.conversation)
        await channel.tell({"t": "seen", "conversation": guest.conversation, "seq": 10**6})
        await is_well(channel, guest)

    row = (await house.ask(guest.token, "GET", f"/widget/{guest.inbox}/messages")).json()
    assert told["last_seq"] < 10
    assert row["conversation"]["customer_seen_seq"] == 0


async def test_a_message_id_of_somebody_else_is_taken(house: House, opened: Opened) -> None:
    mine, theirs = await house.guest(), await house.guest()
    said = a_text(theirs)
    async with opened(theirs) as channel:
        await channel.tell(said)
        await channel.hear("ack", id=said["id"])

    async with opened(mine) as channel:
        await channel.tell(a_text(mine) | {"id": said["id"]})
        problem = (await channel.hear("error"))["problem"]

    assert (problem["code"], problem["field"]) == ("id_taken", "id")


async def test_odd_but_right_text_is_kept_exactly(house: House, opened: Opened) -> None:
    guest = await house.guest()
    _, token = await house.agent()

    async with opened(guest) as channel:
        for text in KEPT:
            frame = a_text(guest, text)
            await channel.tell(frame)
            await channel.hear("ack", id=frame["id"])

    for key, path in (
        (guest.token, f"/widget/{guest.inbox}/messages"),
        (token, f"/conversations/{guest.conversation}/messages"),
    ):
        told = (await house.ask(key, "GET", path)).json()
        assert [one["text"] for one in told.get("items", told.get("messages"))] == KEPT


async def test_a_name_with_script_in_it_is_only_a_name(house: House) -> None:
    name = "<img src=x onerror=alert(1)>{{7*7}}"
    guest = await house.guest(name=name)
    _, token = await house.agent()

    async with (
        house.line(token, guest.conversation) as agent,
        house.line(guest.token, guest.conversation) as customer,
    ):
        await customer.tell(a_text(guest))
        event = await agent.hear("event", kind="message.received")

    assert event["data"]["sender"]["name"] == name


# ------------------------------------------------------------------- only over a socket


@pytest.mark.parametrize("raw", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
async def test_text_that_is_no_frame_is_refused(house: House, raw: bytes) -> None:
    guest = await house.guest()
    async with house.line(guest.token, guest.conversation) as line:
        await line.tell(raw.decode())

        problem = (await line.hear("error"))["problem"]
        await is_well(line, guest)

    assert problem["field"] in ("frame", "t")
    assert problem["code"] == "malformed"


async def test_binary_frames_are_refused(house: House) -> None:
    guest = await house.guest()
    async with house.line(guest.token, guest.conversation) as line:
        await line.tell(b'{"t": "beat"}')

        assert (await line.hear("error"))["problem"]["field"] == "frame"
        await is_well(line, guest)


async def test_wrong_utf_8_ends_the_connection_and_nothing_else(house: House) -> None:
    guest = await house.guest()
    async with house.line(guest.token, guest.conversation) as other:
        async with house.line(guest.token, guest.conversation) as line:
            await line.tell_bytes(b'{"t": "send", "text": "\xff\xfe\xc3\x28"}')

            assert await line.ended() == 1007
        await is_well(other, guest)


async def test_a_frame_beyond_all_bounds_ends_the_connection(house: House) -> None:
    guest = await house.guest()
    async with house.line(guest.token) as line:
        await line.tell("x" * 300_000)

        assert await line.ended() == 1009


def tokens(guest: Guest) -> list[Any]:
    """Tokens that hold no more, or never did."""
    forged = guest.token[:-20] + guest.token[-20:].swapcase()
    key, old = b"a key of this house", NOW - timedelta(days=200)
    expired = issue_visitor_token(UUID(guest.customer), UUID(guest.inbox), key=key, at=old)
    stranger = issue_visitor_token(uuid7(), uuid7(), key=key, at=NOW)
    foreign = issue_visitor_token(UUID(guest.customer), UUID(guest.inbox), key=b"other", at=NOW)
    return [forged, expired, stranger, foreign, "", "kefu_nothing", "a" * 5000, "\x00", "令牌"]


async def test_a_token_that_does_not_hold_lets_nobody_in(house: House) -> None:
    guest = await house.guest()

    for token in [*tokens(guest), None, 7, ["a"], {}]:
        async with house.line(None) as line:
            await line.tell({"t": "hello", "token": token})
            problem = (await line.hear("error"))["problem"]
            assert (problem["status"], await line.ended()) == (401, 4401), token
        hello = {"t": "hello", "token": token}
        answer = await house.ask(None, "POST", "/socket/poll", {"frames": [hello]})
        assert answer.status_code == 401, token
        if isinstance(token, str) and token and token.isascii() and token.isprintable():
            path = f"/widget/{guest.inbox}/messages"
            assert (await house.ask(token, "GET", path)).status_code == 401, token


@pytest.mark.parametrize(
    "first",
    [
        {"t": "beat"},
        {"t": "send", "text": "hello"},
        {"t": "hello", "token": "", "subscriptions": "all"},
        {},
    ],
)
async def test_who_does_not_say_hello_is_shown_out(house: House, first: dict[str, Any]) -> None:
    async with house.line(None) as line:
        await line.tell(first)

        await line.hear("error")
        assert await line.ended() in (4400, 4401)


@pytest.mark.parametrize("subscriptions", [7, "all", {"a": 1}, [{"seq": 1}], [{}] * 400])
async def test_odd_subscriptions_in_a_hello_are_refused(house: House, subscriptions: Any) -> None:
    guest = await house.guest()
    async with house.line(None) as line:
        await line.tell({"t": "hello", "token": guest.token, "subscriptions": subscriptions})

        assert (await line.hear("error"))["problem"]["field"] in ("subscriptions", "conversation")


# ------------------------------------------------------------------------ only polling


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b'"\xff"', "body"),
        (b"[]", "frames"),
        (b"null", "frames"),
        (b'{"frames": 7}', "frames"),
        (b'{"frames": ["hello"]}', "frames"),
        (b'{"frames": [' + b"{}," * 100 + b"{}]}", "frames"),
        (b'{"frames": [{"t": "hello", "token": "\\ud800"}]}', "body"),
    ],
)
async def test_a_poll_of_the_wrong_shape_is_refused(house: House, body: bytes, field: str) -> None:
    answer = await house.client.post("/api/v1/socket/poll", content=body)

    assert answer.status_code == 400
    assert answer.json()["field"] == field


@pytest.mark.parametrize("session", ["made up", "", None, 7, ["a"], {"a": 1}])
async def test_a_lost_session_is_asked_to_say_hello_again(house: House, session: Any) -> None:
    body = {"session": session, "frames": [{"t": "beat"}]}
    answer = await house.ask(None, "POST", "/socket/poll", body)

    assert (answer.status_code, answer.json()["code"]) == (401, "no_session")


async def test_many_odd_frames_in_one_poll_are_answered_one_by_one(house: House) -> None:
    guest = await house.guest()
    async with house.poller(guest.token, guest.conversation) as poller:
        good = a_text(guest)
        await poller.ask(*[a_text(guest) | change for _, change in ODD_SENDS], good)
        await poller.hear("ack", id=good["id"])

    errors = [frame for frame in poller.heard if frame["t"] == "error"]
    refused = sorted(one["problem"]["field"] for one in errors)
    assert refused == sorted(field for field, _ in ODD_SENDS)
