"""Commerce: importing orders, finding one among two million, and what a customer's page asks."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select, text

from bench import commerce_processes, commerce_tracking
from bench.results import Report, calibrate, percentile
from bench.system import VAR, running
from kefu.commerce.finding import Asked, orders_for
from kefu.commerce.importing import run_import, start_import
from kefu.commerce.purchases import summary_of
from kefu.commerce.shops import shop_with_key
from kefu.commerce.showing import order_rows
from kefu.core.db import Database, libpq_url
from kefu.core.embedded import EmbeddedServer
from kefu.core.metrics import QUERIES
from kefu.core.migrating import migrate
from kefu.entry.collect import load_everything
from kefu.identity import Actor

SIZES = {"full": (500_000, 2_000_000, 100_000), "small": (5_000, 20_000, 2_000)}
ROUNDS = 200
HEAD = "00000000-0000-7000-8000-"
FAMILIES, GIVEN = (
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗",
    "芳伟秀英敏静丽强磊洋艳勇杰娟涛明超霞平刚",
)
READER = Actor(
    id=UUID(int=1), name="bench", role="administrator",
    permissions=frozenset({"order.read", "customer.read"}), scope="all",
)  # fmt: skip
PEOPLE = """
insert into customers (id, name, name_given, name_pinyin, search_terms, phone, tier, attributes,
  own, first_seen_at, last_seen_at, created_at, updated_at)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '客户' || n, true, n::text,
  '{}', '+8613' || lpad(n::text, 9, '0'), 'standard', '{}', '{}', now(), now(), now(), now()
from generate_series(1, %(people)s) n
"""
ORDERS = """
insert into orders (id, shop_id, number, customer_id, status, placed_at, paid_at, currency,
  goods_amount, shipping_amount, discount_amount, total_amount, paid_amount, refunded_amount,
  recipient, search_terms, phone, phone_tail, city, channel, source, historic, attributes,
  created_at, updated_at)
select gen_random_uuid(), %(shop)s, 'B' || lpad(n::text, 9, '0'),
  ('00000000-0000-7000-8000-' || lpad(to_hex(n %% %(people)s + 1), 12, '0'))::uuid,
  (array['paid','shipped','delivered','completed'])[n %% 4 + 1], now() - n * interval '10 s',
  now() - n * interval '10 s', 'CNY', 9900, 0, 0, 9900, 9900, 0, f || a || b,
  array[f, a, b, f || a, a || b], '+8613' || lpad((n * 7919 %% 1000000000)::text, 9, '0'),
  lpad((n * 7919 %% 10000)::text, 4, '0'), '杭州市', 'web', 'shop', true, '{}', now(), now()
from (select n, substr(%(families)s, (n * 31 %% 20)::int + 1, 1) f,
  substr(%(given)s, (n / 20 * 17 %% 20)::int + 1, 1) a,
  substr(%(given)s, (n / 400 * 13 %% 20)::int + 1, 1) b
  from generate_series(%(first)s::bigint, %(last)s::bigint) n) x
"""
LINES = """
insert into order_lines (id, order_id, position, title, specs, quantity, unit_price, discount,
  cancelled_quantity, returned_quantity)
select gen_random_uuid(), id, 1, '云雀 2 人三季帐篷', '{}', 1, 9900, 0, 0, 0 from orders
"""


def run(scale: str) -> Report:
    """Import, search, read customers' purchases; then parcels and processes on a served Kefu."""
    load_everything()
    report = Report("commerce", scale)
    folder = VAR / f"commerce-{scale}"
    server = EmbeddedServer(folder / "postgres")
    server.start()
    try:
        migrate(server.url)
        prepare(libpq_url(server.url), scale)
        calibrate(report, libpq_url(server.url))
        asyncio.run(measured(report, server.url, folder, scale))
    finally:
        server.stop()
    with running("commerce-system", settings=commerce_tracking.PACE) as system:
        commerce_tracking.measure(system, scale, report)
        commerce_processes.measure(system, scale, report)
    return report


def prepare(conninfo: str, scale: str) -> None:
    """Customers and orders, written by the database itself, once."""
    people, orders, _ = SIZES[scale]
    with psycopg.connect(conninfo, autocommit=True) as db:
        if db.execute("select 1 from orders limit 1").fetchone():
            return
        began = time.monotonic()
        db.execute(
            "insert into shops (id, key, name, kind, currency, settings, created_at, updated_at) "
            "values (gen_random_uuid(), 'bench', 'bench', 'manual', 'CNY', '{}', now(), now())"
        )
        shop = db.execute("select id from shops").fetchone()
        assert shop is not None
        db.execute(PEOPLE, {"people": people})
        for first in range(0, orders, 100_000):
            given = {"shop": shop[0], "people": people, "families": FAMILIES, "given": GIVEN,
                     "first": first, "last": min(orders, first + 100_000) - 1}  # fmt: skip
            db.execute(ORDERS, given)
            print(f"  {given['last'] + 1} orders", flush=True)
        db.execute(LINES)
        db.execute("vacuum analyze")
        print(f"  loaded in {time.monotonic() - began:.0f} s")


