"""Finding goods: the products and variants that lines of orders name by the shop's own ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.documents import OrderDocument
from kefu.commerce.model import PaymentMethod, Product, Sku
from kefu.core.db import Session
from kefu.core.writing import among


@dataclass(frozen=True, slots=True)
class Goods:
    """Products by the shop's id, and variants with their products."""

    products: Mapping[str, UUID]
    skus: Mapping[str, tuple[UUID, UUID]]

    def sku_of(self, sku: str | None) -> UUID | None:
        found = self.skus.get(sku or "")
        return found[0] if found else None

    def product_of(self, product: str | None, sku: str | None) -> UUID | None:
        found = self.skus.get(sku or "")
        return self.products.get(product or "") or (found[1] if found else None)


async def goods_named(db: Session, shop: UUID, documents: Sequence[OrderDocument]) -> Goods:
    """What the lines of these orders name, in two queries; unknown goods stay without a link."""
    lines = [line for document in documents for line in document.lines]
    skus = await skus_named(db, shop, {line.sku for line in lines if line.sku})
    products = await products_named(db, shop, {line.product for line in lines if line.product})
    return Goods(products, skus)


async def skus_named(db: Session, shop: UUID, ids: Iterable[str]) -> dict[str, tuple[UUID, UUID]]:
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await db.execute(
        select(Sku.external_id, Sku.id, Sku.product_id).where(
            Sku.shop_id == shop, among(Sku.external_id, wanted)
        )
    )
    return {row.external_id: (row.id, row.product_id) for row in rows}


async def products_named(db: Session, shop: UUID, ids: Iterable[str]) -> dict[str, UUID]:
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await db.execute(
        select(Product.external_id, Product.id).where(
            Product.shop_id == shop, among(Product.external_id, wanted)
        )
    )
    return {row.external_id: row.id for row in rows}


async def methods_named(
    db: Session, shop: UUID, documents: Sequence[OrderDocument]
) -> dict[str, UUID]:
    """The ways of paying that payments of these orders name."""
    wanted = {
        one.payment_method
        for document in documents
        for one in document.payments
        if one.payment_method
    }
    if not wanted:
        return {}
    rows = await db.execute(
        select(PaymentMethod.external_id, PaymentMethod.id).where(
            PaymentMethod.shop_id == shop, among(PaymentMethod.external_id, wanted)
        )
    )
    return {row.external_id: row.id for row in rows}
