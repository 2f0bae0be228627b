"""Telling: colleagues hear of special requests, and whoever asked hears what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_order_care import (
    OrderChangeApproved,
    OrderChangeDenied,
    OrderChangeOverruled,
    OrderChangeRefused,
    OrderChangeRequested,
)
from kefu.commerce.model_order_care import OrderChange
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity import agents_who_may
from kefu.notifications import Notice, Ways, Why, announce, notify_all, withdraw

WAITING = OrderChangeRequested.kind
DECIDE = "order.decide"

announce(
    WAITING,
    zh="有订单特殊申请待审批",
    en="A special request for an order waits",
    why=Why(
        zh="超出订单修改窗口的特殊申请要由您这样有权限的同事决定。",
        en=(
            "A request outside the windows for order changes waits for those who may decide, "
            "like you."
        ),
        setting="order-windows",
    ),
)
announce(
    OrderChangeApproved.kind,
    zh="您的订单特殊申请已通过",
    en="Your special request is approved",
    why=Why(
        zh="您为客户提出的特殊申请通过了。",
        en="The special request that you made for a customer was granted.",
    ),
)
announce(
    OrderChangeDenied.kind,
    zh="您的订单特殊申请被拒绝",
    en="Your special request is denied",
    why=Why(
        zh="您为客户提出的特殊申请被拒绝了。",
        en="The special request that you made for a customer was denied.",
    ),
)
announce(
    OrderChangeRefused.kind,
    zh="店铺拒绝了一次订单修改，已恢复原状",
    en="A shop refused an order change; it was put back",
    ways=Ways(mail=True),
    why=Why(
        zh="店铺没有接受您提出的订单修改。",
        en="The shop did not take the change of an order that you had made.",
    ),
)
announce(
    OrderChangeOverruled.kind,
    zh="店铺后来改动了同一内容，本地的订单修改已被取代，请核对货款",
    en="A shop changed what was changed here before; please check goods and money",
    ways=Ways(mail=True),
    why=Why(
        zh="店铺后来传来的订单内容取代了这里的修改。",
        en="What the shop told later of the order replaced the change made here.",
    ),
)


async def tell_of_requests(db: Session, facts: Sequence[Fact]) -> None:
    """Whoever may decide hears of each request that waits."""
    deciders = await agents_who_may(db, DECIDE)
    await notify_all(db, [notice(fact, agent) for fact in facts for agent in deciders])


async def tell_of_decisions(db: Session, facts: Sequence[Fact]) -> None:
    """Whoever asked hears what became of it; nobody needs to decide any more."""
    await withdraw(db, WAITING, [change_of(fact) for fact in facts])
    asked_by = await who_asked(db, facts)
    told = [(fact, asked_by.get(change_of(fact))) for fact in facts]
    await notify_all(db, [notice(fact, agent) for fact, agent in told if agent])


async def tell_of_overruling(db: Session, facts: Sequence[Fact]) -> None:
    """Whoever asked looks at goods and money; those who may decide, where no agent asked."""
    deciders = await agents_who_may(db, DECIDE)
    asked_by = await who_asked(db, facts)
    told = []
    for fact in facts:
        agent = asked_by.get(change_of(fact))
        told += [notice(fact, one) for one in ({agent} if agent else deciders)]
    await notify_all(db, told)


async def who_asked(db: Session, facts: Sequence[Fact]) -> dict[UUID, UUID]:
    rows = await db.execute(
        select(OrderChange.id, OrderChange.requested_by).where(
            OrderChange.id.in_([change_of(fact) for fact in facts])
        )
    )
    return {row.id: row.requested_by for row in rows if row.requested_by}


def change_of(fact: Fact) -> UUID:
    return UUID(fact.details["change"])


def notice(fact: Fact, agent: UUID) -> Notice:
    return Notice(
        agent=agent,
        kind=fact.kind,
        subject_kind="order_change",
        subject=change_of(fact),
        conversation=fact.conversation,
        actor=fact.actor,
        params={"order": str(fact.subject), "change_kind": fact.details["change_kind"]},
    )
