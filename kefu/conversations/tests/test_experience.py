"""One index over all channels, with the base of every part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kefu.conversations.experience import Told, by_channel, experience_of, told_in
from kefu.conversations.measures import omnichannel_experience
from kefu.conversations.model import Status
from kefu.conversations.routes_handing_over import router
from kefu.conversations.tests.factories import a_conversation, an_inbox
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.measures import Period
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import desk_of
from kefu.identity.tests.visiting import counted


def told(channel: str = "app", **more: Any) -> Told:
    values: dict[str, Any] = {"score": None, "closed": True, "reopened": False, "repeated": False}
    values |= {"channel": channel, "kept": 0, "broken": 0}
    return Told(**values | more)


def test_the_index_is_the_mean_of_the_parts_that_have_a_base() -> None:
    found = by_channel(
        [told(score=5, kept=3, broken=1), told(score=4, reopened=True), told("api", repeated=True)]
    )

    parts = {name: part.value for name, part in found.parts.items()}
    assert parts["satisfaction"] == 87.5
    assert parts["promptness"] == 75
    assert round(parts["continuity"] or 0, 1) == 66.7
    assert round(parts["resolution"] or 0, 1) == 66.7
    assert round(found.value or 0, 2) == 73.96
    assert (found.denominator, parts["channel.api"]) == (4, 50)


def test_a_part_without_a_base_is_left_out_and_says_so() -> None:
    found = by_channel([told(closed=False)])

    assert (found.value, found.denominator) == (100, 1)
    assert found.parts["satisfaction"].reason == "nothing_to_count"
    assert by_channel([]).reason == "nothing_to_count"


async def test_a_customers_channels_are_seen_together(db: Session) -> None:
    customer = await a_customer(db)
    closed: dict[str, Any] = {"customer": customer, "status": Status.CLOSED}
    for channel, score in (("web_chat", 5), ("wechat_miniprogram", 3)):
        inbox = await an_inbox(db, channel=channel)
        await a_conversation(db, inbox=inbox, rating_score=score, **closed)
    await a_conversation(db, rating_score=1)

    found = await experience_of(db, customer.id)

    assert found.parts["satisfaction"].value == 75
    assert {name for name in found.parts if name.startswith("channel.")} == {
        "channel.web_chat",
        "channel.wechat_miniprogram",
    }


async def test_everybodys_index_counts_the_conversations_of_the_period(db: Session) -> None:
    await a_conversation(db, rating_score=5)
    await a_conversation(db, rating_score=1, created_at=now() - timedelta(days=40))

    period = Period(now() - timedelta(days=30), now() + timedelta(minutes=1))

    assert (await omnichannel_experience(db, period)).parts["satisfaction"].value == 100


async def test_it_takes_as_many_queries_for_one_conversation_as_for_many(db: Session) -> None:
    customer = await a_customer(db)
    span = {"since": now() - timedelta(days=1), "until": now() + timedelta(days=1)}
    used = []
    for _ in (1, 25):
        await a_conversation(db, customer=customer)
        with counted(db) as statements:
            await told_in(db, customer=customer.id, **span)
        used.append(len(statements))

    assert used[0] == used[1]


async def test_whoever_may_see_the_customer_sees_the_experience(db: Session) -> None:
    conversation = await a_conversation(db, rating_score=4)

    async with desk_of(db, router) as desk:
        await desk.sign_in("administrator")
        answer = await desk.get(f"/customers/{conversation.customer_id}/experience")
        await desk.sign_in("agent")
        hidden = await desk.get(f"/customers/{conversation.customer_id}/experience")

    assert answer.json()["parts"]["satisfaction"]["value"] == 75
    assert list(answer.json()["channels"]) == ["web_chat"]
    assert hidden.status_code == 404
