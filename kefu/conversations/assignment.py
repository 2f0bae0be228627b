"""Assignment: taking a conversation, and handing it over with a summary (R022, R023)."""

from __future__ import annotations

from uuid import UUID

from kefu.conversations.batch import Outgoing, store_in
from kefu.conversations.events import ConversationAssigned, ConversationTransferred
from kefu.conversations.messages import message_push
from kefu.conversations.model import Conversation, Kind, Sender, Status
from kefu.conversations.telling import tell
from kefu.core.db import Session, pushes_of
from kefu.core.errors import Conflict, Invalid
from kefu.core.ids import uuid7
from kefu.identity import Actor, agents_named, teams_named

REASONS = ("expertise", "shift_end", "customer_wish", "language", "escalation", "overload", "other")
SUMMARY_LIMIT = 2000


async def claim(db: Session, conversation: Conversation, *, by: Actor) -> None:
    """Take a conversation that nobody has; a closed one is reopened by writing, not by taking."""
    if conversation.assignee_id == by.id and conversation.status == Status.ACTIVE:
        return
    if conversation.assignee_id not in (None, by.id):
        raise Conflict("Somebody else has taken this conversation.", code="taken")
    if conversation.status == Status.CLOSED:
        raise Conflict("This conversation is closed.", code="illegal_transition")
    conversation.assignee_id = by.id
    conversation.status = Status.ACTIVE
    conversation.waiting_since = None
    conversation.snoozed_until = None
    await tell(db, conversation, ConversationAssigned, by=by.id)


async def transfer(
    db: Session,
    conversation: Conversation,
    *,
    by: Actor | None,
    assignee: UUID | None,
    team: UUID | None,
    summary: str,
    reason: str,
) -> None:
    """Hand it to an agent or a team, with what the next one must know; a rule has no `by`."""
    await check_hand_over(db, assignee=assignee, team=team, summary=summary, reason=reason)
    if conversation.status == Status.CLOSED:
        raise Conflict("This conversation is closed.", code="illegal_transition")
    former_team, former = conversation.team_id, conversation.assignee_id
    conversation.assignee_id = assignee
    conversation.team_id = team or conversation.team_id
    conversation.status = Status.ACTIVE if assignee else Status.WAITING
    conversation.waiting_since = None if assignee else conversation.unanswered_since
    if not assignee and conversation.waiting_since is None:
        conversation.waiting_since = conversation.last_message_at or conversation.created_at
    conversation.snoozed_until = None
    conversation.summary = summary
    conversation.transfers += 1
    await _leave_note(db, conversation, by=by, summary=summary, reason=reason)
    await db.refresh(conversation)
    await tell(
        db,
        conversation,
        ConversationTransferred,
        by=by.id if by else None,
        reason=reason,
        former_team=former_team if former_team != conversation.team_id else None,
        former_assignee=former,
    )


async def check_hand_over(
    db: Session, *, assignee: UUID | None, team: UUID | None, summary: str, reason: str
) -> None:
    """A transfer names its goal, a summary and a reason."""
    if assignee is None and team is None:
        raise Invalid("Choose an agent or a team.", field="assignee_id")
    if not summary.strip():
        raise Invalid("A transfer needs a summary for the next colleague.", field="summary")
    if len(summary) > SUMMARY_LIMIT:
        raise Invalid("The summary is too long.", field="summary", limit=SUMMARY_LIMIT)
    if reason not in REASONS:
        raise Invalid("Choose one of the reasons.", field="reason", limit=", ".join(REASONS))
    if assignee is not None:
        agents = await agents_named(db, {assignee})
        if assignee not in agents or agents[assignee].status != "active":
            raise Invalid("There is no such agent at work here.", field="assignee_id")
    if team is not None and team not in await teams_named(db, {team}):
        raise Invalid("There is no such team.", field="team_id")


async def _leave_note(
    db: Session, conversation: Conversation, *, by: Actor | None, summary: str, reason: str
) -> None:
    await db.flush()
    note = Outgoing(
        id=uuid7(),
        conversation=conversation.id,
        sender_type=Sender.AGENT if by else Sender.SYSTEM,
        sender_id=by.id if by else None,
        kind=Kind.NOTE,
        text=summary,
        content={"transfer": {"reason": reason}},
        name=by.name if by else "",
        avatar=by.avatar if by else None,
    )
    stored = await store_in(db, note)
    pushes_of(db).append(message_push(note, stored))
