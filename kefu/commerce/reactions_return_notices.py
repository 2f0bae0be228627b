"""Reactions of returns: customers hear of their cases; approvals and visits move them."""

from __future__ import annotations

from kefu.commerce.events_appointments import (
    AppointmentEnded,
    AppointmentMoved,
)
from kefu.commerce.events_returns import (
    ReturnApproved,
    ReturnInspected,
    ReturnRefused,
    ReturnReminded,
)
from kefu.commerce.returns.installing import follow_appointments
from kefu.commerce.returns.notices import tell_of_returns
from kefu.commerce.returns.refunding import settle_approvals
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.workflows.events_approvals import ApprovalDenied, ApprovalGranted, ApprovalWithdrawn


@reacts_to(ReturnApproved, ReturnRefused, ReturnInspected, ReturnReminded, group="notices")
async def tell_customers_of_returns(db: Session, facts: list[Fact]) -> None:
    await tell_of_returns(db, facts)


@reacts_to(AppointmentEnded, AppointmentMoved)
async def lead_cases_after_visits(db: Session, facts: list[Fact]) -> None:
    await follow_appointments(db, facts)


@reacts_to(ApprovalGranted, ApprovalDenied, ApprovalWithdrawn)
async def carry_out_what_was_decided(db: Session, facts: list[Fact]) -> None:
    await settle_approvals(db, facts)
