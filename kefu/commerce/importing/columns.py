"""Columns: what the columns of a CSV are called, in English or Chinese, and what they hold.

An order with several lines takes several rows, one under the other with the same number; what
belongs to the order may stand in the first of them only. Amounts are written as people write them
(`1299.00`), times as `2026-03-01 10:00:00` in China's time unless they say another offset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kefu.commerce.money import check_currency, smallest_units
from kefu.core.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
NAMES = {
    "number": ("订单号", "订单编号"),
    "status": ("状态", "订单状态"),
    "version": ("版本",),
    "currency": ("币种",),
    "placed_at": ("下单时间",),
    "paid_at": ("付款时间", "支付时间"),
    "shipped_at": ("发货时间",),
    "delivered_at": ("签收时间",),
    "completed_at": ("完成时间",),
    "cancelled_at": ("取消时间",),
    "promised_by": ("承诺送达", "预计送达"),
    "shipping_amount": ("运费",),
    "discount_amount": ("订单优惠",),
    "total_amount": ("合计", "订单金额", "应付金额"),
    "paid_amount": ("实付", "实付金额"),
    "channel": ("渠道",),
    "note": ("备注",),
    "customer_id": ("会员号", "客户编号"),
    "customer_name": ("客户", "会员"),
    "customer_phone": ("客户电话",),
    "customer_email": ("邮箱",),
    "recipient": ("收件人", "收货人"),
    "phone": ("电话", "手机", "收件人电话"),
    "province": ("省", "省份"),
    "city": ("市", "城市"),
    "district": ("区", "区县"),
    "street": ("地址", "详细地址"),
    "postcode": ("邮编",),
    "carrier": ("快递公司", "承运商"),
    "tracking_number": ("运单号", "快递单号"),
    "payment_method": ("支付方式",),
    "title": ("商品", "商品名称"),
    "product": ("商品编号",),
    "sku": ("规格编号", "SKU"),
    "quantity": ("数量",),
    "unit_price": ("单价",),
    "line_discount": ("商品优惠",),
    "external_id": ("编号",),
    "category": ("类目", "分类"),
    "brand": ("品牌",),
    "model": ("型号",),
    "price": ("价格", "售价"),
    "stock": ("库存",),
    "warranty_months": ("保修月数",),
    "image": ("图片",),
    "url": ("链接",),
}
KEYS = {name.casefold(): key for key, names in NAMES.items() for name in (key, *names)}
SPEC = ("spec:", "规格:", "规格：")
IGNORED = ("problem", "问题")
STATUSES = {
    "待付款": "created",
    "已付款": "paid",
    "待发货": "paid",
    "处理中": "processing",
    "已发货": "shipped",
    "已签收": "delivered",
    "已完成": "completed",
    "已取消": "cancelled",
}
METHODS = {"支付宝": "alipay", "微信": "wechat_pay", "微信支付": "wechat_pay", "银联": "union_pay"}
TIMES = (
    *("placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at"),
    "promised_by",
)
AMOUNTS = ("shipping_amount", "discount_amount", "total_amount", "paid_amount")
ADDRESS = ("recipient", "phone", "province", "city", "district", "street", "postcode")
CUSTOMER = {
    "customer_id": "external_id",
    "customer_name": "name",
    "customer_phone": "phone",
    "customer_email": "email",
}

Values = Mapping[str, str]


def keyed(values: Mapping[str, Any]) -> dict[str, str]:
    """The filled cells by our own names; a column that we do not know is refused."""
    found: dict[str, str] = {}
    for name, cell in values.items():
        if not name or name in IGNORED or not cell:
            continue
        key = KEYS.get(name.casefold()) or (name if name.startswith(SPEC) else None)
        if key is None:
            raise Invalid(
                f"There is no column called {name}.",
                field=name,
                code="no_such_column",
                params={"value": name},
            )
        found[key] = cell
    return found


def order_of(rows: Sequence[Values], currency: str) -> dict[str, Any]:
    """An order as a document says it, from its rows."""
    head = {key: cell for row in reversed(rows) for key, cell in row.items()}
    currency = head.get("currency", currency).upper()
    check_currency(currency)
    status = head.get("status", "created")
    document: dict[str, Any] = {
        "number": head.get("number", ""),
        "status": STATUSES.get(status, status),
        "currency": currency,
        "lines": [line_of(row, currency) for row in rows if "title" in row or "unit_price" in row],
    }
    document |= {key: time_of(head[key], key) for key in TIMES if key in head}
    document |= {
        key: smallest_units(head[key], currency, field=key) for key in AMOUNTS if key in head
    }
    document |= {key: head[key] for key in ("channel", "note") if key in head}
    if "version" in head:
        document["version"] = number_of(head["version"], "version")
    document |= parts_of(head)
    return document


def parts_of(head: Values) -> dict[str, Any]:
    """Whose it is, where it goes, how it is paid and what carries it."""
    parts: dict[str, Any] = {}
    customer = {field: head[key] for key, field in CUSTOMER.items() if key in head}
    address = {key: head[key] for key in ADDRESS if key in head}
    parcel = {key: head[key] for key in ("carrier", "tracking_number") if key in head}
    if customer:
        parts["customer"] = customer
    if address:
        parts["address"] = address
    if parcel:
        parts["shipments"] = [parcel]
    if "payment_method" in head:
        method = METHODS.get(head["payment_method"], head["payment_method"])
        parts["attributes"] = {"payment_method": method}
    return parts


def line_of(row: Values, currency: str) -> dict[str, Any]:
    line: dict[str, Any] = {"title": row.get("title", "")}
    line |= {key: row[key] for key in ("product", "sku") if key in row}
    if "unit_price" in row:
        line["unit_price"] = smallest_units(row["unit_price"], currency, field="unit_price")
    if "line_discount" in row:
        line["discount"] = smallest_units(row["line_discount"], currency, field="line_discount")
    if "quantity" in row:
        line["quantity"] = number_of(row["quantity"], "quantity")
    return line | {"specs": specs_of(row)}


def product_of(rows: Sequence[Values], currency: str) -> dict[str, Any]:
    """A product as a document says it; each of its rows is a variant where it names one."""
    head = {key: cell for row in reversed(rows) for key, cell in row.items()}
    currency = head.get("currency", currency).upper()
    check_currency(currency)
    plain = ("external_id", "title", "category", "brand", "model", "image", "url", "status")
    document: dict[str, Any] = {key: head[key] for key in plain if key in head}
    document |= {"currency": currency, "specs": specs_of(head)}
    if "warranty_months" in head:
        document["warranty_months"] = number_of(head["warranty_months"], "warranty_months")
    document["skus"] = [
        sku_of(row, currency, head.get("external_id", "")) for row in rows if "price" in row
    ]
    return document


def sku_of(row: Values, currency: str, product: str) -> dict[str, Any]:
    sku: dict[str, Any] = {
        "external_id": row.get("sku", product),
        "price": smallest_units(row["price"], currency, field="price"),
    }
    if "stock" in row:
        sku["stock"] = number_of(row["stock"], "stock")
    return sku


def specs_of(row: Values) -> dict[str, str]:
    return {
        key.split(":", 1)[-1].split("：", 1)[-1]: cell
        for key, cell in row.items()
        if key.startswith(SPEC)
    }


def number_of(cell: str, field: str) -> int:
    try:
        return int(cell)
    except ValueError as error:
        raise Invalid(
            f"{cell!r} is no whole number.", field=field, code="bad_number", params={"value": cell}
        ) from error


def time_of(cell: str, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError as error:
        raise Invalid(
            f"{cell!r} is no time: write it like 2026-03-01 10:00:00.",
            field=field,
            code="bad_time",
            params={"value": cell},
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
