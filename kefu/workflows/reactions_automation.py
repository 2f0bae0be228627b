"""Reactions of automation: rules look at every fact that some capability declared a trigger."""

from __future__ import annotations

from kefu.core.automation import TRIGGER_FACTS
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to, reacts_to_any_of
from kefu.promises.events import ClockDue
from kefu.workflows.automation_running import run_on_facts
from kefu.workflows.automation_timing import run_on_time

GAPS["automation"] = 0.2


@reacts_to_any_of(TRIGGER_FACTS, group="automation")
async def look(db: Session, facts: list[Fact]) -> None:
    await run_on_facts(db, facts)


@reacts_to(ClockDue, group="automation_time")
async def look_on_time(db: Session, facts: list[Fact]) -> None:
    await run_on_time(db, facts)
