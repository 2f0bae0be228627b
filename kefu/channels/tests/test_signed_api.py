from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from sqlalchemy import event, select, text

from kefu.channels import delivering, jobs, reactions
from kefu.channels.model import Delivery
from kefu.channels.signatures import check_signed, signed
from kefu.channels.tests.conftest import House
from kefu.conversations import Conversation, Inbox, Message
from kefu.conversations.tests.factories import a_conversation, block_whose, from_agent
from kefu.core.clock import frozen, now
from kefu.core.events import Fact, FactRow
from kefu.core.ids import uuid7
from kefu.core.reactions import GROUPS, Reader, prepare
from kefu.core.tests.other_side import OtherSide
from kefu.core.wire import Wire
from kefu.identity import actor_for_agent
from kefu.identity.tests.factories import an_agent

SENDER = {"id": "wx-88", "name": "李雷", "phone": "13800138000", "verified": ["phone"]}


async def post(house: House, inbox: Inbox, body: Any, **change: str) -> httpx.Response:
    raw = orjson.dumps(body)
    headers = signed(inbox.secret, raw, now()) | change
    return await house.client.post(
        f"/api/v1/channels/{inbox.id}/messages", content=raw, headers=headers
    )


async def write(house: House, inbox: Inbox, text: str = "在吗", name: str = "m-1") -> UUID:
    body = {"messages": [{"id": name, "sender": SENDER, "text": text}]}
    answer = await post(house, inbox, body)
    assert answer.status_code == 200, answer.text
    return UUID(answer.json()["messages"][0]["conversation"])


async def reply(house: House, conversation: UUID, *texts: str) -> list[UUID]:
    """An agent answers; the readers then put down what must leave."""
    async with house.database.transaction() as db:
        agent = await actor_for_agent(db, (await an_agent(db, role="administrator")).id)
        talk = await db.get_one(Conversation, conversation)
    assert agent is not None
    messages = [from_agent(talk, agent, text) for text in texts]
    for message in messages:
        await house.app.state.switchboard.services["sending"].send(message)
    await react(house)
    return [message.id for message in messages]


async def react(house: House) -> None:
    assert GROUPS["delivery"][0].run is reactions.deliver
    reader = Reader(house.database, "delivery")
    await prepare(house.database, "delivery", 8)
    while await reader.step():
        pass


async def deliver(house: House, conversation: UUID, *, private: bool = True) -> int:
    wire = Wire(private=private, timeout=1)
    left = await delivering.deliver_waiting(
        house.database, conversation, wire=wire, chosen=house.chosen
    )
    await wire.close()
    return left


async def row(house: House, kind: Any, identifier: UUID) -> Any:
    async with house.database.transaction() as db:
        return await db.get_one(kind, identifier)


@pytest.fixture
async def inbox(house: House, other_side: OtherSide) -> Inbox:
    return await house.inbox(channel="api", settings={"callback_url": other_side.url})


async def test_what_comes_in_twice_is_taken_once(house: House, inbox: Inbox) -> None:
    body = {"messages": [{"id": "m-1", "sender": SENDER, "text": "在吗"}]}

    answers = await asyncio.gather(*(post(house, inbox, body) for _ in range(4)))

    taken = [answer.json()["messages"][0] for answer in answers]
    assert len({one["message"] for one in taken}) == 1
    assert sorted(one["duplicate"] for one in taken) == [False, True, True, True]


async def test_the_customer_is_known_again_by_a_checked_number(house: House, inbox: Inbox) -> None:
    other = await house.inbox(channel="ecommerce")

    first = await write(house, inbox)
    second = await write(house, other)

    one, two = await row(house, Conversation, first), await row(house, Conversation, second)
    assert first != second
    assert one.customer_id == two.customer_id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"x-kefu-signature": "0" * 64}, "signature_invalid"),
        ({"x-kefu-signature": ""}, "signature_invalid"),
        ({"x-kefu-timestamp": "soon"}, "timestamp_missing"),
        ({"x-kefu-timestamp": "1"}, "signature_invalid"),
    ],
)
async def test_a_forged_request_is_refused(
    house: House, inbox: Inbox, change: dict[str, str], code: str
) -> None:
    answer = await post(house, inbox, {"messages": []}, **change)

    assert (answer.status_code, answer.json()["code"]) == (401, code)


async def test_a_blocked_sender_holds_back_nobody_else(house: House, inbox: Inbox) -> None:
    blocked = await write(house, inbox, "骂人的话", "m-1")
    async with house.database.transaction() as db:
        await block_whose(db, blocked)
    other = {"id": "wx-99", "name": "韩梅梅"}
    body = {
        "messages": [
            {"id": "m-2", "sender": SENDER, "text": "又来了"},
            {"id": "m-3", "sender": other, "text": "在吗"},
        ]
    }

    answer = (await post(house, inbox, body)).json()

    assert answer["blocked"] == ["m-2"]
    assert [one["external_id"] for one in answer["messages"]] == ["m-3"]
    async with house.database.transaction() as db:
        said = select(Message.text).where(Message.conversation_id == blocked)
        assert list(await db.scalars(said)) == ["骂人的话"]


