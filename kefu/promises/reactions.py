"""Reactions: whoever answers for a clock or a task hears of it."""

from __future__ import annotations

from uuid import UUID

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.promises.events import (
    ClockDue,
    ClockWarned,
    PromiseBroken,
    PromiseRestored,
    TaskAssigned,
    TaskDone,
)
from kefu.promises.telling import (
    tell_of_clocks,
    tell_of_due_tasks,
    tell_of_new_tasks,
    untell_clocks,
    untell_tasks,
)


@reacts_to(ClockWarned, PromiseBroken)
async def tell_who_answers_for_it(db: Session, facts: list[Fact]) -> None:
    await tell_of_clocks(db, facts)


@reacts_to(PromiseRestored)
async def take_back_what_was_kept(db: Session, facts: list[Fact]) -> None:
    await untell_clocks(db, subjects(facts))


@reacts_to(ClockDue)
async def tell_whose_task_is_due(db: Session, facts: list[Fact]) -> None:
    await tell_of_due_tasks(db, facts)


@reacts_to(TaskAssigned)
async def tell_who_has_a_task(db: Session, facts: list[Fact]) -> None:
    await tell_of_new_tasks(db, facts)


@reacts_to(TaskDone)
async def take_back_what_is_done(db: Session, facts: list[Fact]) -> None:
    await untell_tasks(db, subjects(facts))


def subjects(facts: list[Fact]) -> list[UUID]:
    return [fact.subject for fact in facts]
