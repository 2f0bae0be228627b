"""Bottlenecks by HTTP: what was entered is seen by who answers for the installation."""

from __future__ import annotations

from kefu.analytics.routes_bottlenecks import router
from kefu.core.bottlenecks import LEAST, Bottlenecks
from kefu.core.db import Session
from kefu.identity.tests import counted
from kefu.identity.tests.desk import desk_of


async def entered(db: Session, *modules: str) -> None:
    watch = Bottlenecks(limit_ms=100)
    for module in modules:
        for _ in range(LEAST):
            watch.note(module, 0.25)
        await watch.enter(db)
        await db.flush()


async def test_the_newest_comes_first_with_module_time_figures_and_advice(db: Session) -> None:
    await entered(db, "conversations", "labels", "search")

    async with desk_of(db, router) as desk:
        await desk.sign_in("department_head")
        first = (await desk.get("/bottlenecks?limit=2")).json()
        rest = (await desk.get(f"/bottlenecks?limit=2&cursor={first['next_cursor']}")).json()

    assert [one["module"] for one in first["items"]] == ["search", "labels"]
    assert [one["module"] for one in rest["items"]] == ["conversations"]
    newest = first["items"][0]
    assert (newest["p95_ms"], newest["limit_ms"], newest["requests"]) == (250, 100, LEAST)
    assert newest["advice"]
    assert set(newest["figures"]) == {"cpu_percent", "memory_percent", "load_per_core"}


async def test_a_page_takes_the_same_queries_for_any_number(db: Session) -> None:
    await entered(db, *(f"module{number}" for number in range(8)))
    counts = set()

    async with desk_of(db, router) as desk:
        await desk.sign_in("administrator")
        for limit in (1, 8):
            with counted(db) as statements:
                await desk.get(f"/bottlenecks?limit={limit}")
            counts.add(len(statements))

    assert len(counts) == 1


async def test_an_agent_does_not_see_them(db: Session) -> None:
    async with desk_of(db, router) as desk:
        await desk.sign_in("agent")
        answer = await desk.get("/bottlenecks")

    assert answer.status_code == 403
