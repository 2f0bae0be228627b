"""The third colleague knows what the first knew; a customer who must say it again is noticed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.conversations.assignment import claim, transfer
from kefu.conversations.explaining import Hand
from kefu.conversations.handing_over import (
    hand_over_of,
    is_said_again,
    is_telling,
    mark_repetitions,
)
from kefu.conversations.measures import repeated_descriptions, transfers_per_conversation
from kefu.conversations.model import Conversation
from kefu.conversations.routes_handing_over import router
from kefu.conversations.tests.factories import a_conversation, a_message
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.measures import Period
from kefu.customers import customer_for, verify
from kefu.identity import Actor
from kefu.identity.tests.desk import desk_of
from kefu.identity.tests.factories import an_actor
from kefu.identity.tests.visiting import counted

WRONG_ADDRESS = "我的订单 SY2026-100377 收货地址填错了，要改到杭州"
ORDER = {"number": "SY2026-100377", "status": "shipped"}


async def handed(db: Session, conversation: Conversation, by: Actor, to: Actor) -> None:
    await transfer(
        db,
        conversation,
        by=by,
        assignee=to.id,
        team=None,
        summary=f"{by.name}：要改地址",
        reason="expertise",
    )


async def twice_handed_over(db: Session) -> tuple[Conversation, Actor, Actor]:
    one, two, three = [
        await an_actor(db, name=name, role="administrator") for name in ("林晓", "刘洋", "孙倩")
    ]
    conversation = await a_conversation(db, context={"order": ORDER})
    customer = await customer_for(db, one, conversation.customer_id)
    await verify(db, customer, method="order_phone", by=one.id)
    await a_message(db, conversation, WRONG_ADDRESS)
    await claim(db, conversation, by=one)
    await handed(db, conversation, one, two)
    await handed(db, conversation, two, three)
    return conversation, two, three


def hands(one: Hand) -> tuple[str | None, str | None]:
    return (one.former.name if one.former else None, one.assignee.name if one.assignee else None)


async def test_the_third_agent_gets_summary_order_and_proof_of_identity(db: Session) -> None:
    conversation, two, three = await twice_handed_over(db)

    found = await hand_over_of(db, conversation)

    assert found.summary == "刘洋：要改地址"
    assert found.order == ORDER
    assert found.verified_until is not None
    assert found.verified_until > now()
    assert found.suggestion == f"#SY2026-100377\n{WRONG_ADDRESS}"
    assert [(one.how, *hands(one)) for one in found.hands] == [
        ("taken", None, "林晓"),
        ("transferred", "林晓", "刘洋"),
        ("transferred", "刘洋", "孙倩"),
    ]
    assert found.hands[2].by
    assert found.hands[2].by.id == two.id
    assert found.hands[2].assignee
    assert found.hands[2].assignee.id == three.id
    assert found.repeated_description is False


async def test_two_hand_overs_are_two_in_the_figure_and_nothing_was_repeated(db: Session) -> None:
    await twice_handed_over(db)
    period = Period(now() - timedelta(hours=1), now() + timedelta(hours=1))

    transfers = await transfers_per_conversation(db, period)
    repeated = await repeated_descriptions(db, period)

    assert (transfers.value, transfers.numerator, transfers.denominator) == (2, 2, 1)
    assert (repeated.value, repeated.numerator, repeated.denominator) == (0, 0, 1)


async def test_without_a_transfer_there_is_no_share_of_repeated_descriptions(db: Session) -> None:
    await a_conversation(db)
    period = Period(now() - timedelta(hours=1), now() + timedelta(hours=1))

    assert (await repeated_descriptions(db, period)).reason == "nothing_to_count"


async def said(db: Session, conversation: Conversation, *texts: str) -> None:
    messages: dict[UUID, UUID] = {}
    for text in texts:
        messages[await a_message(db, conversation, text)] = conversation.id
    await mark_repetitions(db, messages)
    await db.refresh(conversation)


async def test_who_has_to_explain_again_is_noticed_once(db: Session) -> None:
    conversation, _, _ = await twice_handed_over(db)

    await said(db, conversation, "我再说一遍：订单SY2026-100377的收货地址填错了，要改到杭州！")
    await said(db, conversation, WRONG_ADDRESS)

    told = (await db.scalars(select(FactRow).where(FactRow.kind == "conversation.repeated"))).all()
    assert conversation.repeated_description
    assert [fact.details for fact in told] == [{"transfers": 2}]


@pytest.mark.parametrize(
    "text", ["好的，谢谢", "那运费谁出？", "在吗", "你们今天几点下班，我晚点再来"]
)
async def test_going_on_is_no_repetition(db: Session, text: str) -> None:
    conversation, _, _ = await twice_handed_over(db)

    await said(db, conversation, text)

    assert not conversation.repeated_description


async def test_saying_it_twice_to_the_same_agent_is_no_repetition(db: Session) -> None:
    conversation = await a_conversation(db)

    await said(db, conversation, WRONG_ADDRESS, WRONG_ADDRESS)

    assert not conversation.repeated_description


def test_alike_is_most_of_the_shorter_one() -> None:
    assert is_said_again("收货地址填错了", WRONG_ADDRESS)
    assert not is_said_again("收货人电话填错了两位", WRONG_ADDRESS)
    assert not is_telling("好的好的")


async def test_it_is_shown_with_the_reasons_for_its_promises_in_few_queries(db: Session) -> None:
    conversation, _, _ = await twice_handed_over(db)

    async with desk_of(db, router) as desk:
        await desk.sign_in("administrator")
        await desk.get(f"/conversations/{conversation.id}/hand-over")
        with counted(db) as statements:
            answer = await desk.get(f"/conversations/{conversation.id}/hand-over")

    shown = answer.json()
    assert answer.status_code == 200, answer.text
    assert [one["reason"] for one in shown["hands"]] == [None, "expertise", "expertise"]
    assert isinstance(shown["promises"], list)
    assert len(statements) <= 14


async def test_who_may_not_see_the_conversation_sees_no_hand_over(db: Session) -> None:
    conversation, _, _ = await twice_handed_over(db)

    async with desk_of(db, router) as desk:
        await desk.sign_in("agent")
        answer = await desk.get(f"/conversations/{conversation.id}/hand-over")

    assert answer.status_code == 404
