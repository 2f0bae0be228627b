"""Shops: where orders and goods come from, and whose customers' ids they use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.events import ShopChanged
from kefu.commerce.model import Shop
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity import Actor


async def all_shops(db: Session, actor: Actor) -> Sequence[Shop]:
    actor.require("shop.read")
    return (await db.scalars(select(Shop).order_by(Shop.name, Shop.id))).all()


async def open_shop(db: Session, fields: Mapping[str, Any], *, by: Actor) -> Shop:
    """A new shop; its key is how programs and files name it, and stays."""
    by.require("shop.edit")
    written = await db.execute(
        insert(Shop)
        .values(id=uuid7(), created_at=now(), updated_at=now(), **fields)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Shop)
    )
    shop = written.scalar_one_or_none()
    if shop is None:
        raise Conflict("A shop has this key already.", field="key")
    await record(db, ShopChanged(subject=shop.id, actor=by.id, changed=tuple(sorted(fields))))
    return shop


async def change_shop(db: Session, shop: Shop, changes: Mapping[str, Any], *, by: Actor) -> None:
    by.require("shop.edit")
    changed = [name for name, value in changes.items() if getattr(shop, name) != value]
    for name in changed:
        setattr(shop, name, changes[name])
    if changed:
        await record(db, ShopChanged(subject=shop.id, actor=by.id, changed=tuple(sorted(changed))))


async def shop_with_key(db: Session, key: str, **fields: Any) -> Shop:
    """The shop with this key, made where there is none; for commands and demo data."""
    await db.execute(
        insert(Shop)
        .values(id=uuid7(), key=key, created_at=now(), updated_at=now(), settings={}, **fields)
        .on_conflict_do_nothing(index_elements=["key"])
    )
    found = await db.scalars(select(Shop).where(Shop.key == key))
    return found.one()