async def measured(report: Report, url: str, folder: Path, scale: str) -> None:
    database = Database(url)
    people, orders, imported = SIZES[scale]
    try:
        await found_fast(report, database, people, orders)
        took = await imported_fast(database, folder, imported)
        report.at_most(f"import of {imported} orders", took, "s", 60.0)
        report.note("orders imported each second", imported / took, "1/s")
    finally:
        await database.close()


async def found_fast(report: Report, database: Database, people: int, orders: int) -> None:
    dice = random.Random(7)
    asks: dict[str, Callable[[], str]] = {
        "number": lambda: f"B{dice.randrange(orders):09}",
        "telephone tail": lambda: f"{dice.randrange(10000):04}",
        "name": lambda: dice.choice(FAMILIES) + dice.choice(GIVEN) + dice.choice(GIVEN),
        "surname": lambda: dice.choice(FAMILIES),
        "nothing": lambda: "",
    }
    for name, ask in asks.items():
        times = [await timed(database, searched(ask())) for _ in range(ROUNDS)]
        report.at_most(f"order search by {name}, p95", percentile(times, 0.95), "ms", 30.0)
    pages = [
        await timed(
            database, paged(UUID(f"00000000-0000-7000-8000-{dice.randint(1, people):012x}"))
        )
        for _ in range(ROUNDS)
    ]
    report.at_most("purchases of a customer's page, p95", percentile(pages, 0.95), "ms", 50.0)
    counts = {await queries(database, limit) for limit in (1, 25, 100)}
    report.at_most("different numbers of queries for 1, 25 and 100 rows", len(counts), "", 1.0)


Work = Callable[[Any], Awaitable[Any]]


def searched(q: str, limit: int = 25) -> Work:
    async def work(db: Any) -> None:
        found, _ = await orders_for(db, READER, Asked(q=q), cursor=None, limit=limit)
        await order_rows(db, found)

    return work


def paged(customer: UUID) -> Work:
    async def work(db: Any) -> None:
        await summary_of(db, customer)
        asked = Asked(customer=customer)
        found, _ = await orders_for(db, READER, asked, cursor=None, limit=5)
        await order_rows(db, found)

    return work


async def timed(database: Database, work: Work) -> float:
    began = time.perf_counter()
    async with database.transaction() as db:
        await work(db)
    return (time.perf_counter() - began) * 1000


async def queries(database: Database, limit: int) -> float:
    before = QUERIES._value.get()  # noqa: SLF001 - the counter has no other way to be read
    await timed(database, searched("", limit))
    return float(QUERIES._value.get() - before)  # noqa: SLF001 - as above


async def imported_fast(database: Database, folder: Path, count: int) -> float:
    """Seconds for a file of fresh orders with two lines, a payment and a parcel of four scans."""
    mark = int(time.time())
    path = folder / "import.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(order(mark, one)) + "\n" for one in range(count))
    async with database.transaction() as db:
        shop = await shop_with_key(db, "bench", name="bench", kind="manual", currency="CNY")
        started = await start_import(
            db, shop, kind="orders", mode="rows", file_name=path.name, size=path.stat().st_size,
            historic=True,
        )  # fmt: skip
    began = time.monotonic()
    progress = await run_import(database, started.id, path, tell=lambda done: print(
        f"  {done.rows} of {count}", end="\r", flush=True))  # fmt: skip
    took = time.monotonic() - began
    async with database.transaction() as db:
        await db.execute(text("analyze orders"))
        kept = await db.scalar(select(text("count(*) from orders where number like 'I%'")))
    assert progress.created == count <= (kept or 0), progress.columns()
    return took


def order(mark: int, number: int) -> dict[str, Any]:
    at = "2026-03-01T02:00:00Z"
    scans = [
        {"at": f"2026-03-02T{hour:02}:00:00Z", "status": "in_transit", "place": "杭州"}
        for hour in (2, 8, 14, 20)
    ]
    return {
        "number": f"I{mark}-{number}",
        "status": "shipped",
        "placed_at": at,
        "paid_at": at,
        "shipped_at": "2026-03-02T01:00:00Z",
        "customer": {"external_id": f"I{number % 30_000}", "name": "王小明"},
        "address": {"recipient": "王小明", "phone": f"139{number:08}", "city": "杭州市"},
        "lines": [
            {"external_id": "1", "title": "帐篷", "unit_price": 69900},
            {"external_id": "2", "title": "营地灯", "unit_price": 18900, "quantity": 2},
        ],
        "payments": [{"external_id": "1", "method": "alipay", "amount": 107700}],
        "shipments": [{"carrier": "sf", "tracking_number": f"I{number}", "tracking": scans}],
    }
