"""Noticing: each step of an order is told to its customer once.

A notice is a row with a key that says what is told: however often the same thing becomes known,
it is told once. Who has a way to the customer hears `notice.due` and reports what came of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.events_logistics import NoticeSettled
from kefu.commerce.logistics.recipients import Recipients, known_of
from kefu.commerce.logistics.settings import notice_settings, settings_row
from kefu.commerce.logistics.settling import outcome_of, quiet_until, said, say_due
from kefu.commerce.logistics.wording import Said, money_in
from kefu.commerce.model_logistics import LogisticsSettings
from kefu.commerce.model_notices import CustomerNotice
from kefu.commerce.model_shipments import Shipment
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact, record_all
from kefu.core.ids import uuid7

OLD = timedelta(hours=48)
PLACED = "order.placed"
ABOUT_FACT = {
    PLACED: "order_placed",
    "order.paid": "order_paid",
    "order.processing": "order_processing",
    "order.shipped": "order_shipped",
    "order.delivered": "delivered",
    "order.completed": "order_completed",
    "order.cancelled": "order_cancelled",
    "refund.paid": "refund_paid",
}
ABOUT_MOVE = {
    "in_transit": "order_shipped",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """Something of which a customer should hear."""

    key: str
    about: str
    order: UUID
    happened_at: datetime
    shipment: UUID | None = None
    given: Mapping[str, Said] | None = None


async def tell_of_steps(db: Session, facts: Iterable[Fact]) -> None:
    """Tell what these facts of orders and parcels mean for their customers."""
    lively = [fact for fact in facts if not fact.details.get("historic")]
    moves = [fact for fact in lively if fact.kind == "shipment.moved"]
    steps = [fact for fact in lively if fact.kind in ABOUT_FACT and is_a_step(fact)]
    parcels = await _outbound(db, [fact.subject for fact in steps if "delivered" in fact.kind])
    tellings = [one for fact in steps for one in of_step(fact, parcels)]
    tellings += [one for fact in moves for one in of_move(fact)]
    await put(db, tellings)


def is_a_step(fact: Fact) -> bool:
    """An order that was paid or sent when it became known is told of as that."""
    return fact.kind != PLACED or fact.details["status"] == "created"


def of_step(fact: Fact, parcels: Mapping[UUID, list[UUID]]) -> list[Telling]:
    about, order = ABOUT_FACT[fact.kind], fact.subject
    at = moment_of(fact)
    if about == "refund_paid":
        given = {"amount": money_in(fact.details["amount"], fact.details["currency"])}
        return [Telling(f"{order}:{about}:{fact.details['refund']}", about, order, at, None, given)]
    if about == "delivered" and parcels.get(order):
        return [
            Telling(f"{order}:{about}:{parcel}", about, order, at, parcel)
            for parcel in parcels[order]
        ]
    return [Telling(f"{order}:{about}", about, order, at)]


def of_move(fact: Fact) -> list[Telling]:
    about = ABOUT_MOVE.get(fact.details["status"])
    if about is None or fact.details["direction"] != "outbound":
        return []
    order = UUID(fact.details["order"])
    parcel = fact.subject if about != "order_shipped" else None
    key = f"{order}:{about}:{parcel}" if parcel else f"{order}:{about}"
    return [Telling(key, about, order, moment_of(fact), parcel)]


def moment_of(fact: Fact) -> datetime:
    """When it happened, as far as that was told."""
    told = fact.details.get("happened_at")
    return datetime.fromisoformat(told) if told else fact.at


async def _outbound(db: Session, orders: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    rows = await db.execute(
        select(Shipment.order_id, Shipment.id)
        .where(Shipment.order_id.in_(orders), Shipment.direction == "outbound")
        .order_by(Shipment.id)
    )
    found: dict[UUID, list[UUID]] = {}
    for order, shipment in rows:
        found.setdefault(order, []).append(shipment)
    return found


async def put(db: Session, tellings: Sequence[Telling]) -> None:
    """Write down what is not told yet, and let go what may be told now."""
    if not tellings:
        return
    kept = await settings_row(db)
    known = await known_of(db, {telling.order for telling in tellings})
    rows = {
        telling.key: row_of(telling, known, kept)
        for telling in tellings
        if telling.order in known.orders
    }
    await store(db, sorted(rows.values(), key=lambda row: str(row["key"])))


def row_of(telling: Telling, known: Recipients, kept: LogisticsSettings) -> dict[str, Any]:
    order = known.orders[telling.order]
    reason = withheld(telling, order, known, notice_settings(kept))
    until = quiet_until(kept, now())
    return {
        "id": uuid7(),
        "key": telling.key,
        "kind": telling.about,
        "order_id": order.id,
        "shipment_id": telling.shipment,
        "customer_id": order.customer_id,
        "text": known.words_of(telling.about, order, telling.given or {}),
        "status": "suppressed" if reason else "waiting",
        "reason": reason,
        "not_before": None if reason else until or now(),
        "settled_at": now() if reason else None,
        "created_at": now(),
    }


def withheld(
    telling: Telling, order: Any, known: Recipients, wished: Mapping[str, Any]
) -> str | None:
    """Why it is not told; nothing when it is."""
    if order.historic or telling.happened_at < now() - OLD:
        return "too_old"
    if telling.about not in wished["kinds"]:
        return "switched_off"
    if order.customer_id is None:
        return "no_customer"
    return "not_wanted" if order.customer_id in known.unwanted else None


async def store(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep those whose key is new, and say which are due."""
    if not rows:
        return
    stored = await db.scalars(
        insert(CustomerNotice)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(CustomerNotice)
    )
    notices = stored.all()
    await say_due(db, [one for one in notices if one.status == "waiting"])
    settled = [one for one in notices if one.status == "suppressed"]
    await record_all(db, [said(NoticeSettled, one, **outcome_of(one)) for one in settled])
