from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, text

from kefu.commerce.logistics.closing import handle
from kefu.commerce.logistics.drafting import discard_draft, edit_draft, send_draft
from kefu.commerce.logistics.settings import settings_row
from kefu.commerce.logistics.wording import money_in
from kefu.commerce.model_logistics import Carrier
from kefu.commerce.model_notices import NoticeWish
from kefu.commerce.taking import take_orders
from kefu.commerce.tests.factories import a_shop
from kefu.commerce.tests.logistics import (
    a_parcel,
    facts_of,
    hours,
    notices,
    open_kinds,
    pass_time,
    problems,
    scanned,
    work,
)
from kefu.commerce.tests.telling import told as told_of
from kefu.core.clock import FrozenClock, frozen
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.ids import uuid7
from kefu.customers.tests.factories import a_customer
from kefu.identity import Actor, actor_for_agent
from kefu.identity.tests.factories import a_department, an_agent
from kefu.promises.tests.factories import NOON

NIGHT = datetime.fromisoformat("2026-03-02T23:30:00+08:00")


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    with frozen(NOON) as clock:
        yield clock


async def logistics(db: Session) -> tuple[UUID, UUID]:
    """A department of logistics, named in the settings, with one person in it."""
    department = await a_department(db, name="物流部")
    person = await an_agent(db, name="何伟", department_id=department.id)
    (await settings_row(db)).department_id = department.id
    await db.flush()
    return department.id, person.id


async def somebody(db: Session) -> Actor:
    actor = await actor_for_agent(db, (await an_agent(db, name="陈静")).id)
    assert actor is not None
    return actor


async def tasks(db: Session) -> Sequence[Row[Any]]:
    return (await db.execute(text("select * from tasks order by id"))).all()


async def told(db: Session, person: UUID) -> list[str]:
    query = text("select kind from notifications where agent_id = :person order by id")
    return list(await db.scalars(query, {"person": person}))


async def test_a_missing_scan_alarms_logistics_gives_a_task_and_drafts_a_message(
    db: Session, clock: FrozenClock
) -> None:
    department, person = await logistics(db)
    parcel = await a_parcel(db, number="SY1")
    await scanned(db, parcel, "picked_up")

    await pass_time(db, clock, hours(48))

    (task,) = await tasks(db)
    (problem,) = await problems(db)
    (draft,) = await notices(db, "draft")
    assert (task.department_id, task.due_at) == (department, NOON + hours(50))
    assert task.title == "物流停滞 · SY1"
    assert problem.task_id == task.id
    assert await told(db, person) == ["anomaly.opened"]
    assert (draft.kind, draft.anomaly_id) == ("delay", problem.id)
    assert "SY1" in draft.text


async def test_a_problem_unsolved_after_two_hours_is_one_breach(
    db: Session, clock: FrozenClock
) -> None:
    _, person = await logistics(db)
    await scanned(db, await a_parcel(db), "picked_up", "exception")

    for step in (1.9, 0.1, 0.1, 5):
        await pass_time(db, clock, hours(step))

    (problem,) = await problems(db)
    assert problem.overdue_at == NOON + hours(2)
    assert len(await facts_of(db, "anomaly.overdue", problem.id)) == 1
    assert (await told(db, person)).count("anomaly.overdue") == 1


async def test_one_solved_in_time_is_no_breach(db: Session, clock: FrozenClock) -> None:
    await logistics(db)
    await scanned(db, await a_parcel(db), "picked_up", "exception")
    (problem,) = await problems(db)
    await pass_time(db, clock, hours(1))

    await handle(db, problem, remedy="已联系网点改派", by=await somebody(db))
    await pass_time(db, clock, hours(3))

    (closed,) = await facts_of(db, "anomaly.closed", problem.id)
    assert closed.details["seconds"] == 3600
    assert await facts_of(db, "anomaly.overdue") == []
    assert [task.done_at for task in await tasks(db)] == [NOON + hours(1)]
    with pytest.raises(Conflict):
        await handle(db, problem, remedy="", by=await somebody(db))


