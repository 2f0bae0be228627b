"""Notices in a talk say what they tell of and who let them go; customers are told none of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.channels.notices import deliver_notices
from kefu.channels.tests.conftest import (  # noqa: F401 - fixtures
    Desk,
    Guest,
    House,
    chosen,
    desk,
    guest,
    house,
    module_url,
)
from kefu.channels.tests.test_notices import WITHOUT, a_notice
from kefu.commerce import CustomerNotice, automation_actions
from kefu.commerce.tests.factories import an_order
from kefu.conversations import Message
from kefu.conversations import automation_actions as talking
from kefu.conversations.origins import Origin, origin_of
from kefu.conversations.tests.factories import a_conversation
from kefu.core.automation import ACTIONS, About, Hit
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_actor
from kefu.workflows.automation_acting import cause_of, caused_by
from kefu.workflows.model_automation import RuleRun
from kefu.workflows.tests.ruling import a_rule

OFFERED = (automation_actions, talking)
SECRET_NAME = "安抚大客户"


async def brought(db: Session, notice: CustomerNotice) -> Origin:
    """The origin of a notice that was said in a talk."""
    talk = await a_conversation(db, customer=await a_customer(db))
    notice.customer_id = talk.customer_id
    await deliver_notices(db, [notice.id], chosen=WITHOUT)
    message = (await db.scalars(select(Message).where(Message.id == notice.id))).one()
    return await origin_of(db, talk, message)


async def test_a_notice_names_the_step_and_the_order_it_tells_of(db: Session) -> None:
    notice = await a_notice(db, await a_customer(db))

    found = await brought(db, notice)

    assert (found.kind, found.by, found.rule) == ("notice", None, None)
    assert found.about["notice"] == "order_shipped"
    assert found.about["order"] == str(notice.order_id)
    assert found.decided_at == notice.created_at


async def test_a_draft_that_an_agent_let_go_names_the_agent(db: Session) -> None:
    agent = await an_actor(db)
    notice = await a_notice(db, await a_customer(db), settled_by=agent.id)

    assert (await brought(db, notice)).by == agent.id


async def test_a_message_that_a_rule_wrote_about_an_order_names_the_rule(db: Session) -> None:
    customer = await a_customer(db)
    order = await an_order(db, customer=customer.id)
    rule = await a_rule(db, name="加急通知", version=3)
    run = RuleRun(
        rule_id=rule.id,
        version=2,
        cause="fact",
        fact_kind="order.paid",
        subject_kind="order",
        subject=order.id,
        outcome="done",
    )
    db.add(run)
    await db.flush()
    hit = Hit(run.id, rule.id, rule.name, "order", order.id, About())
    await ACTIONS["order.tell_customer"].run(db, [hit], {"text": "订单 {number} 已加急"})
    notice = (await db.scalars(select(CustomerNotice))).one()

    found = await brought(db, notice)

    assert found.rule
    assert (found.rule.name, found.rule.version) == ("加急通知", 2)
    assert found.set_off
    assert found.set_off.fact_kind == "order.paid"


async def test_a_customer_never_learns_of_the_rule_that_writes_to_them(
    house: House,  # noqa: F811
    guest: Guest,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> None:
    opened = await guest.open("在吗?")
    talk = UUID(opened["id"])
    async with house.database.transaction() as db:
        rule = await a_rule(db, name=SECRET_NAME)
        hit = Hit(uuid7(), rule.id, rule.name, "conversation", talk, About())
        async with caused_by(db, cause_of(rule)):
            await ACTIONS["conversation.send"].run(db, [hit], {"text": "马上为您处理。"})
    async with house.database.transaction() as db:
        query = select(Message).where(Message.conversation_id == talk, Message.sender_type == "bot")
        message = (await db.scalars(query)).one()
    path = f"/api/v1/conversations/{talk}/messages/{message.id}/origin"

    told = await guest.come_in()
    asked = await house.client.get(path, headers={"Authorization": f"Bearer {guest.token}"})
    agent = await desk.ask("GET", path.removeprefix("/api/v1"))

    pushed = [push.text for push in house.pushes if f"v:{talk}" in push.topics]
    assert "马上为您处理。" in str(told)
    assert pushed
    for seen in (str(told), str(pushed)):
        assert str(rule.id) not in seen
        assert SECRET_NAME not in seen
    assert asked.status_code == 401
    assert agent.json()["rule"]["name"] == SECRET_NAME
