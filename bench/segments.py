"""Segments: everybody anew, first from nothing and then a night later, on a big base."""

from __future__ import annotations

import asyncio
import time

import psycopg

from bench.results import Report, calibrate
from bench.system import System, running
from kefu.core.db import Database
from kefu.customers.model_segments import SegmentRun
from kefu.customers.segmenting import resegment_everybody
from kefu.customers.segments import shares

CUSTOMERS = {"full": 500_000, "small": 20_000}
BAR_SECONDS = 60.0
SEVERAL_DAYS = "update customer_figures set last_order_at = last_order_at - interval '9 days'"

PEOPLE = """
insert into customers (id, name, name_given, name_pinyin, search_terms, tier, attributes, own,
  first_seen_at, last_seen_at, created_at, updated_at)
select ('01920000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '客户' || n, true,
  'ke hu ' || n, '{}', (array['standard','silver','gold','vip'])[1 + n %% 4], '{}', '{}',
  now() - (n %% 900) * interval '1 day', now() - (n %% 90) * interval '1 day',
  now() - (n %% 900) * interval '1 day', now()
from generate_series(1, %s) n
on conflict do nothing
"""
FIGURES = """
insert into customer_figures (customer_id, orders, first_order_at, last_order_at, spent, currency,
  returns, refunded, conversations, complaints, updated_at)
select id, n % 9, now() - (n % 800) * interval '1 day', now() - (n % 400) * interval '1 day',
  (n % 9) * (n % 2000) * 100, 'CNY', n % 4, 0, n % 7, n % 3, now()
from (select id, ('x' || right(id::text, 8))::bit(32)::int as n from customers) c
where n % 9 > 0
on conflict do nothing
"""
EMPTY = "truncate segment_memberships, customer_standings, segment_runs"


def load(system: System, scale: str) -> None:
    """The base and its figures, without any standing; the second time they are there."""
    with psycopg.connect(system.conninfo, autocommit=True) as db:
        db.execute(PEOPLE, (CUSTOMERS[scale],))
        db.execute(FIGURES)
        db.execute(EMPTY)
        db.execute("analyze customers, customer_figures")


async def everybody(database: Database) -> tuple[float, SegmentRun]:
    began = time.monotonic()
    run = await resegment_everybody(database)
    return time.monotonic() - began, run


async def spread(database: Database) -> float:
    """Milliseconds for the shares of all dimensions, as the page shows them."""
    async with database.transaction() as db:
        began = time.monotonic()
        await shares(db)
        return (time.monotonic() - began) * 1000


async def measured(system: System, report: Report) -> None:
    database = Database(system.conninfo)
    first, run = await everybody(database)
    report.note("customers", run.customers, "")
    report.at_most("everybody, from nothing", first, "s", BAR_SECONDS)
    report.note("changes", run.changed, "")
    with psycopg.connect(system.conninfo, autocommit=True) as db:
        db.execute(SEVERAL_DAYS)
        db.execute("analyze segment_memberships, customer_standings")
    again, run = await everybody(database)
    report.at_most("everybody, nine days later", again, "s", BAR_SECONDS)
    report.note("changes after nine days", run.changed, "")
    report.note("shares of all dimensions", await spread(database), "ms")
    await database.close()


def run(scale: str) -> Report:
    report = Report("segments", scale)
    with running(f"segments-{scale}", fresh=False) as system:
        load(system, scale)
        calibrate(report, system.conninfo)
        asyncio.run(measured(system, report))
    return report
