"""Uptime by HTTP: the share of time, the promise, and each gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kefu.analytics.routes_uptime import router
from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.uptime import say_alive
from kefu.identity.tests.desk import desk_of

BEGAN = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)


async def test_the_gap_is_shown_with_its_length(db: Session) -> None:
    with frozen(BEGAN) as clock:
        await say_alive(db, "web")
        for pause in (10, 180, 10):
            clock.advance(timedelta(seconds=pause))
            await say_alive(db, "web")
        async with desk_of(db, router) as desk:
            await desk.sign_in("department_head")
            answer = (await desk.get("/uptime")).json()

    web, worker = answer["processes"]
    assert (web["seconds"], web["down_seconds"], web["percent"]) == (200, 180, 10)
    assert [(gap["process"], gap["seconds"]) for gap in answer["gaps"]] == [("web", 180)]
    assert (worker["percent"], answer["target"]) == (None, 99.9)


async def test_an_agent_does_not_see_it(db: Session) -> None:
    async with desk_of(db, router) as desk:
        await desk.sign_in("agent")
        answer = await desk.get("/uptime")

    assert answer.status_code == 403
