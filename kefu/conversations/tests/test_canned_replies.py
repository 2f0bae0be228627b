from __future__ import annotations

from typing import Any

import pytest

from kefu.conversations.canned_replies import create_canned_reply
from kefu.conversations.filling_in import filled_in
from kefu.conversations.model_tools import CannedReply
from kefu.conversations.tests.factories import a_conversation
from kefu.core.db import Session
from kefu.customers.tests.factories import a_customer
from kefu.identity import Actor
from kefu.identity.tests import Visitor, counted
from kefu.identity.tests.factories import a_team, an_actor, an_entry


async def a_reply(db: Session, by: Actor, shortcut: str = "hello", **more: Any) -> CannedReply:
    values: dict[str, Any] = {
        "title": "问好",
        "text": "您好,我是{{agent.name}}。",
        "scope": "own",
        "team_id": None,
    }
    return await create_canned_reply(db, shortcut=shortcut, **values | more, by=by)


async def found(visitor: Visitor, asked: str) -> list[str]:
    page = await visitor.get("/canned-replies", params={"q": asked})
    return [item["shortcut"] for item in page.json()["items"]]


async def test_a_reply_is_filled_in_for_the_conversation(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db, name="林晓")
    agent = await an_actor_of(db, entry)
    customer = await a_customer(db, name="王小明")
    conversation = await a_conversation(
        db, customer=customer, assignee_id=agent.id, context={"order": {"number": "JD-77"}}
    )
    await a_reply(db, agent, text="{{ customer.name }}您好,{{order.number}}由{{agent.name}}跟进。")
    visitor.enter(entry)

    page = await visitor.get("/canned-replies", params={"conversation": str(conversation.id)})

    assert page.json()["items"][0]["rendered"] == "王小明您好,JD-77由林晓跟进。"
    assert page.json()["items"][0]["missing"] == []


async def an_actor_of(db: Session, entry: Any) -> Actor:
    return Actor(
        id=entry.agent.id,
        name=entry.agent.name,
        role="agent",
        permissions=frozenset(),
        scope="own",
    )


def test_what_nobody_knows_yet_stays_to_be_seen() -> None:
    text, missing = filled_in("订单{{order.number}}和{{order.number}}", {"agent.name": "林晓"})

    assert (text, missing) == ("订单{{order.number}}和{{order.number}}", ["order.number"])


def test_a_value_is_not_filled_in_again() -> None:
    text, _ = filled_in("{{customer.name}}", {"customer.name": "{{agent.name}}", "agent.name": "x"})

    assert text == "{{agent.name}}"


@pytest.mark.parametrize("asked", ["/ship", "SHIP", "发货", "fahuo", "fhsj", "四十八小时"])
async def test_a_reply_is_found_by_shortcut_pinyin_and_words(
    db: Session, visitor: Visitor, asked: str
) -> None:
    entry = await an_entry(db)
    agent = await an_actor_of(db, entry)
    await a_reply(db, agent, "ship", title="发货时间", text="付款后四十八小时内发货。")
    await a_reply(db, agent, "hello")
    visitor.enter(entry)

    assert await found(visitor, asked) == ["ship"]


async def test_the_shortcut_itself_comes_first(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db)
    agent = await an_actor_of(db, entry)
    await a_reply(db, agent, "re", title="一")
    await a_reply(db, agent, "refund", title="二")
    await a_reply(db, agent, "x", title="re", text="三")
    visitor.enter(entry)

    assert await found(visitor, "re") == ["re", "refund", "x"]


async def test_what_is_used_more_comes_before_its_equals(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db)
    agent = await an_actor_of(db, entry)
    conversation = await a_conversation(db, assignee_id=agent.id)
    await a_reply(db, agent, "a")
    used = await a_reply(db, agent, "b")
    visitor.enter(entry)

    answer = await visitor.post(
        f"/canned-replies/{used.id}/uses", {"conversation": str(conversation.id)}
    )

    assert answer.json()["uses"] == 1
    assert answer.json()["rendered"] == "您好,我是林晓。"
    assert await found(visitor, "") == ["b", "a"]


