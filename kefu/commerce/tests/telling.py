"""Orders as a shop tells them, for tests."""

from __future__ import annotations

from typing import Any

from kefu.commerce.documents import OrderDocument

PLACED = "2026-03-01T02:00:00Z"
PAID = "2026-03-01T02:05:00Z"
SHIPPED = "2026-03-02T08:00:00Z"
DELIVERED = "2026-03-04T03:00:00Z"


def said(number: str = "SY2026-1", **more: Any) -> dict[str, Any]:
    """The JSON of one order; everything not named is unremarkable."""
    return {
        "number": number,
        "status": "paid",
        "placed_at": PLACED,
        "paid_at": PAID,
        "customer": {"external_id": "M1", "name": "王芳", "phone": "13800000011"},
        "address": {
            "recipient": "王芳",
            "phone": "13800000011",
            "province": "浙江省",
            "city": "杭州市",
            "district": "西湖区",
            "street": "文三路 1 号",
        },
        "lines": [
            {"external_id": "1", "title": "云雀 2 人三季帐篷", "quantity": 1, "unit_price": 69900}
        ],
    } | more


def told(number: str = "SY2026-1", **more: Any) -> OrderDocument:
    return OrderDocument.model_validate(said(number, **more))
