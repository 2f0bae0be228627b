"""Notices of orders: into the talk that is open, else by mail; what came of it is reported back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce import DueNotice, due_notices, report_notice
from kefu.conversations import Conversation, Kind, Outgoing, Sender, locked_conversation, say_in
from kefu.core.db import Database, Session
from kefu.core.errors import Refusal
from kefu.core.jobs import enqueue
from kefu.core.settings import Settings
from kefu.customers import Customer
from kefu.notifications import Mail, Mailer

MAIL_JOB = "channels.notice_mail"
TALK, MAIL = "conversation", "mail"
SUBJECTS = {"zh": "您的订单有新进展", "en": "News of your order"}


async def deliver_notices(db: Session, ids: Iterable[UUID], *, chosen: Settings) -> None:
    """Each by the way its customer asked for, if that is there, else by the first that is."""
    notices = await due_notices(db, ids)
    people = {notice.customer for notice in notices}
    talks = await open_talks(db, people)
    addresses = await mail_addresses(db, people) if chosen.smtp_url else {}
    for notice in notices:
        for way in ways_for(notice, talks, addresses):
            if way == MAIL:
                await enqueue(db, MAIL_JOB, {"notice": str(notice.id)}, key=str(notice.id))
                break
            if await say(db, notice, talks[notice.customer]):
                break
        else:
            await report_notice(db, notice.id, reason="no_way")


def ways_for(
    notice: DueNotice, talks: Mapping[UUID, UUID], addresses: Mapping[UUID, str]
) -> list[str]:
    """The ways that are there; the wished one first."""
    there = [TALK] * (notice.customer in talks) + [MAIL] * (notice.customer in addresses)
    return sorted(there, key=lambda way: way != notice.way)


async def open_talks(db: Session, customers: set[UUID]) -> dict[UUID, UUID]:
    """The latest conversation that each of these customers has open."""
    rows = await db.execute(
        select(Conversation.customer_id, Conversation.id)
        .where(Conversation.customer_id.in_(customers), Conversation.status != "closed")
        .order_by(Conversation.id)
    )
    return {row.customer_id: row.id for row in rows}


async def mail_addresses(db: Session, customers: set[UUID]) -> dict[UUID, str]:
    rows = await db.execute(
        select(Customer.id, Customer.email).where(
            Customer.id.in_(customers), Customer.email.is_not(None)
        )
    )
    return {row.id: row.email for row in rows if row.email}


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


async def mail_notice(database: Database, notice_id: UUID, mailer: Mailer | None) -> None:
    """Send one by mail; no transaction is open while the other side answers."""
    async with database.transaction() as db:
        letter = await letter_of(db, notice_id)
    if letter is None:
        return
    if mailer is not None:
        await mailer.send(letter)
    outcome: dict[str, Any] = {"way": MAIL} if mailer is not None else {"reason": "no_way"}
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
