from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from kefu.commerce import routes_carriers, routes_logistics
from kefu.commerce.logistics.carriers import carrier_for_label, notice_silence
from kefu.commerce.logistics.timeliness import count_days
from kefu.commerce.logistics.wishes import erase_notices
from kefu.commerce.model_logistics import Carrier, DeliveryAnomaly
from kefu.commerce.model_notices import CustomerNotice
from kefu.commerce.tests.factories import a_shipment, an_order
from kefu.commerce.tests.logistics import a_parcel, facts_of, hours, notices, pass_time, work
from kefu.core.clock import FrozenClock, frozen, iso
from kefu.core.db import Session
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.visiting import counted
from kefu.promises.tests.factories import NOON


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    with frozen(NOON) as clock:
        yield clock


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, routes_logistics.router, routes_carriers.router) as desk:
        await desk.sign_in()
        yield desk


def scan(number: str, code: str = "picked_up", **more: Any) -> dict[str, Any]:
    return {"tracking_number": number, "code": code, "at": iso(NOON)} | more


async def an_anomaly(db: Session, desk: Desk, code: str = "exception") -> dict[str, Any]:
    parcel = await a_parcel(db)
    assert parcel.tracking_number is not None
    told = [scan(parcel.tracking_number, "picked_up"), scan(parcel.tracking_number, code)]
    assert (await desk.post("/tracking-events", {"events": told})).status_code == 202
    await work(db)
    found: dict[str, Any] = (await desk.get("/delivery-anomalies")).json()["items"][0]
    return found


async def test_scans_are_taken_by_the_batch(db: Session, desk: Desk) -> None:
    parcel = await a_parcel(db, tracking_number="SF1")
    events = [scan("SF1"), scan("SF1"), scan("SF404", "delivered")]

    answer = await desk.post("/tracking-events", {"events": events})

    assert parcel.tracking_number == "SF1"
    assert answer.status_code == 202
    assert answer.json() == {"new": 1, "known": 1, "waiting": 1}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "flying"}, "events.0.code"),
        ({"at": "2026-03-02T12:00:00"}, "events.0.at"),
        ({"tracking_number": ""}, "events.0.tracking_number"),
        ({"carrier": "S F"}, "events.0.carrier"),
        ({"place": "a\u0000b"}, "events"),
        ({"more": 1}, "events.0.more"),
    ],
)
async def test_a_bad_scan_is_refused_by_its_field_and_nothing_is_kept(
    db: Session, desk: Desk, change: dict[str, Any], field: str
) -> None:
    answer = await desk.post("/tracking-events", {"events": [scan("SF1") | change]})

    assert answer.status_code == 422
    assert answer.json()["field"].startswith(field)


async def test_more_than_a_thousand_at_once_are_refused(desk: Desk) -> None:
    answer = await desk.post("/tracking-events", {"events": [scan("SF1")] * 1001})

    assert (answer.status_code, answer.json()["field"]) == (422, "events")


