"""Flagging: who leads hears of messages with a flagged word, off the message path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.events_tools import MessageFlagged
from kefu.conversations.model import Conversation, Message, Sender
from kefu.conversations.model_tools import SensitiveWord
from kefu.conversations.sensitive_words import load_words
from kefu.conversations.spoken import words_of
from kefu.conversations.word_matching import Direction, Word, Words
from kefu.core.db import Session
from kefu.core.events import Fact, record
from kefu.identity import agents_who_may, members_of, team_heads
from kefu.notifications import Notice, Why, announce, notify_all

FLAGGED = "message.flagged"
SILENT = ("note", "system")
announce(
    FLAGGED,
    zh="有消息命中敏感词",
    en="A message holds a flagged word",
    why=Why(
        zh="消息里有敏感词表中标为“提醒”的词，小组负责人会收到通知。",
        en=(
            "The message holds a word that the list of sensitive words flags; whoever leads "
            "hears of it."
        ),
        setting="sensitive-words",
    ),
)


async def flag_messages(db: Session, messages: Sequence[UUID]) -> int:
    """Record which of these messages hold a flagged word; returns how many do."""
    flagged = select(SensitiveWord.id).where(SensitiveWord.action == "flag").limit(1)
    if await db.scalar(flagged) is None:
        return 0
    words = await load_words(db)
    rows = await db.execute(
        select(
            Message.id,
            Message.conversation_id,
            Message.sender_type,
            Message.text,
            Message.content,
            Conversation.customer_id,
            Conversation.team_id,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id.in_(messages), Message.recalled_at.is_(None))
        .where(Message.kind.not_in(SILENT))
        .order_by(Message.id)
    )
    found = 0
    for row in rows.all():
        flags = flags_in(words, row)
        if flags:
            found += 1
            event = MessageFlagged(
                subject=row.conversation_id,
                conversation=row.conversation_id,
                customer=row.customer_id,
                team=row.team_id,
                message=row.id,
                words=tuple(word.id for word in flags),
            )
            await record(db, event)
    return found


def flags_in(words: Words, message: Any) -> list[Word]:
    """The flagged words in its text and in its content, each once."""
    direction: Direction = "in" if message.sender_type == Sender.CUSTOMER else "out"
    said = [message.text, *words_of(message.content)]
    found = (flag for part in said for flag in words.screen(part, direction).flags)
    return list(dict.fromkeys(found))


async def tell_leaders(db: Session, facts: Sequence[Fact]) -> None:
    """Notices to whoever leads the team in which a flagged word was written."""
    leaders: dict[UUID | None, set[UUID]] = {}
    notices = []
    for fact in facts:
        team = UUID(fact.details["team"]) if fact.details.get("team") else None
        if team not in leaders:
            leaders[team] = await leaders_of(db, team)
        notices += [
            Notice(
                agent=agent,
                kind=FLAGGED,
                subject_kind="conversation",
                subject=fact.subject,
                conversation=fact.subject,
                params={"message": fact.details["message"]},
            )
            for agent in sorted(leaders[team])
        ]
    await notify_all(db, notices)


async def leaders_of(db: Session, team: UUID | None) -> set[UUID]:
    """The team's head; else those of it who may read the words; else those who write them."""
    if team is not None:
        head = (await team_heads(db, [team])).get(team)
        if head is not None:
            return {head}
        readers = await agents_who_may(db, "sensitive_word.read") & await members_of(db, team)
        if readers:
            return readers
    return await agents_who_may(db, "sensitive_word.edit")
