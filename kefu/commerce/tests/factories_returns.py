"""Cases of returns for tests, walked to the node that a test begins at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.commerce.model_inspections import InspectionChecklist
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.model_warehouse import WarehouseLocation
from kefu.commerce.returns.applying import Units, Wanted, apply
from kefu.commerce.returns.checklists import Item, publish
from kefu.commerce.returns.inspecting import Found, inspect
from kefu.commerce.returns.policy import FastTrack, Policy, change_policy, versioned
from kefu.commerce.returns.reviewing import review
from kefu.commerce.returns.sending_back import send_back
from kefu.commerce.returns.warehouse import put_location, scan_in
from kefu.commerce.tests.factories import an_order, lines_of
from kefu.core.db import Session
from kefu.identity.tests.factories import an_agent

ITEMS = [
    Item(key="complete", label="配件齐全"),
    Item(key="condition", label="外观", kind="choice", choices=["全新", "轻微使用", "明显使用"]),
]
GOOD = {"complete": True, "condition": "全新"}


async def a_policy(db: Session, **more: Any) -> Policy:
    """Settings for a test; by default nothing is approved by itself."""
    agent = await an_agent(db, role="administrator")
    version, _ = await versioned(db)
    given = {"fast_track": FastTrack(enabled=False)} | more
    wanted = Policy(**given)
    await change_policy(db, wanted, version=version, by=agent.id)
    return wanted


async def a_case(
    db: Session,
    *,
    order: Order | None = None,
    kind: str = "return",
    reason: str = "no_reason",
    by: UUID | None = None,
    quantity: int = 1,
    **more: Any,
) -> ReturnCase:
    """An application for the first line of a delivered order."""
    order = order or await an_order(db, status="delivered")
    line = (await lines_of(db, order))[0]
    wanted = Wanted(kind=kind, units=[Units(line.id, quantity)], reason=reason, **more)
    return await apply(db, order, wanted, by=by)


async def a_checklist(db: Session, category: str = "") -> InspectionChecklist:
    agent = await an_agent(db, role="quality_inspector")
    return await publish(db, category=category, name="通用质检", items=ITEMS, by=agent.id)


async def a_location(db: Session, code: str = "A-01", kind: str = "shelf") -> WarehouseLocation:
    return await put_location(db, code=code, name="", kind=kind)


async def an_approved_case(db: Session, **more: Any) -> ReturnCase:
    case = await a_case(db, **more)
    if case.node == "review":
        agent = await an_agent(db, role="senior_agent")
        await review(db, case, approved=True, grounds="", by=agent.id)
    return case


async def a_received_case(
    db: Session, *, tracking_number: str = "SF100", **more: Any
) -> ReturnCase:
    """Its parcel lies in the warehouse; the goods wait for their inspection."""
    case = await an_approved_case(db, **more)
    await send_back(db, case, carrier="sf", tracking_number=tracking_number, by=None)
    agent = await an_agent(db, role="other_department")
    await scan_in(db, tracking_number, await a_location(db), by=agent.id)
    return case


async def an_inspected_case(
    db: Session, *, accepted: bool = True, determination: str = "as_new", **more: Any
) -> ReturnCase:
    case = await a_received_case(db, **more)
    checklist = await a_checklist(db)
    found = Found(
        checklist=checklist.id, answers=GOOD, determination=determination, accepted=accepted
    )
    agent = await an_agent(db, role="quality_inspector")
    await inspect(db, case, found, by=agent.id)
    return case
