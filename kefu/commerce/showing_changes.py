"""Showing changes: requests with names instead of ids, and without telephones and streets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order
from kefu.commerce.schemas_order_care import ChangeShown
from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.customers import masked_phone
from kefu.identity import Actor, AgentName, agents_named

HIDDEN = "****"
COPIED = (
    *("id", "order_id", "customer_id", "conversation_id", "kind", "state", "special"),
    *("why_special", "source", "reason", "note", "difference", "shop_state", "refusal"),
    *("requested_at", "decided_at", "decision_note", "executed_at"),
)


async def changes_for(
    db: Session,
    actor: Actor,
    *,
    state: str | None,
    kind: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[ChangeShown], str | None]:
    """A page of requests, newest first; those that wait, the longest waiting first."""
    actor.require("order.read")
    oldest_first = state == "pending_approval"
    key = OrderChange.id.asc() if oldest_first else OrderChange.id.desc()
    query = select(OrderChange).order_by(key).limit(limit + 1)
    if state:
        query = query.where(OrderChange.state == state)
    if kind:
        query = query.where(OrderChange.kind == kind)
    after = read_cursor(cursor, UUID)
    if after:
        beyond = OrderChange.id > after[0] if oldest_first else OrderChange.id < after[0]
        query = query.where(beyond)
    rows, following = page_of((await db.scalars(query)).all(), limit, lambda one: [one.id])
    return await shown_changes(db, rows), following


async def changes_of(db: Session, order: UUID) -> list[ChangeShown]:
    """Everything that was asked of an order, newest first."""
    query = select(OrderChange).where(OrderChange.order_id == order)
    found = await db.scalars(query.order_by(OrderChange.id.desc()).limit(100))
    return await shown_changes(db, found.all())


async def shown_changes(db: Session, changes: Sequence[OrderChange]) -> list[ChangeShown]:
    """Rows for the screen, in two queries however many they are."""
    asked = {one.order_id for one in changes}
    rows = await db.execute(
        select(Order.id, Order.number, Order.currency).where(Order.id.in_(asked))
    )
    orders = {row.id: row for row in rows}
    agents = await agents_named(
        db, [agent for one in changes for agent in (one.requested_by, one.decided_by)]
    )
    return [
        ChangeShown(
            **{name: getattr(one, name) for name in COPIED},
            order_number=orders[one.order_id].number,
            currency=orders[one.order_id].currency,
            wanted=masked(one.wanted),
            before=masked_before(one),
            requested_by=name_of(agents, one.requested_by),
            decided_by=name_of(agents, one.decided_by),
        )
        for one in changes
    ]


def name_of(agents: Mapping[UUID, AgentName], agent: UUID | None) -> str | None:
    found = agents.get(agent) if agent else None
    return found.name if found else None


def masked_before(change: OrderChange) -> dict[str, Any] | None:
    """The part of the former order that this kind of change is about."""
    if change.before is None:
        return None
    if change.kind == "content":
        asked = {one["line"] for one in change.wanted.get("lines", ())}
        return {"lines": [line for line in change.before["lines"] if line["id"] in asked]}
    if change.kind == "address":
        former = {name: change.before["order"].get(name) for name in change.wanted}
        return masked(former)
    return {"status": change.before["order"]["status"]}


def masked(address: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {"phone": masked_phone, "street": street_hidden, "postcode": street_hidden}
    return {
        name: hidden[name](value) if name in hidden and value else value
        for name, value in address.items()
    }


def street_hidden(_: str | None) -> str:
    return HIDDEN
