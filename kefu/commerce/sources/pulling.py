"""Pulling: a WooCommerce shop is asked for what changed since it last answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import structlog

from kefu.commerce.documents import OrderDocument
from kefu.commerce.model import Shop
from kefu.commerce.model_sources import Source
from kefu.commerce.sources.asking import Asks, SourceAway, asked, basic
from kefu.commerce.sources.keeping import answered
from kefu.commerce.sources.woocommerce import order_of
from kefu.commerce.taking import check_has_lines, take_orders
from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.errors import Refusal

log = structlog.get_logger(__name__)
PAGE = 100
PAGES_AT_MOST = 100
OVERLAP = timedelta(minutes=2)
FIRST = timedelta(days=30)
SHOWN = 3


@dataclass
class Pulled:
    """What a pull has taken so far, and which orders could not be read."""

    taken: int = 0
    odd: list[str] = field(default_factory=list)

    def read(self, page: list[Any]) -> list[OrderDocument]:
        """The orders of a page; an odd one is named and holds back no other."""
        found = []
        for order in page:
            try:
                document = order_of(order)
                check_has_lines(document, historic=False)
            except Refusal as refusal:
                number = order.get("number") if isinstance(order, dict) else None
                self.odd.append(f"{number or '?'}: {refusal.title} ({refusal.field})")
            else:
                found.append(document)
        return found

    @property
    def failure(self) -> str | None:
        if not self.odd:
            return None
        return f"{len(self.odd)} × {'; '.join(self.odd[:SHOWN])}"


async def pull(database: Database, source_id: UUID, wire: Asks) -> int:
    """Take every order that changed lately, some of them again; returns how many were told."""
    async with database.transaction() as db:
        source = await db.get(Source, source_id)
        if source is None or not source.enabled or source.kind != "woocommerce":
            return 0
    begun, pulled, away = now(), Pulled(), None
    since = source.answered_at - OVERLAP if source.answered_at else begun - FIRST
    try:
        async for page in pages(wire, source, since):
            documents = pulled.read(page)
            async with database.transaction() as db:
                shop = await db.get_one(Shop, source.shop_id)
                await take_orders(db, shop, documents)
            pulled.taken += len(documents)
    except SourceAway as error:
        away = str(error)
    async with database.transaction() as db:
        source = await db.get_one(Source, source_id)
        answered(source, away or pulled.failure)
        if away is None:
            source.answered_at = begun
    if pulled.odd:
        log.warning("orders_not_read", source=str(source_id), orders=pulled.odd[:SHOWN])
    return pulled.taken


async def pages(wire: Asks, source: Source, since: datetime) -> AsyncIterator[list[Any]]:
    """Orders that were modified since, by their ids.

    One that is modified while this goes on stays where it is, so that no other slips from a page
    that is still to come to one that was read; it is told again the next time.
    """
    for page in range(1, PAGES_AT_MOST + 1):
        asked_for = urlencode(
            {
                "modified_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
                "dates_are_gmt": "true",
                "orderby": "id",
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
