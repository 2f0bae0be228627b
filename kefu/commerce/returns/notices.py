"""Notices of returns: customers hear of their cases the way they hear of their orders."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kefu.commerce.events_returns import (
    ReturnApproved,
    ReturnInspected,
    ReturnRefused,
    ReturnReminded,
)
from kefu.commerce.logistics.carriers import carrier_for_label
from kefu.commerce.logistics.noticing import Telling, put
from kefu.commerce.logistics.wording import Said
from kefu.commerce.model_orders import Order
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
    given: dict[str, Said] = {"case": case.number, "reason": case.decision_note}
    about = ABOUT.get(fact.kind)
    if fact.kind == ReturnInspected.kind:
        about = "return_accepted" if fact.details["accepted"] else "return_rejected"
    if about is None or (about in SENDING and case.node != SEND_BACK):
        return None
    if about in SENDING:
        carrier = await carrier_for_label(db, province, on=fact.at.date())
        given["carrier"] = (carrier.name, carrier.name_en) if carrier else ""
    which = fact.details.get("inspection") or (case.turn if about == "return_reminder" else "")
    return Telling(f"{case.id}:{about}:{which}", about, case.order_id, fact.at, None, given)
