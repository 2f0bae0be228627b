"""Sensitive words: masked, refused or flagged where customers or agents write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from kefu.conversations.batch import Outgoing
from kefu.conversations.events_tools import SensitiveWordsChanged
from kefu.conversations.model import Sender
from kefu.conversations.model_tools import SensitiveWord
from kefu.conversations.spoken import respoken
from kefu.conversations.word_matching import Action, Direction, Word, Words
from kefu.core.clock import iso, now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.folding import folded
from kefu.core.ids import uuid7
from kefu.core.paging import page_of, read_cursor

WORDS = 20_000
BOTH = frozenset({"in", "out"})


async def add_words(
    db: Session,
    words: Sequence[str],
    *,
    direction: Literal["in", "out", "both"],
    action: Action,
    by: UUID,
) -> list[SensitiveWord]:
    """Add words; those that are there for this direction already get the new action."""
    wanted = {folded(word): word for word in words}
    if any(not plain.strip() for plain in wanted):
        raise Invalid("A word is empty.", field="words")
    there = await db.scalar(select(func.count()).select_from(SensitiveWord)) or 0
    if there + len(wanted) > WORDS:
        raise Conflict("There are too many words.", limit=WORDS)
    rows = [
        {
            "id": uuid7(),
            "word": word,
            "folded": plain,
            "direction": direction,
            "action": action,
            "created_by": by,
            "created_at": now(),
        }
        for plain, word in wanted.items()
    ]
    statement = insert(SensitiveWord).values(rows)
    written = await db.scalars(
        statement.on_conflict_do_update(
            index_elements=["folded", "direction"], set_={"action": statement.excluded.action}
        ).returning(SensitiveWord),
        execution_options={"populate_existing": True},
    )
    kept = list(written)
    event = SensitiveWordsChanged(subject=kept[0].id, actor=by, change="added", words=len(kept))
    await record(db, event)
    return kept


async def remove_word(db: Session, word_id: UUID, *, by: UUID) -> None:
    gone = await db.execute(
        delete(SensitiveWord).where(SensitiveWord.id == word_id).returning(SensitiveWord.id)
    )
    if gone.first() is None:
        raise NotFound("There is no such word.")
    event = SensitiveWordsChanged(subject=word_id, actor=by, change="removed", words=1)
    await record(db, event)


async def words_holding(
    db: Session, part: str, *, cursor: str | None, limit: int
) -> tuple[list[SensitiveWord], str | None]:
    """Words, the newest first; with a part, those that hold it."""
    query = select(SensitiveWord).order_by(SensitiveWord.id.desc())
    if part:
        query = query.where(SensitiveWord.folded.contains(folded(part), autoescape=True))
    after = read_cursor(cursor, UUID)
    if after is not None:
        query = query.where(SensitiveWord.id < after[0])
    rows = list(await db.scalars(query.limit(limit + 1)))
    return page_of(rows, limit, lambda word: (word.id,))


async def load_words(db: Session) -> Words:
    """All words, ready to be looked for."""
    rows = await db.execute(
        select(
            SensitiveWord.id, SensitiveWord.folded, SensitiveWord.action, SensitiveWord.direction
        )
    )
    return Words(
        Word(
            row.id,
            row.folded,
            row.action,
            BOTH if row.direction == "both" else frozenset({row.direction}),
        )
        for row in rows
    )


def screened_by(words: Words, message: Outgoing) -> Outgoing:
    """The message as it may be sent, with the words in its forms, choices and cards.

    What the bot and the product itself say is not screened.
    """
    if message.sender_type not in (Sender.CUSTOMER, Sender.AGENT) or message.kind == "note":
        return message
    direction: Direction = "in" if message.sender_type == Sender.CUSTOMER else "out"
    text, content = screened_text(words, message.text, direction, field="text"), message.content
    if content is not None:
        content = respoken(
            content, lambda part: screened_text(words, part, direction, field="content")
        )
    if (text, content) == (message.text, message.content):
        return message
    return replace(message, text=text, content=content)


def screened_text(words: Words, text: str, direction: Direction, *, field: str) -> str:
    """The text with its masks; agents hear for which word it is refused, customers do not."""
    screened = words.screen(text, direction)
    if screened.refused is not None:
        raise Invalid(
            "The message contains a word that may not be sent.",
            field=field,
            code="sensitive_word",
            detail=screened.refused.word if direction == "out" else None,
        )
    return screened.text


def shown_word(word: SensitiveWord) -> dict[str, Any]:
    return {
        "id": str(word.id),
        "word": word.word,
        "direction": word.direction,
        "action": word.action,
        "created_at": iso(word.created_at),
    }
