"""The doors: orders, parcels, products and shops as an actor may see them.

Whoever serves customers sees every order: the customer on the line is often not known until the
order is found. What is personal in it stays masked until somebody reveals it with a reason.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, false, select, true
from sqlalchemy.sql.elements import ColumnElement

from kefu.commerce.model import Product, Shop
from kefu.commerce.model_imports import CommerceImport
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.core.db import Session
from kefu.core.errors import Invalid, NotFound
from kefu.identity import Actor


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The orders that this actor may list."""
    return true() if actor.may("order.read") else false()


async def order_for(db: Session, actor: Actor, order_id: UUID, *, lock: bool = False) -> Order:
    actor.require("order.read")
    query = select(Order).where(Order.id == order_id, visible_to(actor))
    order = await one_of(db, query, lock=lock)
    if order is None:
        raise NotFound("There is no such order.")
    return order


async def order_numbered(
    db: Session, shop: UUID | None, number: str, *, lock: bool = False
) -> Order | None:
    """The order with this number; without a shop the newest of those with it."""
    query = select(Order).where(Order.number == number).order_by(Order.id.desc()).limit(1)
    if shop is not None:
        query = query.where(Order.shop_id == shop)
    return await one_of(db, query, lock=lock)


async def one_of(db: Session, query: Select[Order], *, lock: bool) -> Order | None:
    if lock:
        query = query.with_for_update(key_share=True, of=Order)
    found = await db.execute(query.execution_options(populate_existing=lock))
    return found.scalar_one_or_none()


async def shipment_for(
    db: Session, actor: Actor, shipment_id: UUID, *, lock: bool = False
) -> Shipment:
    actor.require("order.read")
    shipment = await db.get(
        Shipment, shipment_id, with_for_update=lock or None, populate_existing=lock
    )
    if shipment is None:
        raise NotFound("There is no such parcel.")
    return shipment


async def product_for(db: Session, actor: Actor, product_id: UUID) -> Product:
    actor.require("product.read")
    product = await db.get(Product, product_id)
    if product is None:
        raise NotFound("There is no such product.")
    return product


async def shop_for(db: Session, actor: Actor, shop_id: UUID, *, lock: bool = False) -> Shop:
    actor.require("shop.read")
    shop = await db.get(Shop, shop_id, with_for_update=lock or None, populate_existing=lock)
    if shop is None:
        raise NotFound("There is no such shop.")
    return shop


async def shop_named(db: Session, key: str, *, field: str = "shop") -> Shop:
    """The shop with this key; programs and files name shops by it."""
    shop = await db.scalar(select(Shop).where(Shop.key == key))
    if shop is None:
        raise Invalid(f"There is no shop called {key}.", field=field, code="no_such_shop")
    return shop


async def import_for(db: Session, actor: Actor, import_id: UUID) -> CommerceImport:
    actor.require("commerce.import")
    found = await db.get(CommerceImport, import_id)
    if found is None:
        raise NotFound("There is no such import.")
    return found
