from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

import kefu.commerce.personal_data_returns  # noqa: F401 - exports and erases
from kefu.commerce import routes_inspections, routes_refunds, routes_returns, routes_warehouse
from kefu.commerce.returns import photos
from kefu.commerce.tests.factories import an_order, lines_of
from kefu.commerce.tests.factories_returns import (
    GOOD,
    a_case,
    a_checklist,
    a_location,
    a_policy,
    a_received_case,
    an_approved_case,
    an_inspected_case,
)
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.files import MemoryStorage
from kefu.customers import erase_customer, export_customer
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests import counted
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_agent

ROUTERS = [
    module.router
    for module in (routes_returns, routes_inspections, routes_refunds, routes_warehouse)
]


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, *ROUTERS) as desk:
        yield desk


async def ordered(db: Session, **more: Any) -> dict[str, Any]:
    order = await an_order(db, status="delivered", **more)
    line = (await lines_of(db, order))[0]
    return {
        "order_id": str(order.id),
        "kind": "return",
        "lines": [{"line_id": str(line.id), "quantity": 1}],
        "reason": "quality",
    }


async def test_a_return_is_walked_through_by_http(db: Session, desk: Desk) -> None:
    await a_policy(db)
    checklist, place = await a_checklist(db), await a_location(db)
    await desk.sign_in("administrator")
    made = (await desk.post("/returns", await ordered(db))).json()
    path = f"/returns/{made['id']}"

    await desk.put(f"{path}/review", {"approved": True})
    await desk.put(f"{path}/parcel", {"carrier": "sf", "tracking_number": "SF5001"})
    scanned = await desk.post("/warehouse/intake", {"code": "SF5001", "location_id": str(place.id)})
    body = {
        "checklist_id": str(checklist.id),
        "answers": GOOD,
        "determination": "product_fault",
        "accepted": True,
    }
    inspected = (await desk.post(f"{path}/inspections", body)).json()
    offer = (await desk.get(f"{path}/refund-offer")).json()
    done = (await desk.post(f"{path}/refunds", {"amount": offer["total"]})).json()

    assert (made["node"], made["allowed"][:2]) == ("review", ["take", "review"])
    assert scanned.json()["parcel"]["case_number"] == made["number"]
    assert (inspected["node"], inspected["inspections"][0]["of_record"]) == ("refund", True)
    assert (done["status"], [step["node"] for step in done["steps"]]) == (
        "done",
        ["apply", "review", "send_back", "inspect", "refund"],
    )
    assert [one["system"] for one in done["refunds"][0]["postings"]] == ["crm", "crm"]
    timeline = (await desk.get(f"{path}/timeline")).json()["items"]
    assert timeline[0]["kind"] == "return.refunded"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"reason": "因为"}, "reason"),
        ({"lines": []}, "lines"),
        ({"note": "长" * 2001}, "note"),
        ({"note": "\x00"}, "note"),
        ({"lines": [{"line_id": str(UUID(int=1)), "quantity": 1}]}, "lines.0.line_id"),
        ({"price": 3}, "price"),
    ],
)
async def test_an_application_that_makes_no_sense_is_refused_by_its_field(
    db: Session, desk: Desk, change: dict[str, Any], field: str
) -> None:
    await desk.sign_in("agent")

    answer = await desk.post("/returns", await ordered(db) | change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await desk.get("/returns")).json()["items"] == []


@pytest.mark.parametrize("amount", [1, 25])
async def test_the_board_takes_the_same_number_of_queries(
    db: Session, desk: Desk, amount: int
) -> None:
    await a_policy(db)
    for _ in range(amount):
        customer = await a_customer(db)
        await a_case(db, order=await an_order(db, status="delivered", customer=customer.id))
    await desk.sign_in("agent")

    with counted(db) as statements:
        page = (await desk.get("/returns", params={"limit": 100})).json()

    assert len(page["items"]) == amount
    assert len(statements) == 4


@pytest.mark.parametrize("amount", [1, 25])
async def test_the_warehouse_list_takes_the_same_number_of_queries(
    db: Session, desk: Desk, amount: int
) -> None:
    place = await a_location(db)
    await desk.sign_in("other_department")
    for number in range(amount):
        body = {"code": f"SF{number:03}", "location_id": str(place.id)}
        await desk.post("/warehouse/intake", body)

    with counted(db) as statements:
        page = (await desk.get("/warehouse/parcels", params={"unknown": True})).json()

    assert len(page["items"]) == amount
    assert len(statements) == 2


