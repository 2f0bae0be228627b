from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from kefu.channels.contexts import forget_visits
from kefu.channels.model import Visit
from kefu.channels.tests.conftest import Guest, House
from kefu.channels.tokens import issue_visitor_token
from kefu.channels.visitors import identity_hash
from kefu.conversations import Conversation, Message, close
from kefu.conversations.tests.factories import block_whose, masked
from kefu.core.clock import frozen, now
from kefu.core.ids import uuid7
from kefu.customers import Customer

PAGE = {"url": "https://shop.example/tent", "title": "帐篷 ⛺"}


async def conversation_row(house: House, identifier: str) -> Conversation:
    async with house.database.transaction() as db:
        found = await db.get(Conversation, UUID(identifier))
    assert found is not None
    return found


async def test_a_stranger_comes_in_and_is_known_the_next_time(house: House) -> None:
    guest = Guest(house, await house.inbox(greeting="您好"))

    first = await guest.come_in(page=PAGE, locale="zh-CN")
    again = await guest.come_in()

    assert first["conversation"] is None
    assert first["messages"] == []
    assert first["config"]["greeting"] == "您好"
    assert again["visitor"] == first["visitor"]


async def test_a_talk_is_found_again_with_its_messages(guest: Guest) -> None:
    opened = await guest.open("我的订单到哪了？")

    told = await guest.come_in()

    assert told["conversation"]["id"] == opened["id"]
    assert [message["text"] for message in told["messages"]] == ["我的订单到哪了？"]
    assert not told["has_more"]


async def test_two_requests_at_once_open_one_conversation(guest: Guest) -> None:
    answers = await asyncio.gather(*(guest.post("/conversations") for _ in range(8)))

    assert len({answer.json()["conversation"]["id"] for answer in answers}) == 1


async def test_a_message_is_acknowledged_once_and_known_when_it_comes_again(guest: Guest) -> None:
    opened = await guest.open()
    body = {"id": str(uuid7()), "conversation": opened["id"], "text": "在吗"}

    first = await guest.post("/messages", body)
    second = await guest.post("/messages", body)

    assert first.status_code == 201
    assert first.json()["duplicate"] is False
    assert second.json() == first.json() | {"duplicate": True}


async def test_messages_are_listed_after_a_number_and_before_one(guest: Guest) -> None:
    await guest.open("一")
    for text in ("二", "三", "四"):
        await guest.post("/messages", {"id": str(uuid7()), "text": text})

    last = (await guest.get("/messages?limit=2")).json()
    older = (await guest.get(f"/messages?before={last['next_cursor']}")).json()
    newer = (await guest.get(f"/messages?after={older['items'][-1]['seq']}")).json()

    assert [item["text"] for item in last["items"]] == ["三", "四"]
    assert [item["text"] for item in older["items"]] == ["一", "二"]
    assert older["next_cursor"] is None
    assert [item["text"] for item in newer["items"]] == ["三", "四"]


async def test_a_closed_talk_is_shown_for_a_day_and_then_a_new_one_begins(guest: Guest) -> None:
    opened = await guest.open("谢谢")
    async with guest.house.database.transaction() as db:
        conversation = await db.get(Conversation, UUID(opened["id"]), with_for_update=True)
        assert conversation is not None
        await close(db, conversation, by=None)

    lately = (await guest.come_in())["conversation"]
    async with guest.house.database.transaction() as db:
        conversation = await db.get(Conversation, UUID(opened["id"]))
        assert conversation is not None
        conversation.closed_at = now() - timedelta(days=2)
    long_ago = (await guest.come_in())["conversation"]
    new = await guest.open()

    assert lately["status"] == "closed"
    assert long_ago is None
    assert new["id"] != opened["id"]


async def test_what_was_looked_at_before_the_first_word_goes_into_the_talk(guest: Guest) -> None:
    for number in range(25):
        await guest.post("/context", {"page": {"url": f"https://shop.example/{number}"}})
    await guest.post(
        "/context", {"product": {"id": "t1", "title": "帐篷"}, "attributes": {"级": 3}}
    )

    opened = await guest.open()
    await guest.post("/context", {"order": {"number": "2026112100018"}})

    context = (await conversation_row(guest.house, opened["id"])).context
    assert [page["url"] for page in context["pages"]][::19] == [
        "https://shop.example/5",
        "https://shop.example/24",
    ]
    assert context["product"]["title"] == "帐篷"
    assert context["order"] == {"number": "2026112100018"}
    assert context["attributes"] == {"级": 3}
    assert guest.house.pushed("conversation.context")
    async with guest.house.database.transaction() as db:
        mine = Visit.inbox_id == guest.inbox.id
        assert await db.scalar(select(func.count()).select_from(Visit).where(mine)) == 0


