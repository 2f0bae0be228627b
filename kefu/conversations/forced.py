"""Sends that change a conversation's status: alone, in a transaction, with their events."""

from __future__ import annotations

from kefu.conversations.access import locked_conversation
from kefu.conversations.batch import Outgoing, Stored, store_in
from kefu.conversations.blocking import check_not_shut, is_shut
from kefu.conversations.events import ConversationAssigned, ConversationReopened
from kefu.conversations.lifecycle import reopen, wake
from kefu.conversations.model import Conversation, Message, Sender, Status
from kefu.conversations.telling import tell
from kefu.core.db import Database, Session
from kefu.core.errors import Conflict, NotFound


async def send_slowly(database: Database, message: Outgoing) -> Stored:
    """Store one message, moving its conversation on first where the message asks for it."""
    async with database.transaction() as db:
        conversation = await locked_conversation(db, message.conversation)
        check_door(conversation, message)
        known = await already_stored(db, conversation, message)
        if known is not None:
            return known
        if message.scope == "visitor":
            await check_not_shut(db, conversation)
        await move_on(db, conversation, message)
        await db.flush()
        return await store_in(db, message)


async def already_stored(
    db: Session, conversation: Conversation, message: Outgoing
) -> Stored | None:
    """What was answered when this very message came the first time."""
    known = await db.get(Message, message.id)
    if known is None:
        return None
    if (known.conversation_id, known.sender_id) != (conversation.id, message.sender_id):
        raise Conflict("This message id was used already.", field="id", code="id_taken")
    return Stored(
        "known",
        known.seq,
        known.at,
        conversation.customer_id,
        conversation.assignee_id,
        conversation.team_id,
        conversation.inbox_id,
    )


def check_door(conversation: Conversation, message: Outgoing) -> None:
    """The same door as in the hot statement."""
    mine = conversation.assignee_id == message.sender_id
    teams = (None, *message.teams)
    unclaimed = conversation.assignee_id is None and conversation.team_id in teams
    through = {
        "visitor": conversation.customer_id == message.sender_id,
        "own": mine or unclaimed,
        "team": mine or unclaimed or conversation.team_id in message.teams,
    }
    if not through.get(message.scope, True):
        raise NotFound("There is no such conversation.", field="conversation")


async def move_on(db: Session, conversation: Conversation, message: Outgoing) -> None:
    """What a message does to the status: it reopens, wakes, and an agent's answer takes it."""
    if message.kind == "note" or message.sender_type == Sender.SYSTEM:
        return
    if message.sender_type == Sender.AGENT:
        await _answer(db, conversation, message)
    elif conversation.status == Status.CLOSED:
        await reopen(db, conversation, by=message.sender_id)
    elif conversation.status == Status.SNOOZED:
        await wake(db, conversation, by=message.sender_id)


async def _answer(db: Session, conversation: Conversation, message: Outgoing) -> None:
    if conversation.status in (Status.ACTIVE, Status.WRAPPING_UP):
        return
    was_closed = conversation.status == Status.CLOSED
    conversation.blocked = await is_shut(db, conversation)
    conversation.status = Status.ACTIVE
    conversation.assignee_id = conversation.assignee_id or message.sender_id
    conversation.waiting_since = None
    conversation.snoozed_until = None
    if was_closed:
        conversation.closed_at = None
        conversation.reopened += 1
    event = ConversationReopened if was_closed else ConversationAssigned
    await tell(db, conversation, event, by=message.sender_id)