async def test_a_request_recorded_long_ago_is_refused(house: House, inbox: Inbox) -> None:
    raw = b'{"messages":[]}'
    old = signed(inbox.secret, raw, now() - timedelta(minutes=6))
    address = f"/api/v1/channels/{inbox.id}/messages"

    answer = await house.client.post(address, content=raw, headers=old)

    assert (answer.status_code, answer.json()["code"]) == (401, "timestamp_expired")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({"messages": [{"id": "1", "sender": {"id": ""}, "text": "x"}]}, "messages.0.sender.id"),
        ({"messages": [{"id": "1", "sender": SENDER, "text": 7}]}, "messages.0.text"),
        ({"messages": [{"id": "1", "sender": SENDER, "txt": "x"}]}, "messages.0.txt"),
        ({"messages": [{"id": "1", "sender": SENDER, "text": ""}]}, "messages.0.text"),
        (
            {
                "messages": [
                    {"id": "1", "sender": SENDER, "text": "x"},
                    {"id": "2", "sender": SENDER, "kind": "choices", "content": {"options": "x"}},
                ]
            },
            "messages.1.kind",
        ),
        (
            {"messages": [{"id": "1", "sender": {"id": "a", "email": "no"}, "text": "x"}]},
            "messages.0.sender.email",
        ),
        (
            {
                "messages": [
                    {"id": "1", "sender": SENDER, "text": "x"},
                    {"id": "2", "sender": {"id": "a", "phone": "no"}, "text": "x"},
                ]
            },
            "messages.1.sender.phone",
        ),
        (
            {"messages": [{"id": "1", "sender": {"id": "a"}, "kind": "product", "content": {}}]},
            "messages.0.content.id",
        ),
        ({"reports": [{"message": str(uuid7()), "status": "read"}]}, "reports.0.message"),
        ({"reports": [{"message": str(uuid7()), "status": "eaten"}]}, "reports.0.status"),
    ],
)
async def test_a_bad_body_is_refused_by_its_field(
    house: House, inbox: Inbox, body: Any, field: str
) -> None:
    answer = await post(house, inbox, body)

    assert answer.status_code in (400, 422)
    assert answer.json()["field"] == field


async def test_web_chat_takes_nothing_from_outside(house: House) -> None:
    inbox = await house.inbox()

    assert (await post(house, inbox, {"messages": []})).status_code == 404


async def test_an_agents_answer_leaves_signed_and_in_order(
    house: House, inbox: Inbox, other_side: OtherSide
) -> None:
    conversation = await write(house, inbox)
    messages = await reply(house, conversation, "您好", "今天发出。")

    left = await deliver(house, conversation)

    assert left == 2
    assert [asked.json["message"]["text"] for asked in other_side.asked] == ["您好", "今天发出。"]
    first = other_side.asked[0]
    check_signed(inbox.secret, first.headers, first.body, now())
    assert first.headers["x-kefu-delivery"] == str(messages[0])
    assert {"kind": "api", "value": "wx-88"} in first.json["customer"]["identities"]
    assert (await row(house, Delivery, messages[0])).status == "sent"


async def test_an_outage_in_the_middle_keeps_the_order(
    house: House, inbox: Inbox, other_side: OtherSide
) -> None:
    conversation = await write(house, inbox)
    await reply(house, conversation, "一", "二")
    other_side.answers.extend([(503, b"")])

    first = await deliver(house, conversation)
    with frozen(now() + timedelta(seconds=30)):
        second = await deliver(house, conversation)

    assert (first, second) == (0, 2)
    said = [asked.json["message"]["text"] for asked in other_side.asked]
    assert said == ["一", "一", "二"]


async def test_what_is_refused_is_shown_as_failed_and_can_be_tried_again(
    house: House, inbox: Inbox, other_side: OtherSide
) -> None:
    conversation = await write(house, inbox)
    (message,) = await reply(house, conversation, "您好")
    other_side.answers.append((410, b"gone"))

    await deliver(house, conversation)

    failed = house.pushed("message.failed")[-1]
    assert failed["data"]["status"] == "failed"
    assert failed["data"]["error"] == "HTTP 410"
    async with house.database.transaction() as db:
        talk = await db.get_one(Conversation, conversation, with_for_update=True)
        await delivering.retry_delivery(db, talk, await db.get_one(Message, message))
    assert await deliver(house, conversation) == 1
    assert house.pushed("message.delivered")[-1]["data"]["status"] == "sent"


async def test_after_many_failures_it_gives_up(house: House, other_side: OtherSide) -> None:
    await other_side.stop()
    inbox = await house.inbox(channel="api", settings={"callback_url": other_side.url})
    conversation = await write(house, inbox)
    (message,) = await reply(house, conversation, "您好")

    with frozen(now()) as clock:
        for _ in range(delivering.ATTEMPTS):
            assert (await row(house, Delivery, message)).status == "waiting"
            await deliver(house, conversation)
            clock.advance(timedelta(hours=1))

    assert (await row(house, Delivery, message)).status == "failed"
    assert (await row(house, Message, message)).failed
    await other_side.start()


