"""What commerce keeps for a customer goes with them in a merge, and comes back exactly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.commerce.delivery_addresses import change_delivery_address
from kefu.commerce.model_benefits import Coupon
from kefu.commerce.model_notices import NoticeWish
from kefu.commerce.model_order_care import DeliveryAddress
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.tests.factories_returns import a_case
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.customers import Customer, Grounds, merge, unmerge
from kefu.customers.tests.factories import a_customer
from kefu.entry.collect import load_everything
from kefu.identity.tests.factories import an_agent

load_everything()


async def owners(db: Session, table: Any) -> list[UUID]:
    return list(await db.scalars(select(table.customer_id).order_by(table.customer_id)))


async def street(db: Session, customer: Customer) -> str | None:
    written = text("select address->>'street' from delivery_addresses where customer_id = :id")
    found: str | None = await db.scalar(written, {"id": customer.id})
    return found


async def test_all_that_care_keeps_moves_and_comes_back(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    stays, goes = await a_customer(db), await a_customer(db)
    await change_delivery_address(db, goes, {"street": "文三路 1 号"}, by=head.id)
    db.add(NoticeWish(customer_id=goes.id, wanted=False))
    case = await a_case(db)
    case.customer_id = goes.id
    db.add(a_coupon(goes))
    await db.flush()
    everything = (DeliveryAddress, NoticeWish, ReturnCase, Coupon)

    merged = await merge(db, goes, into=stays, grounds=Grounds(by=head.id))
    assert [await owners(db, table) for table in everything] == [[stays.id]] * len(everything)

    await unmerge(db, merged, reason="mistake", by=head.id)
    assert [await owners(db, table) for table in everything] == [[goes.id]] * len(everything)


def a_coupon(customer: Customer) -> Coupon:
    return Coupon(
        code="C1",
        customer_id=customer.id,
        kind="amount",
        value=2000,
        origin="campaign",
        reason="service",
        valid_until=now() + timedelta(days=30),
    )


async def test_who_has_an_address_keeps_it_and_the_other_is_there_again(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    stays, goes = await a_customer(db), await a_customer(db)
    await change_delivery_address(db, stays, {"street": "碧波路 5 号"}, by=head.id)
    await change_delivery_address(db, goes, {"street": "文三路 1 号"}, by=head.id)

    merged = await merge(db, goes, into=stays, grounds=Grounds(by=head.id))
    assert await street(db, stays) == "碧波路 5 号"

    await unmerge(db, merged, reason="mistake", by=head.id)
    assert (await street(db, stays), await street(db, goes)) == ("碧波路 5 号", "文三路 1 号")
