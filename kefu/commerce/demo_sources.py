"""The demo shop's connections: how a shop is asked, written down but switched off."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kefu.commerce.demo_orders import SHOP_KEY
from kefu.commerce.model import Shop
from kefu.commerce.sources.keeping import create_source
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.errors import Conflict
from kefu.identity import actor_for_agent, agents_who_may

SIMULATOR = "http://127.0.0.1:9101"
"""Where `kefu demo shop-simulator` answers by itself."""
SOURCES: tuple[dict[str, Any], ...] = (
    {"name": "山野商城（七鱼对接）", "kind": "qiyu", "url": SIMULATOR, "account": "shanye",
     "secret": "book", "enabled": False},
    {"name": "海外独立站（WooCommerce）", "kind": "woocommerce", "url": "https://global.shanye.example",
     "account": "ck_demo", "secret": "cs_demo", "enabled": False},
)  # fmt: skip


@demo_part("commerce sources", order=63)
async def load_sources(db: Session) -> None:
    """Add those that are not there yet; nothing is asked until somebody switches one on."""
    shop = await db.scalar(select(Shop.id).where(Shop.key == SHOP_KEY))
    keeper = min(await agents_who_may(db, "source.edit"), default=None)
    by = await actor_for_agent(db, keeper) if keeper else None
    if shop is None or by is None:
        return
    for given in SOURCES:
        try:
            await create_source(db, {**given, "shop_id": shop}, by=by)
        except Conflict:  # it is there since the first time
            continue
