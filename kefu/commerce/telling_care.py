"""Telling: colleagues hear of special requests, and whoever asked hears what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_order_care import (
    OrderChangeApproved,
    OrderChangeDenied,
    OrderChangeRefused,
    OrderChangeRequested,
)
from kefu.commerce.model_order_care import OrderChange
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity import agents_who_may
from kefu.notifications import Notice, Ways, announce, notify_all, withdraw

WAITING = OrderChangeRequested.kind
DECIDE = "order.decide"

announce(WAITING, zh="有订单特殊申请待审批", en="A special request for an order waits")
announce(
    OrderChangeApproved.kind, zh="您的订单特殊申请已通过", en="Your special request is approved"
)
announce(OrderChangeDenied.kind, zh="您的订单特殊申请被拒绝", en="Your special request is denied")
announce(
    OrderChangeRefused.kind,
    zh="店铺拒绝了一次订单修改，已恢复原状",
    en="A shop refused an order change; it was put back",
    ways=Ways(mail=True),
)


async def tell_of_requests(db: Session, facts: Sequence[Fact]) -> None:
    """Whoever may decide hears of each request that waits."""
    deciders = await agents_who_may(db, DECIDE)
    await notify_all(db, [notice(fact, agent) for fact in facts for agent in deciders])


async def tell_of_decisions(db: Session, facts: Sequence[Fact]) -> None:
    """Whoever asked hears what became of it; nobody needs to decide any more."""
    changes = [UUID(fact.details["change"]) for fact in facts]
    await withdraw(db, WAITING, changes)
    rows = await db.execute(
        select(OrderChange.id, OrderChange.requested_by).where(OrderChange.id.in_(changes))
    )
    asked_by = {row.id: row.requested_by for row in rows}
    told = [(fact, asked_by.get(UUID(fact.details["change"]))) for fact in facts]
    await notify_all(db, [notice(fact, agent) for fact, agent in told if agent])


def notice(fact: Fact, agent: UUID) -> Notice:
    return Notice(
        agent=agent,
        kind=fact.kind,
        subject_kind="order_change",
        subject=UUID(fact.details["change"]),
        conversation=fact.conversation,
        actor=fact.actor,
        params={"order": str(fact.subject), "change_kind": fact.details["change_kind"]},
    )