@pytest.mark.parametrize("sort", ["due", "applied"])
async def test_pages_of_the_board_follow_each_other(db: Session, desk: Desk, sort: str) -> None:
    await a_policy(db)
    made = {str((await a_case(db)).id) for _ in range(5)}
    await desk.sign_in("agent")

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": 2, "cursor": cursor, "sort": sort}
        page = (await desk.get("/returns", params=asked)).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]

    assert (len(seen), set(seen)) == (5, made)


async def test_a_case_late_as_a_whole_is_not_late_in_its_step(db: Session, desk: Desk) -> None:
    await a_policy(db)
    whole, here = await a_case(db), await a_case(db)
    whole.due_at = here.node_due_at = now() - timedelta(minutes=1)
    await db.flush()
    await desk.sign_in("agent")

    rows = {row["id"]: row for row in (await desk.get("/returns")).json()["items"]}

    late = ("overdue", "node_overdue", "whole_overdue")
    assert [rows[str(whole.id)][name] for name in late] == [True, False, True]
    assert [rows[str(here.id)][name] for name in late] == [True, True, False]


async def test_the_late_ones_come_first_and_are_counted(db: Session, desk: Desk) -> None:
    await a_policy(db)
    soon, late = await a_case(db), await a_case(db)
    late.node_due_at = now() - timedelta(minutes=1)
    await db.flush()
    await desk.sign_in("agent")

    page = (await desk.get("/returns")).json()["items"]
    only = (await desk.get("/returns", params={"overdue": True})).json()["items"]

    assert [row["number"] for row in page] == [late.number, soon.number]
    assert [row["overdue"] for row in page] == [True, False]
    assert [row["number"] for row in only] == [late.number]
    assert (await desk.get("/returns/counts")).json() == {"review": {"open": 2, "overdue": 1}}


async def test_a_case_is_found_by_its_number_its_orders_and_its_parcels(
    db: Session, desk: Desk
) -> None:
    await a_policy(db)
    order = await an_order(db, status="delivered", number="SY-77")
    case = await a_received_case(db, order=order, tracking_number="SF123")
    await a_case(db)
    await desk.sign_in("agent")

    for q in (case.number.lower(), "SY-77", "SF123"):
        found = (await desk.get("/returns", params={"q": q})).json()["items"]
        assert [row["number"] for row in found] == [case.number]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("agent", (403, 403, 403)),
        ("senior_agent", (200, 403, 403)),
        ("quality_inspector", (403, 403, 403)),
        ("other_department", (403, 201, 403)),
        ("auditor", (403, 403, 403)),
        ("department_head", (200, 201, 200)),
    ],
)
async def test_each_role_does_its_own_part(
    db: Session, desk: Desk, role: str, expected: tuple[int, ...]
) -> None:
    await a_policy(db)
    case, place = await a_case(db), await a_location(db)
    await desk.sign_in(role)

    review = await desk.put(f"/returns/{case.id}/review", {"approved": True})
    intake = await desk.post("/warehouse/intake", {"code": "YT1", "location_id": str(place.id)})
    current = (await desk.get("/return-policy")).json()
    policy = await desk.put(
        "/return-policy", {"version": current["version"], "values": current["values"]}
    )

    assert (review.status_code, intake.status_code, policy.status_code) == expected
    assert (await desk.get(f"/returns/{case.id}")).status_code == 200


async def test_settings_are_kept_in_versions_and_nobody_overwrites_another(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in("administrator")
    first = (await desk.get("/return-policy")).json()
    values = first["values"] | {"turnover_hours": 36}

    changed = (await desk.put("/return-policy", {"version": 0, "values": values})).json()
    late = await desk.put("/return-policy", {"version": 0, "values": first["values"]})
    wrong = await desk.put(
        "/return-policy", {"version": 1, "values": values | {"turnover_hours": -1}}
    )

    assert (first["version"], first["goal_days"]) == (0, 1.6)
    assert (changed["version"], changed["values"]["turnover_hours"]) == (1, 36)
    assert (late.status_code, late.json()["field"]) == (409, "version")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "values.turnover_hours")


