"""Colleagues say how easy the desk is and whether it went without an error; heads see the rate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.measures import Period
from kefu.customers.measures_feedback import desk_ease, desk_error_free, import_error_free
from kefu.customers.model_imports import CustomerImport
from kefu.customers.routes_feedback import router
from kefu.identity.tests.desk import Desk, desk_of

GOOD = {"area": "import", "ease": 5, "error_free": True, "text": "三分钟就导完了"}


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


def lately() -> Period:
    return Period(now() - timedelta(hours=1), now() + timedelta(hours=1))


async def test_the_report_gives_the_error_free_rate_by_part_and_in_all(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in("agent")
    for body in (GOOD, GOOD | {"ease": 3}, GOOD | {"area": "workspace", "error_free": False}):
        assert (await desk.post("/desk-feedback", body)).status_code == 204
    assert (await desk.get("/desk-feedback/report")).status_code == 403
    await desk.sign_in("department_head")

    report = (await desk.get("/desk-feedback/report")).json()
    said = (await desk.get("/desk-feedback")).json()["items"]

    assert (report["answers"], report["error_free_percent"]) == (3, 66.67)
    areas = {one["area"]: one for one in report["areas"]}
    assert (areas["import"]["ease"], areas["import"]["error_free_percent"]) == (4, 100)
    assert (areas["returns"]["answers"], areas["returns"]["error_free_percent"]) == (0, None)
    assert [one["area"] for one in said] == ["workspace", "import", "import"]
    assert (await desk_error_free(db, lately())).value == pytest.approx(66.67, abs=0.01)
    assert (await desk_ease(db, lately())).value == pytest.approx(13 / 3)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"ease": 0}, 422),
        ({"ease": 6}, 422),
        ({"area": "moon"}, 422),
        ({"text": "长" * 1001}, 422),
        ({"import_id": str(uuid7())}, 404),
    ],
)
async def test_a_bad_opinion_is_not_kept(desk: Desk, wrong: dict[str, Any], status: int) -> None:
    await desk.sign_in()

    refused = await desk.post("/desk-feedback", GOOD | wrong)

    assert refused.status_code == status
    assert (await desk.get("/desk-feedback")).json()["items"] == []


async def test_rows_that_were_refused_are_not_error_free(db: Session) -> None:
    assert (await import_error_free(db, lately())).reason == "nothing_to_count"
    db.add(
        CustomerImport(
            name="x.csv", size=1, sha256="0", key="k", form="csv", encoding="utf-8", rows=200,
            done=200, counts={"new": 197, "refused": 3}, status="done", finished_at=now(),
        )
    )  # fmt: skip
    await db.flush()

    measured = await import_error_free(db, lately())

    assert (measured.value, measured.numerator, measured.denominator) == (98.5, 197, 200)
