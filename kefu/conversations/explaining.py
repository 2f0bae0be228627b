"""Explaining: how a conversation came to the agent who has it, and to its priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.dedicated import WAITS
from kefu.conversations.events import (
    ConversationAssigned,
    ConversationOpened,
    ConversationPrioritised,
    ConversationReopened,
    ConversationTransferred,
    ConversationWaiting,
)
from kefu.conversations.model import Conversation
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.identity import AgentName, TeamName, agents_named, teams_named
from kefu.workflows import RuleBehind, rules_behind

LATEST = 20
TAKEN, GIVEN = "taken", "given"
HOW = {
    ConversationOpened.kind: "inbox",
    ConversationTransferred.kind: "transferred",
    ConversationReopened.kind: "reopened",
}
MOVES = (*HOW, ConversationAssigned.kind, ConversationWaiting.kind)


@dataclass(frozen=True, slots=True)
class Hand:
    """One time that it came to an agent or a team.

    `how` is inbox (the team whose inbox it is), taken, given, transferred or reopened; where the
    product gave it to somebody, the reason it had: dedicated, backup, pool or dedicated_waits.
    """

    at: datetime
    how: str
    reason: str | None
    rule: RuleBehind | None
    by: AgentName | None
    former: AgentName | None
    assignee: AgentName | None
    team: TeamName | None


@dataclass(frozen=True, slots=True)
class PriorityBehind:
    """Who or what gave it its priority; nobody did where it is the usual one from the start."""

    value: int
    at: datetime | None
    by: AgentName | None
    rule: RuleBehind | None


async def ways_of(db: Session, conversation: Conversation) -> tuple[list[Hand], PriorityBehind]:
    """The changes of hands from the first on, oldest first, and why it presses as it does."""
    moves = await latest(db, conversation.id, MOVES, LATEST)
    moves = [fact for fact in moves if comes_to_somebody(fact)]
    pressed = await latest(db, conversation.id, (ConversationPrioritised.kind,), 1)
    facts = [*moves, *pressed]
    people = await agents_named(db, [one for fact in facts for one in people_in(fact)])
    teams = await teams_named(db, [one for fact in moves if (one := named_in(fact, "team"))])
    rules = dict(zip(facts, await rules_behind(db, [fact.cause for fact in facts]), strict=True))
    hands = [hand_of(fact, people, teams, rules[fact]) for fact in moves]
    last = pressed[0] if pressed else None
    return hands, PriorityBehind(
        value=conversation.priority,
        at=last.at if last else None,
        by=people.get(last.actor) if last and last.actor else None,
        rule=rules[last] if last else None,
    )


async def latest(db: Session, conversation: UUID, kinds: Sequence[str], most: int) -> list[FactRow]:
    """The newest facts of these kinds, in the order in which they happened."""
    found = await db.scalars(
        select(FactRow)
        .where(FactRow.conversation == conversation, FactRow.kind.in_(kinds))
        .order_by(FactRow.id.desc())
        .limit(most)
    )
    return list(found)[::-1]


def comes_to_somebody(fact: FactRow) -> bool:
    """Who merely writes again, or lets it wait where it is, changes no hands."""
    if fact.kind == ConversationOpened.kind:
        return "team" in fact.details
    if fact.kind == ConversationReopened.kind:
        return fact.actor is not None and fact.details.get("assignee") == str(fact.actor)
    return fact.kind == ConversationTransferred.kind or is_assigned(fact)


def is_assigned(fact: FactRow) -> bool:
    """Taken or given, or left to the team of a dedicated agent who is not there."""
    waits = fact.kind == ConversationWaiting.kind
    return not waits or fact.details.get("reason") == WAITS


def hand_of(
    fact: FactRow,
    people: Mapping[UUID, AgentName],
    teams: Mapping[UUID, TeamName],
    rule: RuleBehind | None,
) -> Hand:
    former, assignee = named_in(fact, "former_assignee"), named_in(fact, "assignee")
    team = named_in(fact, "team")
    return Hand(
        at=fact.at,
        how=how_of(fact),
        reason=fact.details.get("reason") if fact.kind == ConversationTransferred.kind else None,
        rule=rule,
        by=people.get(fact.actor) if fact.actor else None,
        former=people.get(former) if former else None,
        assignee=people.get(assignee) if assignee else None,
        team=teams.get(team) if team else None,
    )


def how_of(fact: FactRow) -> str:
    if fact.kind in HOW:
        return HOW[fact.kind]
    if reason := fact.details.get("reason"):
        return str(reason)
    return TAKEN if fact.details.get("assignee") == str(fact.actor) else GIVEN


def people_in(fact: FactRow) -> list[UUID]:
    found = (fact.actor, named_in(fact, "former_assignee"), named_in(fact, "assignee"))
    return [one for one in found if one is not None]


def named_in(fact: FactRow, name: str) -> UUID | None:
    value = fact.details.get(name)
    return UUID(value) if value else None
