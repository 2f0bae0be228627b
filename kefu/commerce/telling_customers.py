"""Telling customers: what became of their request, and that their appointment is near or late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kefu.commerce.events_appointments import AppointmentLate, AppointmentReminded
from kefu.commerce.events_order_care import (
    OrderChangeApproved,
    OrderChangeDenied,
    OrderChangeExecuted,
    OrderChangeRefused,
)
from kefu.commerce.logistics.noticing import Telling, put
from kefu.commerce.logistics.wording import moment_in
from kefu.core.db import Session
from kefu.core.events import Fact

ABOUT = {
    OrderChangeExecuted.kind: "change_done",
    OrderChangeApproved.kind: "change_approved",
    OrderChangeDenied.kind: "change_denied",
    OrderChangeRefused.kind: "change_refused",
    AppointmentReminded.kind: "appointment_near",
    AppointmentLate.kind: "appointment_late",
}
GRANTED = ("change_done", "change_approved")
CHANGES = {
    "content": ("商品修改", "other goods"),
    "address": ("收货地址修改", "another address"),
    "payment": ("支付方式修改", "another way to pay"),
    "cancel": ("取消订单", "to cancel it"),
}
VISITS = {
    "installation": ("安装服务", "installation"),
    "repair": ("维修服务", "repair"),
    "usage": ("使用指导", "help with its use"),
}


async def tell_of_care(db: Session, facts: Sequence[Fact]) -> None:
    """Each of these is told once, by the same way and under the same wishes as other notices."""
    tellings = [telling_of(fact) for fact in facts]
    await put(db, [telling for telling in tellings if telling is not None])


def telling_of(fact: Fact) -> Telling | None:
    details, about = fact.details, ABOUT[fact.kind]
    if "change" not in details:
        return of_appointment(fact, about)
    # A cancelled order is told as such, and of a request that was decided its end is told once.
    cancelled = about in GRANTED and details["change_kind"] == "cancel"
    if cancelled or (about == "change_done" and details["special"]):
        return None
    given = {"what": CHANGES[details["change_kind"]]}
    return Telling(f"{details['change']}:{about}", about, fact.subject, fact.at, None, given)


def of_appointment(fact: Fact, about: str) -> Telling:
    """One that was moved is told of again: its time belongs to the key."""
    details = fact.details
    starts_at = datetime.fromisoformat(details["starts_at"])
    given = {"what": VISITS[details["appointment_kind"]], "time": moment_in(starts_at)}
    key = f"{fact.subject}:{about}:{starts_at.timestamp():.0f}"
    return Telling(key, about, UUID(details["order"]), fact.at, None, given)
