"""Carrying out: what a granted request does to an order, kept so that it can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.change_rules import (
    ContentPlan,
    LinePlan,
    Situation,
    check_address,
    check_cancel,
    new_method,
    plan_content,
)
from kefu.commerce.events import OrderCancelled, OrderChanged
from kefu.commerce.model import PaymentMethod, Product, Sku
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order, OrderLine, Payment
from kefu.commerce.money_moves import Moves, charge, give_back, keep_moves, take_back
from kefu.commerce.placing import tail_of
from kefu.commerce.steps import furthest
from kefu.commerce.terms import terms_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import plain, record

AMOUNTS = ("goods_amount", "discount_amount", "total_amount", "paid_amount", "refunded_amount")
ADDRESS = (
    *("recipient", "phone", "country", "province", "city", "district", "street", "postcode"),
)
LINE = ("sku_id", "product_id", "title", "specs", "quantity", "unit_price", "discount")
CANCELLED = "cancelled"


async def carry_out(db: Session, change: OrderChange, situation: Situation) -> None:
    """Do what was asked; the rules are checked here, so that nothing half-done remains."""
    skus = await asked_skus(db, change, situation.lines)
    step = PLANS[change.kind](change, situation, skus)
    order = situation.order
    change.before = picture(order, situation.lines)
    moves = Moves(order, change.id, change.decided_by or change.requested_by)
    titles = await titles_of(db, skus)
    DOING[change.kind](change, situation, step, moves, titles)
    db.add(change)
    change.after = picture(order, situation.lines) | {"money": moves.kept()}
    change.executed_at = now()
    order.updated_at = change.executed_at
    await keep_moves(db, moves)
    await record(db, order_event(change, order))


def check_only(change: OrderChange, situation: Situation, skus: Mapping[UUID, Sku]) -> None:
    """Whether the policy would allow it at all; a window that is over is another question."""
    PLANS[change.kind](change, situation, skus)


def plan_of_content(change: OrderChange, now_: Situation, skus: Mapping[UUID, Sku]) -> ContentPlan:
    asked = [
        one | {"line": UUID(one["line"]), "sku": UUID(one["sku"]) if one.get("sku") else None}
        for one in change.wanted["lines"]
    ]
    method = change.wanted.get("payment_method")
    wanted = {"lines": asked, "payment_method": UUID(method) if method else None}
    return plan_content(now_, wanted, skus)


def plan_of_address(change: OrderChange, now_: Situation, _: Mapping[UUID, Sku]) -> dict[str, Any]:
    check_address(now_, change.wanted)
    return change.wanted


def plan_of_payment(change: OrderChange, now_: Situation, _: Mapping[UUID, Sku]) -> PaymentMethod:
    return new_method(now_, UUID(change.wanted["payment_method"]))


def plan_of_cancel(change: OrderChange, now_: Situation, _: Mapping[UUID, Sku]) -> None:
    check_cancel(now_, change.reason)


PLANS: dict[str, Any] = {
    "content": plan_of_content,
    "address": plan_of_address,
    "payment": plan_of_payment,
    "cancel": plan_of_cancel,
}


def do_content(
    change: OrderChange, now_: Situation, plan: ContentPlan, moves: Moves, titles: dict[UUID, str]
) -> None:
    order = now_.order
    before = sum(line.unit_price * line.quantity for line in now_.lines)
    off = sum(line.discount for line in now_.lines)
    for one in plan.lines:
        if not one.stays:
            rewrite(one, titles)
    order.goods_amount += sum(line.unit_price * line.quantity for line in now_.lines) - before
    order.discount_amount += sum(line.discount for line in now_.lines) - off
    order.total_amount += plan.difference
    change.difference = plan.difference
    if order.status == "created" or not plan.difference:
        return
    if plan.difference > 0:
        charge(moves, plan.method, plan.difference)
    else:
        give_back(moves, plan.method, -plan.difference, reason="price_difference")


def rewrite(plan: LinePlan, titles: dict[UUID, str]) -> None:
    """Make the line what was asked for."""
    line, sku = plan.line, plan.sku
    if sku is not None and sku.id != line.sku_id:
        line.title = titles.get(sku.product_id, line.title)
        line.sku_id, line.product_id = sku.id, sku.product_id
        line.specs, line.unit_price = sku.specs, sku.price
    line.quantity, line.discount = plan.quantity, plan.discount


def do_address(
    _: OrderChange, now_: Situation, wanted: dict[str, Any], _moves: Moves, _titles: Any
) -> None:
    write_address(now_.order, wanted)


def write_address(order: Order, wanted: Mapping[str, Any]) -> None:
    """Send it there; what the search finds an order by follows.

    In another city nothing is left of the former district.
    """
    moved = any(wanted.get(name, kept) != kept for name, kept in town_of(order).items())
    narrower = dict.fromkeys(("district", "postcode")) if moved else {}
    for name, value in {**narrower, **wanted}.items():
        setattr(order, name, value)
    order.phone_tail = tail_of(order.phone)
    order.search_terms = terms_of(order.recipient or "")


def town_of(order: Order) -> dict[str, str | None]:
    return {"province": order.province, "city": order.city}


def do_payment(
    change: OrderChange, now_: Situation, method: PaymentMethod, moves: Moves, _: Any
) -> None:
    """Charge the new way and give the former one its money back."""
    order, left = now_.order, now_.left_to_give_back()
    for payment, share in shares_of(now_, left):
        former = now_.methods.get(payment.method_id) if payment.method_id else None
        give_back(moves, former, share, reason="payment_changed")
        payment.status = "refunded"
        moves.replaced.append(payment)
    charge(moves, method, order.total_amount)
    change.difference = 0


def do_cancel(change: OrderChange, now_: Situation, _: None, moves: Moves, _titles: Any) -> None:
    """Cancel every line and give everything back the way it was paid."""
    order, left = now_.order, now_.left_to_give_back()
    order.status, order.cancelled_at = CANCELLED, now()
    for line in now_.lines:
        line.cancelled_quantity = line.quantity - line.returned_quantity
    for payment, share in shares_of(now_, left):
        method = now_.methods.get(payment.method_id) if payment.method_id else None
        give_back(moves, method, share, reason="order_cancelled")
    rest = left - sum(one.amount for one in moves.refunds)
    if rest > 0:
        give_back(moves, None, rest, reason="order_cancelled")
    change.difference = -sum(one.amount for one in moves.refunds)


def shares_of(now_: Situation, left: int) -> Iterator[tuple[Payment, int]]:
    """What goes back to each payment, the first first, until nothing is left."""
    for payment in [one for one in now_.payments if one.status == "paid"]:
        share = min(payment.amount, left)
        if share > 0:
            yield payment, share
            left -= share


DOING: dict[str, Any] = {
    "content": do_content,
    "address": do_address,
    "payment": do_payment,
    "cancel": do_cancel,
}


async def undo(
    db: Session, change: OrderChange, order: Order, lines: Sequence[OrderLine], *, by: UUID | None
) -> None:
    """Put the order back as it was before the request, to the last figure.

    What the shop has done with it meanwhile stays: one that was sent has been sent.
    """
    before = change.before or {}
    for name, value in before.get("order", {}).items():
        setattr(order, name, value)
    order.status = furthest(order.status, vars(order))
    order.cancelled_at = None if order.status != CANCELLED else order.cancelled_at
    order.phone_tail = tail_of(order.phone)
    kept = {line["id"]: line for line in before.get("lines", ())}
    for line in lines:
        put_back(line, kept.get(str(line.id), {}))
    order.updated_at = now()
    await take_back(db, order, (change.after or {}).get("money", {}), by=by)
    changed = OrderChanged(
        subject=order.id, customer=order.customer_id, actor=by, changed=("care", change.kind)
    )
    await record(db, changed)


def put_back(line: OrderLine, kept: Mapping[str, Any]) -> None:
    for name, value in kept.items():
        if name in ("sku_id", "product_id"):
            setattr(line, name, UUID(value) if value else None)
        elif name != "id":
            setattr(line, name, value)


def picture(order: Order, lines: Sequence[OrderLine]) -> dict[str, Any]:
    """The order as it stands, in what a request can change."""
    return {
        "order": {name: getattr(order, name) for name in ("status", *AMOUNTS, *ADDRESS)},
        "lines": [
            {"id": str(line.id), "cancelled_quantity": line.cancelled_quantity}
            | {name: plain(getattr(line, name)) for name in LINE}
            for line in lines
        ],
    }


def order_event(change: OrderChange, order: Order) -> OrderChanged | OrderCancelled:
    """What others hear of the order itself, as when its shop had told it."""
    by = change.decided_by or change.requested_by
    if change.kind == "cancel":
        return OrderCancelled(
            subject=order.id, customer=order.customer_id, actor=by, happened_at=now()
        )
    changed = {"content": ("lines", "payments"), "address": ("address",), "payment": ("payments",)}
    return OrderChanged(
        subject=order.id, customer=order.customer_id, actor=by, changed=changed[change.kind]
    )


async def asked_skus(
    db: Session, change: OrderChange, lines: Sequence[OrderLine]
) -> dict[UUID, Sku]:
    """The variants that a request is about: those asked for and those the lines have."""
    if change.kind != "content":
        return {}
    wanted = {UUID(one["sku"]) for one in change.wanted["lines"] if one.get("sku")}
    return await skus_named(db, wanted | {line.sku_id for line in lines if line.sku_id})


async def skus_named(db: Session, wanted: set[UUID]) -> dict[UUID, Sku]:
    if not wanted:
        return {}
    found = await db.scalars(select(Sku).where(Sku.id.in_(wanted)))
    return {sku.id: sku for sku in found}


async def titles_of(db: Session, skus: Mapping[UUID, Sku]) -> dict[UUID, str]:
    products = {sku.product_id for sku in skus.values()}
    if not products:
        return {}
    rows = await db.execute(select(Product.id, Product.title).where(Product.id.in_(products)))
    return {row.id: row.title for row in rows}
