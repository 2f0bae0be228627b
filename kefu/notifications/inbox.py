"""The notification centre: telling agents, coalescing what repeats, reading it away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, select, text, tuple_, update

from kefu.core.clock import iso, now
from kefu.core.db import Session, pushes_of
from kefu.core.events import plain
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.core.paging import page_of, read_cursor
from kefu.core.realtime import Push
from kefu.notifications.kinds import Ways
from kefu.notifications.model import Notification
from kefu.notifications.preferences import UNCHANGED, Preferences, preferences_of

MAIL_JOB = "notifications.mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell one agent; `params` holds ids and figures, never a person's words."""

    agent: UUID
    kind: str
    subject_kind: str
    subject: UUID
    conversation: UUID | None = None
    actor: UUID | None = None
    params: dict[str, Any] = field(default_factory=dict)


STORE = text(
    "insert into notifications (id, agent_id, kind, subject_kind, subject, conversation, actor, "
    "params, count, at, read_at) select id, agent_id, kind, subject_kind, subject, conversation, "
    "actor, params, count, at, read_at "
    "from jsonb_populate_recordset(null::notifications, cast(:rows as jsonb)) "
    "on conflict (agent_id, kind, subject) where read_at is null do update set "
    "count = notifications.count + excluded.count, params = excluded.params, at = excluded.at, "
    "actor = excluded.actor, conversation = excluded.conversation "
    "returning id, agent_id, kind, subject_kind, subject, conversation, actor, params, count, at, "
    "read_at"
)


async def notify(
    db: Session,
    agents: Iterable[UUID],
    kind: str,
    *,
    subject_kind: str,
    subject: UUID,
    conversation: UUID | None = None,
    params: dict[str, Any] | None = None,
    by: UUID | None = None,
) -> None:
    """Tell some agents one thing; whoever did it is not told."""
    await notify_all(
        db,
        [
            Notice(
                agent=agent,
                kind=kind,
                subject_kind=subject_kind,
                subject=subject,
                conversation=conversation,
                actor=by,
                params=params or {},
            )
            for agent in set(agents)
        ],
    )


async def notify_all(db: Session, notices: Sequence[Notice]) -> None:
    """Tell many things to many agents, in a fixed number of statements (and a job per mail)."""
    wanted = [notice for notice in notices if notice.agent != notice.actor]
    wishes = await preferences_of(db, {notice.agent for notice in wanted}) if wanted else {}
    rows = coalesced(wanted, wishes)
    if not rows:
        return
    at = now()
    for stored in await db.execute(STORE, {"rows": orjson.dumps(rows).decode()}):
        of_agent = wishes.get(stored.agent_id, UNCHANGED)
        await tell(db, stored, of_agent.ways_of(stored.kind), of_agent.quiet_until(at))


def coalesced(notices: Iterable[Notice], wishes: dict[UUID, Preferences]) -> list[dict[str, Any]]:
    """One row per agent, kind and subject; a way that leaves the centre out is stored as read."""
    at = now()
    rows: dict[tuple[UUID, str, UUID], dict[str, Any]] = {}
    for notice in notices:
        ways = wishes.get(notice.agent, UNCHANGED).ways_of(notice.kind)
        if ways == Ways(in_app=False, sound=False, desktop=False, mail=False):
            continue
        key = (notice.agent, notice.kind, notice.subject)
        rows[key] = {
            "id": uuid7(at),
            "agent_id": notice.agent,
            "kind": notice.kind,
            "subject_kind": notice.subject_kind,
            "subject": notice.subject,
            "conversation": notice.conversation,
            "actor": notice.actor,
            "params": {name: plain(value) for name, value in notice.params.items()},
            "count": rows[key]["count"] + 1 if key in rows else 1,
            "at": at,
            "read_at": None if ways.in_app else at,
        }
    return sorted(rows.values(), key=lambda row: (row["agent_id"], row["kind"], row["subject"]))


async def tell(db: Session, stored: Any, ways: Ways, quiet_until: datetime | None) -> None:
    """Push it to the agent's screens, and put a mail into the queue if they want one."""
    may_ring = quiet_until is None
    alert = {"sound": ways.sound and may_ring, "desktop": ways.desktop and may_ring}
    push(db, stored.agent_id, "notification.created", shown(stored) | {"alert": alert})
    if ways.mail and stored.count == 1:
        payload = {"notification": str(stored.id)}
        await enqueue(db, MAIL_JOB, payload, key=str(stored.id), at=quiet_until)


def shown(row: Any) -> dict[str, Any]:
    """A notification as the client gets it."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "subject_kind": row.subject_kind,
        "subject": str(row.subject),
        "conversation": plain(row.conversation),
        "actor": plain(row.actor),
        "params": row.params,
        "count": row.count,
        "at": plain(row.at),
        "read_at": plain(row.read_at),
    }


def push(db: Session, agent: UUID, kind: str, data: dict[str, Any]) -> None:
    """After the commit, to the agent's own sockets; no fact, it tells nothing new."""
    frame = {
        "t": "event",
        "kind": kind,
        "subject": data.get("id", str(agent)),
        "conversation": data.get("conversation"),
        "actor": data.get("actor"),
        "at": iso(now()),
        "details": {},
        "data": data,
    }
    pushes_of(db).append(Push.of([f"agent:{agent}"], frame))


async def notifications(
    db: Session, agent: UUID, *, unread: bool, cursor: str | None, limit: int
) -> tuple[list[Notification], str | None]:
    """An agent's notifications, the latest first."""
    query = select(Notification).where(Notification.agent_id == agent)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    after = read_cursor(cursor, datetime, UUID)
    if after:
        query = query.where(tuple_(Notification.at, Notification.id) < tuple_(*after))
    query = query.order_by(Notification.at.desc(), Notification.id.desc()).limit(limit + 1)
    return page_of((await db.scalars(query)).all(), limit, lambda row: (row.at, row.id))


async def unread_count(db: Session, agent: UUID) -> int:
    return await db.scalar(select(func.count()).where(*unread_of(agent))) or 0


async def mark_read(
    db: Session,
    agent: UUID,
    *,
    ids: Sequence[UUID] | None = None,
    conversation: UUID | None = None,
) -> int:
    """Mark these as read, or those about a conversation, or else all; returns what is left."""
    query = update(Notification).where(*unread_of(agent)).values(read_at=now())
    if ids is not None:
        query = query.where(Notification.id.in_(ids))
    if conversation is not None:
        query = query.where(Notification.conversation == conversation)
    changed = (await db.scalars(query.returning(Notification.id))).all()
    left = await unread_count(db, agent)
    if changed:
        push(db, agent, "notification.read", {"ids": plain(changed), "unread": left})
    return left


def unread_of(agent: UUID) -> tuple[Any, Any]:
    return Notification.agent_id == agent, Notification.read_at.is_(None)


async def withdraw(db: Session, kind: str, subjects: Iterable[UUID]) -> None:
    """Take back what turned out not to be so, where nobody has read it yet."""
    await db.execute(
        delete(Notification).where(
            Notification.kind == kind,
            Notification.subject.in_(set(subjects)),
            Notification.read_at.is_(None),
        )
    )
