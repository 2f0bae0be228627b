from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

import kefu.commerce.automation_returns
import kefu.commerce.automation_subjects  # noqa: F401 - what tasks are about
from kefu.commerce.model_orders import Order
from kefu.commerce.tests.factories import an_order
from kefu.commerce.tests.factories_returns import a_case, a_policy
from kefu.commerce.tests.test_customers_told import an_appointment
from kefu.commerce.tests.test_return_processes import xml_of
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.subjects import known_as
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_actor
from kefu.promises.routes_tasks import router
from kefu.promises.tests.factories import a_task
from kefu.workflows import publish_process
from kefu.workflows.routes_cases import task_router


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router, task_router) as desk:
        yield desk


async def test_a_task_of_a_process_names_its_case_and_the_order(db: Session, desk: Desk) -> None:
    await a_policy(db)
    await publish_process(db, "return", xml_of("return"), by=None)
    case = await a_case(db)
    order = await db.get_one(Order, case.order_id)
    await desk.sign_in("administrator")

    (row,) = (await desk.get("/case-tasks?box=all")).json()["items"]

    assert row["subjects"] == [
        {"kind": "return", "id": str(case.id), "title": case.number},
        {"kind": "order", "id": str(order.id), "title": order.number},
    ]


async def test_a_task_about_an_appointment_names_its_order(db: Session, desk: Desk) -> None:
    order = await an_order(db, status="delivered")
    appointment = await an_appointment(db, order)
    agent = await desk.sign_in("agent")
    await a_task(db, owner_id=agent.id, subject_kind="appointment", subject=appointment.id)
    await a_task(db, owner_id=agent.id, subject_kind="something", subject=uuid7())

    rows = (await desk.get("/tasks?mine=true")).json()["items"]

    assert [row["subjects"] for row in rows] == [
        [{"kind": "order", "id": str(order.id), "title": order.number}],
        [],
    ]


async def test_who_may_not_see_orders_does_not_learn_their_numbers(db: Session) -> None:
    case = await a_case(db)
    actor = await an_actor(db, role="agent")
    subject = ("return", case.id)
    blind = replace(actor, permissions=actor.permissions - {"order.read"})

    found = await known_as(db, blind, [subject])

    assert [(one.kind, one.title) for one in found[subject]] == [("return", case.number)]
