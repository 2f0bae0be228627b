"""Notices of returns: customers hear of their cases the way they hear of their orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_appointments import AppointmentLate, AppointmentReminded
from kefu.commerce.events_returns import (
    ReturnApproved,
    ReturnInspected,
    ReturnRefused,
    ReturnReminded,
)
from kefu.commerce.logistics.carriers import carrier_for_label
from kefu.commerce.logistics.noticing import Telling, put
from kefu.commerce.logistics.wording import day_in
from kefu.commerce.model import Product
from kefu.commerce.model_appointments import Appointment
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.nodes import SEND_BACK
from kefu.core.db import Session
from kefu.core.events import Fact

ABOUT = {
    ReturnApproved.kind: "return_approved",
    ReturnRefused.kind: "return_refused",
    ReturnReminded.kind: "return_reminder",
}
SENDING = ("return_approved", "return_reminder")
VISITS = {AppointmentReminded.kind: "visit_near", AppointmentLate.kind: "visit_late"}


async def tell_of_returns(db: Session, facts: Sequence[Fact]) -> None:
    """Each step of a case that its customer should hear of, once."""
    rows = await db.execute(
        select(ReturnCase, Order.province)
        .join(Order, Order.id == ReturnCase.order_id)
        .where(ReturnCase.id.in_({fact.subject for fact in facts}))
    )
    cases = {case.id: (case, province) for case, province in rows}
    tellings = []
    for fact in facts:
        case, province = cases.get(fact.subject, (None, None))
        if case is not None and not case.historic:
            tellings.append(await of_step(db, fact, case, province))
    await put(db, [one for one in tellings if one is not None])


async def of_step(
    db: Session, fact: Fact, case: ReturnCase, province: str | None
) -> Telling | None:
    given = {"case": case.number, "reason": case.decision_note}
    about = ABOUT.get(fact.kind)
    if fact.kind == ReturnInspected.kind:
        about = "return_accepted" if fact.details["accepted"] else "return_rejected"
    if about is None or (about in SENDING and case.node != SEND_BACK):
        return None
    if about in SENDING:
        carrier = await carrier_for_label(db, province, on=fact.at.date())
        given["carrier"] = carrier.name if carrier else ""
    which = fact.details.get("inspection") or (case.turn if about == "return_reminder" else "")
    return Telling(f"{case.id}:{about}:{which}", about, case.order_id, fact.at, None, given)


async def tell_of_visits(db: Session, facts: Sequence[Fact]) -> None:
    """A visit is near, with the guide to read; or nobody has come, and we say so first."""
    ids = {fact.subject for fact in facts}
    found = await db.scalars(select(Appointment).where(Appointment.id.in_(ids)))
    visits = {visit.id: visit for visit in found}
    guides = await guides_for(db, {visit.order_id for visit in visits.values()})
    await put(
        db,
        [of_visit(fact, visits[fact.subject], guides) for fact in facts if fact.subject in visits],
    )


def of_visit(fact: Fact, visit: Appointment, guides: Mapping[UUID, str]) -> Telling:
    about = VISITS[fact.kind]
    given: dict[str, Any] = {
        "time": day_in(visit.starts_at),
        "guide": guides.get(visit.order_id, ""),
    }
    key = f"{visit.id}:{about}:{visit.moves}"
    return Telling(key, about, visit.order_id, fact.at, None, given)


async def guides_for(db: Session, orders: set[UUID]) -> dict[UUID, str]:
    """The page of the first product of each order, which holds its guide."""
    rows = await db.execute(
        select(OrderLine.order_id, Product.url)
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id.in_(orders), Product.url.is_not(None))
        .order_by(OrderLine.position.desc())
    )
    return {row.order_id: row.url for row in rows}
