from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, text

from kefu.channels.notices import deliver_notices, mail_notice, text_notice
from kefu.commerce import CustomerNotice, NoticeWish
from kefu.commerce.tests.factories import an_order
from kefu.conversations import Message
from kefu.conversations.tests.factories import a_conversation
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.customers import Customer
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.visiting import OneTransaction
from kefu.notifications import MemoryMailer, MemoryTextSender

WITH_MAIL = Settings(smtp_url="smtp://mail.test")
WITHOUT = Settings(smtp_url=None)
WITH_TEXTS = Settings(smtp_url=None, sms_url="https://sms.test/send")
WITH_ALL = Settings(smtp_url="smtp://mail.test", sms_url="https://sms.test/send")


async def a_notice(db: Session, customer: Customer, **more: object) -> CustomerNotice:
    order = await an_order(db, customer=customer.id)
    notice = CustomerNotice(
        id=uuid7(),
        key=str(uuid7()),
        kind="order_shipped",
        order_id=order.id,
        customer_id=customer.id,
        text="您的订单已发货。",
        status="waiting",
        **more,
    )
    db.add(notice)
    await db.flush()
    return notice


async def said_in(db: Session, conversation: UUID) -> list[tuple[str, str]]:
    query = select(Message.sender_type, Message.text).where(Message.conversation_id == conversation)
    return [(row.sender_type, row.text) for row in await db.execute(query)]


async def test_it_is_said_in_the_talk_that_is_open_and_only_once(db: Session) -> None:
    customer = await a_customer(db)
    talk = await a_conversation(db, customer=customer)
    notice = await a_notice(db, customer)

    for _ in range(2):
        await deliver_notices(db, [notice.id], chosen=WITHOUT)

    assert (notice.status, notice.way, notice.conversation_id) == ("sent", "conversation", talk.id)
    assert await said_in(db, talk.id) == [("bot", "您的订单已发货。")]


async def test_without_a_talk_it_goes_by_mail(db: Session) -> None:
    customer = await a_customer(db, email="wang@example.com")
    notice = await a_notice(db, customer)
    mailer = MemoryMailer()

    await deliver_notices(db, [notice.id], chosen=WITH_MAIL)
    for _ in range(2):
        await mail_notice(OneTransaction(db), notice.id, mailer)  # type: ignore[arg-type]

    assert [(mail.to, mail.key) for mail in mailer.sent] == [("wang@example.com", str(notice.id))]
    assert (notice.status, notice.way) == ("sent", "mail")


async def test_who_wished_for_mail_gets_it_although_a_talk_is_open(db: Session) -> None:
    customer = await a_customer(db, email="li@example.com")
    talk = await a_conversation(db, customer=customer)
    db.add(NoticeWish(customer_id=customer.id, way="mail"))
    notice = await a_notice(db, customer)

    await deliver_notices(db, [notice.id], chosen=WITH_MAIL)

    assert await said_in(db, talk.id) == []
    assert notice.status == "waiting"


async def test_who_has_only_a_telephone_gets_a_text_message_once(db: Session) -> None:
    customer = await a_customer(db, phone="+8613800138000")
    notice = await a_notice(db, customer)
    sender = MemoryTextSender()

    await deliver_notices(db, [notice.id], chosen=WITH_TEXTS)
    waiting = await db.scalar(
        text("select count(*) from jobs.pgqueuer where entrypoint = 'channels.notice_text'")
    )
    for _ in range(2):
        await text_notice(OneTransaction(db), notice.id, sender)  # type: ignore[arg-type]

    assert waiting == 1
    assert [(one.to, one.text, one.key) for one in sender.sent] == [
        ("+8613800138000", "您的订单已发货。", str(notice.id))
    ]
    assert (notice.status, notice.way) == ("sent", "text")


async def test_who_wished_for_text_messages_gets_them_first(db: Session) -> None:
    customer = await a_customer(db, email="li@example.com", phone="+8613800138001")
    await a_conversation(db, customer=customer)
    db.add(NoticeWish(customer_id=customer.id, way="text"))
    notice = await a_notice(db, customer)

    await deliver_notices(db, [notice.id], chosen=WITH_ALL)

    kinds = "select entrypoint from jobs.pgqueuer where entrypoint like 'channels.notice_%'"
    assert list(await db.scalars(text(kinds))) == ["channels.notice_text"]


@pytest.mark.parametrize("email", [None, "zhang@example.com"])
async def test_who_cannot_be_reached_is_reported(db: Session, email: str | None) -> None:
    notice = await a_notice(db, await a_customer(db, email=email))

    await deliver_notices(db, [notice.id], chosen=WITHOUT)

    assert (notice.status, notice.reason) == ("undelivered", "no_way")


async def test_what_was_taken_back_is_not_told(db: Session) -> None:
    customer = await a_customer(db)
    talk = await a_conversation(db, customer=customer)
    notice = await a_notice(db, customer)
    notice.status = "discarded"
    await db.flush()

    await deliver_notices(db, [notice.id], chosen=WITHOUT)

    assert await said_in(db, talk.id) == []
