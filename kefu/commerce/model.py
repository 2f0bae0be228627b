"""Tables of commerce: the shops that sell, what they sell, and how customers pay them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

SHOP_KINDS = ("manual", "api", "woocommerce", "qiyu")
PRODUCT_STATUSES = ("on_sale", "off_sale", "discontinued")
PAYMENT_METHOD_KINDS = (
    "alipay",
    "wechat_pay",
    "union_pay",
    "credit_card",
    "debit_card",
    "paypal",
    "gift_card",
    "voucher",
    "bank_slip",
    "bank_transfer",
    "cash_on_delivery",
    "other",
)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Shop(Base):
    """Where orders come from; settings are those of its kind, without secrets of customers."""

    __tablename__ = "shops"
    __table_args__ = (one_of("kind", SHOP_KINDS),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, default="api")
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Product(Base):
    """Something a shop sells; `price_from` is that of its cheapest variant."""

    __tablename__ = "products"
    __table_args__ = (
        one_of("status", PRODUCT_STATUSES),
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_products_title_key_id", "title_key", "id"),
        Index("ix_products_category_title_key", "category", "title_key"),
        Index("ix_products_model", "model"),
        Index("ix_products_search_terms", "search_terms", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shops.id"))
    external_id: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(Text)
    search_terms: Mapped[list[str]] = mapped_column(ARRAY(Text), deferred=True)
    category: Mapped[str | None] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    specs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    image: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    price_from: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    status: Mapped[str] = mapped_column(Text, default="on_sale")
    warranty_months: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Sku(Base):
    """One variant of a product, with its price and what is in stock."""

    __tablename__ = "skus"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        CheckConstraint("price >= 0", name="price"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shops.id"))
    external_id: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    specs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    price: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    stock: Mapped[int | None]
    available: Mapped[bool] = mapped_column(default=True)


class PaymentMethod(Base):
    """A way in which a customer pays; only a gift card has a balance, never a full number."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        one_of("kind", PAYMENT_METHOD_KINDS),
        UniqueConstraint("shop_id", "external_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shops.id"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(Text)
    last_four: Mapped[str | None] = mapped_column(Text)
    balance: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    created_at: Mapped[datetime] = mapped_column(default=now)
