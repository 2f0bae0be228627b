"""Conversations over HTTP: lists, the snapshot, messages and the changes of state."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement

from kefu.conversations import lifecycle
from kefu.conversations.access import conversation_for, message_in
from kefu.conversations.assignment import claim, transfer
from kefu.conversations.blocking import block, unblock
from kefu.conversations.checking import an_id
from kefu.conversations.drafts import draft_of
from kefu.conversations.frames import outgoing
from kefu.conversations.listing import VIEWS, Filters, conversations_for, counts_for
from kefu.conversations.messages import messages_before, shown_messages
from kefu.conversations.model import Conversation
from kefu.conversations.recalling import recall
from kefu.conversations.rows import rows_of
from kefu.conversations.saved_views import clause_of_view
from kefu.conversations.schemas import (
    Acknowledged,
    ConversationRow,
    Counts,
    Messages,
    MessageShown,
    PriorityBody,
    ReasonBody,
    SeenBody,
    SendBody,
    Snapshot,
    SnoozeBody,
    TransferBody,
    Viewers,
)
from kefu.conversations.seeing import mark_seen, stop_viewing, view, viewers
from kefu.conversations.verbs import allowed_verbs
from kefu.core.db import Session
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.core.switchboard import Party
from kefu.identity import Actor, BriefActor, CurrentActor

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])
PAGE = 50


@router.get("")
async def list_conversations(  # noqa: PLR0913, PLR0917 - the filters of a list
    db: Db,
    actor: CurrentActor,
    view: Annotated[str, Query(max_length=40)] = "mine",
    status: Annotated[list[str] | None, Query(max_length=6)] = None,
    label: UUID | None = None,
    inbox: UUID | None = None,
    team: UUID | None = None,
    customer: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[ConversationRow]:
    """One page of a view: `mine`, `waiting`, `team`, `all`, or the id of a saved view."""
    name, condition = await _view(db, actor, view)
    filters = Filters(name, tuple(status or ()), label, inbox, team, customer, condition)
    items, following = await conversations_for(db, actor, filters, cursor=cursor, limit=limit)
    return Page.model_validate({"items": items, "next_cursor": following})


@router.get("/counts")
async def count_conversations(db: Db, actor: CurrentActor) -> Counts:
    """How many each view holds, up to 1,000."""
    return Counts(**await counts_for(db, actor))


@router.get("/{conversation_id}")
async def show_conversation(db: Db, actor: CurrentActor, conversation_id: UUID) -> Snapshot:
    """The snapshot of a conversation: its row, its last messages, and what goes with them."""
    conversation = await conversation_for(db, actor, conversation_id)
    messages = await messages_before(db, conversation.id, before=None, limit=PAGE + 1, notes=True)
    shown = messages[-PAGE:]
    return Snapshot.model_validate(
        {
            "conversation": (await rows_of(db, [conversation]))[0],
            "messages": await shown_messages(db, conversation, shown),
            "has_more": len(messages) > PAGE,
            "viewers": await viewers(db, conversation.id),
            "draft": await draft_of(db, conversation.id, by=actor.id),
            "context": conversation.context,
            "allowed": allowed_verbs(actor, conversation),
        }
    )


@router.get("/{conversation_id}/messages")
async def list_messages(
    db: Db,
    actor: CurrentActor,
    conversation_id: UUID,
    before: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    limit: Limit = PAGE,
) -> Messages:
    """Older messages, before a `seq`."""
    conversation = await conversation_for(db, actor, conversation_id)
    found = await messages_before(db, conversation.id, before=before, limit=limit + 1, notes=True)
    shown: Any = await shown_messages(db, conversation, found[-limit:])
    return Messages(messages=shown, has_more=len(found) > limit)


@router.post("/{conversation_id}/messages", status_code=201)
async def send_message(
    request: Request, actor: BriefActor, conversation_id: UUID, body: SendBody
) -> Acknowledged:
    """Send as over the socket; answered once the message is durable.

    A message that changes its conversation's status needs a connection of the pool; those who
    wait for it must not hold them all.
    """
    frame = body.model_dump() | {"conversation": str(conversation_id)}
    message = outgoing(party_of(actor), frame)
    stored = await request.app.state.switchboard.services["sending"].send(message)
    return Acknowledged(
        id=message.id,
        conversation=conversation_id,
        seq=stored.seq,
        at=stored.at,
        duplicate=stored.verdict == "known",
    )


def party_of(actor: Actor) -> Party:
    """An agent as the realtime side knows them."""
    return Party(
        kind="agent",
        id=actor.id,
        name=actor.name,
        avatar=actor.avatar,
        scope=actor.scope,
        teams=tuple(actor.team_ids),
        locale=actor.locale,
        actor=actor,
    )


@router.put("/{conversation_id}/messages/{message_id}/recall")
async def recall_message(
    db: Db, actor: CurrentActor, conversation_id: UUID, message_id: UUID
) -> MessageShown:
    """Take back one's own message, within two minutes."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    message = await message_in(db, conversation, message_id)
    await recall(db, conversation, message, by=actor)
    return MessageShown.model_validate((await shown_messages(db, conversation, [message]))[0])


