"""A module over its limit is entered with module, figures and advice (R418)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kefu.core.bottlenecks import LEAST, Bottleneck, Bottlenecks, advice, forget_bottlenecks
from kefu.core.clock import now
from kefu.core.db import Session


async def test_a_module_whose_p95_passes_the_limit_is_entered(db: Session) -> None:
    watch = Bottlenecks(limit_ms=100)
    for _ in range(LEAST):
        watch.note("conversations", 0.25)
        watch.note("labels", 0.01)

    assert await watch.enter(db) == ["conversations"]

    await db.flush()
    entry = (await db.scalars(select(Bottleneck))).one()
    assert (entry.module, entry.p95_ms, entry.limit_ms) == ("conversations", 250, 100)
    assert entry.requests == LEAST
    assert entry.advice in ("add_memory", "add_cores_or_web_process", "check_database_disk")
    assert set(entry.figures) == {"cpu_percent", "memory_percent", "load_per_core"}


async def test_entries_are_kept_for_ninety_days(db: Session) -> None:
    for days in (89, 91):
        given = {"p95_ms": 900, "limit_ms": 500, "requests": 60, "advice": "add_memory"}
        at = now() - timedelta(days=days)
        db.add(Bottleneck(module=f"of {days} days", figures={}, at=at, **given))
    await db.flush()

    await forget_bottlenecks(db)

    assert list(await db.scalars(select(Bottleneck.module))) == ["of 89 days"]


async def test_a_few_slow_answers_are_no_bottleneck(db: Session) -> None:
    watch = Bottlenecks(limit_ms=100)
    for _ in range(LEAST - 1):
        watch.note("conversations", 5)

    assert await watch.enter(db) == []


def test_the_advice_names_the_nearest_remedy() -> None:
    assert advice({"memory_percent": 95}) == "add_memory"
    assert advice({"memory_percent": 20, "load_per_core": 3.0}) == "add_cores_or_web_process"
    assert advice({"memory_percent": 20, "load_per_core": 0.2}) == "check_database_disk"