async def test_what_goes_on_by_itself_takes_back_alarm_task_and_draft(
    db: Session, clock: FrozenClock
) -> None:
    _, person = await logistics(db)
    parcel = await a_parcel(db)
    await scanned(db, parcel, "picked_up", "exception")
    clock.advance(hours(1))

    await scanned(db, parcel, "departed")

    assert "anomaly.opened" not in await told(db, person)
    assert [one.reason for one in await notices(db, "discarded")] == ["over"]
    assert [task.done_by for task in await tasks(db)] == [None]


async def test_what_was_handled_is_not_found_again_by_the_next_scan(
    db: Session, clock: FrozenClock
) -> None:
    parcel = await a_parcel(db)
    for place in ("长沙", "武汉", "长沙", "武汉", "长沙"):
        clock.advance(hours(1))
        await scanned(db, parcel, "arrived", place=place)
    (loop,) = await problems(db)
    await handle(db, loop, remedy="网点已改派", by=await somebody(db))

    clock.advance(hours(1))
    await scanned(db, parcel, "departed", place="长沙")
    after_handling = await open_kinds(db, parcel)
    clock.advance(hours(1))
    await scanned(db, parcel, "arrived", place="武汉")
    again = await open_kinds(db, parcel)

    assert (loop.kind, after_handling, again) == ("loop", set(), {"loop"})


async def test_what_was_handled_and_became_worse_is_told_again(
    db: Session, clock: FrozenClock
) -> None:
    parcel = await a_parcel(db)
    await scanned(db, parcel, "picked_up")
    await pass_time(db, clock, hours(48))
    (stuck,) = await problems(db)
    await handle(db, stuck, remedy="已催网点", by=await somebody(db))

    await pass_time(db, clock, hours(1))
    quiet = await open_kinds(db, parcel)
    await pass_time(db, clock, hours(47))

    assert (stuck.severity, quiet, await open_kinds(db, parcel)) == ("medium", set(), {"stuck"})


async def test_without_a_department_the_head_of_logistics_settings_is_told(db: Session) -> None:
    head = await an_agent(db, name="周敏", role="department_head")
    await scanned(db, await a_parcel(db), "lost")

    assert await told(db, head.id) == ["anomaly.opened"]
    assert [task.owner_id for task in await tasks(db)] == [head.id]


async def test_one_delivery_gets_one_draft_about_its_delay(db: Session, clock: FrozenClock) -> None:
    parcel = await a_parcel(db, promised_by=NOON + hours(60))
    await scanned(db, parcel, "picked_up")

    await pass_time(db, clock, hours(36))
    await pass_time(db, clock, hours(12))

    assert [one.kind for one in await problems(db)] == ["promise_at_risk", "stuck"]
    assert len(await notices(db, "draft")) == 1


async def test_a_draft_is_edited_and_sent_or_discarded(db: Session) -> None:
    somebody_here = await somebody(db)
    await scanned(db, await a_parcel(db), "lost")
    await scanned(db, await a_parcel(db), "exception")
    drafts = {one.kind: one for one in await notices(db, "draft")}
    first, second = drafts["lost"], drafts["problem"]

    await edit_draft(db, first, text="我们正在找您的包裹", by=somebody_here)
    await send_draft(db, first, by=somebody_here)
    await discard_draft(db, second, by=somebody_here)

    (due,) = await facts_of(db, "notice.due", first.id)
    assert first.text == "我们正在找您的包裹"
    assert due.details["about"] == "lost"
    assert (second.status, second.reason) == ("discarded", "choice")
    with pytest.raises(Conflict):
        await send_draft(db, second, by=somebody_here)


async def test_drafts_go_by_themselves_where_that_is_set(db: Session) -> None:
    kept = await settings_row(db)
    kept.notices = {"send_problems": True}
    await scanned(db, await a_parcel(db), "exception")

    assert len(await facts_of(db, "notice.due")) == 1
    assert await notices(db, "draft") == []


async def test_each_step_is_told_once_and_repeated_news_not_at_all(
    db: Session, clock: FrozenClock
) -> None:
    parcel = await a_parcel(db, number="SY7")

    for code in ("picked_up", "departed", "out_for_delivery", "out_for_delivery", "delivered"):
        clock.advance(hours(0.5))
        await scanned(db, parcel, code)
        await scanned(db, parcel, code)

    told_of = [one.kind for one in await notices(db)]
    assert told_of == ["order_shipped", "out_for_delivery", "delivered"]
    assert len(await facts_of(db, "notice.due")) == 3


