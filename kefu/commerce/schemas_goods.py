"""Shapes of requests and answers about products and shops."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from kefu.commerce.documents import Amount, Code, Currency, Name
from kefu.commerce.goods import ProductDocument
from kefu.commerce.money import MOST
from kefu.core.paging import Cursor
from kefu.core.shapes import Shape

AT_ONCE = 500
Kind = Literal["manual", "api", "woocommerce", "qiyu"]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
ProductStatus = Literal["on_sale", "off_sale", "discontinued"]


class ShopSettings(Shape):
    """The inbox whose customers' ids the shop uses; nothing more is known of every kind."""

    inbox: UUID | None = None


class NewShop(Shape):
    key: Key
    name: Name
    kind: Kind = "api"
    currency: Currency = "CNY"
    settings: ShopSettings = Field(default_factory=ShopSettings)


class ShopChange(Shape):
    name: Name = ""
    currency: Currency = "CNY"
    settings: ShopSettings = Field(default_factory=ShopSettings)


class ShopRow(BaseModel):
    id: UUID
    key: str
    name: str
    kind: Kind
    currency: str
    inbox: UUID | None
    created_at: datetime


class ProductsTold(Shape):
    shop: Code
    products: Annotated[list[ProductDocument], Field(min_length=1, max_length=AT_ONCE)]


class ProductsTaken(BaseModel):
    products: int


class ProductFilter(Shape):
    q: Annotated[str, Field(max_length=100)] = ""
    shop: UUID | None = None
    category: Name | None = None
    status: ProductStatus | None = None
    price_min: int | None = Field(default=None, ge=0, le=MOST)
    price_max: int | None = Field(default=None, ge=0, le=MOST)
    in_stock: bool = False
    cursor: Cursor = None
    limit: int = Field(default=25, ge=1, le=100)


class ProductRow(BaseModel):
    id: UUID
    shop_id: UUID
    external_id: str
    title: str
    category: str | None
    brand: str | None
    model: str | None
    image: str | None
    url: str | None
    price_from: int | None
    currency: str
    status: ProductStatus
    warranty_months: int | None
    specs: dict[str, Any]
    stock: int | None
    variants: int


class SkuRow(BaseModel):
    id: UUID
    external_id: str
    code: str | None
    specs: dict[str, Any]
    price: int
    currency: str
    stock: int | None
    available: bool


class ProductDetail(ProductRow):
    attributes: dict[str, Any]
    skus: list[SkuRow]
    updated_at: datetime


class ComparedRow(BaseModel):
    name: str
    values: list[str | None]
    differs: bool


class Comparison(BaseModel):
    products: list[ProductRow]
    rows: list[ComparedRow]


class NeedSaid(Shape):
    """One need: a word that the property holds, or bounds of its figure."""

    name: Name
    word: Name | None = None
    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.word is None and self.least is None and self.most is None:
            raise ValueError("Say a word, or a least or most figure.")
        return self


class Needs(Shape):
    q: Annotated[str, Field(max_length=100)] = ""
    category: Name | None = None
    price_min: Amount | None = None
    price_max: Amount | None = None
    in_stock: bool = True
    needs: Annotated[list[NeedSaid], Field(max_length=10)] = Field(default_factory=list)
    limit: int = Field(default=5, ge=1, le=20)


class ReasonRow(BaseModel):
    name: str
    verdict: Literal["met", "missed", "unknown"]
    value: str | None


class RecommendedRow(BaseModel):
    product: ProductRow
    reasons: list[ReasonRow]
    met: int


class CategoryRow(BaseModel):
    name: str
    products: int
