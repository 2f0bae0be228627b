"""Keeping sources: which systems are asked, with what; secrets go in and never come out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kefu.commerce.events_logistics import SourceChanged
from kefu.commerce.model import Shop
from kefu.commerce.model_sources import Source
from kefu.commerce.sources.sweeping import begin_anew
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.wire import check_url
from kefu.identity import Actor


async def sources(db: Session) -> list[Source]:
    return list(await db.scalars(select(Source).order_by(Source.name)))


async def source_for(db: Session, actor: Actor, source_id: UUID, *, lock: bool = False) -> Source:
    actor.require("source.read")
    return await source_with(db, source_id, lock=lock)


async def source_with(db: Session, source_id: UUID, *, lock: bool = False) -> Source:
    source = await db.get(Source, source_id, with_for_update=lock or None, populate_existing=lock)
    if source is None:
        raise NotFound("There is no such source.")
    return source


async def create_source(db: Session, given: Mapping[str, Any], *, by: Actor) -> Source:
    await check(db, given)
    source = Source(id=uuid7(), **given)
    source.webhook_secret = source.webhook_secret or secrets.token_urlsafe(32)
    try:
        async with db.begin_nested():
            db.add(source)
    except IntegrityError as error:
        raise Conflict("There is a source with this name.", field="name") from error
    await record(db, SourceChanged(subject=source.id, actor=by.id, change="created"))
    return source


async def change_source(
    db: Session, source: Source, changes: Mapping[str, Any], *, by: Actor
) -> None:
    """Change what was named; an empty secret keeps the one that is there."""
    named = {
        name: value
        for name, value in changes.items()
        if value or name not in ("secret", "webhook_secret")
    }
    kept = ("kind", "book", "shop_id", "takes_changes")
    await check(db, {name: getattr(source, name) for name in kept} | named)
    if any(named.get(name, kept) != kept for name, kept in what_is_read(source).items()):
        await begin_anew(db, source.id)
    for name, value in named.items():
        setattr(source, name, value)
    await record(db, SourceChanged(subject=source.id, actor=by.id, change="changed"))


def what_is_read(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in ("url", "book", "shop_id", "account")}


async def delete_source(db: Session, source: Source, *, by: Actor) -> None:
    """Forget it, with what was compared."""
    await db.delete(source)
    await db.flush()
    await record(db, SourceChanged(subject=source.id, actor=by.id, change="deleted"))


async def check(db: Session, given: Mapping[str, Any]) -> None:
    if "url" in given:
        check_url(given["url"])
    tells_orders = given["kind"] == "woocommerce" or given.get("book") == "orders"
    if given["kind"] == "book" and given.get("book") is None:
        raise Invalid("Say what this book is about.", field="book")
    if tells_orders and (
        given.get("shop_id") is None or await db.get(Shop, given["shop_id"]) is None
    ):
        raise Invalid("Say whose orders these are.", field="shop_id")
    if given.get("takes_changes") and not tells_orders:
        raise Invalid("Only a shop with orders takes changes of them.", field="takes_changes")


def answered(source: Source, failure: str | None = None) -> None:
    """Note how it went, for whoever looks after sources."""
    source.asked_at, source.failure = now(), failure[:300] if failure else None
    if failure is None:
        source.answered_at = source.asked_at
