"""Bulk actions: one action on many conversations, each through its own door and verb."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from kefu.conversations.access import conversation_for
from kefu.conversations.assignment import check_hand_over, transfer
from kefu.conversations.bulk_undoing import State, put_back, values_of
from kefu.conversations.events_tools import BulkActionDone, BulkActionUndone
from kefu.conversations.labels import check_labels, labels_on, put_labels
from kefu.conversations.lifecycle import close, prioritise, snooze
from kefu.conversations.model import Conversation
from kefu.conversations.model_tools import BulkAction
from kefu.core.clock import now
from kefu.core.db import Session, pushes_of
from kefu.core.errors import Conflict, Invalid, NotFound, Refusal
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity import Actor

Action = Literal["close", "label", "unlabel", "assign", "team", "priority", "snooze"]
AT_ONCE = 200
UNDO_FOR = timedelta(minutes=5)
PERMISSIONS: dict[str, str] = {
    "close": "conversation.close",
    "label": "conversation.change",
    "unlabel": "conversation.change",
    "assign": "conversation.assign",
    "team": "conversation.assign",
    "priority": "conversation.change",
    "snooze": "conversation.change",
}


@dataclass(frozen=True, slots=True)
class Params:
    """What an action needs to be told; which parts, its shape has checked."""

    labels: tuple[UUID, ...] = ()
    assignee: UUID | None = None
    team: UUID | None = None
    summary: str = ""
    reason: str | None = None
    priority: int = 1
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one conversation."""

    id: UUID
    problem: dict[str, Any] | None = None

    def shown(self) -> dict[str, Any]:
        return {"id": str(self.id), "ok": self.problem is None, "problem": self.problem}


Run = Callable[[Session, Conversation, Params, Actor], Awaitable[None]]


async def act_on_many(
    db: Session, ids: Sequence[UUID], action: Action, params: Params, *, by: Actor
) -> tuple[list[Result], BulkAction | None]:
    """Do it to each; one that refuses is left as it was, and the others go on."""
    by.require(PERMISSIONS[action])
    await check_params(db, action, params)
    done: list[State] = []

    async def act(conversation: Conversation) -> None:
        before = await values_of(db, conversation)
        await ACTIONS[action](db, conversation, params, by)
        await db.flush()
        state = State.between(conversation.id, before, await values_of(db, conversation))
        if state.before:
            done.append(state)

    results = await each(db, ids, act, by=by)
    kept = await _keep(db, action, done, by=by) if done else None
    refused = sum(result.problem is not None for result in results)
    event = BulkActionDone(
        subject=kept.id if kept else uuid7(),
        actor=by.id,
        action=action,
        changed=len(done),
        refused=refused,
    )
    await record(db, event)
    return results, kept


async def each(
    db: Session, ids: Sequence[UUID], act: Callable[[Conversation], Awaitable[None]], *, by: Actor
) -> list[Result]:
    """Call `act` with each conversation that the actor sees, in one order for everybody's locks."""
    results: dict[UUID, Result] = {}
    for identifier in sorted(set(ids)):
        told = len(pushes_of(db))
        try:
            async with db.begin_nested():
                await act(await conversation_for(db, by, identifier, lock=True))
            results[identifier] = Result(identifier)
        except Refusal as refusal:
            del pushes_of(db)[told:]
            results[identifier] = Result(identifier, refusal.problem())
    return [results[identifier] for identifier in dict.fromkeys(ids)]


async def check_params(db: Session, action: Action, params: Params) -> None:
    """What would be wrong for every conversation is refused at once, by its place in the order."""
    try:
        if action in ("label", "unlabel"):
            await check_labels(db, set(params.labels))
        if action in ("assign", "team"):
            await check_hand_over(
                db,
                assignee=params.assignee,
                team=params.team,
                summary=params.summary,
                reason=params.reason or "",
            )
    except Invalid as refusal:
        refusal.field = f"params.{(refusal.field or '').removesuffix('_id')}"
        raise


async def undo_action(db: Session, undo_id: UUID, *, by: Actor) -> list[Result]:
    """Put back what the action changed, where nobody has changed it since."""
    bulk = await db.get(BulkAction, undo_id, with_for_update=True)
    if bulk is None or bulk.agent_id != by.id:
        raise NotFound("There is no such action to undo.")
    if bulk.undone_at is not None:
        raise Conflict("This is undone already.", code="undone")
    if now() > bulk.until:
        raise Conflict("It is too late to undo this.", code="too_late", limit="5 min")
    states = {UUID(change["id"]): State.of(change) for change in bulk.changes}

    async def act(conversation: Conversation) -> None:
        await put_back(db, conversation, states[conversation.id], by=by)

    results = await each(db, list(states), act, by=by)
    bulk.undone_at = now()
    refused = sum(result.problem is not None for result in results)
    event = BulkActionUndone(
        subject=bulk.id,
        actor=by.id,
        action=bulk.action,
        changed=len(results) - refused,
        refused=refused,
    )
    await record(db, event)
    return results


async def _keep(db: Session, action: Action, done: list[State], *, by: Actor) -> BulkAction:
    bulk = BulkAction(
        agent_id=by.id,
        action=action,
        changes=[state.kept() for state in done],
        until=now() + UNDO_FOR,
    )
    db.add(bulk)
    await db.flush()
    return bulk


async def _close(db: Session, conversation: Conversation, params: Params, by: Actor) -> None:
    await close(db, conversation, by=by.id, reason=params.reason)


async def _label(db: Session, conversation: Conversation, params: Params, by: Actor) -> None:
    worn = await labels_on(db, conversation.id)
    await put_labels(db, conversation, sorted(worn | set(params.labels)), by=by.id)


async def _unlabel(db: Session, conversation: Conversation, params: Params, by: Actor) -> None:
    worn = await labels_on(db, conversation.id)
    await put_labels(db, conversation, sorted(worn - set(params.labels)), by=by.id)


async def _hand_over(db: Session, conversation: Conversation, params: Params, by: Actor) -> None:
    await transfer(
        db,
        conversation,
        by=by,
        assignee=params.assignee,
        team=params.team,
        summary=params.summary,
        reason=params.reason or "",
    )


async def _prioritise(db: Session, conversation: Conversation, params: Params, by: Actor) -> None:
    await prioritise(db, conversation, params.priority, by=by.id)


async def _snooze(db: Session, conversation: Conversation, params: Params, by: Actor) -> None:
    assert params.until is not None
    await snooze(db, conversation, params.until, by=by.id)


ACTIONS: dict[str, Run] = {
    "close": _close,
    "label": _label,
    "unlabel": _unlabel,
    "assign": _hand_over,
    "team": _hand_over,
    "priority": _prioritise,
    "snooze": _snooze,
}
