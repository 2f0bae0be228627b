"""Sources' schedules: comparing with books, and pulling what webhooks may have missed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import delete, select

from kefu.commerce.model_sources import Reconciliation, Source
from kefu.commerce.routes_sources import RECONCILE
from kefu.commerce.sources.pulling import pull
from kefu.commerce.sources.reconciling import KEPT, reconcile
from kefu.commerce.sources.writing import BookWriter, WooCommerceWriter
from kefu.commerce.writing_back import writes_orders
from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.jobs import Payload, enqueue, every, job
from kefu.core.settings import settings
from kefu.core.wire import Wire

PULL = "commerce.pull"

writes_orders("book")(BookWriter)
writes_orders("woocommerce")(WooCommerceWriter)


@asynccontextmanager
async def a_wire() -> AsyncIterator[Wire]:
    wire = Wire(private=settings().webhook_private_addresses)
    try:
        yield wire
    finally:
        await wire.close()


@job(RECONCILE, attempts=1)
async def reconcile_one(payload: Payload, database: Database) -> None:
    async with a_wire() as wire:
        await reconcile(database, UUID(payload["source"]), wire)


@job(PULL, attempts=1)
async def pull_one(payload: Payload, database: Database) -> None:
    async with a_wire() as wire:
        await pull(database, UUID(payload["source"]), wire)


@job("commerce.ask_sources", schedule=every(minutes=5))
async def ask_sources(_: Payload, database: Database) -> None:
    """One job for each source, so that a slow one holds back no other."""
    async with database.transaction() as db:
        rows = await db.execute(
            select(Source.id, Source.kind).where(
                Source.enabled, Source.kind.in_(("book", "woocommerce"))
            )
        )
        for source, kind in rows.all():
            name = RECONCILE if kind == "book" else PULL
            await enqueue(db, name, {"source": str(source)}, key=str(source))


@job("commerce.forget_reconciliations", schedule="50 4 * * *")
async def forget(_: Payload, database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(delete(Reconciliation).where(Reconciliation.started_at < now() - KEPT))
