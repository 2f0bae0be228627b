"""Half a million customers over HTTP: pages, lists, searches, and how soon modules follow facts."""

from __future__ import annotations

import random
import time
from uuid import UUID

import httpx
import psycopg

from bench import customers_following
from bench.customers_load import ADMINISTRATOR, load
from bench.inbox import PACE, queries, timed
from bench.results import Report, calibrate, percentile
from bench.system import VAR, System, begin
from kefu.core.ids import uuid7
from kefu.identity.keys import hash_of

TOKEN = "kefu_bench_customers_token_for_loopback_only"  # noqa: S105 - a bench's own
SCOPES = '["customer.read","customer.edit","customer.merge","order.read","inbox.edit"]'
ROUNDS = 300
PAGE = (
    *("", "/overview", "/purchases", "/timeline", "/notes", "/addresses", "/merges", "/consents"),
    "/dedicated-agent",
)


def prepared(scale: str) -> System:
    """The system with its data, loaded once and kept."""
    done = VAR / f"customers-{scale}" / "loaded"
    system = begin(f"customers-{scale}", fresh=not done.exists(), settings=PACE)
    system.wait_ready()
    if not done.exists():
        began = time.monotonic()
        load(system.conninfo, scale)
        done.write_text(f"{time.monotonic() - began:.0f}")
    return system


def client_of(system: System) -> httpx.Client:
    """An API client that acts for the bench's administrator."""
    with psycopg.connect(system.conninfo) as db:
        db.execute(
            "insert into tokens (id,agent_id,name,prefix,token_hash,scopes,created_at) "
            "select %s,id,'bench','kefu',%s,%s,now() from agents where email = %s "
            "on conflict (token_hash) do update set scopes = excluded.scopes",
            (uuid7(), hash_of(TOKEN), SCOPES, ADMINISTRATOR),
        )
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.Client(base_url=system.url, headers=headers, timeout=60)


def some_customers(system: System, dice: random.Random) -> list[UUID]:
    """Some of everybody, with those merged away and those with long histories among them."""
    with psycopg.connect(system.conninfo) as db:
        rows = [row[0] for row in db.execute("select id from customers tablesample system (2)")]
        long = db.execute(
            "select customer from facts group by customer having count(*) > 1000 limit 20"
        )
        merged = db.execute("select gone_id from customer_merges limit 20")
        special = [row[0] for row in (*long, *merged)]
    return dice.sample(rows, ROUNDS - len(special)) + special


def pages(client: httpx.Client, ids: list[UUID]) -> dict[str, list[float]]:
    """Milliseconds of each part of a customer's page."""
    took: dict[str, list[float]] = {part: [] for part in PAGE}
    for one in ids:
        for part in PAGE:
            took[part].append(timed(client, f"/api/v1/customers/{one}{part}")[0])
    return took


def searches(client: httpx.Client, dice: random.Random) -> list[float]:
    """A tail of a telephone number, a member number, a name, pinyin, an address."""
    took = []
    for _ in range(ROUNDS // 5):
        number = dice.randrange(20_000)
        asked = (f"{number:08}", f"B{number}", "王伟强", "wangweiq", f"u{number}@")
        took += [timed(client, "/api/v1/customers", q=q)[0] for q in asked]
    return took


def per_page(system: System, client: httpx.Client) -> list[float]:
    """Queries for a list of 1, 25 and 100 rows."""
    found = []
    for limit in (1, 25, 100):
        before = queries(system)
        timed(client, "/api/v1/customers", limit=limit)
        found.append(queries(system) - before)
    return found


def run(scale: str) -> Report:
    """The whole bench."""
    report = Report("customers", scale)
    system = prepared(scale)
    try:
        calibrate(report, system.conninfo)
        measure(system, report)
    finally:
        system.stop()
    return report


def measure(system: System, report: Report) -> None:
    dice = random.Random(11)
    client = client_of(system)
    ids = some_customers(system, dice)
    pages(client, ids[:40])
    took = pages(client, ids)
    report.at_most("customer page data p95", percentile(took[""], 0.95), "ms", 50)
    for part in PAGE[1:]:
        report.at_most(f"customer{part} p95", percentile(took[part], 0.95), "ms", 50)
    searches(client, dice)
    report.note("customer search p95", percentile(searches(client, dice), 0.95), "ms")
    lists = [timed(client, "/api/v1/customers", limit=100)[0] for _ in range(ROUNDS // 5)]
    report.note("customer list p95", percentile(lists, 0.95), "ms")
    counted = per_page(system, client)
    report.at_most("queries differ between 1, 25 and 100 rows", max(counted) - min(counted), "", 0)
    report.note("queries for a list", counted[1], "")
    customers_following.measure(client, report)
