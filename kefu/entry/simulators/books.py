"""Books: what a simulated shop and a simulated carrier know for certain, step by step."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kefu.core.clock import iso

PAGE = 200
PACKED = 0.2
"""Of orders that are being prepared, how many are packed already when somebody asks."""
GOODS = (
    ("云雀 2 人三季帐篷", 69900),
    ("松果 1L 保温壶", 12900),
    ("山岚 42 码登山鞋", 45900),
    ("晨雾 羽绒睡袋", 88800),
    ("溪石 折叠椅", 19900),
)
PEOPLE = ("王芳", "李强", "张敏", "陈静", "刘洋", "赵磊", "周敏", "吴婷", "孙倩", "黄建国")
CITIES = (
    ("浙江省", "杭州市"),
    ("广东省", "深圳市"),
    ("四川省", "成都市"),
    ("湖北省", "武汉市"),
    ("北京市", "北京市"),
)
CARRIERS = ("sf", "jd")
WAY = (
    ("picked_up", "广州集散中心", "广东省"),
    ("departed", "广州集散中心", "广东省"),
    ("arrived", "长沙转运中心", "湖南省"),
    ("departed", "长沙转运中心", "湖南省"),
    ("arrived", "目的地网点", ""),
    ("out_for_delivery", "目的地网点", ""),
    ("delivered", "目的地网点", ""),
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One request to Kefu, and what of the book it tells."""

    path: str
    body: dict[str, Any]
    key: str


class ChangeRefused(Exception):
    """The shop does not change this order; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Book:
    """Entries by number, with the moment of each one's last change, page by page."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, datetime] = field(default_factory=dict)

    def put(self, number: str, entry: dict[str, Any], at: datetime) -> None:
        self.entries[number], self.changed[number] = entry, at

    def page(
        self,
        cursor: str,
        limit: int,
        before: datetime | None = None,
        since: datetime | None = None,
    ) -> dict[str, Any]:
        """Entries after the cursor that changed since `since` and were quiet since `before`."""
        numbers = sorted(
            number
            for number in self.entries
            if number > cursor and (since is None or self.changed[number] >= since)
        )
        part = numbers[: min(limit, PAGE)]
        items = [
            self.entries[number]
            for number in part
            if before is None or self.changed[number] <= before
        ]
        more = len(numbers) > len(part)
        return {"items": items, "next": part[-1] if more else None}


class ShopBook(Book):
    """A shop: orders come in, are paid, prepared and sent; now and then one is cancelled."""

    def __init__(self, *, shop: str, seed: int) -> None:
        super().__init__()
        self._shop = shop
        self._prefix = f"SIM{seed}"
        self._dice = random.Random(seed)  # noqa: S311 - play, no secret
        self._packing = random.Random(seed + 1)  # noqa: S311 - play, no secret
        self._open: list[str] = []
        self._done: set[str] = set()

    def step(self, at: datetime, *, new: int = 1) -> list[Telling]:
        """New orders, and one step further for about half of those that are open."""
        placed = [self._place(at) for _ in range(new)]
        moving = [number for number in self._open if self._dice.random() < 0.5]
        return placed + [self._advance(number, at) for number in moving]

    def _place(self, at: datetime) -> Telling:
        number = f"{self._prefix}-{len(self.entries) + 1:06}"
        title, price = self._dice.choice(GOODS)
        province, city = self._dice.choice(CITIES)
        person = self._dice.randrange(400)
        name = PEOPLE[person % len(PEOPLE)]
        order = {
            "number": number,
            "version": 1,
            "status": "created",
            "placed_at": iso(at),
            "updated_at": iso(at),
            "promised_by": iso(at + timedelta(days=4)),
            "customer": {"external_id": f"{self._prefix}-{person}", "name": name},
            "address": {"recipient": name, "province": province, "city": city},
            "lines": [{"title": title, "unit_price": price, "quantity": 1}],
        }
        self._open.append(number)
        return self._told(number, order, at)

    def _advance(self, number: str, at: datetime) -> Telling:
        order = dict(self.entries[number])
        order |= {"version": order["version"] + 1, "updated_at": iso(at)}
        status = order["status"]
        if status == "created" and self._dice.random() < 0.05:
            self._open.remove(number)
            return self._told(number, order | {"status": "cancelled", "cancelled_at": iso(at)}, at)
        if status == "created":
            order |= {"status": "paid", "paid_at": iso(at)}
            return self._told(number, order, at, event="paid")
        if status == "paid":
            return self._told(number, order | {"status": "processing"}, at, event="processing")
        self._open.remove(number)
        carrier = self._dice.choice(CARRIERS)
        parcel = {
            "carrier": carrier,
            "tracking_number": f"{carrier.upper()}{number.replace('-', '')}",
            "shipped_at": iso(at),
        }
        order |= {"status": "shipped", "shipped_at": iso(at), "shipments": [parcel]}
        return self._told(number, order, at)

    def change(self, number: str, asked: dict[str, Any], at: datetime) -> None:
        """Change an order as a service desk asks, once for each key; what has left stays."""
        if asked["key"] in self._done:
            return
        order = self.entries.get(number)
        if order is None:
            raise ChangeRefused("no_such_order")
        if order["status"] not in ("created", "paid", "processing"):
            raise ChangeRefused(f"already_{order['status']}")
        if order["status"] == "processing" and self._packing.random() < PACKED:
            raise ChangeRefused("already_packed")
        self.put(number, changed(order, asked, at), at)
        self._done.add(asked["key"])
        if asked["kind"] == "cancel":
            self._open.remove(number)

    def _told(
        self, number: str, order: dict[str, Any], at: datetime, *, event: str | None = None
    ) -> Telling:
        self.put(number, order, at)
        key = f"{number}:{order['version']}"
        if event is None:
            return Telling("/orders", {"shop": self._shop, "orders": [order]}, key)
        told = {"external_id": key, "number": number, "kind": event, "at": iso(at)}
        return Telling("/order-events", {"shop": self._shop, "events": [told]}, key)


