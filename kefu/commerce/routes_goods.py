"""Products and shops over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.commerce.access import product_for, shop_for, shop_named
from kefu.commerce.choosing import (
    SIDE_BY_SIDE,
    Need,
    Sought,
    products_for,
    products_side_by_side,
    recommended_for,
    variants_of,
)
from kefu.commerce.goods import categories_of, take_products
from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.schemas_goods import (
    CategoryRow,
    ComparedRow,
    Comparison,
    Needs,
    NewShop,
    ProductDetail,
    ProductFilter,
    ProductRow,
    ProductsTaken,
    ProductsTold,
    ReasonRow,
    RecommendedRow,
    ShopChange,
    ShopRow,
    SkuRow,
)
from kefu.commerce.shops import all_shops, change_shop, open_shop
from kefu.core.db import Session
from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["products"])
shops = APIRouter(prefix="/api/v1/shops", tags=["shops"])


@router.post("/products")
async def post_products(body: ProductsTold, db: Db, actor: CurrentActor) -> ProductsTaken:
    """Take products of one shop, by the shop's own ids."""
    actor.require("order.write")
    shop = await shop_named(db, body.shop)
    return ProductsTaken(products=await take_products(db, shop, body.products))


@router.get("/products")
async def get_products(
    wanted: Annotated[ProductFilter, Query()], db: Db, actor: CurrentActor
) -> Page[ProductRow]:
    sought = Sought(**wanted.model_dump(exclude={"cursor", "limit"}))
    products, next_cursor = await products_for(
        db, actor, sought, cursor=wanted.cursor, limit=wanted.limit
    )
    return Page(items=await product_rows(db, products), next_cursor=next_cursor)


@router.get("/products/categories")
async def get_categories(db: Db, actor: CurrentActor) -> list[CategoryRow]:
    actor.require("product.read")
    return [CategoryRow(name=name, products=count) for name, count in await categories_of(db)]


@router.get("/products/comparison")
async def get_comparison(
    db: Db,
    actor: CurrentActor,
    ids: Annotated[list[UUID], Query(min_length=2, max_length=SIDE_BY_SIDE)],
) -> Comparison:
    products, rows = await products_side_by_side(db, actor, ids)
    return Comparison(
        products=await product_rows(db, products), rows=[ComparedRow(**asdict(row)) for row in rows]
    )


@router.post("/products/recommendations")
async def post_recommendations(body: Needs, db: Db, actor: CurrentActor) -> list[RecommendedRow]:
    """What meets these needs, each with its reasons; nothing is changed."""
    sought = Sought(status="on_sale", **body.model_dump(exclude={"needs", "limit"}))
    needs = [Need(**need.model_dump()) for need in body.needs]
    found = await recommended_for(db, actor, sought, needs, limit=body.limit)
    rows = await product_rows(db, [one.product for one in found])
    return [
        RecommendedRow(
            product=row,
            reasons=[ReasonRow(**asdict(reason)) for reason in one.reasons],
            met=one.met,
        )
        for row, one in zip(rows, found, strict=True)
    ]


@router.get("/products/{product_id}")
async def get_product(product_id: UUID, db: Db, actor: CurrentActor) -> ProductDetail:
    product = await product_for(db, actor, product_id)
    variants = (await variants_of(db, [product.id]))[product.id]
    return ProductDetail(
        **row_of(product, variants),
        attributes=product.attributes,
        updated_at=product.updated_at,
        skus=[SkuRow.model_validate(sku, from_attributes=True) for sku in variants],
    )


async def product_rows(db: Session, products: Sequence[Product]) -> list[ProductRow]:
    variants = await variants_of(db, [product.id for product in products])
    return [ProductRow(**row_of(product, variants[product.id])) for product in products]


def row_of(product: Product, variants: Sequence[Sku]) -> dict[str, Any]:
    """Its stock is that of all variants; unknown where the shop does not tell it of each."""
    told = [sku.stock for sku in variants if sku.stock is not None]
    own = ProductRow.model_fields.keys() - {"stock", "variants"}
    return {
        **{name: getattr(product, name) for name in own},
        "stock": sum(told) if told and len(told) == len(variants) else None,
        "variants": len(variants),
    }


@shops.get("")
async def get_shops(db: Db, actor: CurrentActor) -> list[ShopRow]:
    return [shop_row(shop) for shop in await all_shops(db, actor)]


@shops.post("", status_code=201)
async def post_shop(body: NewShop, db: Db, actor: CurrentActor) -> ShopRow:
    return shop_row(await open_shop(db, body.model_dump(mode="json"), by=actor))


@shops.patch("/{shop_id}")
async def patch_shop(shop_id: UUID, body: ShopChange, db: Db, actor: CurrentActor) -> ShopRow:
    shop = await shop_for(db, actor, shop_id, lock=True)
    changes = body.model_dump(mode="json", exclude_unset=True)
    if "settings" in changes:
        changes["settings"] = shop.settings | changes["settings"]
    await change_shop(db, shop, changes, by=actor)
    return shop_row(shop)


def shop_row(shop: Shop) -> ShopRow:
    own = ShopRow.model_fields.keys() - {"inbox"}
    fields = {name: getattr(shop, name) for name in own}
    return ShopRow(**fields, inbox=shop.settings.get("inbox"))
