"""Retelling: an order that is known is told again, newer or older, and keeps what is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kefu.commerce.documents import OrderDocument
from kefu.commerce.events import OrderChanged, OrderStuck
from kefu.commerce.helping import clear_step, finished_with_help
from kefu.commerce.holding import Held
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import TrackingEvent
from kefu.commerce.placing import Placing, address_row, amounts_row, line_rows, times_row
from kefu.commerce.retelling_lines import paired
from kefu.commerce.retelling_parts import Parts, Retelling, parts_of
from kefu.commerce.steps import RANK, furthest, is_newer
from kefu.commerce.telling import TIMES, head_of, told_of_steps
from kefu.commerce.terms import terms_of
from kefu.core.db import Session
from kefu.core.events import record_all
from kefu.core.writing import write_rows

SHOWN_TIMES = (*TIMES, "promised_ship_by", "promised_by")
AMOUNTS = ("currency", "goods_amount", "shipping_amount", "discount_amount", "total_amount")
TOLD_OTHERWISE = frozenset(("status", *TIMES))


async def retell_orders(
    db: Session, placing: Placing, tellings: Sequence[tuple[Order, OrderDocument]]
) -> set[str]:
    """Bring these orders up to date; gives the numbers of those that are different now."""
    news = [
        (order, document)
        for order, document in tellings
        if order.source_hash != document.fingerprint
    ]
    if not news:
        return set()
    parts = await parts_of(db, [order.id for order, _ in news])
    changed = {
        order.number for order, document in news if has_changed(db, placing, order, document, parts)
    }
    await db.flush()
    await write_rows(db, TrackingEvent, parts.scans, conflict="shipment_id, external_id")
    await record_all(db, parts.facts)
    return changed


def has_changed(
    db: Session, placing: Placing, order: Order, document: OrderDocument, parts: Parts
) -> bool:
    """Tell one order again; true when anything is different now."""
    newer = is_newer(
        version=document.version,
        told_at=document.updated_at,
        known_version=order.version,
        known_at=order.source_updated_at,
        ahead=RANK[document.status] >= RANK[order.status],
    )
    held = held_against(placing, order, document, parts, newer=newer)
    before, status = {name: getattr(order, name) for name in TIMES}, order.status
    changed = put_fields(placing, order, document, held, newer=newer)
    helped = finished_with_help(order, status)
    clear_step(order)
    changed += Retelling(db, placing, order, document, parts, held, newer).put_all()
    if newer:
        order.version = document.version if document.version is not None else order.version
        order.source_updated_at = document.updated_at or order.source_updated_at
        order.source_hash = document.fingerprint
    parts.facts += [*told_of_steps(vars(order), before, status), *helped, *held.settled()]
    visible = tuple(name for name in changed if name not in TOLD_OTHERWISE)
    if "unfinished_step" in changed and order.unfinished_step:
        parts.facts.append(OrderStuck(**head_of(vars(order)), step=order.unfinished_step))
    if visible:
        parts.facts.append(OrderChanged(**head_of(vars(order)), changed=visible))
    return bool(changed)


def held_against(
    placing: Placing, order: Order, document: OrderDocument, parts: Parts, *, newer: bool
) -> Held:
    """Judge what was changed here by what the shop says now; what it overrules is let go."""
    lines = parts.lines[order.id]
    held = Held(order, lines, parts.changes.get(order.id, []), newer=newer)
    if not held.changes:
        return held
    held.judge_cancel(document.status)
    if document.address is not None:
        held.judge_address(address_row(document))
    held.judge_content(paired(lines, line_rows(placing, document, order.id)))
    return held


def put_fields(
    placing: Placing, order: Order, document: OrderDocument, held: Held, *, newer: bool
) -> list[str]:
    """The order's own fields; an older telling only fills what is missing."""
    given: dict[str, Any] = {name: getattr(document, name) for name in SHOWN_TIMES}
    if newer:
        given = times_row(placing, document) | given_of(placing, order, document)
        given |= {
            name: given[name] + more for name, more in held.amounts().items() if name in given
        }
    if document.address is not None:
        kept = held.kept_address()
        given |= {name: value for name, value in address_row(document).items() if name not in kept}
    given |= {"note": document.note, "external_id": document.external_id}
    if document.number in placing.customers and order.customer_id is None:
        given["customer_id"] = placing.customers[document.number]
    given.pop("search_terms", None)
    changed = [name for name, value in given.items() if has_taken(order, name, value, newer=newer)]
    if "recipient" in changed:
        order.search_terms = terms_of(order.recipient or "")
    if newer:
        changed += put_status(order, document, held)
    return [name for name in changed if name != "phone_tail"]


def given_of(placing: Placing, order: Order, document: OrderDocument) -> dict[str, Any]:
    amounts = amounts_row(placing, document)
    return {
        **{name: amounts[name] for name in AMOUNTS},
        "channel": document.channel,
        "attributes": document.attributes or order.attributes,
    }


def has_taken(order: Order, name: str, value: Any, *, newer: bool) -> bool:
    """Take the value if it is news; nothing is taken away by not being told."""
    known = getattr(order, name)
    if value is None or value == known or (known is not None and not newer):
        return False
    setattr(order, name, value)
    return True


def put_status(order: Order, document: OrderDocument, held: Held) -> list[str]:
    """A step stays known until the order is past it, so that help can be counted."""
    said = order.status if held.keeps("cancel") else document.status
    status = furthest(said, vars(order))
    step = document.unfinished_step if status == "created" else order.unfinished_step
    changed = [
        name
        for name, value in (("status", status), ("unfinished_step", step))
        if getattr(order, name) != value
    ]
    order.status, order.unfinished_step = status, step
    return changed
