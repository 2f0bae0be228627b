"""Customers for tests; everything not named is unremarkable."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers.access import grant_access
from kefu.customers.attributes import define_attribute
from kefu.customers.model import AttributeDefinition, Customer, CustomerLabel, Identity
from kefu.identity.tests.factories import an_agent

_numbers = itertools.count(1)


async def a_customer(
    db: Session, *, name: str = "王小明", served_by: UUID | None = None, **more: Any
) -> Customer:
    customer = Customer(id=uuid7(), **more)
    customer.rename(name)
    db.add(customer)
    await db.flush()
    await grant_access(db, customer.id, agent=served_by)
    return customer


async def an_identity(
    db: Session, customer: Customer, kind: str, value: str, **more: Any
) -> Identity:
    identity = Identity(id=uuid7(), customer_id=customer.id, kind=kind, value=value, **more)
    db.add(identity)
    await db.flush()
    return identity


async def a_label(db: Session, name: str | None = None) -> CustomerLabel:
    label = CustomerLabel(id=uuid7(), name=name or f"标签{next(_numbers)}")
    db.add(label)
    await db.flush()
    return label


async def an_attribute(db: Session, key: str, kind: str, **more: Any) -> AttributeDefinition:
    head = await an_agent(db, role="department_head")
    fields = {"key": key, "name": key, "kind": kind, **more}
    fields.setdefault("choices", [])
    return await define_attribute(db, fields=fields, by=head.id)
