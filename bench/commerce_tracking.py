"""Scans of parcels: a thousand a second are taken, and an alarm comes within a minute."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx
import psycopg

from bench.results import Report, percentile
from bench.system import System
from kefu.core.ids import uuid7
from kefu.identity.keys import hash_of

TOKEN = "kefu_bench_tracking_token_for_loopback_only"  # noqa: S105 - a bench's own
PACE = {"KEFU_TOKEN_PER_MINUTE": "1000000", "KEFU_ADDRESS_PER_MINUTE": "1000000"}
RATE = 1000
BATCH = 250
SCALES = {"full": (20_011, 60.0), "small": (4_003, 10.0)}
TROUBLE_EVERY = 500
PATIENCE = 90.0
CODES = ("picked_up", "departed", "arrived", "departed", "arrived")

MAKE = """
with shop as (
  insert into shops (id, key, name, kind, currency, settings, created_at, updated_at)
  values (%(shop)s, 'bench', 'Bench', 'api', 'CNY', '{}', now(), now()) returning id
), placed as (
  insert into orders (id, shop_id, number, status, placed_at, promised_by, currency, goods_amount,
    shipping_amount, discount_amount, total_amount, paid_amount, refunded_amount, search_terms,
    channel, source, historic, attributes, created_at, updated_at)
  select gen_random_uuid(), shop.id, 'B' || n, 'paid', now(), now() + interval '4 days', 'CNY',
    100, 0, 0, 100, 100, 0, '{}', 'web', 'shop', false, '{}', now(), now()
  from shop, generate_series(1, %(parcels)s) n returning id, number
)
insert into shipments (id, order_id, direction, carrier, tracking_number, status,
  freight_insured, created_at, updated_at)
select gen_random_uuid(), id, 'outbound', 'sf', 'SF' || substr(number, 2), 'created', false,
  now(), now() from placed
"""


def measure(system: System, scale: str, report: Report) -> None:
    """Send scans by the clock, some of them of trouble, and see when the alarms come."""
    parcels, seconds = SCALES[scale]
    prepare(system.conninfo, parcels)
    before = system.processor_seconds()
    sent, took, began = asyncio.run(send(system.url, parcels, seconds))
    spent = time.perf_counter() - began
    scans = [scan(number, parcels) for number in range(sent)]
    troubles = len({one["tracking_number"] for one in scans if one["code"] == "exception"})
    late = lateness(system.conninfo, troubles)
    used = system.processor_seconds()
    report.at_least("scans taken", sent / spent, "1/s", RATE * 0.98)
    report.note("a batch of 250, p95", percentile(took, 0.95), "ms")
    report.at_least("alarms given", len(late), "", troubles)
    report.at_most("alarm after its scan, the latest", max(late, default=PATIENCE), "s", 60)
    report.note("alarm after its scan, p50", percentile(late, 0.5), "s")
    for name in ("web", "worker", "postgres", "load"):
        report.note(f"processor {name}", (used[name] - before[name]) / spent, "cores")


def prepare(conninfo: str, parcels: int) -> None:
    """Parcels to be scanned, and somebody who may tell of them."""
    with psycopg.connect(conninfo) as db:
        db.execute(MAKE, {"shop": uuid7(), "parcels": parcels})
        agent = uuid7()
        db.execute(
            "insert into agents (id, name, name_sort, email, status, role_id, grade, languages, "
            "locale, theme, preferences, availability, availability_at, totp_step, "
            "recovery_codes, created_at) select %s, 'Bench', 'bench', 'tracking@kefu.test', "
            "'active', id, 'junior', '[]', 'zh-CN', 'system', '{}', 'offline', now(), 0, '[]', "
            "now() from roles where key = 'department_head'", (agent,),
        )  # fmt: skip
        db.execute(
            "insert into tokens (id, agent_id, name, prefix, token_hash, scopes, created_at) "
            "values (%s, %s, 'bench', 'kefu', %s, %s, now())",
            (uuid7(), agent, hash_of(TOKEN), '["tracking.write"]'),
        )
        db.commit()
        db.autocommit = True
        db.execute("analyze")


async def send(url: str, parcels: int, seconds: float) -> tuple[int, list[float], float]:
    """Batches by the clock, at most four on their way."""
    took: list[float] = []
    gate = asyncio.Semaphore(4)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:

        async def one(first: int) -> None:
            body = {"events": [scan(number, parcels) for number in range(first, first + BATCH)]}
            asked = time.perf_counter()
            answer = await client.post("/api/v1/tracking-events", json=body)
            answer.raise_for_status()
            took.append((time.perf_counter() - asked) * 1000)
            gate.release()

        began, sent = time.perf_counter(), 0
        async with asyncio.TaskGroup() as group:
            while sent < RATE * seconds:
                await asyncio.sleep(max(0.0, began + sent / RATE - time.perf_counter()))
                await gate.acquire()
                group.create_task(one(sent))
                sent += BATCH
    return sent, took, began


def scan(number: int, parcels: int) -> dict[str, object]:
    """The next scan of a parcel; every five hundredth comes into trouble and stays there."""
    turn, parcel = divmod(number, parcels)
    trouble = parcel % TROUBLE_EVERY == TROUBLE_EVERY - 1 and turn >= parcel // TROUBLE_EVERY % 3
    at = datetime.now(UTC) - timedelta(seconds=1)
    return {
        "tracking_number": f"SF{parcel + 1}",
        "carrier": "sf",
        "external_id": f"b{number}",
        "code": "exception" if trouble else CODES[turn % len(CODES)],
        "at": at.isoformat(),
        "place": f"P{turn}",
    }


def lateness(conninfo: str, troubles: int) -> list[float]:
    """Seconds from each scan of trouble being taken to its alarm, once all have come."""
    until = time.monotonic() + PATIENCE
    query = (
        "select extract(epoch from min(a.opened_at) - min(e.received_at)) from tracking_events e "
        "join delivery_anomalies a on a.shipment_id = e.shipment_id and a.kind = 'exception' "
        "where e.code = 'exception' group by e.shipment_id"
    )
    while True:
        with psycopg.connect(conninfo) as db:
            found = [float(row[0]) for row in db.execute(query)]
        if len(found) >= troubles or time.monotonic() > until:
            return found
        time.sleep(0.5)
