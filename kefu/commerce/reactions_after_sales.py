"""Reactions of after sales: what was asked for becomes a case."""

from __future__ import annotations

from kefu.commerce.events_order_care import AfterSaleRequested
from kefu.commerce.returns.opening import open_requested
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to


@reacts_to(AfterSaleRequested)
async def open_cases(db: Session, facts: list[Fact]) -> None:
    await open_requested(db, facts)
