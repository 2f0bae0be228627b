"""The shop of the tau corpus as rows: products, people with their cards, orders; and its tasks."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from kefu.commerce.care_presets import apply_preset
from kefu.commerce.model import PaymentMethod, Product, Shop, Sku
from kefu.commerce.model_orders import Order, OrderLine, Payment
from kefu.commerce.tests.factories import a_shop
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import Customer
from kefu.identity.tests.factories import an_agent

FOLDER = Path(os.environ.get("KEFU_CORPORA", "../shared/data")) / "tau_retail"
STATUSES = {
    "pending": "paid",
    "processed": "processing",
    "delivered": "delivered",
    "cancelled": "cancelled",
}
PLACED = datetime(2024, 5, 15, tzinfo=UTC)
ADDRESS = {"country": "country", "state": "province", "city": "city", "zip": "postcode"}

Rows = list[dict[str, Any]]


def cents(amount: float) -> int:
    return round(amount * 100)


def street_of(address: dict[str, Any]) -> str:
    return " ".join(part for part in (address["address1"], address["address2"]) if part)


def address_of(given: dict[str, Any]) -> dict[str, Any]:
    return {ours: given[theirs] for theirs, ours in ADDRESS.items()} | {"street": street_of(given)}


@dataclass
class Corpus:
    """What the files say, and under which ids it is kept here."""

    orders: dict[str, Any]
    users: dict[str, Any]
    products: dict[str, Any]
    tasks: list[dict[str, Any]]
    shop: UUID
    customers: dict[str, UUID] = field(default_factory=dict)
    skus: dict[str, UUID] = field(default_factory=dict)
    methods: dict[tuple[str, str], UUID] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)

    def variant(self, product: str, item: str) -> dict[str, Any]:
        found: dict[str, Any] = self.products[product]["variants"][item]
        return found


def read_json(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


async def loaded(db: Session) -> Corpus:
    """The corpus in the database, under the policy that its text describes."""
    lines = (FOLDER / "tasks_train.TASKS_TRAIN.jsonl").read_text(encoding="utf-8").splitlines()
    shop = await a_shop(db, key="tau", currency="USD")
    corpus = Corpus(
        orders=read_json("orders.json"),
        users=read_json("users.json"),
        products=read_json("products.json"),
        tasks=[json.loads(line) for line in lines],
        shop=shop.id,
    )
    head = await an_agent(db, role="department_head")
    await apply_preset(db, "pending_only", shop=shop.id, by=head.id)
    await put_products(db, corpus, shop)
    await put_people(db, corpus)
    await put_orders(db, corpus)
    for name in ("orders", "order_lines", "payments", "payment_methods", "skus", "products"):
        await db.execute(text(f"analyze {name}"))
    return corpus


async def put_products(db: Session, corpus: Corpus, shop: Shop) -> None:
    goods: Rows = []
    variants: Rows = []
    for key, one in corpus.products.items():
        product = uuid7()
        names = {"external_id": key, "title": one["name"], "title_key": one["name"]}
        goods.append({"id": product, "shop_id": shop.id, "search_terms": [], **names})
        for item, variant in one["variants"].items():
            corpus.skus[item] = uuid7()
            variants.append(
                {
                    "id": corpus.skus[item],
                    "product_id": product,
                    "shop_id": shop.id,
                    "external_id": item,
                    "specs": variant["options"],
                    "price": cents(variant["price"]),
                    "currency": "USD",
                    "available": variant["available"],
                }
            )
        corpus.ids[key] = product
    await db.execute(insert(Product), goods)
    await db.execute(insert(Sku), variants)


async def put_people(db: Session, corpus: Corpus) -> None:
    people: Rows = []
    methods: Rows = []
    for key, user in corpus.users.items():
        customer = corpus.customers[key] = uuid7()
        name = " ".join(user["name"].values())
        people.append({"id": customer, "name": name, "name_pinyin": name, "search_terms": []})
        for reference, method in user["payment_methods"].items():
            corpus.methods[key, reference] = uuid7()
            balance = method.get("balance")
            methods.append(
                {
                    "id": corpus.methods[key, reference],
                    "shop_id": corpus.shop,
                    "customer_id": customer,
                    "external_id": f"{key} {reference}",
                    "kind": method["source"],
                    "balance": None if balance is None else cents(balance),
                    "currency": "USD",
                }
            )
    await db.execute(insert(Customer), people)
    await db.execute(insert(PaymentMethod), methods)


async def put_orders(db: Session, corpus: Corpus) -> None:
    orders: Rows = []
    lines: Rows = []
    payments: Rows = []
    for number, one in corpus.orders.items():
        order = corpus.ids[number] = uuid7()
        total = sum(cents(item["price"]) for item in one["items"])
        orders.append(
            {
                "id": order,
                "shop_id": corpus.shop,
                "number": number,
                "customer_id": corpus.customers[one["user_id"]],
                "status": STATUSES[one["status"]],
                "placed_at": PLACED,
                "currency": "USD",
                "goods_amount": total,
                "total_amount": total,
                "paid_amount": total,
                "refunded_amount": total if one["status"] == "cancelled" else 0,
            }
            | address_of(one["address"])
        )
        lines += [line_of(corpus, order, *numbered) for numbered in enumerate(one["items"], 1)]
        first = one["payment_history"][0]
        method = corpus.methods[one["user_id"], first["payment_method_id"]]
        payments.append(payment_of(order, number, method, total))
    await db.execute(insert(Order), orders)
    await db.execute(insert(OrderLine), lines)
    await db.execute(insert(Payment), payments)


def line_of(corpus: Corpus, order: UUID, position: int, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "order_id": order,
        "position": position,
        "product_id": corpus.ids[item["product_id"]],
        "sku_id": corpus.skus[item["item_id"]],
        "title": item["name"],
        "specs": item["options"],
        "quantity": 1,
        "unit_price": cents(item["price"]),
    }


def payment_of(order: UUID, number: str, method: UUID, total: int) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "order_id": order,
        "external_id": number,
        "method": "other",
        "method_id": method,
        "amount": total,
        "status": "paid",
        "paid_at": PLACED,
    }
