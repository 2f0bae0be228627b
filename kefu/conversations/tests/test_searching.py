from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select, text

from kefu.conversations import search_candidates
from kefu.conversations.model import Conversation, Kind, Message, Sender
from kefu.conversations.model_tools import SearchRow
from kefu.conversations.reactions_search import forget_persons, forget_recalled
from kefu.conversations.search_index import index_messages
from kefu.conversations.search_tokens import Keys, asked_tokens_of, tokens_of
from kefu.conversations.tests.factories import a_conversation, a_message, an_inbox
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.folding import folded
from kefu.identity.tests import Visitor, counted
from kefu.identity.tests.factories import a_team, an_actor, an_entry


async def said(db: Session, conversation: Conversation, *texts: str, **more: Any) -> list[UUID]:
    messages = [await a_message(db, conversation, one, **more) for one in texts]
    await index_messages(db, messages)
    return messages


async def found(visitor: Visitor, q: str, **more: Any) -> list[str]:
    answer = await visitor.get("/search/messages", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [item["message"]["text"] for item in answer.json()["items"]]


@pytest.fixture
async def leader(db: Session, visitor: Visitor) -> Visitor:
    visitor.enter(await an_entry(db, role="administrator"))
    return visitor


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("我的红色连衣裙什么时候发货", "连衣裙"),
        ("我的红色连衣裙什么时候发货", "发货 红色"),
        ("我要退貨,請儘快處理", "退货"),
        ("我要退货", "退貨"),
        ("ＩＰＨＯＮＥ 15 有货吗", "iphone"),
        ("iPhone15 有货吗", "IPHONE"),
        ("订单 JD20260301123 没收到", "jd20260301123"),
        ("订单 JD20260301123 没收到", "20260301123"),
        ("手机号13812346789", "6789"),
        ("尾号6789", "6789"),
        ("鲑鱼不新鲜", "鲑"),
        ("好的", "的"),
        ("太好了😀谢谢", "😀"),
        ("运费险怎么用(在线等)", '"怎么用(在线"'),
        ("a%b_c\\d", "a%b_c\\d"),
        ("カタカナの靴", "カタカナ"),
    ],
)
async def test_a_message_is_found_by(db: Session, leader: Visitor, text: str, asked: str) -> None:
    conversation = await a_conversation(db)
    await said(db, conversation, "请问在吗?", text, "稍等")

    assert await found(leader, asked) == [text]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("发了货", "发货"),
        ("连衣和衣裙", "连衣裙"),
        ("订单号20260301123", "20260301"),
        ("订单号20260301123", "2026"),
        ("手机号13812346789", "2346"),
        ("红色", "红色 蓝色"),
    ],
)
async def test_a_message_is_not_found_by(
    db: Session, leader: Visitor, text: str, asked: str
) -> None:
    await said(db, await a_conversation(db), text)

    assert await found(leader, asked) == []


async def test_the_newest_come_first_with_row_and_highlights(db: Session, leader: Visitor) -> None:
    first, second = await a_conversation(db), await a_conversation(db)
    await said(db, first, "旧的退款")
    await said(db, second, "退款,退貨")

    answer = (await leader.get("/search/messages", params={"q": "退款"})).json()["items"]

    assert [item["message"]["text"] for item in answer] == ["退款,退貨", "旧的退款"]
    assert [item["highlights"] for item in answer] == [[[0, 2]], [[2, 4]]]
    assert answer[0]["conversation"]["id"] == str(second.id)


async def test_an_order_card_is_found_by_its_number(db: Session, leader: Visitor) -> None:
    conversation = await a_conversation(db)
    await said(db, conversation, "", kind=Kind.ORDER, content={"number": "JD-9988776655"})

    assert await found(leader, "9988776655") == [""]
    assert await found(leader, "6655") == [""]


async def test_one_finds_only_in_what_one_may_see(db: Session, visitor: Visitor) -> None:
    team = await a_team(db)
    mine, entry = await a_conversation(db), await an_entry(db)
    ours = await a_conversation(db, team_id=team.id, assignee_id=(await an_actor(db)).id)
    mine.assignee_id, mine.team_id = entry.agent.id, team.id
    await said(db, mine, "我的退款")
    await said(db, ours, "组里的退款")
    leading = await an_entry(db, role="shift_leader", teams=(team,))
    apart = await an_entry(db, role="shift_leader", teams=(await a_team(db),))
    seen = []

    for someone in (entry, leading, apart):
        visitor.enter(someone)
        seen.append(await found(visitor, "退款"))

    assert seen == [["我的退款"], ["组里的退款", "我的退款"], []]


