"""Candidates: messages that may hold what is looked for, newest first, in ever larger batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kefu.conversations.model import Conversation, Message
from kefu.conversations.model_tools import SearchBucket, SearchRow
from kefu.conversations.search_tokens import BUCKET_BITS, Keys
from kefu.core.db import Session
from kefu.core.writing import listed

FEW = 1500
MANY = 20_000
SAMPLED = 3
TEXTS_PER_ROW = 10
SLACK_MILLISECONDS = 2 * 24 * 3600 * 1000
LAST_NUMBER = text("select last_value from message_search_numbers")
Place = tuple[int, UUID]


class Asked(Protocol):
    """The part of a question that candidates depend on."""

    @property
    def tokens(self) -> set[str]: ...
    @property
    def may_be_shown(self) -> ColumnElement[bool]: ...
    @property
    def is_wide(self) -> bool: ...
    @property
    def least(self) -> UUID: ...
    @property
    def most(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A message, and the bucket in which it was found."""

    message: Message
    bucket: int


class Candidates(Protocol):
    """Gives candidates batch by batch: where it has come to, and how much work that was."""

    place: Place
    effort: int

    async def following(self, db: Session, wanted: int) -> tuple[list[Found], bool]:
        """The next ones, and whether these are the last."""
        ...


async def candidates_for(db: Session, asked: Asked, *, after: Place) -> Candidates:
    """The way that suits the question: few conversations, buckets of the index, or the texts."""
    await db.execute(text("select set_config('jit', 'off', true)"))
    tokens = sorted(asked.tokens)
    if not tokens:
        return InTexts(asked, after)
    index = InIndex(asked, tokens, await _buckets(db, asked, after), after)
    if not asked.is_wide and await index.is_frequent(db):
        index.few = await _few(db, asked)
    return index


async def _few(db: Session, asked: Asked) -> list[UUID] | None:
    """The conversations that may be shown, if they are few."""
    query = select(Conversation.id).where(asked.may_be_shown).limit(FEW + 1)
    ids = list(await db.scalars(query))
    return ids if len(ids) <= FEW else None


async def _buckets(db: Session, asked: Asked, after: Place) -> list[int]:
    """The buckets that may hold messages of that time, the newest first."""
    last = await db.scalar(LAST_NUMBER) or 0
    newest = min(last >> BUCKET_BITS, after[0])
    opened = await db.execute(select(SearchBucket.bucket, SearchBucket.first_id))
    first: dict[int, UUID] = {row.bucket: row.first_id for row in opened}
    low, high = _shifted(asked.least, -SLACK_MILLISECONDS), _shifted(asked.most, SLACK_MILLISECONDS)
    start = max((b for b, one in first.items() if one <= low), default=0)
    end = min((b for b, one in first.items() if one > high), default=newest)
    return list(range(min(newest, end), start - 1, -1))


def _shifted(identifier: UUID, milliseconds: int) -> UUID:
    moved = (identifier.int >> 80) + milliseconds
    return UUID(int=min(max(moved, 0), (1 << 48) - 1) << 80)


