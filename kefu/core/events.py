"""Facts: what happened, one row each, written in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, cast
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Identity, Index, Table, Text, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import iso, now
from kefu.core.db import Base, Session, pushes_of
from kefu.core.realtime import Push

HEAD = ("subject", "conversation", "customer", "actor")
PLAIN = frozenset({str, int, float, bool})
MESSAGE_KINDS = ("message.received", "message.sent")
MANY = text(
    "insert into facts (kind, subject, conversation, customer, actor, details, at) "
    "select kind, subject, conversation, customer, actor, details, at "
    "from rows from (json_to_recordset(cast(:rows as json)) as (kind text, subject uuid, "
    "conversation uuid, customer uuid, actor uuid, details jsonb, at timestamptz)) "
    "with ordinality as told (kind, subject, conversation, customer, actor, details, at, place) "
    "order by place"
)
CAUSE = text("(nullif(current_setting('kefu.cause', true), ''))::jsonb")


def _quiet(column: str | None = None) -> str:
    """Messages stay out of the indexes: they are most of the log and found by conversation."""
    rest = "kind not in ('message.received','message.sent')"
    return f"{column} is not null and {rest}" if column else rest


class FactRow(Base):
    """One fact: ids, enumerations, figures and times, never personal text."""

    __tablename__ = "facts"
    __table_args__ = (
        Index("ix_facts_customer_id", "customer", "id", postgresql_where=_quiet("customer")),
        Index(
            "ix_facts_conversation_id",
            "conversation",
            "id",
            postgresql_where=_quiet("conversation"),
        ),
        Index("ix_facts_actor_id", "actor", "id", postgresql_where=_quiet("actor")),
        Index("ix_facts_kind_id", "kind", "id", postgresql_where=_quiet()),
        Index("ix_facts_subject_id", "subject", "id", postgresql_where=_quiet()),
        Index(
            "ix_facts_at", "at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True, cache=1), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    conversation: Mapped[UUID | None]
    customer: Mapped[UUID | None]
    actor: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    cause: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), server_default=CAUSE
    )
    """The rule that acted, where one did; set by the database from what the transaction says."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as a reaction reads it."""

    id: int
    kind: str
    subject: UUID
    conversation: UUID | None
    customer: UUID | None
    actor: UUID | None
    details: dict[str, Any]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a verb records; fields of a child class become the fact's details."""

    kind: ClassVar[str] = ""
    known: ClassVar[dict[str, type[Event]]] = {}

    subject: UUID
    conversation: UUID | None = None
    customer: UUID | None = None
    actor: UUID | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.kind:
            Event.known[cls.kind] = cls

    def audience(self) -> list[str]:
        """Topics whose sockets hear of it at once; by default none."""
        return []

    def details(self) -> dict[str, Any]:
        """The child class's own fields, ready for JSON; absent ones are left out."""
        values = ((name, getattr(self, name)) for name in own_fields(type(self)))
        return {name: plain(value) for name, value in values if value is not None}


def own_fields(event: type[Event]) -> tuple[str, ...]:
    """The names of the fields that an event has beyond those of all."""
    found = _OWN.get(event)
    if found is None:
        found = _OWN[event] = tuple(one.name for one in fields(event) if one.name not in HEAD)
    return found


_OWN: dict[type[Event], tuple[str, ...]] = {}


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


async def record(db: Session, event: Event, shown: dict[str, Any] | None = None) -> None:
    """Write the fact after the changes it tells of; `shown` is pushed after the commit.

    The flush comes first: the facts of a subject are in order only when its row was written, and
    so its lock taken, before the fact took its id. That the transaction has its id before, which
    the ceiling of the readers needs, a trigger sees to.
    """
    await record_all(db, [event], shown)


async def record_all(
    db: Session, events: Sequence[Event], shown: dict[str, Any] | None = None
) -> None:
    """Write the facts of many changes in one go, in this order."""
    rows = await written(db, events)
    for event, row in zip(events, rows, strict=True):
        topics = event.audience()
        if topics:
            pushes_of(db).append(Push.of(topics, frame_of(event, row, shown)))


async def record_quietly(db: Session, events: Sequence[Event]) -> None:
    """Write many facts by one statement, for the readers of the log; no screen is told.

    Imports use it: thousands of rows at once are nothing to show one by one.
    """
    await written(db, events)


async def written(db: Session, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Write these facts in this order; returns their rows."""
    await db.flush()
    if not events:
        return []
    at = now()
    rows = [
        {
            "kind": event.kind,
            "subject": event.subject,
            "conversation": event.conversation,
            "customer": event.customer,
            "actor": event.actor,
            "details": event.details(),
            "at": at,
        }
        for event in events
    ]
    if len(rows) > 1:
        said = orjson.dumps(rows, option=orjson.OPT_NON_STR_KEYS).decode()
        await db.execute(MANY, {"rows": said})
    else:
        await db.execute(insert(cast("Table", FactRow.__table__)), rows[0])
    db.info["recorded"] = True
    return rows


def frame_of(event: Event, row: dict[str, Any], shown: dict[str, Any] | None) -> dict[str, Any]:
    """What is pushed of a fact."""
    frame = {
        "t": "event",
        "kind": event.kind,
        "subject": str(event.subject),
        "conversation": str(event.conversation) if event.conversation else None,
        "actor": str(event.actor) if event.actor else None,
        "at": iso(row["at"]),
        "details": row["details"],
        "data": shown,
    }
    if "seq" in row["details"]:
        frame["seq"] = row["details"]["seq"]
    return frame