async def test_an_agent_may_look_but_only_programs_and_logistics_tell(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in("agent")

    assert (await desk.post("/tracking-events", {"events": [scan("SF1")]})).status_code == 403
    assert (await desk.get("/delivery-anomalies")).status_code == 200
    assert (await desk.patch("/logistics-settings", {"solve_hours": 1})).status_code == 403


async def test_a_problem_is_listed_with_its_draft_and_closed_with_what_was_done(
    db: Session, desk: Desk
) -> None:
    shown = await an_anomaly(db, desk)

    before = (await desk.get("/delivery-anomalies/counts")).json()
    answer = await desk.post(f"/delivery-anomalies/{shown['id']}/closure", {"remedy": "改派网点"})
    after = (await desk.get("/delivery-anomalies/counts")).json()

    assert shown["notice"]["status"] == "draft"
    assert answer.json()["closing"] == "handled"
    assert (before["high"], after["high"]) == (1, 0)
    assert (await desk.get("/delivery-anomalies?state=closed")).json()["items"][0]["remedy"]
    assert (await desk.get(f"/delivery-anomalies/{uuid4()}")).status_code == 404


async def test_a_draft_is_changed_and_sent_over_http(db: Session, desk: Desk) -> None:
    draft = (await an_anomaly(db, desk))["notice"]["id"]

    changed = await desk.patch(f"/customer-notices/{draft}", {"text": "我们正在处理"})
    sent = await desk.post(f"/customer-notices/{draft}/sending", {})
    again = await desk.delete(f"/customer-notices/{draft}")

    assert changed.json()["text"] == "我们正在处理"
    assert sent.json()["status"] == "waiting"
    assert again.status_code == 409


async def test_lists_take_as_many_queries_for_25_rows_as_for_one(db: Session, desk: Desk) -> None:
    costs = []
    for number in (1, 24):
        for _ in range(number):
            await an_anomaly(db, desk)
        for path in ("/delivery-anomalies", "/customer-notices"):
            with counted(db) as statements:
                assert len((await desk.get(f"{path}?limit=100")).json()["items"]) > 0
            costs.append(len(statements))

    assert costs[:2] == costs[2:]


async def test_pages_follow_each_other_without_gap_or_repetition(db: Session, desk: Desk) -> None:
    for _ in range(5):
        await an_anomaly(db, desk)

    seen, cursor = [], ""
    while True:
        page = (await desk.get(f"/delivery-anomalies?limit=2{cursor}")).json()
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert len(seen) == len(set(seen)) == 5


async def test_a_customer_may_want_no_notices_and_is_forgotten_on_demand(
    db: Session, desk: Desk
) -> None:
    shown = await an_anomaly(db, desk)
    customer = shown["customer_id"]

    await desk.put(f"/customers/{customer}/notice-wish", {"wanted": False, "way": "mail"})
    kept = (await desk.get(f"/customers/{customer}/notice-wish")).json()
    notice = (await db.scalars(select(CustomerNotice))).first()
    assert notice is not None
    assert notice.customer_id is not None
    await erase_notices(db, notice.customer_id)
    await db.refresh(notice)

    assert kept == {"wanted": False, "way": "mail"}
    assert (notice.text, notice.status, notice.reason) == ("", "discarded", "erased")


async def test_settings_change_what_is_named_and_hold_from_then_on(
    db: Session, desk: Desk, clock: FrozenClock
) -> None:
    answer = await desk.patch(
        "/logistics-settings", {"thresholds": {"still": {"in_transit": 5}}, "solve_hours": 1}
    )
    bad = await desk.patch("/logistics-settings", {"thresholds": {"still": {"flying": 5}}})
    parcel = await a_parcel(db)
    await desk.post("/tracking-events", {"events": [scan(parcel.tracking_number or "")]})
    await work(db)
    await pass_time(db, clock, hours(5))

    found = (await db.scalars(select(DeliveryAnomaly))).one()
    assert answer.json()["thresholds"]["still"]["in_transit"] == 5
    assert answer.json()["usual"]["still"]["in_transit"] == 48
    assert bad.status_code == 422
    assert (found.kind, found.due_at) == ("stuck", NOON + hours(6))


async def test_carriers_have_agreements_and_sf_comes_before_jd(db: Session, desk: Desk) -> None:
    first = await carrier_for_label(db, "浙江省")
    made = await desk.post(
        "/carriers", {"code": "zto", "name": "中通", "agreement": True, "priority": 1}
    )
    twice = await desk.post("/carriers", {"code": "zto", "name": "中通"})
    rows = {row["code"]: row for row in (await desk.get("/carriers")).json()}
    await desk.patch(f"/carriers/{rows['sf']['id']}", {"provinces": ["广东省"]})
    second = await carrier_for_label(db, "浙江省", on=NOON.date())
    await desk.patch(
        f"/carriers/{rows['jd']['id']}", {"agreement_until": "2026-01-01", "priority": 1}
    )
    await desk.patch(f"/carriers/{rows['zto']['id']}", {"active": False})
    third = await carrier_for_label(db, "浙江省", on=NOON.date())

    assert first is not None
    assert first.code == "sf"
    assert (made.status_code, twice.status_code) == (201, 409)
    assert second is not None
    assert second.code == "zto"
    assert third is not None
    assert third.code == "jd"  # its agreement ended, but nobody else serves there


async def test_timeliness_of_each_carrier_by_day(db: Session, desk: Desk) -> None:
    order = await an_order(db, status="delivered", promised_by=NOON)
    for carrier, late in (("sf", False), ("sf", True), ("jd", False)):
        await a_shipment(
            db,
            order,
            carrier=carrier,
            status="delivered",
            shipped_at=NOON - hours(48),
            delivered_at=NOON + hours(1 if late else -1),
        )
    await count_days(db)
    await count_days(db)

    rows = {row["carrier"]: row for row in (await desk.get("/carriers/timeliness")).json()}

    assert (rows["sf"]["promised"], rows["sf"]["on_time"], rows["sf"]["hours"]) == (2, 1, 48)
    assert rows["jd"]["days"] == [
        {"day": "2026-03-02", "delivered": 1, "promised": 1, "on_time": 1, "problems": 0}
    ]
    wrong = await desk.get("/carriers/timeliness?since=2020-01-01&until=2026-01-01")
    assert wrong.status_code == 422


async def test_a_carrier_that_falls_silent_is_told_once_and_again_when_it_speaks(
    db: Session, desk: Desk, clock: FrozenClock
) -> None:
    parcel = await a_parcel(db, carrier="jd")
    number = parcel.tracking_number or ""
    await desk.post("/tracking-events", {"events": [scan(number, carrier="jd")]})
    jd = (await db.scalars(select(Carrier).where(Carrier.code == "jd"))).one()

    clock.advance(hours(5.9))
    early = await notice_silence(db)
    clock.advance(hours(0.2))
    told = [await notice_silence(db), await notice_silence(db)]
    at = iso(NOON + timedelta(hours=6))
    await desk.post("/tracking-events", {"events": [scan(number, "departed", at=at)]})
    await db.refresh(jd)
    await notice_silence(db)

    assert (early, told) == (0, [1, 0])
    assert len(await facts_of(db, "carrier.silent", jd.id)) == 1
    assert len(await facts_of(db, "carrier.heard", jd.id)) == 1
    assert jd.silent_since is None


async def test_who_is_told_nothing_is_listed_with_the_reason(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.put(f"/customers/{customer.id}/notice-wish", {"wanted": False})
    parcel = await a_parcel(db, customer=customer.id)
    await desk.post("/tracking-events", {"events": [scan(parcel.tracking_number or "")]})
    await work(db)

    rows = (await desk.get(f"/customer-notices?customer={customer.id}")).json()["items"]

    assert [(row["kind"], row["reason"]) for row in rows] == [("order_shipped", "not_wanted")]
    assert await notices(db, "waiting") == []
