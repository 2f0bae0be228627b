from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from kefu.conversations.flagging import flag_messages, tell_leaders
from kefu.conversations.keeping_words import KeptWords
from kefu.conversations.screening import screened, use_screen
from kefu.conversations.sensitive_words import add_words, load_words, screened_by
from kefu.conversations.tests.factories import (
    a_conversation,
    a_message,
    from_agent,
    from_customer,
)
from kefu.conversations.tests.test_informing import facts_of
from kefu.conversations.word_matching import Action, Word, Words
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.core.realtime import Local
from kefu.identity.tests import Visitor, counted, kinds_recorded
from kefu.identity.tests.factories import a_team, an_actor, an_entry
from kefu.notifications import Notification

BOTH = frozenset({"in", "out"})


def words(**said: Action) -> Words:
    return Words(Word(uuid7(), word, action, BOTH) for word, action in said.items())


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("加我微信聊", "加我**聊"),
        ("加我微\u200b信聊", "加我***聊"),
        ("加我WeChat", "加我******"),
        ("ＷＥＣＨＡＴ", "******"),
        ("mywechats", "mywechats"),
        ("微信号", "***"),
        ("微博", "微博"),
        ("微信微信", "****"),
        ("", ""),
    ],
)
def test_masking_hides_the_longest_word_and_nothing_else(text: str, after: str) -> None:
    screen = words(微信="mask", 微信号="mask", wechat="mask").screen(text, "in")

    assert screen.text == after


def test_traditional_characters_do_not_slip_through() -> None:
    assert words(转账="refuse").screen("請轉賬給我", "out").refused is not None


def test_a_word_counts_only_where_it_is_meant_for() -> None:
    ours = Words([Word(uuid7(), "保证", "refuse", frozenset({"out"}))])

    assert ours.screen("你保证吗", "in").refused is None
    assert ours.screen("我保证", "out").refused is not None


def test_a_flag_lets_the_text_pass() -> None:
    screen = words(投诉="flag", 曝光="flag").screen("我要投诉,投诉,曝光", "in")

    assert screen.text == "我要投诉,投诉,曝光"
    assert [word.word for word in screen.flags] == ["投诉", "曝光"]


@given(
    some.lists(some.text(alphabet="abc微信", min_size=1, max_size=4), max_size=8, unique=True),
    some.text(alphabet="abc微信 ", max_size=20),
)
def test_matching_agrees_with_looking_everywhere(listed: list[str], text: str) -> None:
    plain = [word for word in listed if not any(c in "abc" for c in word)]
    screen = Words(Word(uuid7(), word, "flag", BOTH) for word in plain).screen(text, "in")

    assert bool(screen.flags) == any(word in text for word in plain)


def test_ten_thousand_words_cost_no_more_steps_than_the_text_is_long() -> None:
    rng = random.Random(1)
    many = Words(
        Word(uuid7(), "".join(rng.choices("的一是不了人我在有他", k=8)) + "尾", "mask", BOTH)
        for _ in range(10_000)
    )

    assert many.count == 10_000
    assert many.screen("这个商品什么时候发货" * 10, "in").text == "这个商品什么时候发货" * 10


async def test_words_in_answers_choices_and_cards_are_screened_and_names_are_not(
    db: Session,
) -> None:
    conversation = await a_conversation(db)
    listed = words(微信="mask")
    field = {"name": "微信", "label": "微信号"}
    form = {"fields": [field], "submitted": {"微信": "微信 lilei"}, "url": "https://a/微信"}

    sent = screened_by(listed, from_customer(conversation, "", kind="form", content=form))

    assert sent.content == {
        "fields": [{"name": "微信", "label": "**号"}],
        "submitted": {"微信": "** lilei"},
        "url": "https://a/微信",
    }
    assert form["submitted"] == {"微信": "微信 lilei"}


async def test_a_refused_word_in_a_card_names_the_content(db: Session) -> None:
    agent, conversation = await an_actor(db), await a_conversation(db)
    card = {"id": "1", "title": "好评返现"}

    with pytest.raises(Invalid) as refused:
        screened_by(
            words(返现="refuse"),
            from_agent(conversation, agent, "", kind="product", content=card),
        )

    assert (refused.value.field, refused.value.detail) == ("content", "返现")


async def test_the_head_of_the_team_is_told_of_a_flagged_word_in_a_caption(db: Session) -> None:
    head, admin = await an_actor(db), await an_actor(db, role="administrator")
    team = await a_team(db, head_id=head.id)
    ours, nobodys = await a_conversation(db, team_id=team.id), await a_conversation(db)
    await add_words(db, ["投诉"], direction="in", action="flag", by=admin.id)
    picture = {"file": str(uuid7()), "name": "a.png", "type": "image/png", "size": 1}
    said = await a_message(db, ours, "我要投诉", kind="picture", content=picture)
    other = await a_message(db, nobodys, "投诉你们")

    await flag_messages(db, [said, other])
    await tell_leaders(db, await facts_of(db, "message.flagged"))

    told = await db.execute(select(Notification.agent_id, Notification.subject))
    assert {(row[0], row[1]) for row in told} == {(head.id, ours.id), (admin.id, nobodys.id)}


