"""Reactions of appointments and coupons: clocks that ran out, orders that were cancelled."""

from __future__ import annotations

from uuid import UUID

from kefu.commerce.appointments import LATENESS, REMINDER, SUBJECT, note_late, remind
from kefu.commerce.coupons import return_coupons
from kefu.commerce.events import OrderCancelled
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.promises.events import ClockDue


@reacts_to(ClockDue)
async def remind_or_alarm(db: Session, facts: list[Fact]) -> None:
    await remind(db, appointments_in(facts, REMINDER))
    await note_late(db, appointments_in(facts, LATENESS))


@reacts_to(OrderCancelled)
async def give_coupons_back(db: Session, facts: list[Fact]) -> None:
    await return_coupons(db, [fact.subject for fact in facts])


def appointments_in(facts: list[Fact], kind: str) -> list[UUID]:
    return [
        fact.subject
        for fact in facts
        if fact.details["subject_kind"] == SUBJECT and fact.details["clock_kind"] == kind
    ]
