"""Tau: an invented American shop with users, ways of paying, products, orders and a policy.

The files are read from a folder and nothing of them is shipped. The shop keeps no times; its
orders count as placed when they are loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.documents import OrderDocument
from kefu.commerce.goods import ProductDocument
from kefu.commerce.model import PaymentMethod, Shop
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.customers import Person, a_person, recognise_all

STATUSES = {
    "pending": "paid",
    "processed": "processing",
    "delivered": "delivered",
    "cancelled": "cancelled",
}
ON_THE_WAY = {"processed": "created", "delivered": "delivered"}
Book = dict[str, dict[str, Any]]


def tau_books(folder: Path) -> dict[str, Book]:
    """Orders, users and products of the folder."""
    return {name: book_of(folder / f"{name}.json") for name in ("orders", "users", "products")}


def book_of(path: Path) -> Book:
    try:
        book: Book = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(f"{path.name} cannot be read.", field="folder") from error
    return book


def tau_products(books: Mapping[str, Book]) -> Iterator[ProductDocument]:
    for product in books["products"].values():
        yield ProductDocument.model_validate(
            {
                "external_id": product["product_id"],
                "title": product["name"],
                "category": product["name"],
                "currency": "USD",
                "skus": [
                    {
                        "external_id": variant["item_id"],
                        "specs": variant["options"],
                        "price": cents(variant["price"]),
                        "available": variant["available"],
                    }
                    for variant in product["variants"].values()
                ],
            }
        )


async def take_tau_users(db: Session, shop: Shop, books: Mapping[str, Book]) -> dict[str, UUID]:
    """The users as customers, each with the ways in which they pay."""
    people = {user: person_of(user, told) for user, told in books["users"].items()}
    found = await recognise_all(db, list(people.values()))
    customers = {user: found[person] for user, person in people.items()}
    rows = [
        {
            "id": uuid7(),
            "shop_id": shop.id,
            "customer_id": customers[user],
            "external_id": method["id"],
            "kind": method["source"],
            "brand": method.get("brand"),
            "last_four": method.get("last_four"),
            "balance": cents(method["balance"]) if "balance" in method else None,
            "currency": "USD",
            "created_at": now(),
        }
        for user, told in books["users"].items()
        for method in told["payment_methods"].values()
    ]
    await db.execute(
        insert(PaymentMethod).on_conflict_do_nothing(index_elements=["shop_id", "external_id"]),
        rows,
    )
    return customers


def person_of(user: str, told: Mapping[str, Any]) -> Person:
    name = f"{told['name']['first_name']} {told['name']['last_name']}"
    return a_person(external_id=user, name=name, email=told["email"])


def tau_orders(books: Mapping[str, Book]) -> Iterator[OrderDocument]:
    for order in books["orders"].values():
        user = books["users"][order["user_id"]]
        yield OrderDocument.model_validate(
            {
                "number": order["order_id"],
                "status": STATUSES[order["status"]],
                "currency": "USD",
                "customer": {
                    "external_id": order["user_id"],
                    "name": f"{user['name']['first_name']} {user['name']['last_name']}",
                    "email": user["email"],
                },
                "address": address_of(order["address"], user),
                "lines": lines_of(order["items"]),
                "payments": payments_of(order, user),
                "refunds": refunds_of(order),
                "shipments": parcels_of(order),
                "attributes": {"source_status": order["status"]},
            }
        )


def address_of(told: Mapping[str, str], user: Mapping[str, Any]) -> dict[str, Any]:
    street = ", ".join(part for part in (told["address1"], told["address2"]) if part)
    return {
        "recipient": f"{user['name']['first_name']} {user['name']['last_name']}",
        "country": told["country"],
        "province": told["state"],
        "city": told["city"],
        "street": street,
        "postcode": told["zip"],
    }


def lines_of(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A variant that stands twice in an order is two lines, as it was there."""
    times: dict[str, int] = {}
    lines = []
    for item in items:
        times[item["item_id"]] = times.get(item["item_id"], 0) + 1
        again = f"#{times[item['item_id']]}" if times[item["item_id"]] > 1 else ""
        lines.append(
            {
                "external_id": f"{item['item_id']}{again}",
                "product": item["product_id"],
                "sku": item["item_id"],
                "title": item["name"],
                "unit_price": cents(item["price"]),
                "specs": item["options"],
            }
        )
    return lines


def payments_of(order: Mapping[str, Any], user: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "external_id": f"{place}",
            "method": user["payment_methods"][one["payment_method_id"]]["source"],
            "payment_method": one["payment_method_id"],
            "amount": cents(one["amount"]),
        }
        for place, one in enumerate(order["payment_history"], 1)
        if one["transaction_type"] == "payment"
    ]


def refunds_of(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"external_id": f"{place}", "amount": cents(one["amount"]), "reason": "cancelled"}
        for place, one in enumerate(order["payment_history"], 1)
        if one["transaction_type"] == "refund"
    ]


def parcels_of(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    status = ON_THE_WAY.get(order["status"], "created")
    return [
        {"tracking_number": number, "status": status}
        for parcel in order["fulfillments"]
        for number in parcel["tracking_id"]
    ]


def cents(amount: float) -> int:
    return round(amount * 100)
