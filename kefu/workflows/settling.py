"""Settling: after its tokens moved, a case's tasks, waits and visits are made to say the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record_all
from kefu.core.ids import uuid7
from kefu.identity import departments_called
from kefu.promises import Start, Stop, change_clocks
from kefu.workflows.counting import Calendars, calendars_for
from kefu.workflows.engine import Run
from kefu.workflows.events_processes import (
    CaseEvent,
    CaseNodeLeft,
    CaseTaskDone,
    CaseTaskOpened,
)
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
    """The open rows of a case, read before anything changes, and what is to be written of it.

    `retry` is the step to be tried in spite of its row; `clocks` and `facts` gather what starts,
    stops and is told, for one statement each.
    """

    waits: dict[UUID, CaseWait] = field(default_factory=dict)
    tasks: list[CaseTask] = field(default_factory=list)
    visits: dict[UUID, CaseVisit] = field(default_factory=dict)
    retry: UUID | None = None
    broken: bool = False
    clocks: list[Change] = field(default_factory=list)
    facts: list[CaseEvent] = field(default_factory=list)

    def holds(self, token: UUID) -> bool:
        wait = self.waits.get(token)
        return wait is not None and wait.kind == "step" and token != self.retry

    async def say(self, db: Session) -> None:
        """Write what was gathered to be told, in this order."""
        await record_all(db, self.facts)
        self.facts = []


async def held(db: Session, case_id: UUID, retry: UUID | None = None) -> Hold:
    """The open rows of a case that is locked, as they are now."""
    waits = await db.scalars(select(CaseWait).where(CaseWait.case_id == case_id))
    tasks = await db.scalars(
        select(CaseTask)
        .where(CaseTask.case_id == case_id, CaseTask.closed_at.is_(None))
        .execution_options(populate_existing=True)
    )
    visits = await db.scalars(
        select(CaseVisit).where(CaseVisit.case_id == case_id, CaseVisit.left_at.is_(None))
    )
    return Hold(
        {wait.token: wait for wait in waits},
        list(tasks),
        {visit.token: visit for visit in visits},
        retry,
    )


async def settle(
    db: Session, case: Case, plan: Plan, run: Run, hold: Hold, *, by: UUID | None
) -> None:
    """Close, open and write down what follows from where the tokens are now."""
    at = now()
    people = {task.id: plan.nodes[task.task_spec.name] for task in run.ready()}
    people = {token: node for token, node in people.items() if node.kind == USER}
    await settle_tasks(db, case, people, hold, at=at, by=by)
    await settle_waits(db, case, plan, run, hold, at=at)
    settle_visits(db, case, plan, run, hold, at=at, by=by)
    await hold.say(db)
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
    known = {task.token: task for task in hold.tasks if task.is_open()}
    gone = [task for token, task in known.items() if token not in people]
    close_tasks(case, gone, hold, how=INTERRUPTED, at=at, by=by)
    fresh = {token: node for token, node in people.items() if token not in known}
    calendars = await calendars_for(db, fresh.values())
    opened = await opened_tasks(db, case, fresh, calendars, at)
    for task in opened:
        if task.due_at:
            hold.clocks.append(clock_of(task, fresh[task.token], calendars))
        hold.facts.append(task_said(CaseTaskOpened, case, task, by))
    await change_clocks(db, hold.clocks)
    hold.clocks = []


async def opened_tasks(
    db: Session, case: Case, people: dict[UUID, Node], calendars: Calendars, at: datetime
) -> list[CaseTask]:
    names = {node.department for node in people.values() if node.department}
    departments = await departments_called(db, names) if names else {}
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
            due_at=None if case.historic else calendars.after(at, node.hours, node),
            counts=calendars.counts(node),
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


def clock_of(task: CaseTask, node: Node, calendars: Calendars) -> Start:
    assert task.due_at is not None
    return Start(
        subject_kind=CASE_TASK,
        subject=task.id,
        kind=DUE,
        at=task.opened_at,
        customer=task.customer,
        assignee=task.owner_id,
        due_at=task.due_at,
        warn_at=calendars.after(task.opened_at, (node.hours or 0) * WARN_PART, node),
        restart=True,
    )


def close_tasks(
    case: Case, tasks: Iterable[CaseTask], hold: Hold, *, how: str, at: datetime, by: UUID | None
) -> None:
    """Close them; what is told of it and what happens to their clocks is gathered."""
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
        hold.facts += [done, left(case, task.node, how, between(task.opened_at, at), by)]
        if task.due_at:
            hold.clocks.append(Stop(task.id, DUE, at))


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


def settle_visits(
    db: Session, case: Case, plan: Plan, run: Run, hold: Hold, *, at: datetime, by: UUID | None
) -> None:
    """Where tokens have been and where they wait now."""
    known = dict(hold.visits)
    passed = {task.id: plan.nodes.get(task.task_spec.name) for task in run.left}
    for token, node in passed.items():
        if node is None or node.kind in (USER, SUB):
            continue
        visit = known.pop(token, None) or visit_of(case, token, node, at)
        db.add(visit)
        leave(case, visit, node, hold, how=DONE, at=at, by=by)
    stays = {task.id: plan.nodes[task.task_spec.name] for task in staying(run)}
    for token, visit in known.items():
        if token not in stays:
            leave(case, visit, plan.nodes[visit.node], hold, how=INTERRUPTED, at=at, by=by)
    db.add_all(
        visit_of(case, token, node, at)
        for token, node in stays.items()
        if token not in known and node.kind in STAYS
    )


def staying(run: Run) -> Iterable[Any]:
    yield from run.ready()
    yield from run.waiting()


def visit_of(case: Case, token: UUID, node: Node, at: datetime) -> CaseVisit:
    return CaseVisit(
        case_id=case.id, token=token, process_key=case.process_key, node=node.id, entered_at=at
    )


def leave(
    case: Case,
    visit: CaseVisit,
    node: Node,
    hold: Hold,
    *,
    how: str,
    at: datetime,
    by: UUID | None,
) -> None:
    visit.left_at, visit.how, visit.by = at, how, by
    if node.kind in STAYS | {BOUNDARY}:
        hold.facts.append(left(case, node.id, how, between(visit.entered_at, at), by))


async def close_all(db: Session, case: Case, *, how: str, by: UUID | None) -> None:
    """Nothing of a case is open any more."""
    at = now()
    hold = await held(db, case.id)
    close_tasks(case, hold.tasks, hold, how=how, at=at, by=by)
    await change_clocks(db, hold.clocks)
    for visit in hold.visits.values():
        visit.left_at, visit.how, visit.by = at, how, by
    for wait in hold.waits.values():
        await db.delete(wait)
    await hold.say(db)