async def test_a_rating_is_kept_and_told(guest: Guest) -> None:
    opened = await guest.open("谢谢")
    body = {"conversation": opened["id"], "score": 5, "comment": "很快 👍"}

    answer = await guest.post("/rating", body)

    assert answer.json()["rating"] == {"score": 5}
    row = await conversation_row(guest.house, opened["id"])
    assert (row.rating_score, row.rating_comment) == (5, "很快 👍")
    assert guest.house.pushed("conversation.rated")[0]["details"]["score"] == 5
    assert "很快" not in str(guest.house.pushed("conversation.rated")[0]["details"])


@pytest.mark.parametrize("score", [0, 6, 4.5, "5", None, True])
async def test_a_rating_outside_one_to_five_is_refused(guest: Guest, score: Any) -> None:
    opened = await guest.open()

    answer = await guest.post("/rating", {"conversation": opened["id"], "score": score})

    assert (answer.status_code, answer.json()["field"]) == (422, "score")


async def test_a_message_left_out_of_hours_waits_for_an_agent(guest: Guest) -> None:
    body = {"name": "李雷", "contact": "138 0013 8000", "text": "请回电"}

    answer = await guest.post("/offline-form", body)

    opened = answer.json()["conversation"]
    assert opened["status"] == "waiting"
    async with guest.house.database.transaction() as db:
        talk = UUID(opened["id"])
        row = (await db.scalars(select(Message).where(Message.conversation_id == talk))).one()
        customer = await db.get_one(Customer, row.sender_id)
    assert (row.text, row.content) == (
        "请回电",
        {"offline_form": {"name": "李雷", "contact": "138 0013 8000"}},
    )
    assert (customer.name, customer.phone) == ("李雷", "+8613800138000")


async def test_a_message_left_out_of_hours_is_screened(guest: Guest) -> None:
    with masked("微信"):
        await guest.post("/offline-form", {"contact": "微信 lilei", "text": "加我微信"})

    said = (await guest.get("/messages")).json()["items"][0]
    assert (said["text"], said["content"]["offline_form"]["contact"]) == ("加我**", "** lilei")


async def test_who_is_blocked_opens_no_new_talk_when_theirs_is_closed(guest: Guest) -> None:
    opened = await guest.open("骂人的话")
    async with guest.house.database.transaction() as db:
        talk = await db.get_one(Conversation, UUID(opened["id"]))
        await block_whose(db, talk.id)
        await close(db, talk, by=None)
        talk.closed_at = now() - timedelta(days=2)

    ways = {
        "/conversations": {"first_message": {"id": str(uuid7()), "text": "又来了"}},
        "/offline-form": {"contact": "a@b.example", "text": "又来了"},
    }
    for path, body in ways.items():
        answer = await guest.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "blocked")

    async with guest.house.database.transaction() as db:
        await block_whose(db, UUID(opened["id"]), blocked=False)
    assert (await guest.open("对不起"))["id"] != opened["id"]


async def test_a_contact_that_is_no_number_is_kept_as_it_was_written(guest: Guest) -> None:
    answer = await guest.post("/offline-form", {"contact": "微信 lilei_88", "text": "请回复"})

    assert answer.status_code == 200
    said = (await guest.get("/messages")).json()["items"]
    assert said[0]["content"] == {"offline_form": {"name": "", "contact": "微信 lilei_88"}}


async def test_asking_for_a_person_is_noted_once(guest: Guest) -> None:
    opened = await guest.open("转人工")

    for _ in range(3):
        answer = await guest.post("/human", {"conversation": opened["id"]})

    assert answer.json()["status"] == "waiting"
    told = (await guest.get("/messages")).json()["items"]
    assert [item["content"] for item in told if item["kind"] == "system"] == [
        {"code": "human_requested", "params": {}}
    ]


async def test_notes_are_not_shown_to_visitors(guest: Guest) -> None:
    opened = await guest.open("在吗")
    async with guest.house.database.transaction() as db:
        note = {"kind": "note", "text": "难缠", "sender_type": "agent", "seq": 99, "at": now()}
        db.add(Message(id=uuid7(), conversation_id=UUID(opened["id"]), **note))

    told = await guest.come_in()

    assert "难缠" not in str(told)
    assert "难缠" not in (await guest.get("/messages?after=0")).text


