from datetime import timedelta

from sqlalchemy import select, text

from kefu.commerce.changing import approve, deny, withdraw
from kefu.commerce.measures_order_care import order_change_success
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.reactions_order_care import tell_who_asked, tell_who_decides
from kefu.commerce.tests.care_factories import ELSEWHERE, a_bought_order, ask
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.core.ids import uuid7
from kefu.core.measures import NOTHING_TO_COUNT, Period
from kefu.identity.tests.factories import an_agent


async def facts_so_far(db: Session) -> list[Fact]:
    rows = await db.scalars(select(FactRow).order_by(FactRow.id))
    names = ("id", "kind", "subject", "conversation", "customer", "actor", "details", "at")
    return [Fact(*(getattr(row, name) for name in names)) for row in rows]


async def told_to(db: Session, agent: object) -> list[str]:
    unread = text("select kind from notifications where agent_id = :agent and read_at is null")
    found = await db.scalars(unread, {"agent": agent})
    return sorted(found)


async def test_who_may_decide_hears_of_a_request_and_who_asked_of_the_decision(
    db: Session,
) -> None:
    asking, leader = await an_agent(db), await an_agent(db, role="shift_leader")
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE, by=asking.id)
    await tell_who_decides(db, await facts_so_far(db))
    waiting = await told_to(db, leader.id)

    await approve(db, change, order, by=leader.id)
    decided = [fact for fact in await facts_so_far(db) if fact.kind == "order.change_approved"]
    await tell_who_asked(db, decided)

    assert waiting == ["order.change_requested"]
    assert await told_to(db, leader.id) == []
    assert await told_to(db, asking.id) == ["order.change_approved"]


def around_now() -> Period:
    return Period(now() - timedelta(days=1), now() + timedelta(days=1))


async def test_of_a_hundred_requests_ninety_two_are_carried_out(db: Session) -> None:
    order = await a_bought_order(db)
    ends = ["executed"] * 92 + ["denied"] * 5 + ["withdrawn"] * 3
    for end in ends:
        db.add(
            OrderChange(
                id=uuid7(),
                order_id=order.id,
                shop_id=order.shop_id,
                kind="address",
                state=end,
                wanted={},
            )
        )

    measured = await order_change_success(db, around_now())

    assert (measured.value, measured.numerator, measured.denominator) == (92.0, 92, 100)
    assert (measured.parts["denied"].value, measured.parts["withdrawn"].value) == (5, 3)


async def test_without_a_request_there_is_no_share(db: Session) -> None:
    measured = await order_change_success(db, around_now())

    assert (measured.value, measured.reason) == (None, NOTHING_TO_COUNT)


async def test_what_really_happened_is_what_is_counted(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    await ask(db, await a_bought_order(db), "address", ELSEWHERE)
    denied = await ask(db, await a_bought_order(db, minutes_ago=600), "address", ELSEWHERE)
    await deny(db, denied, by=head.id, note="太晚了")
    left = await ask(db, await a_bought_order(db, minutes_ago=600), "address", ELSEWHERE)
    await withdraw(db, left, by=None)
    await db.flush()

    measured = await order_change_success(db, around_now())

    assert (measured.numerator, measured.denominator) == (1, 3)
