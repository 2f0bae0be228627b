"""Dedicated service: who was promised an agent of their own comes to that agent (R187, R204).

If the agent is not there, whoever stands in gets the conversation with a notice; if neither is,
somebody of the pool. A conversation is never put before an empty desk: where nobody is there, it
waits in the pool's queue, and comes to the agent as soon as they are online.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from kefu.conversations.access import locked_conversation
from kefu.conversations.events import ConversationAssigned, ConversationWaiting
from kefu.conversations.model import Conversation, Status
from kefu.conversations.telling import tell
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.customers import Dedicated, dedicated_to, grant_access
from kefu.identity import attending, members_of
from kefu.notifications import Why, announce, notify

OWNER, BACKUP, IN_POOL, WAITS = "dedicated", "backup", "pool", "dedicated_waits"
AT_ONCE = 20
OPEN_FOR_US = (Status.BOT, Status.WAITING, Status.ACTIVE)
CAME, STAND_IN = "dedicated.came", "dedicated.stand_in"
MISSED, WAITED_FOR = "dedicated.missed", "dedicated.waited_for"
announce(
    CAME,
    zh="您的专属客户来访",
    en="A customer of yours is here",
    why=Why(
        zh="专属服务：您是这位客户的专属客服，并且在线。",
        en="Dedicated service: you are this customer's own agent, and you are online.",
        setting="dedicated-service",
    ),
)
announce(
    STAND_IN,
    zh="请代接专属客户",
    en="You stand in for a colleague's customer",
    why=Why(
        zh="专属服务：客户的专属客服不在线，由您这位后备或资源池里的同事代接。",
        en=(
            "Dedicated service: the customer's own agent is away; you stand in as backup or from "
            "the pool."
        ),
        setting="dedicated-service",
    ),
)
announce(
    MISSED,
    zh="您的专属客户来访，已由他人接待",
    en="Somebody stood in for you with a customer",
    why=Why(
        zh="专属服务：您不在线，后备或资源池里的同事替您接待了客户。",
        en="Dedicated service: you were away, and the backup or the pool stood in.",
        setting="dedicated-service",
    ),
)
announce(
    WAITED_FOR,
    zh="专属客户在等待，无人在线",
    en="A customer of yours waits, and nobody is online",
    why=Why(
        zh="专属服务：您是这位客户的专属客服或后备，而此刻没有人在线。",
        en="Dedicated service: you are the customer's agent or backup, and nobody is online.",
        setting="dedicated-service",
    ),
)


@dataclass(frozen=True, slots=True)
class Goal:
    """To whom a conversation goes, and why; without an agent it waits in the team's queue."""

    agent: UUID | None
    team: UUID | None
    why: str


async def bring_home(db: Session, facts: Sequence[Fact]) -> None:
    """Give conversations that customers began, or began again, to the agents of these customers.

    One that a colleague begins or takes up is that colleague's.
    """
    customers = {
        fact.subject: fact.customer
        for fact in facts
        if fact.customer and fact.actor in (None, fact.customer)
    }
    served = await dedicated_to(db, set(customers.values()))
    for conversation, customer in sorted(customers.items()):
        if customer in served:
            await bring(db, conversation, served[customer])


async def bring(db: Session, conversation_id: UUID, served: Dedicated) -> None:
    conversation = await locked_conversation(db, conversation_id)
    if conversation.status not in OPEN_FOR_US:
        return
    holder = conversation.assignee_id
    there = await attending(db, [holder, served.owner, served.backup])
    if holder in there:
        return
    goal = await goal_of(db, served, there)
    moves = goal.agent is not None or goal.team not in (None, conversation.team_id)
    if moves or holder is not None:
        await put(db, conversation, goal)
    await tell_them(db, conversation, served, goal)


async def goal_of(db: Session, served: Dedicated, there: Collection[UUID]) -> Goal:
    """The agent, who stands in, or whoever of the pool has least to do."""
    if served.owner in there:
        return Goal(served.owner, None, OWNER)
    if served.backup in there:
        return Goal(served.backup, None, BACKUP)
    if served.pool is None:
        return Goal(None, None, WAITS)
    free = await attending(db, await members_of(db, served.pool))
    if not free:
        return Goal(None, served.pool, WAITS)
    return Goal(await least_busy(db, free), served.pool, IN_POOL)


async def least_busy(db: Session, agents: Collection[UUID]) -> UUID:
    rows = await db.execute(
        select(Conversation.assignee_id, func.count())
        .where(Conversation.assignee_id.in_(agents), Conversation.status == Status.ACTIVE)
        .group_by(Conversation.assignee_id)
    )
    busy = {row[0]: row[1] for row in rows}
    return min(agents, key=lambda agent: (busy.get(agent, 0), agent))


async def put(db: Session, conversation: Conversation, goal: Goal) -> None:
    """Put it before the agent, or into the queue of the team."""
    former = conversation.assignee_id
    conversation.assignee_id = goal.agent
    if goal.team is not None:
        conversation.team_id = goal.team
    conversation.status = Status.ACTIVE if goal.agent else Status.WAITING
    if goal.agent is not None:
        conversation.waiting_since = None
    elif conversation.waiting_since is None:
        conversation.waiting_since = conversation.unanswered_since or conversation.activity_at
    event = ConversationAssigned if goal.agent else ConversationWaiting
    await tell(db, conversation, event, by=None, reason=goal.why, former_assignee=former)


async def tell_them(db: Session, conversation: Conversation, served: Dedicated, goal: Goal) -> None:
    """Whoever gets it hears why; an agent who was away hears that somebody came."""
    notices = {OWNER: CAME, BACKUP: STAND_IN, IN_POOL: STAND_IN}
    if goal.agent is None:
        for one in (served.owner, served.backup):
            await notice(db, one, WAITED_FOR, conversation)
        return
    await grant_access(db, conversation.customer_id, agent=goal.agent)
    await notice(db, goal.agent, notices[goal.why], conversation)
    if goal.agent != served.owner:
        await notice(db, served.owner, MISSED, conversation)


async def notice(db: Session, agent: UUID | None, kind: str, conversation: Conversation) -> None:
    await notify(
        db,
        [agent] if agent else [],
        kind,
        subject_kind="conversation",
        subject=conversation.id,
        conversation=conversation.id,
    )


async def welcome_back(db: Session, agents: Collection[UUID]) -> None:
    """Somebody is online: those of their customers who wait without anybody come to them."""
    there = await attending(db, agents)
    if not there:
        return
    waiting = await db.execute(
        select(Conversation.id, Conversation.customer_id)
        .where(Conversation.status == Status.WAITING, Conversation.assignee_id.is_(None))
        .order_by(Conversation.waiting_since, Conversation.id)
        .limit(500)
    )
    customers = {row.id: row.customer_id for row in waiting}
    served = await dedicated_to(db, set(customers.values()))
    meant = [
        (conversation, served[customer])
        for conversation, customer in customers.items()
        if customer in served and {served[customer].owner, served[customer].backup} & there
    ]
    for conversation, one in meant[:AT_ONCE]:
        await bring(db, conversation, one)
