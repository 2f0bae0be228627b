"""Reactions of processes: who has to do something in a case hears of it."""

from __future__ import annotations

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.promises.events import ClockDue, ClockWarned
from kefu.workflows.events_processes import CaseSetAside, CaseTaskDone, CaseTaskOpened
from kefu.workflows.telling_cases import (
    DUE_SOON,
    OVERDUE,
    tell_leaders,
    tell_of_due,
    tell_owners,
    untell,
)


@reacts_to(CaseTaskOpened)
async def tell_whose_case_task_it_is(db: Session, facts: list[Fact]) -> None:
    await tell_owners(db, facts)


@reacts_to(ClockWarned)
async def warn_of_case_tasks(db: Session, facts: list[Fact]) -> None:
    await tell_of_due(db, facts, DUE_SOON)


@reacts_to(ClockDue)
async def say_which_case_tasks_are_overdue(db: Session, facts: list[Fact]) -> None:
    await tell_of_due(db, facts, OVERDUE)


@reacts_to(CaseTaskDone)
async def take_back_what_is_done_in_cases(db: Session, facts: list[Fact]) -> None:
    await untell(db, facts)


@reacts_to(CaseSetAside)
async def tell_who_can_repeat_a_step(db: Session, facts: list[Fact]) -> None:
    await tell_leaders(db, facts)
