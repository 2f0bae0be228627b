"""WooCommerce: orders as its REST API (wc/v3) writes them and its webhooks send them.

A webhook is signed with base64 of the HMAC-SHA256 of the raw body, in `X-WC-Webhook-Signature`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from kefu.commerce.documents import OrderDocument
from kefu.commerce.money import decimals_of
from kefu.core.errors import Invalid, Unauthenticated
from kefu.customers import province_in

SIGNATURE = "x-wc-webhook-signature"
TOPIC = "x-wc-webhook-topic"
TOPICS = frozenset({"order.created", "order.updated", "order.restored"})
STATUSES = {
    "checkout-draft": "created",
    "pending": "created",
    "on-hold": "created",
    "failed": "created",
    "processing": "processing",
    "completed": "completed",
    "cancelled": "cancelled",
    "refunded": "cancelled",
    "trash": "cancelled",
}
CHINESE_STATES = (
    "云南 北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 "
    "河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 陕西 甘肃 青海 宁夏 澳门 西藏 新疆"
)
PROVINCES = {f"CN{number}": name for number, name in enumerate(CHINESE_STATES.split(), 1)}
"""What a shop's address forms keep of a Chinese province is a code of WooCommerce's own."""
STEPS = {"checkout-draft": "cart", "pending": "payment", "failed": "payment"}


def signature_of(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def check_signature(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Refuse what the shop has not signed with the secret of its webhook."""
    given = headers.get(SIGNATURE, "")
    fits = hmac.compare_digest(
        signature_of(secret, body).encode(), given.encode("utf-8", "replace")
    )
    if not secret or not fits:
        raise Unauthenticated(
            "The signature does not hold.", code="signature_invalid", field=SIGNATURE
        )


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """What WooCommerce sends, unsigned, when a webhook is saved: `webhook_id=1` and no topic."""
    name, _, number = body.strip().partition(b"=")
    return TOPIC not in headers and name == b"webhook_id" and number.isdigit()


def order_of(given: Mapping[str, Any]) -> OrderDocument:
    """Their order as one of ours; what is missing or odd is refused by their field's name."""
    try:
        reading = Reading(given)
        return OrderDocument.model_validate(reading.document())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(first["msg"].removeprefix("Value error, "), field=place or "order") from error
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise Invalid(
            "This is no order of WooCommerce.", field="order", detail=str(error)
        ) from error


