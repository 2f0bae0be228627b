"""What channels do when facts of others appear."""

from __future__ import annotations

from kefu.channels.delivering import queue_deliveries
from kefu.channels.webhook_kinds import OFFERED
from kefu.channels.webhooks import queue_webhooks
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to


@reacts_to("message.sent", group="delivery")
async def deliver(db: Session, facts: list[Fact]) -> None:
    await queue_deliveries(db, facts)


@reacts_to(*OFFERED, group="webhooks")
async def tell_webhooks(db: Session, facts: list[Fact]) -> None:
    await queue_webhooks(db, facts)