async def test_what_is_said_often_is_gathered_and_found_the_same(
    db: Session, leader: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await a_conversation(db)
    await said(db, conversation, *(f"退款{number}" for number in range(9)), "别的")
    here = {"limit": 5, "inbox": str(conversation.inbox_id)}
    walked = await found(leader, "退款", **here)

    monkeypatch.setattr(search_candidates, "MANY", 0)

    assert walked == [f"退款{number}" for number in range(8, 3, -1)]
    assert await found(leader, "退款", **here) == walked


@pytest.mark.parametrize("many", [0, 20_000])
@pytest.mark.parametrize("asked", ["退款", "的"])
async def test_pages_follow_each_other_through_all_buckets(
    db: Session, leader: Visitor, monkeypatch: pytest.MonkeyPatch, many: int, asked: str
) -> None:
    monkeypatch.setattr(search_candidates, "MANY", many)
    conversation = await a_conversation(db)
    wanted: list[str] = []
    for bucket in range(3):
        await db.execute(text(f"select setval('message_search_numbers', {bucket * 65536 + 65534})"))
        texts = [f"{bucket}的退款{number}" for number in range(4)]
        await said(db, conversation, *texts, "您好")
        wanted = texts[::-1] + wanted
    seen: list[str] = []
    cursor: str | None = ""

    while cursor is not None:
        params = {"q": asked, "limit": 3, "inbox": str(conversation.inbox_id)}
        params |= {"cursor": cursor} if cursor else {}
        page = (await leader.get("/search/messages", params=params)).json()
        seen += [item["message"]["text"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert seen == wanted


async def test_inbox_and_time_narrow_the_search(
    db: Session, leader: Visitor, clock: FrozenClock
) -> None:
    shop, other = await an_inbox(db), await an_inbox(db)
    await said(db, await a_conversation(db, inbox=shop), "早的退款")
    clock.advance(timedelta(days=3))
    moment = now().isoformat()
    await said(db, await a_conversation(db, inbox=shop), "晚的退款")
    clock.advance(timedelta(seconds=1))
    await said(db, await a_conversation(db, inbox=other), "别处的退款")

    assert await found(leader, "退款", inbox=str(shop.id)) == ["晚的退款", "早的退款"]
    assert await found(leader, "退款", to=moment) == ["早的退款"]
    assert await found(leader, "退款", **{"from": moment}) == ["别处的退款", "晚的退款"]


async def test_what_is_recalled_is_found_no_more(db: Session, leader: Visitor) -> None:
    conversation = await a_conversation(db)
    [message] = await said(db, conversation, "退款")
    details = {"message": str(message)}
    recalled = Fact(1, "message.recalled", conversation.id, None, None, None, details, now())

    await forget_recalled(db, [recalled])

    assert await found(leader, "退款") == []
    assert await db.scalar(select(func.count()).select_from(SearchRow)) == 0


async def test_what_is_being_recalled_is_not_shown_either(db: Session, leader: Visitor) -> None:
    conversation = await a_conversation(db)
    [message] = await said(db, conversation, "退款")
    row = await db.get(Message, message)
    assert row is not None
    row.recalled_at, row.text = now(), ""
    await db.flush()

    assert await found(leader, "退款") == []


async def test_an_erased_person_is_found_no_more(db: Session, leader: Visitor) -> None:
    gone, stays = await a_conversation(db), await a_conversation(db)
    await said(db, gone, "退款")
    await said(db, stays, "也退款")
    erased = Fact(1, "customer.erased", gone.customer_id, None, None, None, {}, now())

    await forget_persons(db, [erased])

    assert await found(leader, "退款") == ["也退款"]


async def test_notes_are_found_by_agents_and_system_lines_by_nobody(
    db: Session, leader: Visitor
) -> None:
    conversation = await a_conversation(db)
    agent = await an_actor(db)
    by = {"sender_type": Sender.AGENT, "sender_id": agent.id, "scope": "all"}
    await said(db, conversation, "退款要主管批准", kind=Kind.NOTE, **by)
    await said(db, conversation, "退款已到账", kind=Kind.SYSTEM, sender_type=Sender.SYSTEM)

    assert await found(leader, "退款") == ["退款要主管批准"]


async def test_a_search_takes_the_same_queries_for_any_number(db: Session, leader: Visitor) -> None:
    for _ in range(30):
        await said(db, await a_conversation(db), "退款")
    counts = []

    for limit in (1, 25, 100):
        with counted(db) as statements:
            await found(leader, "退款", limit=limit)
        counts.append(len(statements))

    assert len(set(counts)) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": ""}, "q"),
        ({"q": "   "}, "q"),
        ({"q": "字" * 101}, "q"),
        ({"q": "a b c d e f"}, "q"),
        ({"q": "a", "cursor": "WzFd"}, "cursor"),
        ({"q": "a", "from": "2026-01-01T00:00:00"}, "from"),
        ({"q": "a", "inbox": "x"}, "inbox"),
        ({"q": "a\x00b"}, "q"),
    ],
)
async def test_a_bad_search_is_refused_by_its_field(
    db: Session, leader: Visitor, asked: dict[str, str], field: str
) -> None:
    answer = await leader.get("/search/messages", params=asked)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@given(some.text(max_size=60))
def test_folding_keeps_every_place(written: str) -> None:
    assert len(folded(written)) == len(written)


@given(some.text(alphabet="退款货運a1 9,鲑", max_size=20), some.data())
def test_a_text_has_every_token_of_a_phrase_cut_from_it(
    written: str, data: some.DataObject
) -> None:
    cut = [part for part in written.split() if part]
    if not cut:
        return
    phrase = data.draw(some.sampled_from(cut))

    assert asked_tokens_of(phrase) <= tokens_of(written)


def test_keys_fit_a_column_and_differ_between_buckets() -> None:
    keys = [Keys(bucket).of(["退款"])[0] for bucket in range(3000)]

    assert all(-(2**31) <= key < 2**31 for key in keys)
    assert len(set(keys[:1024])) == 1024
