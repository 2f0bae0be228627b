from typing import Any, cast

import pytest
from sqlalchemy import select, text

from kefu.commerce.carrying_out import picture
from kefu.commerce.changing import approve
from kefu.commerce.model import Shop
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.model_sources import Source
from kefu.commerce.personal_data_order_care import erase_order_care
from kefu.commerce.settling import write_back
from kefu.commerce.tests.care_factories import (
    ELSEWHERE,
    a_bought_order,
    a_method,
    a_taking_source,
    ask,
)
from kefu.commerce.tests.factories import lines_of, the_shop
from kefu.commerce.writing_back import WRITERS, MemoryOrderWriter
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import FactRow
from kefu.core.wire import Wire
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import OneTransaction

KINDS = ("content", "address", "payment", "cancel")


NOWHERE = cast("Wire", None)


@pytest.fixture
async def writer(db: Session, monkeypatch: pytest.MonkeyPatch) -> MemoryOrderWriter:
    """The shop takes changes here."""
    writer = MemoryOrderWriter()
    monkeypatch.setitem(WRITERS, "book", lambda _source, _wire: writer)
    await a_taking_source(db, await the_shop(db))
    return writer


def database_of(db: Session) -> Database:
    return cast("Database", OneTransaction(db))


async def seen(db: Session, order: Order) -> dict[str, Any]:
    await db.flush()
    return picture(order, await lines_of(db, order))


async def test_a_change_is_written_into_its_shop_once(
    db: Session, writer: MemoryOrderWriter
) -> None:
    order = await a_bought_order(db)
    change = await ask(db, order, "address", ELSEWHERE)

    await write_back(database_of(db), change.id, NOWHERE)
    await write_back(database_of(db), change.id, NOWHERE)

    (written,) = writer.written
    assert (written.order_number, written.wanted["street"]) == (order.number, "世纪大道 8 号")
    assert (change.state, change.shop_state) == ("executed", "confirmed")


async def test_a_refusal_of_a_change_of_which_nothing_was_kept_is_taken(
    db: Session, writer: MemoryOrderWriter
) -> None:
    writer.refuses["cancel"] = "already_shipped"
    order = await a_bought_order(db)
    change = await ask(db, order, "cancel")
    change.before = change.after = None
    await db.flush()

    await write_back(database_of(db), change.id, NOWHERE)

    assert (change.state, change.shop_state) == ("refused_by_shop", "refused")


async def test_the_job_waits_with_the_change(db: Session, writer: MemoryOrderWriter) -> None:
    order = await a_bought_order(db)

    change = await ask(db, order, "address", ELSEWHERE)

    waiting = await db.scalar(
        text("select count(*) from jobs.pgqueuer where entrypoint = 'commerce.write_order_change'")
    )
    assert (waiting, change.shop_state) == (1, "waiting")


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_shop_refuses_is_put_back_to_the_last_figure(
    db: Session, writer: MemoryOrderWriter, kind: str
) -> None:
    writer.refuses[kind] = "already_packed"
    order = await a_bought_order(db)
    card = await a_method(db, order.customer_id, balance=20000)
    (line,) = await lines_of(db, order)
    wanted: dict[str, dict[str, Any]] = {
        "content": {"lines": [{"line": line.id, "quantity": 2}], "payment_method": card.id},
        "payment": {"payment_method": card.id},
        "address": ELSEWHERE,
        "cancel": {},
    }
    before = await seen(db, order)
    change = await ask(db, order, kind, wanted[kind])
    assert await seen(db, order) != before

    await write_back(database_of(db), change.id, NOWHERE)

    refunds = await db.scalars(select(Refund).where(Refund.order_id == order.id))
    said = await db.scalars(select(FactRow.kind).order_by(FactRow.id))
    assert await seen(db, order) == before
    assert (change.state, change.refusal) == ("refused_by_shop", "already_packed")
    assert (card.balance, {one.status for one in refunds} - {"failed"}) == (20000, set())
    assert list(said)[-1] == "order.change_refused"
    assert order.cancelled_at is None


