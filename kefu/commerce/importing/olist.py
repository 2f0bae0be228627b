"""Olist: real orders of a Brazilian marketplace, their fields translated and their ids kept.

The files are read from a folder and nothing of them is shipped. Times are those of São Paulo.
What the marketplace lost (lines of orders that could not be served) stays lost; what customers
wrote in reviews is not taken, their scores are.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kefu.commerce.documents import OrderDocument
from kefu.commerce.goods import ProductDocument
from kefu.core.errors import Invalid

ZONE = ZoneInfo("America/Sao_Paulo")
STATUSES = {
    "created": "created",
    "approved": "paid",
    "invoiced": "processing",
    "processing": "processing",
    "shipped": "shipped",
    "delivered": "delivered",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
METHODS = {"boleto": "bank_slip", "not_defined": "other"}
ON_THE_WAY = {"shipped": "in_transit", "delivered": "delivered"}
NEEDED = ("customers", "order_items", "order_payments", "order_reviews", "orders", "products")
Table = list[dict[str, str]]


def olist_tables(folder: Path) -> dict[str, Table]:
    """The tables of the folder; one that is missing is named."""
    return {name: table_of(folder / f"olist_{name}_dataset.csv") for name in NEEDED} | {
        "categories": table_of(folder / "product_category_name_translation.csv")
    }


def table_of(path: Path) -> Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read.", field="folder") from error


def olist_products(tables: Mapping[str, Table]) -> Iterator[ProductDocument]:
    words = category_words(tables)
    measures = {"weight": "product_weight_g", "length": "product_length_cm",
                "height": "product_height_cm", "width": "product_width_cm"}  # fmt: skip
    for row in tables["products"]:
        category = words.get(row["product_category_name"]) or None
        specs = {name: float(row[column]) for name, column in measures.items() if row[column]}
        yield ProductDocument(
            external_id=row["product_id"],
            title=category or "product",
            category=category,
            specs=specs,
            currency="BRL",
        )


def category_words(tables: Mapping[str, Table]) -> dict[str, str]:
    return {
        row["product_category_name"]: row["product_category_name_english"].replace("_", " ")
        for row in tables["categories"]
    }


def olist_orders(tables: Mapping[str, Table]) -> Iterator[OrderDocument]:
    """Every order, in the order in which they were placed."""
    customers = {row["customer_id"]: row for row in tables["customers"]}
    words = category_words(tables)
    categories = {
        row["product_id"]: words.get(row["product_category_name"]) for row in tables["products"]
    }
    items, payments = grouped(tables["order_items"]), grouped(tables["order_payments"])
    reviews = grouped(tables["order_reviews"])
    for row in sorted(tables["orders"], key=lambda row: row["order_purchase_timestamp"]):
        number = row["order_id"]
        yield OrderDocument.model_validate(
            head_of(row, customers[row["customer_id"]])
            | money_of(items[number], payments[number], row)
            | {
                "lines": [line_of(item, categories) for item in items[number]],
                "shipments": parcels_of(row),
                "attributes": attributes_of(row, reviews[number]),
                "promised_ship_by": moment(
                    min((item["shipping_limit_date"] for item in items[number]), default="")
                ),
            }
        )


def grouped(rows: Table) -> dict[str, Table]:
    found: dict[str, Table] = defaultdict(list)
    for row in rows:
        found[row["order_id"]].append(row)
    return found


def head_of(row: Mapping[str, str], customer: Mapping[str, str]) -> dict[str, Any]:
    placed = moment(row["order_purchase_timestamp"])
    return {
        "number": row["order_id"],
        "status": STATUSES[row["order_status"]],
        "currency": "BRL",
        "placed_at": placed,
        "paid_at": moment(row["order_approved_at"]),
        "shipped_at": moment(row["order_delivered_carrier_date"]),
        "delivered_at": moment(row["order_delivered_customer_date"]),
        "promised_by": moment(row["order_estimated_delivery_date"]),
        "customer": {"external_id": customer["customer_unique_id"]},
        "address": {
            "country": "BR",
            "province": customer["customer_state"],
            "city": customer["customer_city"],
            "postcode": customer["customer_zip_code_prefix"],
        },
    }


def money_of(items: Table, payments: Table, row: Mapping[str, str]) -> dict[str, Any]:
    """Where the lines are lost, what was paid stands for them."""
    paid = [
        {
            "external_id": one["payment_sequential"],
            "method": METHODS.get(one["payment_type"], one["payment_type"]),
            "amount": cents(one["payment_value"]),
            "paid_at": moment(row["order_approved_at"]),
        }
        for one in payments
    ]
    sums = {"goods_amount": sum(cents(one["payment_value"]) for one in payments)}
    return {
        "shipping_amount": sum(cents(item["freight_value"]) for item in items),
        "payments": paid,
        **({} if items else sums),
    }


def line_of(item: Mapping[str, str], categories: Mapping[str, str | None]) -> dict[str, Any]:
    return {
        "external_id": item["order_item_id"],
        "product": item["product_id"],
        "title": categories.get(item["product_id"]) or "product",
        "unit_price": cents(item["price"]),
        "specs": {"seller": item["seller_id"]},
    }


def parcels_of(row: Mapping[str, str]) -> list[dict[str, Any]]:
    """One parcel an order; the marketplace did not keep carriers and numbers."""
    if not row["order_delivered_carrier_date"]:
        return []
    return [
        {
            "status": ON_THE_WAY.get(row["order_status"], "in_transit"),
            "shipped_at": moment(row["order_delivered_carrier_date"]),
            "delivered_at": moment(row["order_delivered_customer_date"]),
            "promised_by": moment(row["order_estimated_delivery_date"]),
        }
    ]


def attributes_of(row: Mapping[str, str], reviews: Table) -> dict[str, Any]:
    """The last review's score and moment, and the marketplace's own word for the status."""
    attributes: dict[str, Any] = {"source_status": row["order_status"]}
    if reviews:
        last = max(reviews, key=lambda one: one["review_answer_timestamp"])
        asked, answered = (
            moment(last[f"review_{name}"]) for name in ("creation_date", "answer_timestamp")
        )
        attributes |= {
            "review_score": int(last["review_score"]),
            "review_asked_at": asked.isoformat() if asked else None,
            "reviewed_at": answered.isoformat() if answered else None,
        }
    return attributes


def moment(written: str) -> datetime | None:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE) if written else None


def cents(written: str) -> int:
    return round(float(written) * 100)
