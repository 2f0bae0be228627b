"""Webhooks: addresses of others that hear of chosen events."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpcore
from sqlalchemy import select, text

from kefu.channels.events import WebhookChanged
from kefu.channels.model import Webhook, WebhookDelivery
from kefu.channels.webhook_kinds import OFFERED, PING
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid, NotFound
from kefu.core.events import Fact, record
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.core.paging import page_of, read_cursor
from kefu.core.settings import Settings
from kefu.core.wire import addresses_of, check_url, is_public
from kefu.identity import Actor

JOB = "channels.webhooks"

PUT = text(
    "insert into webhook_deliveries (id, webhook_id, fact_id, kind, status, attempts, due_at, "
    "response, created_at) select id, webhook, fact, kind, 'waiting', 0, :at, '', :at from "
    "unnest(cast(:ids as uuid[]), cast(:webhooks as uuid[]), cast(:facts as bigint[]), "
    "cast(:kinds as text[])) as t(id, webhook, fact, kind) on conflict do nothing"
)


def new_secret() -> str:
    """What deliveries are signed with; the mark lets scanners find leaked ones."""
    return "whsec_" + secrets.token_urlsafe(32)


async def create_webhook(
    db: Session, fields: Mapping[str, Any], *, by: Actor, chosen: Settings
) -> Webhook:
    """A new address that hears of events from now on."""
    await check_fields(fields, chosen)
    webhook = Webhook(**fields, secret=new_secret(), created_by=by.id)
    db.add(webhook)
    await _tell(db, webhook, "created", by=by.id)
    return webhook


async def change_webhook(
    db: Session, webhook: Webhook, changes: Mapping[str, Any], *, by: Actor, chosen: Settings
) -> None:
    """Change what was named; one that is enabled again begins with a clean slate."""
    await check_fields(changes, chosen)
    for name, value in changes.items():
        setattr(webhook, name, value)
    if changes.get("enabled"):
        webhook.failures, webhook.failing_since, webhook.disabled_reason = 0, None, None
    await _tell(db, webhook, "changed", by=by.id)


async def check_fields(fields: Mapping[str, Any], chosen: Settings) -> None:
    """Refuse events that are not offered, and addresses that must not be asked."""
    unknown = sorted(set(fields.get("kinds", ())) - set(OFFERED))
    if unknown:
        raise Invalid("There is no such event.", field="kinds", detail=", ".join(unknown)[:200])
    if "url" in fields:
        await check_reachable(fields["url"], chosen)


async def check_reachable(url: str, chosen: Settings) -> None:
    """Refuse early what the wire would refuse later; a name nobody knows yet may come to be."""
    check_url(url)
    if chosen.webhook_private_addresses:
        return
    parts = urlsplit(url)
    try:
        addresses = await addresses_of(parts.hostname or "", parts.port or 443)
    except httpcore.ConnectError:
        return
    if not all(is_public(address) for address in addresses):
        raise Invalid(
            "This address lies in a private network.", field="url", code="private_address"
        )


async def rotate_secret(db: Session, webhook: Webhook, *, by: Actor) -> str:
    """A new secret from the next delivery on."""
    webhook.secret = new_secret()
    await _tell(db, webhook, "secret_rotated", by=by.id)
    return webhook.secret


async def delete_webhook(db: Session, webhook: Webhook, *, by: Actor) -> None:
    """Forget it, with its log."""
    await db.delete(webhook)
    await _tell(db, webhook, "deleted", by=by.id)


async def _tell(db: Session, webhook: Webhook, change: str, *, by: UUID | None) -> None:
    await db.flush()
    await record(db, WebhookChanged(subject=webhook.id, actor=by, change=change))


async def webhook_for(db: Session, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """A webhook, for whoever may see webhooks."""
    webhook = await db.get(Webhook, webhook_id, with_for_update=lock or None)
    if webhook is None:
        raise NotFound("There is no such webhook.")
    return webhook


async def webhooks(db: Session) -> list[Webhook]:
    """Every webhook, the oldest first."""
    return list(await db.scalars(select(Webhook).order_by(Webhook.id)))


async def queue_webhooks(db: Session, facts: Sequence[Fact]) -> None:
    """Put down who must hear of these facts: two statements for any number of them."""
    rows = await db.execute(select(Webhook.id, Webhook.kinds).where(Webhook.enabled))
    wanting = [(row.id, set(row.kinds)) for row in rows]
    pairs = [(webhook, fact) for fact in facts for webhook, kinds in wanting if fact.kind in kinds]
    if not pairs:
        return
    values = {
        "ids": [uuid7() for _ in pairs],
        "webhooks": [webhook for webhook, _ in pairs],
        "facts": [fact.id for _, fact in pairs],
        "kinds": [fact.kind for _, fact in pairs],
    }
    await db.execute(PUT, values | {"at": now()})
    await enqueue(db, JOB, {}, key="due")


async def ping(db: Session, webhook: Webhook, *, by: Actor) -> WebhookDelivery:
    """Send something harmless, to see whether it arrives."""
    delivery = WebhookDelivery(webhook_id=webhook.id, kind=PING)
    await _put(db, delivery)
    await _tell(db, webhook, "pinged", by=by.id)
    return delivery


async def replay(db: Session, delivery: WebhookDelivery, *, by: Actor) -> WebhookDelivery:
    """Send one delivery once more, under a number of its own."""
    webhook = await webhook_for(db, delivery.webhook_id)
    again = WebhookDelivery(
        webhook_id=delivery.webhook_id,
        fact_id=delivery.fact_id,
        kind=delivery.kind,
        replay_of=delivery.replay_of or delivery.id,
    )
    await _put(db, again)
    await _tell(db, webhook, "replayed", by=by.id)
    return again


async def _put(db: Session, delivery: WebhookDelivery) -> None:
    db.add(delivery)
    await db.flush()
    await enqueue(db, JOB, {}, key="due")


async def delivery_for(db: Session, delivery_id: UUID) -> WebhookDelivery:
    """One line of a webhook's log."""
    delivery = await db.get(WebhookDelivery, delivery_id)
    if delivery is None:
        raise NotFound("There is no such delivery.")
    return delivery


async def deliveries_of(
    db: Session, webhook: Webhook, *, status: str | None, cursor: str | None, limit: int
) -> tuple[list[WebhookDelivery], str | None]:
    """A page of a webhook's log, the latest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    if status is not None:
        query = query.where(WebhookDelivery.status == status)
    if key := read_cursor(cursor, UUID):
        query = query.where(WebhookDelivery.id < key[0])
    rows = await db.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit + 1))
    return page_of(rows.all(), limit, lambda row: (row.id,))
