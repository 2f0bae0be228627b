"""Inboxes of simulated platforms: on our own database, one for each kind, with its address."""

from __future__ import annotations

from uuid import UUID, uuid5

from kefu.channels import ADAPTERS
from kefu.channels.signed_api import SignedApi
from kefu.conversations.inboxes import new_secret
from kefu.conversations.model import Inbox
from kefu.core.db import Database

SPACE = UUID("6b656675-0000-5000-8000-706c6174666f")
NAMES = {
    "api": "模拟系统",
    "ecommerce": "模拟电商平台",
    "social": "模拟社交平台",
    "wechat_miniprogram": "模拟小程序",
}


def kinds() -> list[str]:
    """The channels that a platform with a server of its own can be."""
    return sorted(name for name, one in ADAPTERS.items() if isinstance(one, SignedApi))


async def platform_inbox(url: str, kind: str, hook: str) -> tuple[str, str]:
    """The id and the secret of the inbox of this kind, which delivers to the hook from now on."""
    database = Database(url, pool=2)
    try:
        async with database.transaction() as db:
            number = uuid5(SPACE, kind)
            inbox = await db.get(Inbox, number, with_for_update=True)
            if inbox is None:
                inbox = Inbox(id=number, name=NAMES[kind], channel=kind, secret=new_secret())
                db.add(inbox)
            inbox.settings = {**(inbox.settings or {}), "callback_url": hook}
            inbox.archived_at = None
            return str(inbox.id), inbox.secret
    finally:
        await database.close()