async def test_every_status_of_an_order_is_told_once(db: Session, clock: FrozenClock) -> None:
    shop = await a_shop(db)
    steps: list[dict[str, Any]] = [
        {"status": "created"},
        {"status": "paid", "paid_at": NOON.isoformat()},
        {"status": "processing"},
        {"status": "shipped", "shipped_at": NOON.isoformat()},
        {"status": "delivered", "delivered_at": NOON.isoformat()},
        {"status": "completed", "completed_at": NOON.isoformat()},
    ]
    order: dict[str, Any] = {"placed_at": NOON.isoformat(), "paid_at": None}
    for version, step in enumerate(steps, 1):
        clock.advance(hours(0.1))
        order |= step | {"version": version}
        for _ in range(2):
            await take_orders(db, shop, [told_of("SY9", **order)])
            await work(db)

    assert [one.kind for one in await notices(db)] == [
        *("order_placed", "order_paid", "order_processing"),
        *("order_shipped", "delivered", "order_completed"),
    ]


async def test_an_order_that_comes_paid_is_told_of_as_paid_alone(db: Session) -> None:
    order = {"placed_at": NOON.isoformat(), "paid_at": NOON.isoformat()}
    await take_orders(db, await a_shop(db), [told_of("SY8", **order)])
    await work(db)

    assert [one.kind for one in await notices(db)] == ["order_paid"]


async def test_words_are_in_the_customers_language_with_the_carriers_name(db: Session) -> None:
    db.add(Carrier(id=uuid7(), code="zx", name="中行速递", name_en="Zhonghang"))
    for number, locale in (("A1", "zh-CN"), ("A2", "en")):
        customer = (await a_customer(db, locale=locale)).id
        parcel = await a_parcel(
            db, customer=customer, number=number, carrier="zx", tracking_number=f"ZX{number}"
        )
        await scanned(db, parcel, "picked_up")

    chinese, english = sorted((one.text for one in await notices(db)), key=str.isascii)
    assert "（中行速递 ZXA1）" in chinese
    assert "(Zhonghang ZXA2)" in english


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(123456, "CNY", "¥1,234.56"), (1200, "JPY", "JPY 1,200"), (1500, "KWD", "KWD 1.500")],
)
def test_money_has_the_decimals_of_its_currency(amount: int, currency: str, shown: str) -> None:
    assert money_in(amount, currency) == shown


async def test_at_night_nobody_is_woken(db: Session, clock: FrozenClock) -> None:
    clock.set(NIGHT)
    await scanned(db, await a_parcel(db), "picked_up")
    waiting = await facts_of(db, "notice.due")

    clock.set(NIGHT + hours(8.5))
    await work(db)
    await work(db)

    assert waiting == []
    assert len(await facts_of(db, "notice.due")) == 1


@pytest.mark.parametrize(
    ("why", "reason"), [("wish", "not_wanted"), ("setting", "switched_off"), ("age", "too_old")]
)
async def test_who_wants_none_is_told_nothing(
    db: Session, clock: FrozenClock, why: str, reason: str
) -> None:
    customer = (await a_customer(db)).id
    if why == "wish":
        db.add(NoticeWish(customer_id=customer, wanted=False))
    if why == "setting":
        (await settings_row(db)).notices = {"kinds": ["delivered"]}
    at = NOON - hours(100 if why == "age" else 0)

    await scanned(db, await a_parcel(db, customer=customer), "picked_up", at=at)

    steps = [one for one in await notices(db) if one.anomaly_id is None]
    assert {(one.status, one.reason) for one in steps} == {("suppressed", reason)}
    assert await facts_of(db, "notice.due") == []


async def test_old_orders_that_were_loaded_tell_nobody(db: Session) -> None:
    await scanned(db, await a_parcel(db, historic=True), "picked_up", "lost")

    assert await notices(db) == []
    assert await tasks(db) == []
