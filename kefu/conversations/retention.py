"""Retention: conversations closed long enough ago lose their texts and files; the facts stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, tuple_, update

from kefu.conversations.events_tools import ConversationErased, InboxRetentionRun
from kefu.conversations.files import erase_files_of
from kefu.conversations.model import Conversation, ExternalMessage, Inbox, Message, Status
from kefu.conversations.model_files import File
from kefu.conversations.model_tools import (
    Draft,
    ErasedConversation,
    RetentionRun,
    ScheduledMessage,
)
from kefu.conversations.rows import rows_of
from kefu.core.clock import iso, now
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.core.events import record

BATCH = 100
COUNTED = 10_000
SAMPLED = 10
START = (datetime.fromisoformat("1970-01-01T00:00:00+00:00"), UUID(int=0))
Place = tuple[datetime, UUID]
EXACTLY = "exactly"


@dataclass(slots=True)
class Gone:
    """What one batch erased, and where the next begins."""

    place: Place
    conversations: int = 0
    messages: int = 0
    files: int = 0


def is_old(inbox: UUID, before: datetime) -> ColumnElement[bool]:
    """Closed before that moment, in this inbox, and not erased yet."""
    erased = ErasedConversation.conversation_id == Conversation.id
    return (
        (Conversation.inbox_id == inbox)
        & (Conversation.status == Status.CLOSED)
        & (Conversation.activity_at < before)
        & (Conversation.closed_at < before)
        & ~select(1).where(erased).exists()
    )


async def dry_run(db: Session, inbox: Inbox, *, days: int | None) -> dict[str, Any]:
    """What would go now: counts, and some of the conversations; nothing is changed.

    Messages and files are counted in the oldest 10,000 conversations at most.
    """
    kept = days if days is not None else inbox.retention_days
    if kept is None:
        raise Invalid("This inbox keeps everything: say for how many days.", field="days")
    before = now() - timedelta(days=kept)
    old = is_old(inbox.id, before)
    order = (Conversation.activity_at, Conversation.id)
    count = await db.scalar(select(func.count()).select_from(Conversation).where(old)) or 0
    counted = select(Conversation.id).where(old).order_by(*order).limit(COUNTED)
    sample = await db.scalars(select(Conversation).where(old).order_by(*order).limit(SAMPLED))
    return {
        "days": kept,
        "before": iso(before),
        "conversations": count,
        "messages": await _count(db, Message.conversation_id.in_(counted)),
        "files": await _count(db, File.conversation_id.in_(counted) & File.erased_at.is_(None)),
        EXACTLY: count <= COUNTED,
        "sample": await rows_of(db, list(sample)),
    }


async def _count(db: Session, condition: ColumnElement[bool]) -> int:
    return await db.scalar(select(func.count()).where(condition)) or 0


async def run_retention(database: Database, inbox_id: UUID) -> RetentionRun | None:
    """Erase what is old enough in an inbox, in small transactions; safe to be run again."""
    run = await _begin(database, inbox_id)
    if run is None:
        return None
    place = START
    while True:
        async with database.transaction() as db:
            gone = await erase_batch(db, run, after=place)
            db.add(run)
            run.conversations += gone.conversations
            run.messages += gone.messages
            run.files += gone.files
        if gone.place == place:
            break
        place = gone.place
    async with database.transaction() as db:
        db.add(run)
        run.finished_at = now()
        await record(db, _told(run))
    return run


async def _begin(database: Database, inbox_id: UUID) -> RetentionRun | None:
    async with database.transaction() as db:
        inbox = await db.get(Inbox, inbox_id)
        if inbox is None or inbox.retention_days is None:
            return None
        before = now() - timedelta(days=inbox.retention_days)
        run = RetentionRun(
            inbox_id=inbox.id,
            retention_days=inbox.retention_days,
            before=before,
            conversations=0,
            messages=0,
            files=0,
        )
        db.add(run)
    return run


def _told(run: RetentionRun) -> InboxRetentionRun:
    return InboxRetentionRun(
        subject=run.inbox_id,
        run=run.id,
        retention_days=run.retention_days,
        conversations=run.conversations,
        messages=run.messages,
        files=run.files,
    )


async def erase_batch(db: Session, run: RetentionRun, *, after: Place) -> Gone:
    """Erase the next conversations; one that somebody holds just now is left for the next run."""
    order = (Conversation.activity_at, Conversation.id)
    query = (
        select(Conversation)
        .where(is_old(run.inbox_id, run.before), tuple_(*order) > tuple_(*after))
        .order_by(*order)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    old = list(await db.scalars(query))
    if not old:
        return Gone(after)
    ids = [conversation.id for conversation in old]
    files = await _count(db, File.conversation_id.in_(ids) & File.erased_at.is_(None))
    said = await _messages_in(db, ids)
    await _erase(db, ids)
    for conversation in old:
        event = ConversationErased(
            subject=conversation.id,
            conversation=conversation.id,
            customer=conversation.customer_id,
            inbox=conversation.inbox_id,
            messages=said.get(conversation.id, 0),
        )
        await record(db, event)
    place = (old[-1].activity_at, old[-1].id)
    return Gone(place, len(old), sum(said.values()), files)


async def _messages_in(db: Session, ids: list[UUID]) -> dict[UUID, int]:
    rows = await db.execute(
        select(Message.conversation_id, func.count().label("messages"))
        .where(Message.conversation_id.in_(ids))
        .group_by(Message.conversation_id)
    )
    return {row.conversation_id: row.messages for row in rows}


async def _erase(db: Session, ids: list[UUID]) -> None:
    """Texts and files go; the row stays for the figures, without a word in it."""
    for table in (Message, ExternalMessage, Draft, ScheduledMessage):
        await db.execute(delete(table).where(table.conversation_id.in_(ids)))
    await erase_files_of(db, ids)
    await db.execute(
        update(Conversation)
        .where(Conversation.id.in_(ids))
        .values(
            last_preview="",
            customer_name="",
            summary="",
            context={},
            rating_comment=None,
            close_reason=None,
            updated_at=Conversation.updated_at,
        )
    )
    at = now()
    db.add_all(ErasedConversation(conversation_id=one, erased_at=at) for one in ids)
    await db.flush()


async def inboxes_with_retention(db: Session) -> list[UUID]:
    """Inboxes that do not keep everything."""
    query = select(Inbox.id).where(Inbox.retention_days.is_not(None)).order_by(Inbox.id)
    return list(await db.scalars(query))


async def runs_of(db: Session, inbox: UUID, *, limit: int = 50) -> list[dict[str, Any]]:
    """What former runs erased, the newest first."""
    query = (
        select(RetentionRun)
        .where(RetentionRun.inbox_id == inbox)
        .order_by(RetentionRun.id.desc())
        .limit(limit)
    )
    return [
        {
            "id": str(run.id),
            "days": run.retention_days,
            "before": iso(run.before),
            "conversations": run.conversations,
            "messages": run.messages,
            "files": run.files,
            "started_at": iso(run.started_at),
            "finished_at": iso(run.finished_at),
        }
        for run in await db.scalars(query)
    ]


FORGET_UNDOS = text("delete from bulk_actions where until < :before")


async def forget_old_undos(db: Session) -> None:
    """What can no longer be undone need not be remembered."""
    await db.execute(FORGET_UNDOS, {"before": now() - timedelta(days=1)})
