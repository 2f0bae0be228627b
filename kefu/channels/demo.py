"""The demo shop's webhook: what its own systems would hear, switched off."""

from __future__ import annotations

from sqlalchemy import select

from kefu.channels.model import Webhook
from kefu.channels.webhooks import create_webhook
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.settings import settings
from kefu.identity import actor_for_agent, agents_who_may

HEARS = ["conversation.closed", "conversation.rated", "customer.changed", "promise.broken"]


@demo_part("webhooks", order=63)
async def load_webhooks(db: Session) -> None:
    """Nothing is sent before somebody writes their own address and switches it on."""
    keeper = min(await agents_who_may(db, "webhook.edit"), default=None)
    by = await actor_for_agent(db, keeper) if keeper else None
    if by is None or await db.scalar(select(Webhook.id).limit(1)):
        return
    given = {
        "name": "商城后台：同步服务记录",
        "url": "https://erp.shanye.example/hooks/kefu",
        "kinds": HEARS,
        "enabled": False,
    }
    # The name is nobody's: it is written down without being asked for.
    chosen = settings().model_copy(update={"webhook_private_addresses": True})
    await create_webhook(db, given, by=by, chosen=chosen)
