"""What conversations offer to automation: themselves, and what happens in them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.access import visible_to
from kefu.conversations.assignment import REASONS
from kefu.conversations.automation_words import WORDS
from kefu.conversations.condition_fields import FIELDS
from kefu.conversations.events import (
    ConversationAssigned,
    ConversationClosed,
    ConversationLabelled,
    ConversationOpened,
    ConversationPrioritised,
    ConversationRated,
    ConversationReopened,
    ConversationTransferred,
    ConversationWaiting,
    ConversationWoken,
    MessageFailed,
)
from kefu.conversations.events_tools import MessageFlagged
from kefu.conversations.model import Conversation, Kind, Sender
from kefu.core.automation import About, SubjectKind, Trigger, offer_subject, offer_trigger
from kefu.core.condition_fields import Fields, choice, number, reference, text, word
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.promises.events import ClockWarned, PromiseBroken

CONVERSATION = "conversation"
SENDERS = tuple(sender.value for sender in Sender)
KINDS = tuple(kind.value for kind in Kind)

SUBJECT_FIELDS: Fields = {
    **FIELDS,
    "last_message": text(Conversation.last_preview),
    "last_sender": choice(Conversation.last_sender, *SENDERS),
    "priority": number(Conversation.priority, 0, 3),
}
MESSAGE_FIELDS: Fields = {"sender": choice(None, *SENDERS), "kind": choice(None, *KINDS)}
CLOCK_FIELDS: Fields = {"clock_kind": choice(None, "first_reply", "next_reply", "idle")}


async def about_conversations(db: Session, ids: Collection[UUID]) -> dict[UUID, About]:
    rows = await db.execute(
        select(
            Conversation.id,
            Conversation.customer_name,
            Conversation.customer_id,
            Conversation.team_id,
            Conversation.assignee_id,
        ).where(Conversation.id.in_(ids))
    )
    return {
        row.id: About(row.customer_name, row.id, row.customer_id, row.team_id, row.assignee_id)
        for row in rows
    }


def conversation_of(fact: Fact) -> UUID | None:
    return fact.subject if fact.details["subject_kind"] == CONVERSATION else None


def trigger(name: str, fact: str, zh: str, en: str, fields: Fields | None = None) -> Trigger:
    return Trigger(name, fact, CONVERSATION, zh, en, fields=fields or {}, words=WORDS)


offer_subject(
    SubjectKind(
        CONVERSATION,
        zh="会话",
        en="Conversation",
        id=Conversation.id,
        fields=SUBJECT_FIELDS,
        visible=visible_to,
        about=about_conversations,
        words=WORDS,
    )
)
offer_trigger(
    trigger(
        "conversation.opened",
        ConversationOpened.kind,
        "会话开始",
        "A conversation begins",
        {"channel": word(None)},
    ),
    trigger(
        "message.received",
        "message.received",
        "收到客户消息",
        "A customer writes",
        {"kind": choice(None, *KINDS)},
    ),
    trigger("message.sent", "message.sent", "消息已发出", "A message goes out", MESSAGE_FIELDS),
    trigger("message.noted", "message.noted", "写了内部备注", "A note is written"),
    trigger(
        "conversation.waiting",
        ConversationWaiting.kind,
        "会话等待人工",
        "A conversation waits for a person",
        {"reason": word(None)},
    ),
    trigger("conversation.assigned", ConversationAssigned.kind, "会话已接入", "Somebody takes it"),
    trigger(
        "conversation.transferred",
        ConversationTransferred.kind,
        "会话已转接",
        "It is handed over",
        {"reason": choice(None, *REASONS)},
    ),
    trigger(
        "conversation.closed",
        ConversationClosed.kind,
        "会话结束",
        "A conversation ends",
        {"reason": word(None)},
    ),
    trigger("conversation.reopened", ConversationReopened.kind, "会话重新打开", "It begins again"),
    trigger("conversation.woken", ConversationWoken.kind, "搁置结束", "It was set aside until now"),
    trigger(
        "conversation.rated",
        ConversationRated.kind,
        "客户已评价",
        "A customer rates it",
        {"score": number(None, 1, 5)},
    ),
    trigger(
        "conversation.labelled",
        ConversationLabelled.kind,
        "标签变化",
        "Its labels change",
        {"labels": reference("label", None)},
    ),
    trigger(
        "conversation.prioritised",
        ConversationPrioritised.kind,
        "优先级变化",
        "Its priority changes",
        {"priority": number(None, 0, 3)},
    ),
    trigger("message.failed", MessageFailed.kind, "消息发送失败", "A message is not delivered"),
    trigger("message.flagged", MessageFlagged.kind, "命中敏感词", "A message has flagged words"),
    Trigger(
        "conversation.clock_warned",
        ClockWarned.kind,
        CONVERSATION,
        "承诺时限将到",
        "A promised time is nearly over",
        fields=CLOCK_FIELDS,
        words=WORDS,
        subject_of=conversation_of,
    ),
    Trigger(
        "conversation.promise_broken",
        PromiseBroken.kind,
        CONVERSATION,
        "承诺时限超时",
        "A promised time is over",
        fields=CLOCK_FIELDS,
        words=WORDS,
        subject_of=conversation_of,
    ),
)
