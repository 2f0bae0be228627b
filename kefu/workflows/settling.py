"""Settling: after its tokens moved, a case's tasks, waits and visits are made to say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity import departments_called
from kefu.promises import Start, Stop, change_clocks
from kefu.workflows.engine import Run
from kefu.workflows.events_processes import CaseNodeLeft, CaseTaskDone, CaseTaskOpened
from kefu.workflows.model_processes import (
    CASE_TASK,
    DONE,
    INTERRUPTED,
    RUNNING,
    STUCK,
    Case,
    CaseTask,
    CaseVisit,
    CaseWait,
)
from kefu.workflows.plan import BOUNDARY, CATCH, RECEIVE, STEP, SUB, USER, Node, Plan
from kefu.workflows.saying import between, said, task_said

Change = Start | Stop
DUE = "case_task_due"
WARN_PART = 0.8
STAYS = frozenset({CATCH, RECEIVE, STEP})
SHOP_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Hold:
    """What a case waits for by rows; `retry` is the step to be tried in spite of its row.

    `clocks` gathers what starts and stops, for one change of all.
    """

    waits: dict[UUID, CaseWait] = field(default_factory=dict)
    retry: UUID | None = None
    broken: bool = False
    clocks: list[Change] = field(default_factory=list)

    def holds(self, token: UUID) -> bool:
        wait = self.waits.get(token)
        return wait is not None and wait.kind == "step" and token != self.retry


async def held(db: Session, case: Case, retry: UUID | None) -> Hold:
    waits = await db.scalars(select(CaseWait).where(CaseWait.case_id == case.id))
    return Hold({wait.token: wait for wait in waits}, retry)


async def settle(
    db: Session, case: Case, plan: Plan, run: Run, hold: Hold, *, by: UUID | None
) -> None:
    """Close, open and write down what follows from where the tokens are now."""
    at = now()
    people = {task.id: plan.nodes[task.task_spec.name] for task in run.ready()}
    people = {token: node for token, node in people.items() if node.kind == USER}
    await settle_tasks(db, case, people, hold, at=at, by=by)
    await settle_waits(db, case, plan, run, hold, at=at)
    await settle_visits(db, case, plan, run, at=at, by=by)
    held_up = any(wait.kind == "step" and wait.due_at is None for wait in hold.waits.values())
    case.state = STUCK if hold.broken or held_up else RUNNING
    if case.state == RUNNING:
        case.error = None


async def settle_tasks(
    db: Session,
    case: Case,
    people: dict[UUID, Node],
    hold: Hold,
    *,
    at: datetime,
    by: UUID | None,
) -> None:
    """Close tasks whose token went away, open those that tokens have come to."""
    rows = await db.scalars(
        select(CaseTask).where(CaseTask.case_id == case.id, CaseTask.closed_at.is_(None))
    )
    known = {task.token: task for task in rows}
    gone = [task for token, task in known.items() if token not in people]
    opened = await opened_tasks(
        db, case, {token: node for token, node in people.items() if token not in known}, at
    )
    hold.clocks += await close_tasks(db, case, gone, how=INTERRUPTED, at=at, by=by)
    hold.clocks += [clock_of(task) for task in opened if task.due_at]
    await change_clocks(db, hold.clocks)
    for task in opened:
        await record(db, task_said(CaseTaskOpened, case, task, by))


async def opened_tasks(
    db: Session, case: Case, people: dict[UUID, Node], at: datetime
) -> list[CaseTask]:
    names = {node.department for node in people.values() if node.department}
    departments = await departments_called(db, names)
    opened = [
        CaseTask(
            id=uuid7(at),
            case_id=case.id,
            token=token,
            process_key=case.process_key,
            version_id=case.version_id,
            node=node.id,
            name=node.name or node.id,
            subject_kind=case.subject_kind,
            subject=case.subject,
            customer=case.customer,
            department_id=departments.get(node.department or ""),
            role=node.role,
            owner_id=owner_of(case, node),
            fields=[as_json(one) for one in node.fields],
            screen=node.screen,
            opened_at=at,
            due_at=None if case.historic or not node.hours else at + timedelta(hours=node.hours),
        )
        for token, node in people.items()
    ]
    db.add_all(opened)
    return opened


def owner_of(case: Case, node: Node) -> UUID | None:
    """Whoever started the case, or whose id its data hold under the name that is drawn."""
    if node.owner is None:
        return None
    if node.owner == "starter":
        return case.started_by
    try:
        return UUID(str(case.data.get(node.owner)))
    except ValueError:
        return None


def as_json(one: Any) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": one.label,
        "type": one.type,
        "required": one.required,
        "options": [list(pair) for pair in one.options],
    }


def clock_of(task: CaseTask) -> Start:
    assert task.due_at is not None
    return Start(
        subject_kind=CASE_TASK,
        subject=task.id,
        kind=DUE,
        at=task.opened_at,
        customer=task.customer,
        assignee=task.owner_id,
        due_at=task.due_at,
        warn_at=task.opened_at + (task.due_at - task.opened_at) * WARN_PART,
        restart=True,
    )


async def close_tasks(
    db: Session, case: Case, tasks: Sequence[CaseTask], *, how: str, at: datetime, by: UUID | None
) -> list[Change]:
    """Close them and say so; returns what happens to their clocks."""
    for task in tasks:
        task.closed_at, task.closed = at, how
        task.closed_by = by if how == DONE else None
        waited = between(task.opened_at, task.claimed_at or at)
        done = task_said(
            CaseTaskDone,
            case,
            task,
            by,
            closed=how,
            waited=waited,
            worked=between(task.claimed_at or at, at),
            late=task.is_overdue(at),
        )
        await record(db, done)
        await record(db, left(case, task.node, how, between(task.opened_at, at), by))
    return [Stop(task.id, DUE, at) for task in tasks if task.due_at]


def left(case: Case, node: str, how: str, seconds: float, by: UUID | None) -> CaseNodeLeft:
    return said(CaseNodeLeft, case, by, node=node, how=how, seconds=seconds)


async def settle_waits(
    db: Session, case: Case, plan: Plan, run: Run, hold: Hold, *, at: datetime
) -> None:
    """Rows for what events wait for; the rows of steps to be tried again are made where they fail.

    Rows whose token went away are removed.
    """
    waiting = {task.id: plan.nodes[task.task_spec.name] for task in run.waiting()}
    steps = {task.id for task in run.ready()}
    for token, wait in list(hold.waits.items()):
        if token not in waiting and not (wait.kind == "step" and token in steps):
            await db.delete(hold.waits.pop(token))
    for token, node in waiting.items():
        event = node.event
        if event is None or event.kind == "error" or token in hold.waits:
            continue
        due_at = None if event.kind != "timer" else due_of(case, node, at)
        hold.waits[token] = CaseWait(
            case_id=case.id,
            token=token,
            node=node.id,
            kind=event.kind,
            name=event.name,
            due_at=due_at,
        )
        db.add(hold.waits[token])
    await db.flush()


def due_of(case: Case, node: Node, at: datetime) -> datetime | None:
    """When a timer fires: after its duration, or at the date that the data hold under its name."""
    event = node.event
    if case.historic or event is None:
        return None
    if event.until is None:
        return at + timedelta(seconds=event.seconds or 0)
    return moment_of(case.data.get(event.until))


def moment_of(value: Any) -> datetime | None:
    """A time with its zone, or the end of a day in the shop's zone."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return datetime.combine(date.fromisoformat(value), time.max, SHOP_ZONE)
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHOP_ZONE)


