"""Informing: agents hear of hand-overs and mentions, and are given their customers' doors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.model import Conversation, Message
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.customers import Customer, grant_access
from kefu.notifications import Notice, Why, announce, names_subjects, notify_all

TRANSFERRED, MENTIONED, REPLIED = (
    "conversation.transferred",
    "message.mentioned",
    "conversation.reopened",
)
announce(
    TRANSFERRED,
    zh="有会话转给您",
    en="A conversation was handed to you",
    why=Why(
        zh="会话转接时指定由您接手；理由见会话右侧的“交接”。",
        en="A transfer named you; the reason stands beside the conversation, under hand-over.",
    ),
)
announce(
    MENTIONED,
    zh="有人在备注里提到您",
    en="Somebody mentioned you in a note",
    why=Why(zh="同事在内部备注里 @ 了您。", en="A colleague named you in an internal note."),
)
announce(
    REPLIED,
    zh="已结束的会话又有新消息",
    en="A closed conversation was taken up again",
    why=Why(
        zh="客户又写来消息，会话回到它原来的客服，也就是您。",
        en="The customer wrote again, and the conversation came back to its agent: you.",
    ),
)


@names_subjects("conversation")
async def name_customers(db: Session, ids: Collection[UUID], _: str) -> dict[UUID, str]:
    rows = await db.execute(
        select(Conversation.id, Customer.name)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(Conversation.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


async def tell_agents(db: Session, facts: Sequence[Fact]) -> None:
    """Notices of hand-overs and of conversations that came back, to whoever has them now."""
    notices = []
    for fact in facts:
        assignee = fact.details.get("assignee")
        if not assignee:
            continue
        notices.append(
            Notice(
                agent=UUID(assignee),
                kind=fact.kind,
                subject_kind="conversation",
                subject=fact.subject,
                actor=fact.actor,
                conversation=fact.conversation,
                params={"reason": fact.details["reason"]} if "reason" in fact.details else {},
            )
        )
    await notify_all(db, notices)


async def tell_mentioned(db: Session, facts: Sequence[Fact]) -> None:
    """Notices to the agents whom a note mentions."""
    ids = [UUID(fact.details["message"]) for fact in facts]
    rows = await db.execute(
        select(Message.id, Message.content, Message.conversation_id, Message.sender_id).where(
            Message.id.in_(ids)
        )
    )
    notices = []
    for row in rows:
        notices += [
            Notice(
                agent=agent,
                kind=MENTIONED,
                subject_kind="conversation",
                subject=row.conversation_id,
                conversation=row.conversation_id,
                actor=row.sender_id,
            )
            for agent in mentioned(row.content)
        ]
    await notify_all(db, notices)


def mentioned(content: dict[str, Any] | None) -> list[UUID]:
    """The agents named in a note's content; what is no id is passed over."""
    found = []
    for value in (content or {}).get("mentions", [])[:50]:
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found


async def open_doors(db: Session, facts: Sequence[Fact]) -> None:
    """Whoever serves a customer may see their page."""
    served = {(fact.customer, _id(fact, "assignee"), _id(fact, "team")) for fact in facts}
    for customer, agent, team in served:
        if customer is not None:
            await grant_access(db, customer, agent=agent, team=team)


def _id(fact: Fact, name: str) -> UUID | None:
    value = fact.details.get(name)
    return UUID(value) if value else None
