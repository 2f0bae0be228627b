"""Goods: products and their variants as shops tell them, in one batch or none of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.documents import (
    Amount,
    Code,
    Currency,
    Document,
    Id,
    LongLine,
    Name,
    Specs,
    check_once,
)
from kefu.commerce.events import ProductsChanged
from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.terms import terms_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key

Address = Annotated[str, StringConstraints(pattern=r"^(https?://|/)[!-~]*$", max_length=1000)]
SKUS = 500
GOODS = (
    *("title", "title_key", "search_terms", "category", "brand", "model", "specs", "attributes"),
    *("image", "url", "price_from", "currency", "status", "warranty_months", "updated_at"),
)
VARIANT = ("product_id", "code", "specs", "price", "currency", "stock", "available")


class SkuDocument(Document):
    external_id: Id
    code: Code | None = None
    specs: Specs = Field(default_factory=dict)
    price: Amount
    stock: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = None
    available: bool = True


class ProductDocument(Document):
    """A product with its variants; a variant that is left out stays as it was."""

    external_id: Id
    title: LongLine
    category: Name | None = None
    brand: Name | None = None
    model: Name | None = None
    specs: Specs = Field(default_factory=dict)
    attributes: Specs = Field(default_factory=dict)
    image: Address | None = None
    url: Address | None = None
    currency: Currency | None = None
    status: Literal["on_sale", "off_sale", "discontinued"] = "on_sale"
    warranty_months: Annotated[int, Field(strict=True, ge=0, le=1200)] | None = None
    skus: list[SkuDocument] = Field(default_factory=list, max_length=SKUS)

    @model_validator(mode="after")
    def _variants_once(self) -> Self:
        check_once("skus", [sku.external_id for sku in self.skus])
        return self


async def take_products(db: Session, shop: Shop, documents: Sequence[ProductDocument]) -> int:
    """Write down what a shop sells; gives how many products that are."""
    wanted = {document.external_id: document for document in documents}
    if not wanted:
        return 0
    rows = sorted(
        (product_row(shop, document) for document in wanted.values()),
        key=lambda row: str(row["external_id"]),
    )
    ids = await upserted(db, Product, rows, GOODS)
    skus = [
        sku_row(shop, sku, document, ids[document.external_id])
        for document in wanted.values()
        for sku in document.skus
    ]
    if skus:
        skus.sort(key=lambda row: str(row["external_id"]))
        await upserted(db, Sku, skus, VARIANT)
    await record(db, ProductsChanged(subject=shop.id, products=len(wanted)))
    return len(wanted)


async def upserted(
    db: Session, table: Any, rows: list[dict[str, Any]], columns: Sequence[str]
) -> dict[str, UUID]:
    """Their ids by the shop's own; rows are sorted, so that two batches do not lock each other."""
    statement = insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=["shop_id", "external_id"],
        set_={name: getattr(statement.excluded, name) for name in columns},
    )
    written = await db.execute(statement.returning(table.external_id, table.id), rows)
    return {row.external_id: row.id for row in written}


def product_row(shop: Shop, document: ProductDocument) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "shop_id": shop.id,
        **document.model_dump(exclude={"skus", "currency"}),
        "title_key": sort_key(document.title),
        "search_terms": terms_of(f"{document.title} {document.model or ''}"),
        "price_from": min((sku.price for sku in document.skus), default=None),
        "currency": document.currency or shop.currency,
        "created_at": now(),
        "updated_at": now(),
    }


def sku_row(
    shop: Shop, sku: SkuDocument, document: ProductDocument, product: UUID
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "product_id": product,
        "shop_id": shop.id,
        **sku.model_dump(),
        "currency": document.currency or shop.currency,
    }


async def categories_of(db: Session) -> list[tuple[str, int]]:
    """What kinds of goods there are, and how many of each are on sale."""
    rows = await db.execute(
        select(Product.category, func.count())
        .where(Product.category.is_not(None), Product.status == "on_sale")
        .group_by(Product.category)
        .order_by(func.count().desc(), Product.category)
        .limit(200)
    )
    return [(str(row[0]), int(row[1])) for row in rows]
