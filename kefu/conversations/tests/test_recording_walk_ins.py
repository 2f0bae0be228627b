from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.conversations.model import Conversation, Inbox, Message, Status
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests import Visitor
from kefu.identity.tests.factories import an_entry

SAID = {"text": "客户到店退换尺码。", "outcome": "solved"}


@pytest.fixture
async def staff(db: Session, visitor: Visitor) -> Visitor:
    visitor.enter(await an_entry(db, role="administrator"))
    return visitor


async def test_a_visit_becomes_a_closed_conversation_with_a_note(
    db: Session, staff: Visitor, clock: FrozenClock
) -> None:
    customer = await a_customer(db, name="王小明")
    at = now() - timedelta(hours=2)

    answer = await staff.post(
        "/walk-ins", SAID | {"customer": str(customer.id), "at": at.isoformat()}
    )

    row = answer.json()
    note = (await db.scalars(select(Message))).one()
    assert (answer.status_code, row["status"], row["close_reason"]) == (201, "closed", "solved")
    assert (row["inbox"]["channel"], row["customer"]["name"]) == ("in_person", "王小明")
    assert row["created_at"] == at.isoformat().replace("+00:00", "Z")
    assert (note.kind, note.text) == ("note", "客户到店退换尺码。")


async def test_it_stands_in_the_customers_history_with_its_channel(
    db: Session, staff: Visitor
) -> None:
    customer = await a_customer(db)

    await staff.post("/walk-ins", SAID | {"customer": str(customer.id)})

    opened = select(FactRow.details["channel"].astext).where(
        FactRow.customer == customer.id, FactRow.kind == "conversation.opened"
    )
    assert (await db.scalars(opened)).one() == "in_person"


async def test_somebody_new_is_put_down_too(db: Session, staff: Visitor) -> None:
    person = {"name": "李四", "phone": "13800138000"}

    answer = await staff.post("/walk-ins", SAID | {"person": person})

    assert (answer.status_code, answer.json()["customer"]["name"]) == (201, "李四")


async def test_all_visits_come_into_one_inbox(db: Session, staff: Visitor) -> None:
    for name in ("甲", "乙"):
        await staff.post("/walk-ins", SAID | {"person": {"name": name}})

    assert len((await db.scalars(select(Inbox))).all()) == 1
    statuses = set(await db.scalars(select(Conversation.status)))
    assert statuses == {Status.CLOSED}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "customer"),
        ({"person": {"name": ""}}, "person.name"),
        ({"person": {"name": "x", "phone": "nope"}}, "phone"),
        ({"person": {"name": "x"}, "outcome": "eaten"}, "outcome"),
        ({"person": {"name": "x"}, "text": ""}, "text"),
        ({"person": {"name": "x"}, "at": "2031-01-01T00:00:00Z"}, "at"),
        ({"person": {"name": "x"}, "at": "2020-01-01T00:00:00Z"}, "at"),
        ({"person": {"name": "x"}, "at": "2026-03-01T00:00:00"}, "at"),
    ],
)
async def test_a_bad_record_is_refused_by_its_field_and_leaves_nothing(
    db: Session, staff: Visitor, clock: FrozenClock, change: dict[str, Any], field: str
) -> None:
    staff.enter(await an_entry(db, role="administrator"))

    answer = await staff.post("/walk-ins", SAID | change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await db.scalars(select(Conversation))).first() is None


async def test_a_customer_one_does_not_see_is_not_found(db: Session, staff: Visitor) -> None:
    answer = await staff.post("/walk-ins", SAID | {"customer": str(uuid7())})

    assert answer.status_code == 404


async def test_an_auditor_records_nothing(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="auditor"))

    assert (await visitor.post("/walk-ins", SAID | {"person": {"name": "x"}})).status_code == 403
