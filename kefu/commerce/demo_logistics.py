"""The demo shop's parcels: what two carriers delivered lately, and some that are in trouble."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from kefu.commerce.documents import OrderDocument
from kefu.commerce.logistics.ingesting import NewScan, ingest
from kefu.commerce.logistics.settings import settings_row
from kefu.commerce.logistics.starting import watch_orders
from kefu.commerce.logistics.timeliness import count_days
from kefu.commerce.logistics.watching import look
from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order
from kefu.commerce.taking import take_orders
from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.ids import uuid7

DELIVERED = 120
DAYS = 28
PEOPLE = 40
FAMILIES = ["王", "李", "张", "陈", "刘", "周", "赵", "吴"]
GIVEN = ["晓芳", "志强", "敏", "静怡", "海洋", "明轩", "雪", "建军", "思琪", "文涛"]
PLACES = (
    ("浙江省", "杭州市"),
    ("广东省", "深圳市"),
    ("四川省", "成都市"),
    ("湖北省", "武汉市"),
    ("北京市", "北京市"),
    ("江苏省", "南京市"),
)
GOODS = (("云雀 2 人三季帐篷", 69900), ("松果 1L 保温壶", 12900), ("山岚登山鞋", 45900))


@dataclass(frozen=True)
class Story:
    """A parcel in trouble: hours ago, code and place of each scan; hours until its promise."""

    carrier: str
    promised_in: float
    scans: tuple[tuple[float, str, str], ...]
    reason: str | None = None


PROVINCES = {
    "深圳宝安营业点": "广东省",
    "长沙转运中心": "湖南省",
    "广州集散中心": "广东省",
    "武汉转运中心": "湖北省",
    "南京江宁网点": "江苏省",
    "杭州萧山营业点": "浙江省",
    "南昌青云谱网点": "江西省",
    "成都武侯网点": "四川省",
}
STORIES = (
    Story("sf", 30, ((60, "picked_up", "深圳宝安营业点"), (52, "arrived", "长沙转运中心"))),
    Story("jd", -10, ((70, "picked_up", "广州集散中心"), (12, "arrived", "武汉转运中心"))),
    Story(
        "sf",
        60,
        (
            (40, "picked_up", "广州集散中心"),
            (30, "arrived", "长沙转运中心"),
            (24, "arrived", "武汉转运中心"),
            (18, "arrived", "长沙转运中心"),
            (12, "arrived", "武汉转运中心"),
            (3, "arrived", "长沙转运中心"),
        ),
    ),
    Story(
        "jd",
        40,
        ((20, "picked_up", "广州集散中心"), (1.2, "exception", "南京江宁网点")),
        "address_unclear",
    ),
    Story(
        "sf", 30, ((26, "picked_up", "杭州萧山营业点"), (2, "out_for_delivery", "南昌青云谱网点"))
    ),
    Story(
        "jd", 50, ((30, "picked_up", "广州集散中心"), (2.5, "returning", "成都武侯网点")), "refused"
    ),
    Story("sf", 48, ((10, "picked_up", "广州集散中心"), (3, "departed", "广州集散中心"))),
    Story("jd", 20, ((30, "picked_up", "广州集散中心"), (1, "out_for_delivery", "目的地网点"))),
)


@demo_part("logistics", order=60)
async def load(db: Session) -> None:
    """Fill in parcels once; the second time they are there."""
    if await db.scalar(select(Order.id).where(Order.number == number_of("D", 0))):
        return
    shop = await db.scalar(select(Shop).order_by(Shop.id).limit(1))
    if shop is None:
        shop = Shop(id=uuid7(), key="yunshan", name="云山户外商城")
        db.add(shop)
        await db.flush()
    await name_department(db)
    await take_orders(db, shop, delivered_orders(now()), historic=True)
    await tell_stories(db, shop, now())
    await date_customers(db)
    await count_days(db)


def number_of(letter: str, number: int) -> str:
    return f"WL-{letter}{number:04}"


async def name_department(db: Session) -> None:
    """Logistics of the demo shop hears of alarms, if nobody chose otherwise."""
    kept = await settings_row(db)
    found = await db.scalar(text("select id from departments where name = '物流部'"))
    kept.department_id = kept.department_id or found


async def date_customers(db: Session) -> None:
    """Those who bought were here when they did, not when the demo was loaded."""
    await db.execute(
        text(
            "update customers set first_seen_at = bought.first, last_seen_at = bought.last "
            "from (select customer_id, min(placed_at) as first, max(placed_at) as last "
            "from orders where number like 'WL-%' group by customer_id) as bought "
            "where customers.id = bought.customer_id"
        )
    )


def delivered_orders(at: datetime) -> list[OrderDocument]:
    dice = random.Random(7)  # noqa: S311 - play, no secret
    found = []
    for number in range(DELIVERED):
        carrier = "sf" if dice.random() < 0.6 else "jd"
        delivered = at - timedelta(days=dice.uniform(0.5, DAYS))
        hours = max(20.0, dice.gauss(44 if carrier == "sf" else 50, 9))
        late = dice.random() < (0.04 if carrier == "sf" else 0.09)
        promised = delivered + timedelta(hours=-dice.uniform(2, 20) if late else 12)
        shipped = delivered - timedelta(hours=hours)
        given = an_order(number_of("D", number), number, shipped - timedelta(hours=9))
        parcel = {
            "carrier": carrier,
            "tracking_number": f"{carrier.upper()}9{number:09}",
            "status": "delivered",
            "shipped_at": shipped,
            "delivered_at": delivered,
            "promised_by": promised,
        }
        moments = {"status": "delivered", "shipped_at": shipped, "delivered_at": delivered}
        found.append(OrderDocument.model_validate(given | moments | {"shipments": [parcel]}))
    return found


def an_order(number: str, person: int, placed: datetime) -> dict[str, Any]:
    name = FAMILIES[person % len(FAMILIES)] + GIVEN[person % len(GIVEN)]
    phone = f"139555{person % PEOPLE:05}"
    province, city = PLACES[person % len(PLACES)]
    title, price = GOODS[person % len(GOODS)]
    return {
        "number": number,
        "status": "paid",
        "placed_at": placed,
        "paid_at": placed + timedelta(minutes=3),
        "customer": {
            "external_id": f"yunshan-{person % PEOPLE}",
            "name": name,
            "phone": phone,
            "verified": ["phone"],
        },
        "address": {"recipient": name, "phone": phone, "province": province, "city": city},
        "lines": [{"title": title, "unit_price": price}],
    }


async def tell_stories(db: Session, shop: Shop, at: datetime) -> None:
    """Each on the clock of its own days, so that what is late was heard when it happened."""
    happened: list[tuple[datetime, int, NewScan | None]] = []
    for number, story in enumerate(STORIES):
        begin = at - timedelta(hours=story.scans[0][0] + 4)
        happened.append((begin, number, None))
        happened += [(scan.at, number, scan) for scan in scans_of(number, story, at)]
    for moment, number, scan in sorted(happened, key=lambda one: (one[0], one[1])):
        with frozen(moment):
            if scan is None:
                order = await take_orders(db, shop, [story_order(number, moment, at)])
                await watch_orders(db, [one.id for one in order])
            else:
                await ingest(db, [scan])
            await look(db)
    await look(db)


def scans_of(number: int, story: Story, at: datetime) -> Sequence[NewScan]:
    return [
        NewScan(
            tracking_number=tracking_number(number, story),
            carrier=story.carrier,
            code=code,
            at=at - timedelta(hours=hours),
            external_id=f"demo-{number}-{step}",
            place=place,
            province=PROVINCES.get(place) or PLACES[number % len(PLACES)][0],
            reason=story.reason if code in ("exception", "returning") else None,
        )
        for step, (hours, code, place) in enumerate(story.scans)
    ]


def tracking_number(number: int, story: Story) -> str:
    return f"{story.carrier.upper()}8{number:09}"


def story_order(number: int, placed: datetime, at: datetime) -> OrderDocument:
    story = STORIES[number]
    given = an_order(number_of("S", number), number, placed)
    parcel = {"carrier": story.carrier, "tracking_number": tracking_number(number, story)}
    promised = at + timedelta(hours=story.promised_in)
    return OrderDocument.model_validate(given | {"promised_by": promised, "shipments": [parcel]})
