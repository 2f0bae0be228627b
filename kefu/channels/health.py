"""Health: a synthetic message goes through every inbox's adapter now and then (R422)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.channels.contract import Later, Never
from kefu.channels.events import ChannelBroken, ChannelRecovered
from kefu.channels.model import Health
from kefu.channels.receiving import line_of, take_in
from kefu.channels.registry import adapter_for
from kefu.conversations import Inbox
from kefu.core.clock import iso, now
from kefu.core.db import Database, Session, pushes_of
from kefu.core.errors import Refusal
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.core.wire import Wire
from kefu.identity import agents_who_may
from kefu.notifications import Why, announce, notify

PERMISSION = "inbox.edit"
PROBE_ONE = "channels.probe_one"
PROBE_EVERY = timedelta(minutes=5)
PROBE_TEXT = "Kefu probe"
BROKEN, RECOVERED = "channel.broken", "channel.recovered"

announce(
    BROKEN,
    zh="一个渠道出了故障",
    en="A channel is broken",
    why=Why(
        zh="渠道健康检查连续没有通过。",
        en="The channel failed its health checks.",
        setting="channel-health",
    ),
)
announce(
    RECOVERED,
    zh="渠道已恢复",
    en="A channel works again",
    why=Why(
        zh="渠道健康检查又通过了。",
        en="The channel passes its health checks again.",
        setting="channel-health",
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found; no error is good news."""

    milliseconds: int
    error: str | None = None


class Undo(Exception):
    """Raised when the synthetic message arrived: it must leave no trace."""


async def due_for_probe(db: Session, *, every: timedelta = PROBE_EVERY) -> list[Inbox]:
    """Inboxes that were not probed for a while."""
    query = (
        select(Inbox)
        .outerjoin(Health, Health.inbox_id == Inbox.id)
        .where(
            Inbox.archived_at.is_(None),
            Health.checked_at.is_(None) | (Health.checked_at <= now() - every),
        )
        .order_by(Inbox.id)
    )
    return list(await db.scalars(query))


async def probe(database: Database, inbox: Inbox, *, wire: Wire, chosen: Settings) -> Finding:
    """Send a message in through the adapter, take it back, and try the way out."""
    began = time.perf_counter()
    error = None
    try:
        adapter = adapter_for(inbox.channel)
        line = line_of(inbox, chosen)
        native = adapter.sample(line, external_id=f"probe-{uuid7()}", text=PROBE_TEXT, at=now())
        intake = adapter.receive(line, native)
        if not any(message.text == PROBE_TEXT for message in intake.messages):
            raise Never("The synthetic message did not come through.")
        async with database.transaction() as db:
            await _arrive_and_vanish(db, inbox, intake.messages[0])
        await adapter.probe(line, wire)
    except (Later, Never) as reason:
        error = str(reason)
    except Refusal as refusal:
        error = f"{refusal.code}: {refusal.title}"
    except Exception as broken:  # noqa: BLE001 - an adapter may break in any way; others go on
        error = f"{type(broken).__name__}: {broken}"
    return Finding(round((time.perf_counter() - began) * 1000), error and error[:300])


async def _arrive_and_vanish(db: Session, inbox: Inbox, message: Any) -> None:
    try:
        async with db.begin_nested():
            await take_in(db, inbox, message)
            raise Undo
    except Undo:
        pushes_of(db).clear()
        db.info.pop("recorded", None)


async def note_finding(db: Session, inbox: Inbox, finding: Finding) -> None:
    """Keep what a probe found; breaking and recovering are told, each once."""
    await db.execute(
        insert(Health)
        .values(inbox_id=inbox.id, status="unknown", since=now(), checked_at=now(), failures=0)
        .on_conflict_do_nothing()
    )
    health = await db.get_one(Health, inbox.id, with_for_update=True, populate_existing=True)
    before, since = health.status, health.since
    health.checked_at, health.error = now(), finding.error
    health.milliseconds = finding.milliseconds
    health.failures = health.failures + 1 if finding.error else 0
    health.status = "broken" if finding.error else "ok"
    if health.status == before:
        return
    health.since = now()
    if finding.error:
        await record(db, ChannelBroken(subject=inbox.id, channel=inbox.channel))
        await _alert(db, inbox, BROKEN)
    elif before == "broken":
        seconds = round((now() - since).total_seconds())
        await record(
            db,
            ChannelRecovered(subject=inbox.id, channel=inbox.channel, broken_seconds=seconds),
        )
        await _alert(db, inbox, RECOVERED)


async def _alert(db: Session, inbox: Inbox, kind: str) -> None:
    await notify(
        db,
        await agents_who_may(db, PERMISSION),
        kind,
        subject_kind="inbox",
        subject=inbox.id,
        params={"inbox": inbox.id, "channel": inbox.channel},
    )


async def channel_health(db: Session) -> list[dict[str, Any]]:
    """Every inbox in use with its last finding."""
    rows = await db.execute(
        select(Inbox.id, Inbox.name, Inbox.channel, Health)
        .outerjoin(Health, Health.inbox_id == Inbox.id)
        .where(Inbox.archived_at.is_(None))
        .order_by(Inbox.created_at, Inbox.id)
    )
    return [_shown(row.id, row.name, row.channel, row.Health) for row in rows]


def _shown(identifier: UUID, name: str, channel: str, health: Health | None) -> dict[str, Any]:
    return {
        "inbox": {"id": identifier, "name": name, "channel": channel},
        "status": health.status if health else "unknown",
        "since": iso(health.since) if health else None,
        "checked_at": iso(health.checked_at) if health else None,
        "milliseconds": health.milliseconds if health else None,
        "failures": health.failures if health else 0,
        "error": health.error if health else None,
    }