async def test_an_unknown_variable_is_named(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.post(
        "/canned-replies", {"shortcut": "x", "title": "x", "text": "{{customer.shoe_size}}"}
    )

    problem = answer.json()
    assert (answer.status_code, problem["field"]) == (422, "text")
    assert problem["detail"] == "customer.shoe_size"


async def test_one_has_ones_own_the_teams_and_everybodys(db: Session, visitor: Visitor) -> None:
    ours, theirs = await a_team(db), await a_team(db)
    leader = await an_actor(db, role="administrator")
    entry = await an_entry(db, teams=(ours,))
    await a_reply(db, leader, "private")
    await a_reply(db, leader, "ours", scope="team", team_id=ours.id)
    await a_reply(db, leader, "theirs", scope="team", team_id=theirs.id)
    await a_reply(db, leader, "all", scope="all")
    await a_reply(db, await an_actor_of(db, entry), "mine")
    visitor.enter(entry)

    assert set(await found(visitor, "")) == {"ours", "all", "mine"}


async def test_an_agent_does_not_change_what_all_use(db: Session, visitor: Visitor) -> None:
    shared = await a_reply(db, await an_actor(db, role="administrator"), scope="all")
    visitor.enter(await an_entry(db))

    changed = await visitor.patch(f"/canned-replies/{shared.id}", {"title": "新"})
    made = await visitor.post(
        "/canned-replies", {"shortcut": "n", "title": "n", "text": "n", "scope": "all"}
    )

    assert (changed.status_code, made.status_code) == (403, 403)


async def test_somebody_elses_reply_is_not_there(db: Session, visitor: Visitor) -> None:
    private = await a_reply(db, await an_actor(db))
    visitor.enter(await an_entry(db))

    assert (await visitor.get(f"/canned-replies/{private.id}")).status_code == 404
    assert (await visitor.delete(f"/canned-replies/{private.id}")).status_code == 404


async def test_a_shortcut_is_taken_only_among_those_who_share_it(db: Session) -> None:
    one, other = await an_actor(db), await an_actor(db)
    await a_reply(db, one, "same")

    assert (await a_reply(db, other, "same")).shortcut == "same"


async def test_a_shortcut_that_is_taken_is_a_conflict(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db)
    await a_reply(db, await an_actor_of(db, entry), "same")
    visitor.enter(entry)

    answer = await visitor.post("/canned-replies", {"shortcut": "same", "title": "x", "text": "x"})

    assert (answer.status_code, answer.json()["field"]) == (409, "shortcut")


async def test_replies_take_the_same_queries_for_any_number(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db)
    agent = await an_actor_of(db, entry)
    conversation = await a_conversation(db, assignee_id=agent.id)
    for number in range(30):
        await a_reply(db, agent, f"r{number}")
    visitor.enter(entry)
    counts = []

    for limit in (1, 25, 100):
        with counted(db) as statements:
            params = {"limit": limit, "q": "r", "conversation": str(conversation.id)}
            await visitor.get("/canned-replies", params=params)
        counts.append(len(statements))

    assert len(set(counts)) == 1


async def test_pages_of_replies_follow_each_other(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db)
    agent = await an_actor_of(db, entry)
    for number in range(5):
        await a_reply(db, agent, f"r{number}")
    visitor.enter(entry)
    seen: list[str] = []
    cursor: str | None = ""

    while cursor is not None:
        params = {"limit": 2, "q": "r"} | ({"cursor": cursor} if cursor else {})
        page = (await visitor.get("/canned-replies", params=params)).json()
        seen += [item["shortcut"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert sorted(seen) == ["r0", "r1", "r2", "r3", "r4"]


async def test_a_cursor_of_another_list_is_refused(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.get("/canned-replies", params={"cursor": "WzFd"})

    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
