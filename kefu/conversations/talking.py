"""Talking: what is counted of how a customer writes, for the portrait in kefu/customers.

The words stay in the messages; what goes down are numbers. The lists are short on purpose: a
customer writes many messages, and one word in each is enough to tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.ids import uuid7_time
from kefu.core.writing import listed
from kefu.customers import ServiceFigures, TalkCount, note_service, note_talk

SHOP_ZONE = ZoneInfo("Asia/Shanghai")
DISPLEASED = 2
"""A rating up to this is counted as a complaint until complaints are cases of their own."""
MORNING, AFTERNOON, EVENING, NIGHT = 6, 12, 18, 23

TECHNICAL = re.compile(
    r"\b(?:mAh|Wi-?Fi|USB|HDMI|BIOS|API|SDK|DNS|DHCP|IP(?:v[46])?|MAC|SSID|CPU|GPU|RAM|ROM|NFC|"
    r"OTA|GHz|MHz|Mbps|Gbps|[0-9]+ ?(?:GB|TB|W|V|A|Hz|dB|nm)|x86|ARM|PCIe?|NVMe|SSD|HDR|"
    r"log|firmware|driver|kernel|reset|debug)\b|固件|驱动|参数|协议|接口|端口|型号|序列号|分辨率|"
    r"刷新率|功率|电压|电流|频段|信道|芯片|内存|主板|显卡|兼容|调试|日志|配置|校准|传感器|阈值|"
    r"带宽|延时|丢包|路由|网关|子网|蓝牙\s?[45]|快充协议|色域|编码|解码",
    re.IGNORECASE,
)
PRESSING = re.compile(
    r"快点|赶紧|马上|立刻|尽快|(?<!不)(?<!不着)(?<!别着)急|催|多久|还没|怎么还|等了|半天|到底|人呢|在吗|有人吗|投诉|"
    r"[!！]{2,}|[?？]{2,}|\b(?:asap|hurry|urgent|immediately|still waiting)\b",
    re.IGNORECASE,
)
WARM = re.compile(
    r"谢谢|感谢|辛苦|麻烦|请问|您好|你好|哈哈|亲|不好意思|拜托|好的呀|[~～❤😊🙏👍🌹😄]|"
    r"\b(?:thanks|thank you|please|appreciate|hi|hello)\b",
    re.IGNORECASE,
)
SAID = text(
    "select id, conversation_id, text from messages "
    "where id = any(cast(:ids as uuid[])) and recalled_at is null"
)
HOMES = text(
    "select c.id, c.customer_id, i.channel from conversations c "
    "join inboxes i on i.id = c.inbox_id where c.id = any(:ids)"
)
QUESTION = re.compile(r"[?？]|吗|呢|怎么|什么|哪|几|多少|为何|为什么")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message tells of its writer."""

    characters: int
    question: bool
    technical: bool
    pressing: bool
    warm: bool


def heard(said: str) -> Heard:
    """What is counted of one message."""
    return Heard(
        characters=len(said.strip()),
        question=QUESTION.search(said) is not None,
        technical=TECHNICAL.search(said) is not None,
        pressing=PRESSING.search(said) is not None,
        warm=WARM.search(said) is not None,
    )


def part_of_day(at: datetime) -> str:
    hour = at.astimezone(SHOP_ZONE).hour
    if MORNING <= hour < AFTERNOON:
        return "morning"
    if AFTERNOON <= hour < EVENING:
        return "afternoon"
    return "evening" if EVENING <= hour < NIGHT else "night"


async def count_talk(db: Session, facts: Sequence[Fact]) -> None:
    """Count the texts that came in, conversation by conversation, in two queries."""
    ids = [fact.details["message"] for fact in facts if fact.details.get("kind") == "text"]
    if not ids:
        return
    messages = (await db.execute(SAID, {"ids": listed(ids)})).all()
    homes = await homes_of(db, {row.conversation_id for row in messages})
    counts: dict[UUID, TalkCount] = {}
    for row in messages:
        if row.conversation_id in homes:
            customer, channel = homes[row.conversation_id]
            at = uuid7_time(row.id)
            count = counts.setdefault(
                row.conversation_id, TalkCount(row.conversation_id, customer, channel, at)
            )
            add(count, heard(row.text), at)
    await note_talk(db, list(counts.values()))


async def homes_of(db: Session, conversations: set[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Whose conversation it is, and through which channel."""
    rows = await db.execute(HOMES, {"ids": list(conversations)})
    return {row.id: (row.customer_id, row.channel) for row in rows}


def add(count: TalkCount, said: Heard, at: datetime) -> None:
    count.messages += 1
    count.characters += said.characters
    count.questions += said.question
    count.technical += said.technical
    count.pressing += said.pressing
    count.warm += said.warm
    count.last_at = max(count.last_at, at)
    part = part_of_day(at)
    setattr(count, part, getattr(count, part) + 1)


async def count_service(db: Session, facts: Sequence[Fact]) -> None:
    """Conversations that began, and ratings that were bad."""
    figures: dict[UUID, ServiceFigures] = {}
    for fact in facts:
        if fact.customer is None:
            continue
        one = figures.setdefault(fact.customer, ServiceFigures())
        if fact.kind == "conversation.opened":
            one.conversations += 1
            one.last_conversation_at = fact.at
        elif fact.details.get("score", DISPLEASED + 1) <= DISPLEASED:
            one.complaints += 1
            one.last_complaint_at = fact.at
    await note_service(db, figures)
