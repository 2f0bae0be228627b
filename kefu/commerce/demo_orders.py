"""The demo shop's orders: sixty of its customers', in every state, the same each time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from kefu.commerce.accuracy import note_error
from kefu.commerce.demo_goods import GOODS, demo_products
from kefu.commerce.documents import OrderDocument
from kefu.commerce.goods import take_products
from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.shops import shop_with_key
from kefu.commerce.taking import take_orders
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.customers import Customer, Identity

SHOP_KEY = "shanye"
INBOX = uuid5(UUID("6b656675-0000-5000-8000-636f6e766572"), "inbox shop")
"""The demo's inbox of the shop's own pages: its members have their ids there too."""
HOW_MANY = 54
STREETS = ("文三路 128 号", "人民南路 6 号 3 栋 802", "科技园路 9 号", "滨江大道 77 弄 15 号")
PLACES = {
    "上海": ("上海市", "上海市", "浦东新区"),
    "北京": ("北京市", "北京市", "朝阳区"),
    "广州": ("广东省", "广州市", "天河区"),
    "杭州": ("浙江省", "杭州市", "西湖区"),
    "成都": ("四川省", "成都市", "武侯区"),
    "武汉": ("湖北省", "武汉市", "洪山区"),
    "西安": ("陕西省", "西安市", "雁塔区"),
    "苏州": ("江苏省", "苏州市", "姑苏区"),
}
CARRIERS = ("sf", "jd", "zto", "yto")
STATES = ("created", "paid", "processing", "shipped", "shipped", "delivered", "delivered",
          "completed", "completed", "cancelled")  # fmt: skip
AGE = {"created": 0, "paid": 1, "processing": 1, "shipped": 3, "delivered": 8, "completed": 40,
       "cancelled": 12}  # fmt: skip
NOTES = ("请放门卫室", "周末送货", "送礼用，请不要放发票", "")
METHODS = ("alipay", "wechat_pay", "wechat_pay", "union_pay")
PAGES = (  # the three customers of the shop's own pages: who, number, state, days ago, goods
    (
        "wangfang",
        "王芳",
        "13800000011",
        "SY2026-100482",
        "shipped",
        2,
        (("tent", 1), ("lantern", 1)),
    ),
    ("wangfang", "王芳", "13800000011", "SY2026-098317", "delivered", 9, (("boots", 1),)),
    (
        "wangfang",
        "王芳",
        "13800000011",
        "SY2026-091206",
        "completed",
        31,
        (("flask", 2), ("coffee", 1)),
    ),
    ("liqiang", "李强", "13800000012", "SY2026-100519", "created", 0, (("jacket", 1),)),
    (
        "liqiang",
        "李强",
        "13800000012",
        "SY2026-100377",
        "processing",
        1,
        (("backpack", 1), ("poles", 1)),
    ),
    (
        "emma",
        "陈爱玛",
        "13800000013",
        "SY2026-099940",
        "delivered",
        5,
        (("sleeping-bag", 1), ("chair", 2)),
    ),
)
PRICES = {key: (title, price) for key, title, _category, price, *_ in GOODS}


@demo_part("orders", order=20)
async def load_demo_orders(db: Session) -> None:
    """Put the shop, its goods and its orders in; a second time changes nothing."""
    shop = await shop_with_key(db, SHOP_KEY, name="山野户外", kind="manual", currency="CNY")
    if await db.scalar(select(Order.id).where(Order.shop_id == shop.id).limit(1)):
        return
    shop.settings = {"inbox": str(INBOX)}
    await take_products(db, shop, demo_products())
    dice = random.Random(20260301)  # noqa: S311 - a shop of dice, not a secret
    people = await members(db)
    told = [of_the_pages(*one, dice=dice) for one in PAGES]
    told += [invented(number, people, dice) for number in range(HOW_MANY if people else 0)]
    await take_orders(db, shop, [OrderDocument.model_validate(one) for one in told])
    await find_trouble(db, shop)


async def members(db: Session) -> list[Customer]:
    rows = await db.scalars(
        select(Customer)
        .join(Identity, Identity.customer_id == Customer.id)
        .where(Identity.kind == "external_id", Identity.value.like("M10%"))
        .order_by(Identity.value)
    )
    return [customer for customer in rows if customer.phone]


def of_the_pages(
    member: str,
    name: str,
    phone: str,
    number: str,
    status: str,
    days: int,
    goods: Sequence[tuple[str, int]],
    *,
    dice: random.Random,
) -> dict[str, Any]:
    at = now() - timedelta(days=days, hours=dice.randint(1, 5))
    contact = {"external_id": f"shop-{member}", "name": name, "phone": phone}
    return order_of(number, status, at, goods, contact, "杭州", dice)


def invented(number: int, people: list[Customer], dice: random.Random) -> dict[str, Any]:
    customer = people[number * 7 % len(people)]
    status = STATES[number % len(STATES)]
    days = AGE[status] + dice.randint(0, 4)
    at = now() - timedelta(days=days, minutes=dice.randint(5, 900))
    keys = dice.sample(sorted(PRICES), dice.choice((1, 1, 2, 3)))
    goods = [(key, dice.choice((1, 1, 1, 2))) for key in keys]
    contact = {"name": customer.name, "phone": customer.phone, "verified": ["phone"]}
    city = str(customer.attributes.get("city") or "杭州")
    return order_of(f"SY2026-{97000 + number * 61:06}", status, at, goods, contact, city, dice)


def order_of(
    number: str,
    status: str,
    at: datetime,
    goods: Sequence[tuple[str, int]],
    contact: dict[str, Any],
    city: str,
    dice: random.Random,
) -> dict[str, Any]:
    province, town, district = PLACES.get(city, PLACES["杭州"])
    lines = [line_of(key, pieces, dice) for key, pieces in goods]
    order: dict[str, Any] = {
        "number": number,
        "version": 1,
        "status": status,
        "placed_at": at,
        "customer": contact,
        "lines": lines,
        "shipping_amount": 0 if sum(one["unit_price"] for one in lines) >= 19900 else 1200,
        "address": {
            "recipient": contact["name"],
            "phone": contact["phone"],
            "province": province,
            "city": town,
            "district": district,
            "street": dice.choice(STREETS),
        },
        "channel": dice.choice(("web", "app", "mini_program")),
        "note": dice.choice(NOTES) or None,
        "promised_by": at + timedelta(days=5),
        "promised_ship_by": at + timedelta(hours=48),
    }
    total = sum(one["unit_price"] * one["quantity"] for one in lines) + order["shipping_amount"]
    return order | course_of(status, at, total, town, number, dice)


def line_of(key: str, pieces: int, dice: random.Random) -> dict[str, Any]:
    title, price = PRICES[key]
    colours = next(one[-1] for one in GOODS if one[0] == key)
    place = dice.randrange(len(colours))
    return {
        "external_id": key,
        "product": key,
        "sku": f"{key}-{place + 1}",
        "title": title,
        "specs": {"颜色": colours[place]},
        "quantity": pieces,
        "unit_price": price,
    }


def course_of(
    status: str, at: datetime, total: int, town: str, number: str, dice: random.Random
) -> dict[str, Any]:
    """What happened since it was placed, with its payment, parcel and refund."""
    method = dice.choice(METHODS)
    if status == "created":
        stuck = {"unfinished_step": "payment"} if dice.random() < 0.6 else {}
        failed = {"external_id": "1", "method": method, "amount": total, "status": "failed",
                  "failure": "balance_too_low"}  # fmt: skip
        return stuck | ({"payments": [failed]} if stuck else {})
    paid = at + timedelta(minutes=dice.randint(1, 25))
    course: dict[str, Any] = {
        "paid_at": paid,
        "payments": [{"external_id": "1", "method": method, "amount": total, "paid_at": paid}],
    }
    if status == "cancelled":
        back = paid + timedelta(hours=3)
        refund = {"external_id": "r1", "amount": total, "reason": "cancelled",
                  "requested_at": back, "paid_at": back + timedelta(hours=5)}  # fmt: skip
        return course | {"cancelled_at": back, "refunds": [refund]}
    if status in ("paid", "processing"):
        return course
    shipped = paid + timedelta(hours=dice.randint(4, 30))
    delivered = shipped + timedelta(days=dice.choice((2, 2, 3, 5)), hours=dice.randint(0, 9))
    arrived = status in ("delivered", "completed")
    course |= {
        "shipped_at": shipped,
        "shipments": [parcel_of(number, shipped, delivered if arrived else None, town, dice)],
    }
    if arrived:
        course["delivered_at"] = delivered
    if status == "completed":
        course["completed_at"] = delivered + timedelta(days=7)
    return course


def parcel_of(
    number: str, shipped: datetime, delivered: datetime | None, town: str, dice: random.Random
) -> dict[str, Any]:
    steps = [
        (shipped, "in_transit", "金华市", "已揽收，正发往转运中心"),
        (shipped + timedelta(hours=9), "in_transit", "杭州转运中心", "到达杭州转运中心"),
        (shipped + timedelta(hours=20), "in_transit", f"{town}转运中心", f"已到达{town}转运中心"),
    ]
    if delivered:
        steps.append((delivered - timedelta(hours=4), "out_for_delivery", town, "快递员正在派送"))
        steps.append((delivered, "delivered", town, "已签收，感谢使用"))
    scans = [
        {"at": at, "status": status, "place": place, "text": text}
        for at, status, place, text in steps
        if at < now()
    ]
    carrier = dice.choice(CARRIERS)
    return {
        "carrier": carrier,
        "tracking_number": f"{carrier.upper()}{number[-6:]}{dice.randint(1000, 9999)}",
        "shipped_at": shipped,
        "freight_insured": dice.random() < 0.5,
        "tracking": scans,
    }


async def find_trouble(db: Session, shop: Shop) -> None:
    """Two mistakes in orders, and a refund on which service and finance do not agree."""
    orders = list(
        await db.scalars(
            select(Order)
            .where(Order.shop_id == shop.id, Order.status == "completed")
            .order_by(Order.number)
            .limit(3)
        )
    )
    for order, cause, note in zip(orders, ("address", "item"), ("门牌号少一位", "发错颜色"),
                                  strict=False):  # fmt: skip
        await note_error(db, order, cause=cause, note=note)
    if len(orders) > 2:
        asked = now() - timedelta(days=3)
        refund = Refund(
            order_id=orders[2].id, amount=3000, reason="price_protection", status="approved",
            crm_status="approved", crm_at=asked, finance_status="failed",
            finance_operator="财务系统", finance_at=asked + timedelta(hours=6),
            requested_at=asked, failure="account_closed",
        )  # fmt: skip
        db.add(refund)
        await db.flush()
