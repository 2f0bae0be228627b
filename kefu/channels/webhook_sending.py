"""Sending webhooks: due rows are claimed, posted side by side, and tried again with patience."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text

from kefu.channels.events import WebhookChanged
from kefu.channels.model import Webhook, WebhookDelivery
from kefu.channels.signatures import signed
from kefu.channels.webhook_payloads import payloads_of
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.wire import Answer, Unreachable, Wire
from kefu.identity import agents_who_may
from kefu.notifications import Why, announce, notify

BATCH = 40
PER_WEBHOOK = 5
LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=4)
ATTEMPTS = 13
DISABLE_AFTER = 100
GONE = 410
KEPT_CHARACTERS = 1000
KEPT_FOR = timedelta(days=30)
DISABLED = "webhook.disabled"

announce(
    DISABLED,
    zh="一个 Webhook 因连续失败已停用",
    en="A webhook was switched off after failures",
    why=Why(
        zh="连续 100 次投递失败，或对方声明地址已不存在，系统停用了这个 Webhook。",
        en=(
            "It failed 100 times in a row, or the other side said it is gone; so it was switched "
            "off."
        ),
        setting="webhooks",
    ),
)

# A few of each webhook at a time: one that answers slowly holds back nobody else.
CLAIM = text(
    "update webhook_deliveries d set attempts = attempts + 1, due_at = :lease where d.id in ("
    "select id from webhook_deliveries where status = 'waiting' and due_at <= :at and id in ("
    "select id from (select p.id, row_number() over (partition by p.webhook_id order by p.due_at, "
    "p.id) as place from webhook_deliveries p join webhooks w on w.id = p.webhook_id "
    "where p.status = 'waiting' and p.due_at <= :at and w.enabled) ranked "
    "where place <= :each) order by due_at limit :limit for update skip locked) returning d.id"
)


@dataclass(frozen=True, slots=True)
class Errand:
    """One delivery to be tried now."""

    delivery: UUID
    webhook: UUID
    url: str
    body: bytes
    headers: dict[str, str]


async def send_due(database: Database, *, wire: Wire) -> int:
    """Send what is due until nothing is; returns how many were tried."""
    tried = 0
    while True:
        async with database.transaction() as db:
            errands = await claim(db)
        if not errands:
            return tried
        answers = await asyncio.gather(*(attempt(wire, errand) for errand in errands))
        for errand, answer in zip(errands, answers, strict=True):
            async with database.transaction() as db:
                await settle(db, errand, answer)
        tried += len(errands)


async def claim(db: Session) -> list[Errand]:
    """Take what is due for a minute; who dies with it leaves it to others after that."""
    at = now()
    values = {"at": at, "lease": at + LEASE, "each": PER_WEBHOOK, "limit": BATCH}
    ids = [row[0] for row in await db.execute(CLAIM, values)]
    if not ids:
        return []
    query = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.id.in_(ids))
    )
    rows = (await db.execute(query)).all()
    bodies = await payloads_of(db, [delivery for delivery, _ in rows])
    return [errand_of(delivery, webhook, bodies[delivery.id]) for delivery, webhook in rows]


def errand_of(delivery: WebhookDelivery, webhook: Webhook, payload: dict[str, Any]) -> Errand:
    """The request of a delivery, signed now."""
    body = orjson.dumps(payload)
    headers = signed(webhook.secret, body, now()) | {
        "x-kefu-delivery": str(delivery.id),
        "x-kefu-event": delivery.kind,
    }
    return Errand(delivery.id, webhook.id, webhook.url, body, headers)


async def attempt(wire: Wire, errand: Errand) -> Answer | Unreachable:
    """Post it once."""
    try:
        return await wire.post(errand.url, errand.body, errand.headers)
    except Unreachable as reason:
        return reason
    except Invalid as reason:
        return Unreachable(reason.title, for_good=True)


async def settle(db: Session, errand: Errand, answer: Answer | Unreachable) -> None:
    """Write down what came of it, and when to try again."""
    webhook = await db.get(Webhook, errand.webhook, with_for_update=True)
    delivery = await db.get(WebhookDelivery, errand.delivery, with_for_update=True)
    if webhook is None or delivery is None or delivery.status != "waiting":
        return
    if isinstance(answer, Answer):
        delivery.response_status, delivery.milliseconds = answer.status, answer.milliseconds
        delivery.response = excerpt(answer.body)
        delivery.error = None if answer.status < 300 else f"HTTP {answer.status}"
    else:
        delivery.response_status, delivery.response = None, ""
        delivery.error = str(answer)[:300]
    if delivery.error is None:
        delivery.status, delivery.finished_at = "delivered", now()
        webhook.failures, webhook.failing_since = 0, None
        return
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now()
    if delivery.attempts >= ATTEMPTS or getattr(answer, "for_good", False):
        delivery.status, delivery.finished_at = "failed", now()
    else:
        delivery.due_at = next_attempt(delivery.attempts)
    if webhook.failures >= DISABLE_AFTER or delivery.response_status == GONE:
        await disable(db, webhook, delivery.error)


def excerpt(body: bytes) -> str:
    """The beginning of an answer, as text that can be stored."""
    return body.decode("utf-8", "replace").replace("\x00", "\ufffd")[:KEPT_CHARACTERS]


def next_attempt(attempts: int) -> datetime:
    """After 10 s, 30 s, 90 s … at most 4 h: about a day in all; a little off, not to crowd."""
    pause = min(FIRST_PAUSE * 3.0 ** (attempts - 1), LONGEST_PAUSE)
    return now() + pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret


async def disable(db: Session, webhook: Webhook, reason: str) -> None:
    """Switch off what has failed too often; what waits can be replayed later."""
    webhook.enabled, webhook.disabled_reason = False, reason
    await db.execute(
        text(
            "update webhook_deliveries set status = 'failed', finished_at = :at "
            "where webhook_id = :webhook and status = 'waiting'"
        ),
        {"webhook": webhook.id, "at": now()},
    )
    await record(db, WebhookChanged(subject=webhook.id, change="disabled"))
    await notify(
        db,
        await agents_who_may(db, "webhook.edit"),
        DISABLED,
        subject_kind="webhook",
        subject=webhook.id,
        params={"webhook": webhook.id, "failures": webhook.failures},
    )


async def forget_old(db: Session) -> None:
    """The log is kept for thirty days."""
    await db.execute(
        text("delete from webhook_deliveries where finished_at < :before"),
        {"before": now() - KEPT_FOR},
    )