class Reading:
    """One order that is being read; its amounts are decimals, written as text."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.currency = str(given["currency"])
        self.status = str(given["status"]).removeprefix("wc-")

    def document(self) -> dict[str, Any]:
        given, status = self.given, self.status
        if status not in STATUSES:
            raise Invalid(f"{status} is no status of an order.", field="status")
        lines = [self.line(line) for line in given["line_items"] if int(line["quantity"]) > 0]
        goods = sum(line["unit_price"] * line["quantity"] - line["discount"] for line in lines)
        total = self.amount("total", given)
        paid_at = moment(given, "date_paid")
        return {
            "number": str(given.get("number") or given["id"]),
            "external_id": str(given["id"]),
            "status": "completed" if status == "refunded" and self.is_done else STATUSES[status],
            "updated_at": moment(given, "date_modified"),
            "placed_at": moment(given, "date_created"),
            "paid_at": paid_at,
            "completed_at": moment(given, "date_completed") if self.is_done else None,
            "currency": self.currency,
            "shipping_amount": max(total - goods, 0),
            "discount_amount": max(goods - total, 0),
            "customer": self.customer(),
            "address": self.address(),
            "note": given.get("customer_note") or None,
            "unfinished_step": STEPS.get(status),
            "lines": lines,
            "payments": self.payments(total, paid_at),
            "refunds": self.refunds(),
            "attributes": {
                "tax": str(given.get("total_tax", "0")),
                "shipping": str(given.get("shipping_total", "0")),
            },
        }

    @property
    def is_done(self) -> bool:
        return self.status in ("completed", "refunded") and bool(self.given.get("date_completed"))

    def amount(self, name: str, of: Mapping[str, Any]) -> int:
        try:
            value = Decimal(str(of[name] or "0")).scaleb(decimals_of(self.currency))
            return int(value.to_integral_value())
        except InvalidOperation as error:
            raise Invalid(f"{of[name]!r} is no amount.", field=name) from error

    def line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """With its tax, and what was taken off its price as a discount."""
        quantity = int(line["quantity"])
        before = self.amount("subtotal", line) + self.amount(
            "subtotal_tax", {"subtotal_tax": "0"} | dict(line)
        )
        after = self.amount("total", line) + self.amount(
            "total_tax", {"total_tax": "0"} | dict(line)
        )
        price = int((Decimal(max(before, after)) / quantity).to_integral_value(ROUND_CEILING))
        variation = line.get("variation_id") or None
        return {
            "external_id": str(line["id"]),
            "product": str(line["product_id"]) if line.get("product_id") else None,
            "sku": str(variation or line.get("product_id") or "") or None,
            "title": str(line["name"])[:300],
            "quantity": quantity,
            "unit_price": price,
            "discount": price * quantity - after,
        }

    def payments(self, total: int, paid_at: datetime | None) -> list[dict[str, Any]]:
        method = str(self.given.get("payment_method") or "")
        if paid_at is None or not total:
            return []
        known = "".join(one if one.isalnum() else "_" for one in method.lower()).strip(
            "_0123456789"
        )
        return [
            {
                "external_id": str(self.given.get("transaction_id") or f"order-{self.given['id']}"),
                "method": known[:40] or "other",
                "amount": total,
                "paid_at": paid_at,
            }
        ]

    def refunds(self) -> list[dict[str, Any]]:
        """What went back; one that only puts goods into stock again gives no money."""
        told = [self.refund(refund) for refund in self.given.get("refunds") or []]
        return [refund for refund in told if refund["amount"] > 0]

    def refund(self, refund: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "external_id": str(refund["id"]),
            "amount": abs(self.amount("total", refund)),
            "reason": str(refund.get("reason") or "unknown")[:200],
        }

    def customer(self) -> dict[str, Any]:
        billing = self.given.get("billing") or {}
        identifier = self.given.get("customer_id")
        told = {
            "external_id": str(identifier) if identifier else None,
            "name": name_in(billing, self.country),
            "phone": billing.get("phone"),
            "email": billing.get("email"),
        }
        return {name: value for name, value in told.items() if value}

    @property
    def country(self) -> str:
        return str((self.given.get("billing") or {}).get("country") or "")

    def address(self) -> dict[str, Any]:
        billing, shipping = self.given.get("billing") or {}, self.given.get("shipping") or {}
        goes_to = shipping if shipping.get("address_1") else billing
        state = str(goes_to.get("state") or "")
        street = " ".join(filter(None, (goes_to.get("address_1"), goes_to.get("address_2"))))
        told = {
            "recipient": name_in(goes_to, self.country),
            "phone": shipping.get("phone") or billing.get("phone"),
            "country": goes_to.get("country"),
            "province": province_in(PROVINCES.get(state, state)),
            "city": goes_to.get("city"),
            "street": street,
            "postcode": goes_to.get("postcode"),
        }
        return {name: value for name, value in told.items() if value}


def name_in(address: Mapping[str, Any], country: str) -> str:
    """Chinese names stand with the family name first and nothing in between."""
    first, last = str(address.get("first_name") or ""), str(address.get("last_name") or "")
    return last + first if country == "CN" else f"{first} {last}".strip()


def moment(given: Mapping[str, Any], name: str) -> datetime | None:
    """Their times have no zone: those called GMT are in UTC."""
    value = given.get(f"{name}_gmt")
    if not value:
        return None
    try:
        return datetime.fromisoformat(str(value).removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid(f"{value!r} is no time.", field=f"{name}_gmt") from error