async def settle_visits(
    db: Session, case: Case, plan: Plan, run: Run, *, at: datetime, by: UUID | None
) -> None:
    """Where tokens have been and where they wait now."""
    rows = await db.scalars(
        select(CaseVisit).where(CaseVisit.case_id == case.id, CaseVisit.left_at.is_(None))
    )
    known = {visit.token: visit for visit in rows}
    passed = {task.id: plan.nodes.get(task.task_spec.name) for task in run.left}
    for token, node in passed.items():
        if node is None or node.kind in (USER, SUB):
            continue
        visit = known.pop(token, None) or visit_of(case, token, node, at)
        db.add(visit)
        await leave(db, case, visit, node, how=DONE, at=at, by=by)
    stays = {task.id: plan.nodes[task.task_spec.name] for task in staying(run)}
    for token, visit in known.items():
        if token not in stays:
            await leave(db, case, visit, plan.nodes[visit.node], how=INTERRUPTED, at=at, by=by)
    db.add_all(
        visit_of(case, token, node, at)
        for token, node in stays.items()
        if token not in known and node.kind in STAYS
    )
    await db.flush()


def staying(run: Run) -> Iterable[Any]:
    yield from run.ready()
    yield from run.waiting()


def visit_of(case: Case, token: UUID, node: Node, at: datetime) -> CaseVisit:
    return CaseVisit(
        case_id=case.id, token=token, process_key=case.process_key, node=node.id, entered_at=at
    )


async def leave(
    db: Session,
    case: Case,
    visit: CaseVisit,
    node: Node,
    *,
    how: str,
    at: datetime,
    by: UUID | None,
) -> None:
    visit.left_at, visit.how, visit.by = at, how, by
    if node.kind in STAYS | {BOUNDARY}:
        await record(db, left(case, node.id, how, between(visit.entered_at, at), by))


async def close_all(db: Session, case: Case, *, how: str, by: UUID | None) -> None:
    """Nothing of a case is open any more."""
    at = now()
    tasks = await db.scalars(
        select(CaseTask).where(CaseTask.case_id == case.id, CaseTask.closed_at.is_(None))
    )
    await change_clocks(db, await close_tasks(db, case, tasks.all(), how=how, at=at, by=by))
    visits = await db.scalars(
        select(CaseVisit).where(CaseVisit.case_id == case.id, CaseVisit.left_at.is_(None))
    )
    for visit in visits:
        visit.left_at, visit.how, visit.by = at, how, by
    for wait in (await held(db, case, None)).waits.values():
        await db.delete(wait)
    await db.flush()