async def test_agents_hear_which_word_it_was_and_customers_do_not(db: Session) -> None:
    agent, conversation = await an_actor(db), await a_conversation(db)
    listed = words(返现="refuse")

    with pytest.raises(Invalid) as to_agent:
        screened_by(listed, from_agent(conversation, agent, "给您返现"))
    with pytest.raises(Invalid) as to_customer:
        screened_by(listed, from_customer(conversation, "有返现吗"))

    assert (to_agent.value.code, to_agent.value.detail) == ("sensitive_word", "返现")
    assert (to_customer.value.field, to_customer.value.detail) == ("text", None)


async def test_a_flagged_message_is_pointed_out_once_without_its_text(db: Session) -> None:
    leader = await an_actor(db, role="administrator")
    [word] = await add_words(db, ["投诉"], direction="in", action="flag", by=leader.id)
    conversation = await a_conversation(db)
    bad = await a_message(db, conversation, "我要投诉你们")
    good = await a_message(db, conversation, "谢谢")

    assert await flag_messages(db, [bad, good]) == 1

    query = select(FactRow.details).where(FactRow.kind == "message.flagged")
    assert (await db.scalars(query)).one() == {"message": str(bad), "words": [str(word.id)]}


async def test_words_are_added_found_tried_and_removed(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="administrator"))

    added = await visitor.post("/sensitive-words", {"words": ["微信", "轉賬"], "action": "mask"})
    found = await visitor.get("/sensitive-words", params={"q": "转账"})
    tried = await visitor.post("/sensitive-words/trial", {"text": "加微信", "direction": "in"})
    gone = await visitor.delete(f"/sensitive-words/{found.json()['items'][0]['id']}")

    assert (added.status_code, gone.status_code) == (201, 204)
    assert [word["word"] for word in found.json()["items"]] == ["轉賬"]
    assert tried.json() == {"text": "加**", "refused": None, "flags": []}
    assert (await kinds_recorded(db)).count("sensitive_words.changed") == 2


async def test_a_word_that_is_there_gets_the_new_action(db: Session) -> None:
    admin = await an_actor(db, role="administrator")
    await add_words(db, ["微信"], direction="both", action="mask", by=admin.id)
    await add_words(db, ["微信"], direction="both", action="refuse", by=admin.id)

    assert (await load_words(db)).screen("微信", "in").refused is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"words": [], "action": "mask"}, "words"),
        ({"words": [" "], "action": "mask"}, "words.0"),
        ({"words": ["x" * 41], "action": "mask"}, "words.0"),
        ({"words": ["x"], "action": "burn"}, "action"),
        ({"words": ["x"], "action": "mask", "direction": "up"}, "direction"),
        ({"words": ["x"] * 2001, "action": "mask"}, "words"),
    ],
)
async def test_bad_words_are_refused_by_their_field(
    db: Session, visitor: Visitor, body: dict[str, Any], field: str
) -> None:
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.post("/sensitive-words", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("role", "read", "edit"),
    [("agent", 403, 403), ("shift_leader", 200, 403), ("department_head", 200, 201)],
)
async def test_who_may_read_and_who_may_edit(
    db: Session, visitor: Visitor, role: str, read: int, edit: int
) -> None:
    visitor.enter(await an_entry(db, role=role))

    listed = await visitor.get("/sensitive-words")
    added = await visitor.post("/sensitive-words", {"words": ["x"], "action": "mask"})

    assert (listed.status_code, added.status_code) == (read, edit)


async def test_words_are_listed_in_the_same_queries_for_any_number(
    db: Session, visitor: Visitor
) -> None:
    entry = await an_entry(db, role="administrator")
    many = [f"词{number}" for number in range(120)]
    await add_words(db, many, direction="in", action="mask", by=entry.agent.id)
    visitor.enter(entry)
    counts = []

    for limit in (1, 25, 100):
        with counted(db) as statements:
            await visitor.get("/sensitive-words", params={"limit": limit})
        counts.append(len(statements))

    assert len(set(counts)) == 1


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool=4, realtime=Local())
    yield database
    use_screen(None)
    await database.close()


async def test_a_process_screens_with_new_words_as_soon_as_they_are_committed(
    database: Database,
) -> None:
    assert database.realtime is not None
    kept = KeptWords(database, database.realtime)
    running = asyncio.create_task(kept.run())
    async with database.transaction() as db:
        admin = await an_actor(db, role="administrator")
        conversation = await a_conversation(db)
    while kept.words.count == 0:
        async with database.transaction() as db:
            await add_words(db, ["微信"], direction="in", action="mask", by=admin.id)
        await asyncio.sleep(0.05)

    assert screened(from_customer(conversation, "加微信")).text == "加**"
    running.cancel()


def test_the_id_of_a_word_is_kept() -> None:
    known = UUID(int=7)

    assert Words([Word(known, "x", "flag", BOTH)]).screen("x", "in").flags[0].id == known
