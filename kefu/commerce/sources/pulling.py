"""Pulling: a WooCommerce shop is asked for what changed since it last answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from kefu.commerce.model import Shop
from kefu.commerce.model_sources import Source
from kefu.commerce.sources.asking import Asks, SourceAway, asked, basic
from kefu.commerce.sources.keeping import answered
from kefu.commerce.sources.woocommerce import order_of
from kefu.commerce.taking import take_orders
from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.errors import Refusal

PAGE = 100
PAGES_AT_MOST = 100
OVERLAP = timedelta(minutes=2)
FIRST = timedelta(days=30)


async def pull(database: Database, source_id: UUID, wire: Asks) -> int:
    """Take every order that changed lately, some of them again; returns how many were told."""
    async with database.transaction() as db:
        source = await db.get(Source, source_id)
        if source is None or not source.enabled or source.kind != "woocommerce":
            return 0
    begun, taken, failure = now(), 0, None
    since = source.answered_at - OVERLAP if source.answered_at else begun - FIRST
    try:
        async for page in pages(wire, source, since):
            async with database.transaction() as db:
                shop = await db.get_one(Shop, source.shop_id)
                await take_orders(db, shop, [order_of(order) for order in page])
            taken += len(page)
    except SourceAway as error:
        failure = str(error)
    except Refusal as error:
        failure = f"{error.title} ({error.field})"
    async with database.transaction() as db:
        source = await db.get_one(Source, source_id)
        answered(source, failure)
        if failure is None:
            source.answered_at = begun
    return taken


async def pages(wire: Asks, source: Source, since: datetime) -> AsyncIterator[list[Any]]:
    """Orders that were modified since, the longest unchanged first."""
    for page in range(1, PAGES_AT_MOST + 1):
        asked_for = urlencode(
            {
                "modified_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
                "dates_are_gmt": "true",
                "orderby": "modified",
                "order": "asc",
                "per_page": PAGE,
                "page": page,
            }
        )
        url = f"{source.url.rstrip('/')}/wp-json/wc/v3/orders?{asked_for}"
        said = await asked(wire, url, basic(source.account, source.secret))
        if not isinstance(said, list):
            raise SourceAway("The shop gave no list of orders.")
        if said:
            yield said
        if len(said) < PAGE:
            return