class InIndex:
    """Walks the buckets from the newest; or gathers all rows of the few conversations at once.

    Gathering is for what is said often and seen seldom: a walk would go far for a page.
    """

    def __init__(
        self, asked: Asked, tokens: Sequence[str], buckets: Sequence[int], after: Place
    ) -> None:
        self.place, self.effort = after, 0
        self.few: list[UUID] | None = None
        self._asked = asked
        self._keys = {bucket: listed(Keys(bucket).of(tokens)) for bucket in buckets}

    async def is_frequent(self, db: Session) -> bool:
        """Whether very many messages have these keys, judged by the newest buckets."""
        newest = list(self._keys)[:SAMPLED]
        if not newest:
            return False
        asked = self._asked_keys(newest)
        matching = select(SearchRow.message_id).join(
            asked,
            (SearchRow.bucket == asked.c.bucket)
            & SearchRow.keys.contains(cast(asked.c.wanted, ARRAY(Integer))),
        )
        count = await db.scalar(select(func.count()).select_from(matching.subquery())) or 0
        return count * len(self._keys) > MANY * len(newest)

    async def following(self, db: Session, wanted: int) -> tuple[list[Found], bool]:
        left = [bucket for bucket in self._keys if bucket <= self.place[0]]
        if not left:
            return [], True
        query = self._walk(left, wanted) if self.few is None else self._gather(left, wanted)
        rows = (await db.execute(query)).all()
        self.effort += len(rows)
        if rows:
            self.place = (rows[-1].bucket, rows[-1].message_id)
        return await _read(db, rows), len(rows) < wanted

    def _asked_keys(self, left: list[int]) -> Any:
        values = func.unnest(
            cast(left, ARRAY(Integer)),
            cast([self._keys[bucket] for bucket in left], ARRAY(Text)),
        )
        return values.table_valued("bucket", "wanted", name="asked").render_derived()

    def _walk(self, left: list[int], wanted: int) -> Select[Any]:
        """Bucket by bucket in the order asked for; LIMIT ends the walk as soon as it is full."""
        asked = self._asked_keys(left)
        matching = (
            select(SearchRow.message_id, SearchRow.conversation_id, SearchRow.bucket)
            .where(
                SearchRow.bucket == asked.c.bucket,
                SearchRow.keys.contains(cast(asked.c.wanted, ARRAY(Integer))),
                *self._within(SearchRow.bucket, SearchRow.message_id),
            )
            .order_by(SearchRow.message_id.desc())
            .offset(0)
            .correlate(asked)
            .lateral("matching")
        )
        shown = (
            select(literal(1).label("yes"))
            .select_from(Conversation)
            .where(Conversation.id == matching.c.conversation_id, self._asked.may_be_shown)
            .limit(1)
            .correlate(matching)
            .lateral("shown")
        )
        return (
            select(matching.c.message_id, matching.c.bucket)
            .select_from(asked)
            .join(matching, true())
            .join(shown, true())
            .limit(wanted)
        )

    def _gather(self, left: list[int], wanted: int) -> Select[Any]:
        """All rows of the few conversations, of which those with the keys are sorted."""
        asked = self._asked_keys(left)
        rows = (
            select(SearchRow.message_id, SearchRow.bucket, SearchRow.keys.label("held"))
            .where(
                SearchRow.conversation_id == func.any(cast(self.few, ARRAY(Uuid()))),
                *self._within(SearchRow.bucket, SearchRow.message_id),
            )
            .cte("rows")
            .prefix_with("materialized", dialect="postgresql")
        )
        held = cast(rows.c.held, ARRAY(Integer))
        return (
            select(rows.c.message_id, rows.c.bucket)
            .join(asked, asked.c.bucket == rows.c.bucket)
            .where(held.contains(cast(asked.c.wanted, ARRAY(Integer))))
            .order_by(rows.c.bucket.desc(), rows.c.message_id.desc())
            .limit(wanted)
        )

    def _within(self, bucket: Any, message: Any) -> list[ColumnElement[bool]]:
        place = or_(bucket < self.place[0], message < self.place[1])
        return [place, message >= self._asked.least, message < self._asked.most]


class InTexts:
    """Reads the newest messages themselves, for what has no token: a frequent sign alone."""

    def __init__(self, asked: Asked, after: Place) -> None:
        self.place, self.effort = after, 0
        self._asked = asked

    async def following(self, db: Session, wanted: int) -> tuple[list[Found], bool]:
        wanted *= TEXTS_PER_ROW
        newest = (
            select(Message)
            .where(
                Message.id < min(self.place[1], self._asked.most),
                Message.id >= self._asked.least,
                Message.kind != "system",
            )
            .order_by(Message.id.desc())
            .limit(wanted)
        )
        read = list(await db.scalars(newest))
        ids = {message.conversation_id for message in read}
        seen = set(
            await db.scalars(
                select(Conversation.id).where(Conversation.id.in_(ids), self._asked.may_be_shown)
            )
        )
        self.effort += len(read) // TEXTS_PER_ROW
        if read:
            self.place = (0, read[-1].id)
        found = [Found(message, 0) for message in read if message.conversation_id in seen]
        return found, len(read) < wanted


async def _read(db: Session, rows: Sequence[Any]) -> list[Found]:
    """The messages of these rows, in their order; a message may be gone since."""
    ids = [row.message_id for row in rows]
    read = await db.scalars(select(Message).where(Message.id.in_(ids)))
    messages = {message.id: message for message in read}
    return [
        Found(messages[row.message_id], row.bucket) for row in rows if row.message_id in messages
    ]