async def test_an_approved_request_is_done_once_the_shop_has_said_so(
    db: Session, writer: MemoryOrderWriter
) -> None:
    head = await an_agent(db, role="department_head")
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE)
    await approve(db, change, order, by=head.id)
    on_its_way = change.state

    await write_back(database_of(db), change.id, NOWHERE)

    said = list(await db.scalars(select(FactRow.kind).order_by(FactRow.id)))
    assert (on_its_way, change.state) == ("approved", "executed")
    assert said[-1] == "order.change_executed"


async def forget(db: Session, order: Order, change: OrderChange) -> None:
    assert order.customer_id is not None
    await db.flush()
    await erase_order_care(db, order.customer_id)
    await db.refresh(change)


@pytest.mark.parametrize("kind", ["content", "payment", "cancel"])
async def test_what_waits_for_somebody_forgotten_is_written_all_the_same(
    db: Session, writer: MemoryOrderWriter, kind: str
) -> None:
    order = await a_bought_order(db)
    card = await a_method(db, order.customer_id, balance=20000)
    (line,) = await lines_of(db, order)
    wanted: dict[str, dict[str, Any]] = {
        "content": {"lines": [{"line": line.id, "quantity": 2}], "payment_method": card.id},
        "payment": {"payment_method": card.id},
    }
    change = await ask(db, order, kind, wanted.get(kind, {}))
    await forget(db, order, change)

    await write_back(database_of(db), change.id, NOWHERE)

    (written,) = writer.written
    assert [one.quantity for one in written.lines] == ([2] if kind == "content" else [])
    assert (written.payment is not None) == (kind == "payment")
    assert (change.state, change.shop_state) == ("executed", "confirmed")


async def test_an_address_of_somebody_forgotten_is_written_nowhere(
    db: Session, writer: MemoryOrderWriter
) -> None:
    order = await a_bought_order(db)
    change = await ask(db, order, "address", ELSEWHERE)
    await forget(db, order, change)

    await write_back(database_of(db), change.id, NOWHERE)

    assert writer.written == []
    assert (change.state, change.shop_state, change.wanted) == ("executed", "not_needed", {})


async def test_an_address_asked_for_by_somebody_forgotten_waits_for_nobody(
    db: Session, writer: MemoryOrderWriter
) -> None:
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE)
    assert change.state == "pending_approval"

    await forget(db, order, change)

    assert (change.state, change.wanted) == ("withdrawn", {})


async def test_a_shop_that_nobody_writes_for_is_told_by_people(db: Session) -> None:
    shop = await the_shop(db)
    order = await a_bought_order(db)

    change = await ask(db, order, "address", ELSEWHERE)

    assert isinstance(shop, Shop)
    assert (change.state, change.shop_state) == ("executed", "only_here")


async def test_what_the_shop_sent_meanwhile_stays_sent(
    db: Session, writer: MemoryOrderWriter
) -> None:
    writer.refuses["cancel"] = "already_shipped"
    order = await a_bought_order(db)
    change = await ask(db, order, "cancel", {})
    order.status, order.shipped_at = "shipped", now()
    await db.flush()

    await write_back(database_of(db), change.id, NOWHERE)

    assert (order.status, order.cancelled_at) == ("shipped", None)
    assert change.state == "refused_by_shop"


async def test_a_shop_that_takes_nothing_any_more_is_told_by_people(
    db: Session, writer: MemoryOrderWriter
) -> None:
    order = await a_bought_order(db)
    change = await ask(db, order, "address", ELSEWHERE)
    source = (await db.scalars(select(Source))).one()
    source.takes_changes = False
    await db.flush()

    await write_back(database_of(db), change.id, NOWHERE)

    assert writer.written == []
    assert (change.state, change.shop_state) == ("executed", "only_here")
