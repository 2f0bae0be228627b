"""The search index: filled off the message path, emptied when texts go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.conversations.search_tokens import (
    BUCKET_BITS,
    bucket_of,
    keys_in,
    searchable,
    tokens_of,
)
from kefu.core.db import Session
from kefu.core.writing import listed

FOUND = text(
    "select id, conversation_id, text, content from messages "
    "where id = any(cast(:ids as uuid[])) and recalled_at is null and kind <> 'system'"
)
NUMBERS = text("select nextval('message_search_numbers') from generate_series(1, :count)")
ADD = text(
    "insert into message_search (message_id, conversation_id, bucket, keys) "
    "select message, conversation, bucket, keys::int[] from unnest("
    "cast(:messages as uuid[]), cast(:conversations as uuid[]), cast(:buckets as int[]), "
    "cast(:keys as text[])) as t(message, conversation, bucket, keys)"
)
OPEN_BUCKET = text(
    "insert into message_search_buckets (bucket, first_id) values (:bucket, :first) "
    "on conflict do nothing"
)
FORGET_MESSAGES = text(
    "delete from message_search where conversation_id = any(:conversations) "
    "and message_id = any(:messages)"
)
FORGET_CONVERSATIONS = text("delete from message_search where conversation_id = any(:ids)")
FORGET_CUSTOMERS = text(
    "delete from message_search s using conversations c "
    "where c.customer_id = any(:ids) and s.conversation_id = c.id"
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A row of the index, ready to be written."""

    message: UUID
    conversation: UUID
    bucket: int
    keys: Sequence[int]


async def index_messages(db: Session, ids: Sequence[UUID]) -> int:
    """Make these messages findable, in this order; returns how many had something to find."""
    rows = await db.execute(FOUND, {"ids": listed(ids)})
    found = {row.id: row for row in rows}
    tokens = {
        message: tokens_of(searchable(found[message].text, found[message].content))
        for message in ids
        if message in found
    }
    wanted = [message for message in tokens if tokens[message]]
    numbers = sorted(await db.scalars(NUMBERS, {"count": len(wanted)}))
    indexed = [
        Indexed(
            message,
            found[message].conversation_id,
            bucket_of(number),
            keys_in(bucket_of(number)).of(tokens[message]),
        )
        for message, number in zip(wanted, numbers, strict=True)
    ]
    await _open_buckets(db, zip(numbers, wanted, strict=True))
    if indexed:
        await db.execute(ADD, _values(indexed))
    return len(indexed)


async def _open_buckets(db: Session, numbered: Iterable[tuple[int, UUID]]) -> None:
    """Whoever takes the first number of a bucket says since when it is filled."""
    for number, message in numbered:
        if number == 1 or number & ((1 << BUCKET_BITS) - 1) == 0:
            await db.execute(OPEN_BUCKET, {"bucket": bucket_of(number), "first": message})


def _values(indexed: Sequence[Indexed]) -> dict[str, Any]:
    return {
        "messages": listed(row.message for row in indexed),
        "conversations": listed(row.conversation for row in indexed),
        "buckets": listed(row.bucket for row in indexed),
        "keys": listed(f'"{listed(row.keys)}"' for row in indexed),
    }


async def forget_messages(
    db: Session, conversations: Collection[UUID], messages: Collection[UUID]
) -> None:
    """Recalled messages are not found any more."""
    values = {"conversations": list(conversations), "messages": list(messages)}
    await db.execute(FORGET_MESSAGES, values)


async def forget_conversations(db: Session, conversations: Collection[UUID]) -> None:
    """Nothing of these conversations is found any more."""
    await db.execute(FORGET_CONVERSATIONS, {"ids": list(conversations)})


async def forget_customers(db: Session, customers: Collection[UUID]) -> None:
    """Nothing of these customers' conversations is found any more."""
    await db.execute(FORGET_CUSTOMERS, {"ids": list(customers)})
