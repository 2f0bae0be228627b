"""Blocking: a conversation takes no words of its visitor while it, or its customer, is blocked.

`blocked` is what the message path asks; `blocked_here` says that the conversation was blocked
itself. A closed one is shut by its customer's block when it is taken up again.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, false, select

from kefu.conversations.events import ConversationBlocked
from kefu.conversations.model import Conversation, Status
from kefu.conversations.telling import tell
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden
from kefu.customers import Customer, follows_blocking, is_blocked


async def block(db: Session, conversation: Conversation, *, by: UUID) -> None:
    """Refuse what this visitor writes here, even when their customer is let in again."""
    if not conversation.blocked_here:
        conversation.blocked_here = True
        await shut(db, conversation, True, by=by)


async def unblock(db: Session, conversation: Conversation, *, by: UUID) -> None:
    """Take what this visitor writes here, unless their customer is blocked everywhere."""
    if conversation.blocked_here:
        conversation.blocked_here = False
        await shut(db, conversation, await is_blocked(db, conversation.customer_id), by=by)
    elif conversation.blocked:
        raise Conflict(
            "The customer is blocked. Unblock the customer instead.", code="customer_blocked"
        )


async def shut(db: Session, conversation: Conversation, blocked: bool, *, by: UUID | None) -> None:  # noqa: FBT001
    conversation.blocked = blocked
    await tell(db, conversation, ConversationBlocked, by=by, blocked=blocked)


@follows_blocking
async def shut_with_customer(db: Session, customer: Customer, *, by: UUID | None) -> None:
    """Shut the customer's open conversations, or open those that only their block had shut.

    All are locked first: one that is being reopened just now is then seen as open.
    """
    theirs = Conversation.customer_id == customer.id
    every = select(Conversation.id).where(theirs).order_by(Conversation.id)
    await db.execute(every.with_for_update(key_share=True))
    blocked = customer.blocked_at is not None
    if blocked:
        wrong = and_(Conversation.status != Status.CLOSED, Conversation.blocked == false())
    else:
        wrong = and_(Conversation.blocked, Conversation.blocked_here == false())
    query = select(Conversation).where(theirs, wrong).order_by(Conversation.id)
    for conversation in await db.scalars(query.execution_options(populate_existing=True)):
        await shut(db, conversation, blocked, by=by)


async def is_shut(db: Session, conversation: Conversation) -> bool:
    """Whether it takes words of its visitor, also where it is closed and would be reopened."""
    return conversation.blocked or (
        not conversation.is_open() and await is_blocked(db, conversation.customer_id)
    )


async def check_not_shut(db: Session, conversation: Conversation) -> None:
    if await is_shut(db, conversation):
        raise Forbidden("This conversation does not take messages from you.", code="blocked")
