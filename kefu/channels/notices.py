"""Notices of orders: into the talk that is open, else by mail or by text message.

What came of each is reported back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce import DueNotice, due_notices, notice_behind, report_notice
from kefu.conversations import (
    Conversation,
    Kind,
    Message,
    Origin,
    Outgoing,
    Sender,
    explains_messages,
    locked_conversation,
    say_in,
)
from kefu.core.db import Database, Session
from kefu.core.errors import Refusal
from kefu.core.jobs import enqueue
from kefu.core.settings import Settings
from kefu.customers import Customer
from kefu.notifications import (
    Mail,
    Mailer,
    TextMessage,
    TextSender,
    mailer_for,
    text_sender_for,
)
from kefu.workflows import rules_behind, run_behind

MAIL_JOB, TEXT_JOB = "channels.notice_mail", "channels.notice_text"
TALK, MAIL, TEXT = "conversation", "mail", "text"
JOB_OF = {MAIL: MAIL_JOB, TEXT: TEXT_JOB}
SUBJECTS = {"zh": "您的订单有新进展", "en": "News of your order"}


async def deliver_notices(db: Session, ids: Iterable[UUID], *, chosen: Settings) -> None:
    """Each by the way its customer asked for, if that is there, else by the first that is.

    The notices are locked by their ids and then the talks by theirs, as by everybody who locks
    several, so that nobody waits in a circle.
    """
    notices = await due_notices(db, ids)
    people = {notice.customer for notice in notices}
    talks = await open_talks(db, people)
    addresses = await addresses_of(db, people, chosen)
    for notice in notices:
        for way in ways_for(notice, talks, addresses):
            if way in JOB_OF:
                await enqueue(db, JOB_OF[way], {"notice": str(notice.id)}, key=str(notice.id))
                break
            if await say(db, notice, talks[notice.customer]):
                break
        else:
            await report_notice(db, notice.id, reason="no_way")


def ways_for(
    notice: DueNotice, talks: Mapping[UUID, UUID], addresses: Mapping[UUID, Sequence[str]]
) -> list[str]:
    """The ways that are there; the wished one first."""
    there = [TALK] * (notice.customer in talks) + list(addresses.get(notice.customer, ()))
    return sorted(there, key=lambda way: way != notice.way)


async def open_talks(db: Session, customers: set[UUID]) -> dict[UUID, UUID]:
    """The conversations that each of these customers has open, locked; the latest of each."""
    rows = await db.execute(
        select(Conversation.customer_id, Conversation.id)
        .where(Conversation.customer_id.in_(customers), Conversation.status != "closed")
        .order_by(Conversation.id)
        .with_for_update(key_share=True)
    )
    return {row.customer_id: row.id for row in rows}


async def addresses_of(
    db: Session, customers: set[UUID], chosen: Settings
) -> dict[UUID, list[str]]:
    """By mail and by text message, as far as both sides have what it takes."""
    rows = await db.execute(
        select(Customer.id, Customer.email, Customer.phone).where(Customer.id.in_(customers))
    )
    mails, texts = mailer_for(chosen) is not None, text_sender_for(chosen) is not None
    return {
        row.id: [MAIL] * bool(mails and row.email) + [TEXT] * bool(texts and row.phone)
        for row in rows
    }


async def say(db: Session, notice: DueNotice, talk: UUID) -> bool:
    """Say it in the talk under the notice's own id; false where the talk takes nothing."""
    try:
        async with db.begin_nested():
            conversation = await locked_conversation(db, talk)
            message = Outgoing(
                id=notice.id,
                conversation=talk,
                sender_type=Sender.BOT,
                sender_id=None,
                kind=Kind.TEXT,
                text=notice.text,
            )
            await say_in(db, conversation, message)
    except Refusal:
        return False
    await report_notice(db, notice.id, way=TALK, conversation=talk)
    return True


@explains_messages
async def origin_of_notice(db: Session, message: Message) -> Origin | None:
    """A message that bears a notice's id is that notice: of a step, a problem, or a rule."""
    found = await notice_behind(db, message.id)
    if found is None:
        return None
    rule, set_off = (await rules_behind(db, [found.cause]))[0], None
    if found.run is not None and (run := await run_behind(db, found.run)):
        rule, set_off = run
    return Origin(
        kind="notice",
        by=found.sent_by,
        decided_at=found.worded_at,
        rule=rule,
        set_off=set_off,
        about={
            "notice": found.about,
            "order": str(found.order),
            "number": found.number,
            "anomaly": found.anomaly,
        },
    )


async def mail_notice(database: Database, notice_id: UUID, mailer: Mailer | None) -> None:
    """Send one by mail; no transaction is open while the other side answers."""
    async with database.transaction() as db:
        letter = await letter_of(db, notice_id)
    if letter is None:
        return
    if mailer is not None:
        await mailer.send(letter)
    await reported(database, notice_id, MAIL if mailer is not None else None)


async def text_notice(database: Database, notice_id: UUID, sender: TextSender | None) -> None:
    """The same by text message."""
    async with database.transaction() as db:
        message = await message_of(db, notice_id)
    if message is None:
        return
    if sender is not None:
        await sender.send(message)
    await reported(database, notice_id, TEXT if sender is not None else None)


async def reported(database: Database, notice_id: UUID, way: str | None) -> None:
    outcome: dict[str, Any] = {"way": way} if way else {"reason": "no_way"}
    async with database.transaction() as db:
        await report_notice(db, notice_id, **outcome)


async def letter_of(db: Session, notice_id: UUID) -> Mail | None:
    for notice in await due_notices(db, [notice_id]):
        row = (
            await db.execute(
                select(Customer.email, Customer.locale).where(Customer.id == notice.customer)
            )
        ).one()
        if row.email:
            language = "en" if (row.locale or "zh").lower().startswith("en") else "zh"
            return Mail(row.email, SUBJECTS[language], notice.text + "\n", key=str(notice.id))
        await report_notice(db, notice_id, reason="no_way")
    return None


async def message_of(db: Session, notice_id: UUID) -> TextMessage | None:
    for notice in await due_notices(db, [notice_id]):
        phone = await db.scalar(select(Customer.phone).where(Customer.id == notice.customer))
        if phone:
            return TextMessage(phone, notice.text, key=str(notice.id))
        await report_notice(db, notice_id, reason="no_way")
    return None