async def test_the_shops_signature_opens_the_customers_own_talks_on_another_device(
    house: House,
) -> None:
    inbox = await house.inbox(secret="s3cret")
    identity = {"external_id": "u-7", "name": "韩梅梅", "hash": identity_hash("s3cret", "u-7")}
    phone, laptop = Guest(house, inbox), Guest(house, inbox)

    first = await phone.come_in(identity=identity)
    opened = await phone.open("在吗")
    second = await laptop.come_in(identity=identity)

    assert second["visitor"] == first["visitor"]
    assert second["visitor"]["name"] == "韩梅梅"
    assert second["conversation"]["id"] == opened["id"]


async def test_a_name_without_a_signature_opens_nothing(house: House) -> None:
    inbox = await house.inbox(secret="s3cret")
    signed = {"external_id": "u-7", "hash": identity_hash("s3cret", "u-7")}
    customer, thief = Guest(house, inbox), Guest(house, inbox)
    await customer.come_in(identity=signed)
    await customer.open("我的地址是……")

    told = await thief.come_in(identity={"external_id": "u-7"})

    assert told["conversation"] is None


@pytest.mark.parametrize("forged", ["0" * 64, "", "ü", "x" * 128])
async def test_a_wrong_signature_is_refused(house: House, forged: str) -> None:
    guest = Guest(house, await house.inbox(secret="s3cret", require_identity=True))

    answer = await guest.post("/session", {"identity": {"external_id": "u-7", "hash": forged}})

    assert answer.status_code in (403, 422)
    assert answer.json()["field"] == "identity.hash"


async def test_an_inbox_for_signed_in_customers_takes_nobody_else(house: House) -> None:
    guest = Guest(house, await house.inbox(require_identity=True))

    answer = await guest.post("/session", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "identity_required")


@pytest.mark.parametrize("path", ["/rating", "/human", "/messages"])
async def test_another_visitors_conversation_is_not_there(house: House, path: str) -> None:
    inbox = await house.inbox()
    one, other = Guest(house, inbox), Guest(house, inbox)
    await one.come_in()
    await other.come_in()
    theirs = (await one.open("私事"))["id"]
    body = {
        "/rating": {"conversation": theirs, "score": 1},
        "/human": {"conversation": theirs},
        "/messages": {"id": str(uuid7()), "conversation": theirs, "text": "嘿"},
    }[path]

    posted = await other.post(path, body)
    listed = await other.get(f"/messages?conversation={theirs}")

    assert (posted.status_code, listed.status_code) == (404, 404)


async def test_forged_expired_and_foreign_tokens_are_refused(guest: Guest) -> None:
    house, key = guest.house, guest.house.chosen.signing_key()
    other = await house.inbox()
    customer = uuid4()
    tokens = {
        "": "token_missing",
        "rubbish": "token_invalid",
        issue_visitor_token(customer, guest.inbox.id, key=b"x", at=now()): "token_invalid",
        issue_visitor_token(
            customer, guest.inbox.id, key=key, at=now() - timedelta(days=181)
        ): "token_expired",
        issue_visitor_token(customer, guest.inbox.id, key=key, at=now()): "unknown_visitor",
        issue_visitor_token(customer, other.id, key=key, at=now()): "unknown_visitor",
    }

    for token, code in tokens.items():
        answer = await guest.post("/conversations", {}, Authorization=f"Bearer {token}")
        assert (answer.status_code, answer.json()["code"]) == (401, code)


async def test_an_inbox_that_is_not_there_is_not_found(house: House) -> None:
    inbox = await house.inbox(archived_at=now())

    gone = await Guest(house, inbox).get("/config")
    odd = await house.client.get("/api/v1/widget/not-an-id/config")

    assert (gone.status_code, odd.status_code) == (404, 422)


async def test_a_shop_hands_over_what_it_has(house: House) -> None:
    guest = Guest(house, await house.inbox())
    user = {"external_id": 4711, "name": "李雷", "phone": "n/a", "email": "none", "avatar": "x"}

    told = await guest.come_in(identity=user, page=PAGE | {"depth": 3})

    assert told["visitor"]["name"] == "李雷"


async def test_visits_that_led_to_nothing_are_forgotten_after_a_month(guest: Guest) -> None:
    await guest.post("/context", {"page": PAGE})
    house, mine = guest.house, Visit.inbox_id == guest.inbox.id

    with frozen(now() + timedelta(days=31)):
        async with house.database.transaction() as db:
            await forget_visits(db)

    async with house.database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(Visit).where(mine)) == 0
