"""Reactions of order care: who has to decide, and who asked, hear of it; so do customers."""

from __future__ import annotations

from kefu.commerce.events_appointments import AppointmentLate, AppointmentReminded
from kefu.commerce.events_order_care import (
    OrderChangeApproved,
    OrderChangeDenied,
    OrderChangeExecuted,
    OrderChangeOverruled,
    OrderChangeRefused,
    OrderChangeRequested,
    OrderChangeWithdrawn,
)
from kefu.commerce.telling_care import tell_of_decisions, tell_of_overruling, tell_of_requests
from kefu.commerce.telling_customers import tell_of_care
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to


@reacts_to(OrderChangeRequested)
async def tell_who_decides(db: Session, facts: list[Fact]) -> None:
    await tell_of_requests(db, facts)


@reacts_to(OrderChangeApproved, OrderChangeDenied, OrderChangeRefused, OrderChangeWithdrawn)
async def tell_who_asked(db: Session, facts: list[Fact]) -> None:
    await tell_of_decisions(db, facts)


@reacts_to(OrderChangeOverruled)
async def tell_who_looks(db: Session, facts: list[Fact]) -> None:
    await tell_of_overruling(db, facts)


@reacts_to(
    OrderChangeExecuted, OrderChangeApproved, OrderChangeDenied, OrderChangeRefused,
    AppointmentReminded, AppointmentLate, group="notices",
)  # fmt: skip
async def tell_whose_order_it_is(db: Session, facts: list[Fact]) -> None:
    await tell_of_care(db, facts)
