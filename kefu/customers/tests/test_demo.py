from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kefu.core.db import Session
from kefu.customers import customer_by_identity
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.demo import load_demo
from kefu.customers.model import Customer


async def everybody(db: Session) -> list[tuple[Any, ...]]:
    columns = (Customer.id, Customer.name, Customer.phone, Customer.email, Customer.tier)
    return [tuple(row) for row in await db.execute(select(*columns).order_by(Customer.id))]


async def test_the_demo_customers_are_the_same_however_often_they_are_loaded(db: Session) -> None:
    await load_demo(db)
    first = await everybody(db)
    await load_demo(db)

    assert await everybody(db) == first
    assert len({row[1] for row in first}) == 40
    assert {row[4] for row in first} == {"standard", "silver", "gold", "vip"}


async def test_the_demo_customers_are_kept_as_others_are(db: Session) -> None:
    await load_demo(db)

    for identifier, _, phone, email, _ in await everybody(db):
        found = await customer_by_identity(db, "phone", phone)
        assert found is not None
        assert found.id == identifier
        assert phone_number(phone) == phone
        assert email is None or email_address(email) == email
