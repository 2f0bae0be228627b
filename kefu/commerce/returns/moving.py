"""Moving: a case leaves one node and enters the next, with its times, its clock and its process."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import ReturnMoved, ReturnReopened, ReturnTaken
from kefu.commerce.model_returns import ReturnCase, ReturnStep
from kefu.commerce.returns.counting import node_due
from kefu.commerce.returns.nodes import APPLY, CAUSES, OPEN, is_end, next_node
from kefu.commerce.returns.policy import Policy, policy
from kefu.commerce.returns.running import SUBJECT, process_moved, process_taken, restart_process
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.promises import start_clock, stop_clock

CLOCK = "return_node"
PLAIN = "plain"


async def advance(
    db: Session, case: ReturnCase, outcome: str, *, by: UUID | None, at: datetime | None = None
) -> None:
    """Leave the node with this outcome; whatever does not belong to the node is refused."""
    drawn = next_node(case.kind, case.node, outcome)
    to = await process_moved(db, case, outcome, drawn=drawn, by=by)
    await move_to(db, case, to, outcome=outcome, by=by, at=at)


async def move_to(
    db: Session,
    case: ReturnCase,
    to: str,
    *,
    outcome: str,
    by: UUID | None,
    at: datetime | None = None,
) -> None:
    """Close the stay in the node, open the next or end the case, and say so."""
    moment = at or now()
    step = await open_step(db, case)
    came_from = case.node
    close(step, outcome, by=by, at=moment)
    case.node = came_from if is_end(to) else to
    case.updated_at = moment
    if is_end(to):
        await end(db, case, to, at=moment)
    else:
        await enter(db, case, at=moment)
    await tell(
        db,
        ReturnMoved,
        case,
        by=by,
        came_from=came_from,
        outcome=outcome,
        late=step.cause is not None,
        historic=case.historic,
        **spent(step),
    )


def close(step: ReturnStep, outcome: str, *, by: UUID | None, at: datetime) -> None:
    step.left_at, step.outcome, step.actor_id = at, outcome, by
    if step.due_at is not None and at > step.due_at:
        step.cause = step.cause or CAUSES.get(step.node, step.node)


def spent(step: ReturnStep) -> dict[str, int]:
    """Seconds that it waited and was worked on."""
    left = step.left_at or now()
    begun = min(step.begun_at or left, left)
    return {
        "waited": max(int((begun - step.entered_at).total_seconds()), 0),
        "worked": max(int((left - begun).total_seconds()), 0),
    }


async def enter(db: Session, case: ReturnCase, *, at: datetime) -> ReturnStep:
    """Begin the stay in the node where the case stands now."""
    rules = await policy(db)
    case.turn += 1
    step = await step_for(db, case, rules, at=at)
    db.add(step)
    case.node_due_at, case.node_counts, case.assignee_id = step.due_at, step.counts, None
    await db.flush()
    await set_clock(db, case, at=at)
    return step


async def step_for(db: Session, case: ReturnCase, rules: Policy, *, at: datetime) -> ReturnStep:
    due = await node_due(db, rules, case.node, fast=case.fast_track, at=at)
    return ReturnStep(
        case_id=case.id,
        turn=case.turn,
        node=case.node,
        department_id=rules.department_of(case.node),
        entered_at=at,
        due_at=due.at if due else None,
        counts=due.counts if due else PLAIN,
    )


async def set_clock(db: Session, case: ReturnCase, *, at: datetime) -> None:
    """One clock for each case, for the node in which it stands; history has none."""
    if case.historic or case.node_due_at is None or case.node_due_at <= at:
        await stop_clock(db, case.id, CLOCK, at)
        return
    await start_clock(
        db,
        subject_kind=SUBJECT,
        subject=case.id,
        kind=CLOCK,
        at=at,
        conversation=case.conversation_id,
        customer=case.customer_id,
        due_at=case.node_due_at,
        restart=True,
    )


async def end(db: Session, case: ReturnCase, status: str, *, at: datetime) -> None:
    case.status, case.ended_at = status, at
    case.node_due_at, case.node_counts, case.assignee_id = None, PLAIN, None
    await stop_clock(db, case.id, CLOCK, at)


async def take(db: Session, case: ReturnCase, *, by: UUID, at: datetime | None = None) -> None:
    """Somebody begins: until now the case waited in its node, from now on it is worked on."""
    check_open(case)
    step = await open_step(db, case)
    step.begun_at = step.begun_at or at or now()
    case.assignee_id = by
    await process_taken(db, case, by=by)
    await tell(db, ReturnTaken, case, by=by)


async def reopen(db: Session, case: ReturnCase, node: str, *, by: UUID) -> None:
    """An ended case goes on in this node; its process starts again from there."""
    if case.is_open():
        raise Conflict("This case is still open.", code="still_open")
    case.status, case.ended_at, case.node = OPEN, None, node
    await restart_process(db, case, node, by=by)
    await enter(db, case, at=now())
    await tell(db, ReturnReopened, case, by=by)


async def open_step(db: Session, case: ReturnCase) -> ReturnStep:
    step = await db.scalar(
        select(ReturnStep).where(ReturnStep.case_id == case.id, ReturnStep.left_at.is_(None))
    )
    if step is None:
        raise Conflict("This case has ended.", code="ended")
    return step


def check_open(case: ReturnCase) -> None:
    if not case.is_open():
        raise Conflict("This case has ended.", code="ended", detail=case.status)


def check_at(case: ReturnCase, *nodes: str) -> None:
    """Refuse what belongs to another node than the one where the case stands."""
    check_open(case)
    if case.node not in nodes:
        raise Conflict(
            "The case is not where this could be done.", code="out_of_order", detail=case.node
        )


def first_step(case: ReturnCase, at: datetime) -> ReturnStep:
    """The application itself: handing it in takes no time of ours."""
    return ReturnStep(case_id=case.id, turn=1, node=APPLY, entered_at=at, begun_at=at)