async def test_an_answer_that_says_delivered_marks_it(
    house: House, inbox: Inbox, other_side: OtherSide
) -> None:
    conversation = await write(house, inbox)
    (message,) = await reply(house, conversation, "您好")
    other_side.answers.append((200, b'{"external_id": "x-1", "status": "delivered"}'))

    await deliver(house, conversation)

    said = await row(house, Message, message)
    assert (await row(house, Conversation, conversation)).delivered_seq == said.seq
    assert (await row(house, Delivery, message)).external_id == "x-1"


async def test_the_other_side_reports_what_was_read_and_what_failed(
    house: House, inbox: Inbox
) -> None:
    conversation = await write(house, inbox)
    (message,) = await reply(house, conversation, "您好")

    read = await post(house, inbox, {"reports": [{"message": str(message), "status": "read"}]})
    report = {"message": str(message), "status": "failed", "error": "封号"}
    failed = await post(house, inbox, {"reports": [report]})

    assert (read.status_code, failed.status_code) == (200, 200)
    said = await row(house, Message, message)
    assert (await row(house, Conversation, conversation)).customer_seen_seq == said.seq
    assert said.failed == "封号"


async def test_our_own_network_is_out_of_reach_unless_allowed(
    house: House, inbox: Inbox, other_side: OtherSide
) -> None:
    conversation = await write(house, inbox)
    (message,) = await reply(house, conversation, "您好")

    await deliver(house, conversation, private=False)

    assert other_side.asked == []
    assert "private network" in (await row(house, Delivery, message)).error


async def test_web_chats_own_messages_do_not_leave(house: House) -> None:
    inbox = await house.inbox()
    async with house.database.transaction() as db:
        conversation = await a_conversation(db, inbox=inbox)

    await reply(house, conversation.id, "您好")

    async with house.database.transaction() as db:
        mine = select(Delivery).where(Delivery.conversation_id == conversation.id)
        assert (await db.scalars(mine)).all() == []


async def test_a_thousand_answers_are_put_down_in_four_statements(
    house: House, inbox: Inbox
) -> None:
    conversation = await write(house, inbox)
    await reply(house, conversation, "一")
    async with house.database.transaction() as db:
        facts = await facts_of(db, conversation)
        statements: list[str] = []
        engine = house.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        await delivering.queue_deliveries(db, facts * 1000)

    assert len(statements) <= 4


async def facts_of(db: Any, conversation: UUID) -> list[Any]:
    rows = await db.scalars(
        select(FactRow).where(FactRow.subject == conversation, FactRow.kind == "message.sent")
    )
    names = ("id", "kind", "subject", "conversation", "customer", "actor", "details", "at")
    return [Fact(*(getattr(row, name) for name in names)) for row in rows]


async def test_the_schedule_finds_what_is_due(
    house: House, inbox: Inbox, other_side: OtherSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await write(house, inbox)
    await reply(house, conversation, "您好")
    allowed = house.chosen.model_copy(update={"webhook_private_addresses": True})
    monkeypatch.setattr(jobs, "settings", lambda: allowed)

    await jobs.deliver_due({}, house.database)

    assert [asked.json["message"]["text"] for asked in other_side.asked] == ["您好"]


async def customers_of(house: House, inbox: Inbox, *senders: dict[str, Any]) -> list[UUID]:
    """Each of them writes once; whose talks these are."""
    found = []
    for number, sender in enumerate(senders):
        body = {"messages": [{"id": f"{sender['id']}-{number}", "sender": sender, "text": "在吗"}]}
        answer = await post(house, inbox, body)
        assert answer.status_code == 200, answer.text
        talk = UUID(answer.json()["messages"][0]["conversation"])
        async with house.database.transaction() as db:
            found.append((await db.get_one(Conversation, talk)).customer_id)
    return found


async def test_a_union_id_that_is_proven_is_one_person_in_two_accounts(house: House) -> None:
    union = {"unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL", "verified": ["unionid", "openid"]}

    mini = {"id": "mini-1", "openid": "mini-open", **union}
    service = {"id": "service-1", "openid": "service-open", **union}
    (one,) = await customers_of(house, await house.inbox(channel="api"), mini)
    (other,) = await customers_of(house, await house.inbox(channel="api"), service)

    assert one == other


async def test_one_device_is_a_sign_and_no_proof(house: House) -> None:
    one, other = await customers_of(
        house,
        await house.inbox(channel="api"),
        {"id": "app-1", "device": "idfv-77"},
        {"id": "app-2", "device": "idfv-77"},
    )

    query = text("select evidence from merge_candidates where one_id = :one and other_id = :other")
    async with house.database.transaction() as db:
        first, second = sorted((one, other))
        evidence = await db.scalar(query, {"one": first, "other": second})
    assert one != other
    assert [(sign["sign"], sign["proof"]) for sign in evidence] == [("device", "said")]