@router.post("/{conversation_id}/claim")
async def claim_conversation(db: Db, actor: CurrentActor, conversation_id: UUID) -> ConversationRow:
    """Take a conversation that nobody has."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await claim(db, conversation, by=actor)
    return await _row(db, conversation)


@router.put("/{conversation_id}/assignment")
async def transfer_conversation(
    db: Db, actor: CurrentActor, conversation_id: UUID, body: TransferBody
) -> ConversationRow:
    """Hand over to an agent or a team, with a summary and a reason."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await transfer(
        db,
        conversation,
        by=actor,
        assignee=body.assignee_id,
        team=body.team_id,
        summary=body.summary,
        reason=body.reason,
    )
    return await _row(db, conversation)


@router.put("/{conversation_id}/closure")
async def close_conversation(
    db: Db, actor: CurrentActor, conversation_id: UUID, body: ReasonBody
) -> ConversationRow:
    """Close it."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await lifecycle.close(db, conversation, by=actor.id, reason=body.reason)
    return await _row(db, conversation)


@router.delete("/{conversation_id}/closure")
async def reopen_conversation(
    db: Db, actor: CurrentActor, conversation_id: UUID
) -> ConversationRow:
    """Take it up again."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await lifecycle.reopen(db, conversation, by=actor.id)
    return await _row(db, conversation)


@router.put("/{conversation_id}/snooze")
async def snooze_conversation(
    db: Db, actor: CurrentActor, conversation_id: UUID, body: SnoozeBody
) -> ConversationRow:
    """Put it aside until a moment, or until the customer writes."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await lifecycle.snooze(db, conversation, body.until, by=actor.id)
    return await _row(db, conversation)


@router.delete("/{conversation_id}/snooze")
async def wake_conversation(db: Db, actor: CurrentActor, conversation_id: UUID) -> ConversationRow:
    """Bring it back now."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await lifecycle.wake(db, conversation, by=actor.id)
    return await _row(db, conversation)


@router.put("/{conversation_id}/wrap-up")
async def wrap_up_conversation(
    db: Db, actor: CurrentActor, conversation_id: UUID
) -> ConversationRow:
    """The talk is over; what remains is written down."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await lifecycle.wrap_up(db, conversation, by=actor.id)
    return await _row(db, conversation)


@router.put("/{conversation_id}/priority")
async def prioritise_conversation(
    db: Db, actor: CurrentActor, conversation_id: UUID, body: PriorityBody
) -> ConversationRow:
    """Say how much it presses: 0 low to 3 urgent."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await lifecycle.prioritise(db, conversation, body.priority, by=actor.id)
    return await _row(db, conversation)


@router.put("/{conversation_id}/block")
async def block_visitor(db: Db, actor: CurrentActor, conversation_id: UUID) -> ConversationRow:
    """Take no more messages from this visitor here."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await block(db, conversation, by=actor.id)
    return await _row(db, conversation)


@router.delete("/{conversation_id}/block")
async def unblock_visitor(db: Db, actor: CurrentActor, conversation_id: UUID) -> ConversationRow:
    """Take their messages again; refused while their customer is blocked."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await unblock(db, conversation, by=actor.id)
    return await _row(db, conversation)


@router.put("/{conversation_id}/viewing")
async def view_conversation(db: Db, actor: CurrentActor, conversation_id: UUID) -> Viewers:
    """Say that one looks at it; holds for 45 seconds."""
    conversation = await conversation_for(db, actor, conversation_id)
    found: Any = await view(db, conversation, by=actor)
    return Viewers(viewers=found)


@router.delete("/{conversation_id}/viewing", status_code=204)
async def leave_conversation(db: Db, actor: CurrentActor, conversation_id: UUID) -> None:
    """Say that one looks elsewhere."""
    await stop_viewing(db, conversation_id, by=actor.id)


@router.put("/{conversation_id}/seen", status_code=204)
async def see_conversation(
    db: Db, actor: CurrentActor, conversation_id: UUID, body: SeenBody
) -> None:
    """Say how far one has read."""
    conversation = await conversation_for(db, actor, conversation_id)
    await mark_seen(db, conversation.id, body.seq, by="agent")


async def _view(db: Session, actor: Actor, view: str) -> tuple[str, ColumnElement[bool] | None]:
    """A view by name, or the conditions of a saved one by its id."""
    if view in VIEWS:
        return view, None
    return "all", await clause_of_view(db, actor, an_id(view, "view"))


async def _row(db: Session, conversation: Conversation) -> ConversationRow:
    await db.flush()
    return ConversationRow.model_validate((await rows_of(db, [conversation]))[0])
