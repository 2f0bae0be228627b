"""The fields of conditions on conversations, and how each reads in SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, not_, select

from kefu.conversations.model import Conversation, ConversationLabel, Inbox, Priority, Status
from kefu.core.condition_fields import (
    Asking,
    Clause,
    Field,
    Operator,
    a_word,
    choice,
    moment,
    number,
    reference,
    some_of,
    text,
    truth,
    with_emptiness,
)
from kefu.customers import TIERS

ME, MY_TEAMS = "me", "my_teams"


def is_assigned_to(value: list[Any], asking: Asking) -> Clause:
    agents = [one for one in value if one != ME]
    if ME in value and asking.actor is not None:
        agents.append(asking.actor.id)
    return and_(Conversation.assignee_id.is_not(None), Conversation.assignee_id.in_(agents))


def is_of_team(value: list[Any], asking: Asking) -> Clause:
    teams = [one for one in value if one != MY_TEAMS]
    if MY_TEAMS in value and asking.actor is not None:
        teams.extend(asking.actor.team_ids)
    return and_(Conversation.team_id.is_not(None), Conversation.team_id.in_(teams))


def has_label(value: list[Any], _: Asking) -> Clause:
    worn = ConversationLabel.conversation_id == Conversation.id
    return select(1).where(worn, ConversationLabel.label_id.in_(value)).exists()


def is_in_inbox(value: list[Any], _: Asking) -> Clause:
    return Conversation.inbox_id.in_(value)


def is_through_channel(value: list[str], _: Asking) -> Clause:
    return Conversation.inbox_id.in_(select(Inbox.id).where(Inbox.channel.in_(value)))


CHANNELS = Operator(some_of(a_word), is_through_channel)
NOT_CHANNELS = Operator(some_of(a_word), lambda value, by: not_(is_through_channel(value, by)))
LABELLED = select(1).where(ConversationLabel.conversation_id == Conversation.id).exists()

FIELDS: dict[str, Field] = {
    "status": choice(Conversation.status, *(status.value for status in Status)),
    "assignee": with_emptiness(
        reference("agent", is_assigned_to, ME), Conversation.assignee_id.is_not(None)
    ),
    "team": with_emptiness(
        reference("team", is_of_team, MY_TEAMS), Conversation.team_id.is_not(None)
    ),
    "inbox": reference("inbox", is_in_inbox),
    "channel": Field("word", {"is": CHANNELS, "is_not": NOT_CHANNELS}),
    "label": with_emptiness(reference("label", has_label), LABELLED),
    "priority": number(Conversation.priority, Priority.LOW, Priority.URGENT),
    "unread": number(Conversation.unread, 0, 10_000),
    "transfers": number(Conversation.transfers, 0, 10_000),
    "reopened": number(Conversation.reopened, 0, 10_000),
    "waiting": moment(Conversation.waiting_since),
    "unanswered": moment(Conversation.unanswered_since),
    "created": moment(Conversation.created_at),
    "activity": moment(Conversation.activity_at),
    "closed": moment(Conversation.closed_at),
    "due": moment(Conversation.next_due_at),
    "customer_name": text(Conversation.customer_name),
    "tier": choice(Conversation.customer_tier, *TIERS),
    "language": choice(Conversation.language, read=a_word),
    "has_rating": truth(Conversation.rating_score.is_not(None)),
    "rating": number(Conversation.rating_score, 1, 5),
    "blocked": truth(Conversation.blocked.is_(True)),
}
