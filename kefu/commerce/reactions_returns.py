"""Reactions: clocks that ran out, parcels that moved, results that colleagues wait for."""

from __future__ import annotations

from kefu.commerce.events import ShipmentMoved
from kefu.commerce.events_returns import ReturnDisputed, ReturnInspected
from kefu.commerce.returns.informing import inform
from kefu.commerce.returns.lateness import alarm_parcels, note_late_cases
from kefu.commerce.returns.sending_back import follow
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.promises.events import ClockDue


@reacts_to(ClockDue)
async def see_who_is_late(db: Session, facts: list[Fact]) -> None:
    await note_late_cases(db, facts)
    await alarm_parcels(db, facts)


@reacts_to(ShipmentMoved)
async def follow_parcels_back(db: Session, facts: list[Fact]) -> None:
    await follow(db, facts)


@reacts_to(ReturnInspected, ReturnDisputed)
async def tell_whom_it_concerns(db: Session, facts: list[Fact]) -> None:
    await inform(db, facts)