def changed(order: dict[str, Any], asked: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The order as it is asked to be."""
    order = order | {"version": order["version"] + 1, "updated_at": iso(at)}
    if asked["kind"] == "cancel":
        return order | {"status": "cancelled", "cancelled_at": iso(at)}
    if asked["kind"] == "address":
        return order | {"address": order["address"] | asked.get("address", {})}
    pieces = {line["position"]: line["quantity"] for line in asked.get("lines", ())}
    lines = [
        line | {"quantity": pieces.get(position, line["quantity"])}
        for position, line in enumerate(order["lines"], 1)
    ]
    return order | {"lines": lines}


class CarrierBook(Book):
    """A carrier: takes parcels from shops' books and brings them to their customers."""

    def __init__(self, *, code: str, seed: int) -> None:
        super().__init__()
        self.code = code
        self._dice = random.Random(seed)  # noqa: S311 - play, no secret
        self._open: dict[str, int] = {}

    def take(self, orders: Iterable[dict[str, Any]], at: datetime) -> None:
        """Parcels of these orders that go with this carrier and are not known yet."""
        for order, parcel in parcels_of(orders):
            number = parcel["tracking_number"]
            if parcel["carrier"] == self.code and number not in self.entries:
                entry = {
                    "tracking_number": number,
                    "carrier": self.code,
                    "province": order["address"]["province"],
                    "scans": [],
                }
                self.put(number, entry, at)
                self._open[number] = 0

    def step(self, at: datetime) -> list[Telling]:
        """A scan for about half of the parcels on the way."""
        return [self._scan(number, at) for number in list(self._open) if self._dice.random() < 0.5]

    def _scan(self, number: str, at: datetime) -> Telling:
        entry, done = self.entries[number], self._open[number]
        code, place, province = WAY[done]
        if code == "arrived" and self._dice.random() < 0.02:
            code = "exception"
        key = f"{number}-{len(entry['scans']) + 1}"
        scan = {
            "external_id": key,
            "code": code,
            "at": iso(at),
            "place": place,
            "province": province or entry["province"],
        }
        self.put(number, entry | {"scans": [*entry["scans"], scan]}, at)
        if code != "exception":
            self._open[number] = done + 1
        if code == "delivered":
            del self._open[number]
        event = scan | {"tracking_number": number, "carrier": self.code}
        return Telling("/tracking-events", {"events": [event]}, key)


def parcels_of(
    orders: Iterable[dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for order in orders:
        for parcel in order.get("shipments", ()):
            yield order, parcel
