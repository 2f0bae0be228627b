"""Searching: messages that hold all the phrases asked for, newest first, within what one may see.

Buckets of the index are walked from the newest until a page is full. Who sees only a few
conversations is answered from these; a phrase without a token is looked for in the texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from kefu.conversations.access import visible_to
from kefu.conversations.messages import shown_messages, status_of
from kefu.conversations.model import Conversation, Message
from kefu.conversations.rows import rows_of
from kefu.conversations.search_candidates import Candidates, Found, candidates_for
from kefu.conversations.search_tokens import asked_tokens_of, pattern_of, searchable
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.folding import folded
from kefu.core.ids import uuid7_at_least
from kefu.core.paging import cursor_of, read_cursor
from kefu.identity import Actor

PHRASES = 5
CHARACTERS = 100
MOST_EFFORT = 4000
PHRASE = re.compile(r'"([^"]+)"|(\S+)')
END = (2**31 - 1, UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for, by whom, where and when."""

    phrases: tuple[str, ...]
    actor: Actor
    inbox: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def tokens(self) -> set[str]:
        return {token for phrase in self.phrases for token in asked_tokens_of(phrase)}

    @property
    def may_be_shown(self) -> ColumnElement[bool]:
        """The condition on `Conversation`."""
        seen = visible_to(self.actor)
        return seen if self.inbox is None else seen & (Conversation.inbox_id == self.inbox)

    @property
    def is_wide(self) -> bool:
        """Whether everything may be shown."""
        return self.actor.scope == "all" and self.inbox is None

    @property
    def least(self) -> UUID:
        return uuid7_at_least(self.since) if self.since else UUID(int=0)

    @property
    def most(self) -> UUID:
        return uuid7_at_least(self.until) if self.until else END[1]


def phrases_in(asked: str) -> tuple[str, ...]:
    """The phrases of a query: words apart, or several words between quotation marks."""
    if len(asked) > CHARACTERS:
        raise Invalid("The search is too long.", field="q", limit=CHARACTERS)
    found = [(quoted or plain).strip() for quoted, plain in PHRASE.findall(asked)]
    phrases = tuple(dict.fromkeys(phrase for phrase in found if re.search(r"[^\W_]|\S", phrase)))
    if not phrases:
        raise Invalid("Write what you look for.", field="q", code="empty")
    if len(phrases) > PHRASES:
        raise Invalid("These are too many words to look for.", field="q", limit=PHRASES)
    return phrases


async def search_messages(
    db: Session, question: Question, *, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """One page; a short page with a cursor says that there may be more further back."""
    patterns = [pattern_of(phrase) for phrase in question.phrases]
    after = read_cursor(cursor, int, UUID) or END
    candidates = await candidates_for(db, question, after=(after[0], after[1]))
    kept: list[Found] = []
    ended = False
    while len(kept) <= limit and candidates.effort < MOST_EFFORT and not ended:
        wanted = max(limit + 1 - len(kept), 10) * (4 if candidates.effort else 1)
        batch, ended = await candidates.following(db, wanted)
        kept += [found for found in batch if _holds(found, patterns)]
    page = kept[:limit]
    items = await _shown(db, question, page, patterns)
    if len(kept) > limit:
        return items, cursor_of(page[-1].bucket, str(page[-1].message.id))
    return items, None if ended else _where(candidates)


def _where(candidates: Candidates) -> str | None:
    return cursor_of(candidates.place[0], str(candidates.place[1]))


def _holds(found: Found, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether the message really says it: keys may collide, and pieces may stand apart."""
    message = found.message
    if message.recalled_at is not None:
        return False
    text = folded(searchable(message.text, message.content))
    return all(pattern.search(text) for pattern in patterns)


async def _shown(
    db: Session, question: Question, page: list[Found], patterns: Sequence[re.Pattern[str]]
) -> list[dict[str, Any]]:
    ids = {found.message.conversation_id for found in page}
    query = select(Conversation).where(Conversation.id.in_(ids), visible_to(question.actor))
    conversations = list(await db.scalars(query))
    rows = {row["id"]: row for row in await rows_of(db, conversations)}
    by_id = {conversation.id: conversation for conversation in conversations}
    shown = await shown_messages_of(db, by_id, [found.message for found in page])
    return [
        {
            "message": message,
            "conversation": rows[message["conversation"]],
            "highlights": highlights_in(message["text"], patterns),
        }
        for message in shown
    ]


async def shown_messages_of(
    db: Session, conversations: dict[UUID, Conversation], messages: list[Message]
) -> list[dict[str, Any]]:
    """Messages of several conversations, in their order; names are asked for once."""
    visible = [one for one in messages if one.conversation_id in conversations]
    if not visible:
        return []
    first = conversations[visible[0].conversation_id]
    shown = await shown_messages(db, first, visible)
    for frame, message in zip(shown, visible, strict=True):
        frame["status"] = status_of(conversations[message.conversation_id], message)
    return shown


def highlights_in(text: str, patterns: Sequence[re.Pattern[str]]) -> list[list[int]]:
    """Where the phrases stand in the text: from and to, in characters, without overlaps."""
    plain = folded(text)
    places = sorted(
        (match.start(), match.end()) for pattern in patterns for match in pattern.finditer(plain)
    )
    merged: list[list[int]] = []
    for start, end in places:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged
