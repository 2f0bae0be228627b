"""Automation: a thousand facts a second, each looked at by twenty rules, and how late they are."""

from __future__ import annotations

import time

import orjson
import psycopg

from bench.results import Report, calibrate, percentile
from bench.system import System, begin
from kefu.core.ids import uuid7

RULES = 20
TASKS = 2_000
A_SECOND = 1_000
SECONDS = {"full": 60, "small": 8}
SETTLE_SECONDS = 120
LATE = {"field": "fact.late", "operator": "is", "value": True}
MISSED = [
    {"field": "open", "operator": "is", "value": False},
    {"field": "due", "operator": "within_minutes", "value": 60},
    {"field": "about_kind", "operator": "is", "value": ["order"]},
    {"field": "owner", "operator": "is_set", "value": None},
]
FACTS = """
insert into facts (kind, subject, details, at)
select 'task.done', (select id from tasks offset (n * 7) %% %(tasks)s limit 1),
  jsonb_build_object('late', n %% 20 = 0), now() from generate_series(1, %(facts)s) n
"""
AGE = """
select coalesce(extract(epoch from clock_timestamp() - min(at)), 0) from facts
where kind = 'task.done' and id > (
  select coalesce(min(position), 0) from fact_cursors where group_name = 'automation')
"""


def run(scale: str) -> Report:
    """The whole bench: no bar, a figure."""
    report = Report("automation", scale)
    system = begin(f"automation-{scale}")
    try:
        system.wait_ready()
        calibrate(report, system.conninfo)
        measure(system, report, SECONDS[scale])
    finally:
        system.stop()
    return report


def measure(system: System, report: Report, seconds: int) -> None:
    with psycopg.connect(system.conninfo, autocommit=True) as db:
        prepare(db)
        ages = pressed(db, seconds)
        began = time.monotonic()
        left = settled(db)
        report.note("facts a second", A_SECOND, "1/s")
        report.note("rules", RULES, "")
        report.note("age of the oldest unread fact p50", percentile(ages, 0.5), "s")
        report.note("age of the oldest unread fact p95", percentile(ages, 0.95), "s")
        report.note("age at the end", ages[-1], "s")
        report.note("settled after", time.monotonic() - began if left == 0 else -1, "s")
        looked, matched = counts(db)
        report.note("looks", looked, "")
        report.note("acted upon", matched, "")


def prepare(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """A department, its tasks, and rules of which one matches one fact in twenty."""
    department = uuid7()
    db.execute(
        "insert into departments (id, name, name_sort, created_at) "
        "values (%s, 'bench', 'bench', now())",
        (department,),
    )
    with db.cursor() as cursor:
        cursor.executemany(
            "insert into tasks (id, title, note, department_id, created_at, updated_at) "
            "values (%s, 'bench', '', %s, now(), now())",
            [(uuid7(), department) for _ in range(TASKS)],
        )
        cursor.executemany(
            "insert into automation_rules (id, name, note, position, active, subject_kind, "
            "trigger, conditions, actions, again_after_seconds, hourly_limit, version, since, "
            "created_at, updated_at) values (%s, %s, '', 1, true, 'task', 'task.done', %s, %s, "
            "0, 1000000, 1, now(), now(), now())",
            [rule(number, str(department)) for number in range(RULES)],
        )


def rule(number: int, department: str) -> tuple[object, ...]:
    tests = [LATE] if number == 0 else [MISSED[number % 4], MISSED[(number + 1) % 4]]
    action = {"action": "create_task", "params": {"title": "bench", "department": department}}
    return (
        uuid7(),
        f"bench {number}",
        orjson.dumps({"all": tests}).decode(),
        orjson.dumps([action]).decode(),
    )


def pressed(db: psycopg.Connection[tuple[object, ...]], seconds: int) -> list[float]:
    """Facts every tenth of a second; how old the oldest unread one is, as often."""
    ages = []
    began = time.monotonic()
    for tick in range(seconds * 10):
        db.execute(FACTS, {"tasks": TASKS, "facts": A_SECOND // 10})
        row = db.execute(AGE).fetchone()
        ages.append(float(str(row[0])) if row else 0.0)
        time.sleep(max(0.0, began + (tick + 1) / 10 - time.monotonic()))
    return ages


def settled(db: psycopg.Connection[tuple[object, ...]]) -> float:
    """Wait until everything is read; the age that is left."""
    deadline = time.monotonic() + SETTLE_SECONDS
    age = 1.0
    while age > 0 and time.monotonic() < deadline:
        time.sleep(0.1)
        row = db.execute(AGE).fetchone()
        age = float(str(row[0])) if row else 0.0
    return age


def counts(db: psycopg.Connection[tuple[object, ...]]) -> tuple[int, int]:
    row = db.execute("select sum(looked), sum(matched) from automation_rule_hours").fetchone()
    assert row is not None
    return int(str(row[0] or 0)), int(str(row[1] or 0))