async def test_pictures_are_kept_shown_and_forgotten_with_their_customer(
    db: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemoryStorage()
    monkeypatch.setattr(routes_inspections, "storage_of", lambda _app: storage)
    await a_policy(db)
    customer = await a_customer(db, name="王小明")
    order = await an_order(db, status="delivered", customer=customer.id)
    case = await a_case(db, order=order, note="开关失灵")
    agent = await desk.sign_in("agent")
    path = f"/returns/{case.id}/photos"

    made = await upload(desk, path, a_picture(), "破损.png")
    wrong = await upload(desk, path, b"hello", "a.txt")
    shown = await desk.ask("GET", made.json()["url"].removeprefix("/api/v1"))
    exported = await export_customer(db, customer, by=agent.id)
    await erase_customer(db, customer, name="王小明", reason="customer_request", by=agent.id)

    assert (made.status_code, wrong.status_code, wrong.json()["field"]) == (201, 422, "file")
    assert (shown.content, shown.headers["content-type"]) == (a_picture(), "image/png")
    assert exported["returns"][0]["note"] == "开关失灵"
    await db.refresh(case)
    assert case.note == ""
    assert (await desk.ask("GET", made.json()["url"].removeprefix("/api/v1"))).status_code == 404


async def upload(desk: Desk, path: str, content: bytes, name: str) -> httpx.Response:
    return await desk.ask("POST", path, files={"file": (name, content)})


def a_picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(made, "PNG")
    return made.getvalue()


async def test_a_dispute_is_raised_and_decided_by_http(db: Session, desk: Desk) -> None:
    await a_policy(db)
    case = await an_inspected_case(db, accepted=False, determination="misuse")
    await desk.sign_in("department_head")
    path = f"/returns/{case.id}/disputes"

    raised = (await desk.post(path, {"text": "没有用过"})).json()["disputes"][0]
    decision = {"decision": "overturned", "grounds": "视频清楚"}
    decided = (await desk.put(f"{path}/{raised['id']}/decision", decision)).json()

    assert (raised["complaint"], decided["node"], decided["status"]) == (True, "refund", "open")


async def test_the_analysis_and_its_lists_answer(db: Session, desk: Desk) -> None:
    await a_policy(db)
    await an_approved_case(db)
    await desk.sign_in("shift_leader")
    asked = {"since": (now() - timedelta(days=1)).isoformat()}

    found = (await desk.get("/return-analysis", params=asked)).json()
    models = (await desk.get("/return-models", params=asked)).json()
    wrong = await desk.get("/return-analysis", params=asked | {"until": asked["since"]})

    assert [node["node"] for node in found["nodes"]] == ["review", "send_back"]
    assert models[0]["units"] == 1
    assert (wrong.status_code, wrong.json()["field"]) == (422, "until")
    for path in ("/warehouse/stock", "/inspection-checklists"):
        assert (await desk.get(path)).json() == []
    assert (await desk.get("/return-investigations")).json()["items"] == []


async def test_an_order_says_what_is_open_to_it(db: Session, desk: Desk) -> None:
    await a_policy(db)
    order = await an_order(db, status="delivered")
    await desk.sign_in("agent")

    options = (await desk.get(f"/return-options/{order.id}")).json()

    assert all(one["open"] for one in options["options"])
    assert options["promises"]["cycle_goal_days"] == 1.6


async def test_a_case_that_is_not_there_is_not_found(desk: Desk) -> None:
    await desk.sign_in("administrator")

    for method, path in (("GET", ""), ("PUT", "/taking"), ("GET", "/timeline")):
        answer = await desk.ask(method, f"/returns/{UUID(int=5)}{path}")
        assert answer.status_code == 404


async def test_an_inspector_takes_a_case_and_it_is_worked_on(db: Session, desk: Desk) -> None:
    await a_policy(db)
    case = await a_received_case(db)
    await a_checklist(db)
    agent = await desk.sign_in("quality_inspector", name="吴婷")

    shown = (await desk.put(f"/returns/{case.id}/taking")).json()
    checklist = (await desk.get(f"/returns/{case.id}/checklist")).json()

    assert (shown["assignee"], shown["steps"][-1]["begun_at"] is not None) == ("吴婷", True)
    assert (checklist["version"], case.assignee_id) == (1, agent.id)


async def test_a_case_takes_thirty_pictures_at_most(
    db: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MOST", 0)
    case = await a_case(db)
    await desk.sign_in("agent")

    answer = await upload(desk, f"/returns/{case.id}/photos", a_picture(), "a.png")

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_photos")


async def test_costs_are_noted_with_who_and_what(db: Session, desk: Desk) -> None:
    await a_policy(db)
    case = await a_case(db)
    await an_agent(db)
    await desk.sign_in("agent")

    body = {"kind": "logistics_compensation", "amount": 500, "note": "延误补偿"}
    shown = (await desk.post(f"/returns/{case.id}/costs", body)).json()

    assert [(one["kind"], one["amount"]) for one in shown["costs"]] == [
        ("logistics_compensation", 500)
    ]
