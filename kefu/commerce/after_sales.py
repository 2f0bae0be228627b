"""After sales: lines of an order are to come back, be exchanged, repaired or installed.

The request is checked against the shop's policy and kept; what then happens to the goods is a case
of returns, which opens by itself on `order.after_sale_requested`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.carrying_out import skus_named
from kefu.commerce.change_rules import (
    GIFT_CARD,
    Situation,
    check_covers,
    check_own,
    check_sku,
    check_to_be_had,
    own_method,
)
from kefu.commerce.changing import Asked, situation_of
from kefu.commerce.events_order_care import AfterSaleRequested
from kefu.commerce.model import PaymentMethod, Sku
from kefu.commerce.model_order_care import AfterSaleRequest
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.returns.applying import check_paid, share_of, units_in_cases
from kefu.commerce.returns.nodes import EXCHANGE, INSTALLATION, REFUND_ONLY, REPAIR, RETURN
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import plain, record
from kefu.core.ids import uuid7

WITH_MONEY = (RETURN, EXCHANGE, REFUND_ONLY)


async def request_after_sale(
    db: Session,
    order: Order,
    *,
    kind: str,
    lines: Sequence[Mapping[str, Any]],
    method: UUID | None,
    asked: Asked,
) -> AfterSaleRequest:
    """Ask for one kind of help with an order that was loaded with its lock."""
    check_own(order, asked.customer)
    now = await situation_of(db, order)
    check_after_sale(now, kind)
    check_named_once(lines)
    await check_left(db, now, kind, lines)
    difference = await difference_for(db, now, kind, lines)
    paying = check_method(now, kind, method, difference) if kind in WITH_MONEY else None
    request = AfterSaleRequest(
        id=uuid7(),
        order_id=order.id,
        customer_id=order.customer_id,
        kind=kind,
        lines=[{name: plain(value) for name, value in one.items()} for one in lines],
        reason=asked.reason,
        payment_method_id=paying.id if paying else None,
        difference=difference,
        currency=order.currency,
        source=asked.source,
        requested_by=asked.by,
        conversation_id=asked.conversation,
    )
    db.add(request)
    await record(db, told(request, now, lines, asked))
    return request


def told(
    request: AfterSaleRequest, now: Situation, lines: Sequence[Mapping[str, Any]], asked: Asked
) -> AfterSaleRequested:
    return AfterSaleRequested(
        subject=request.order_id,
        customer=request.customer_id,
        conversation=asked.conversation,
        actor=asked.by,
        request=request.id,
        request_kind=request.kind,
        source=request.source,
        lines=tuple(one["line"] for one in lines),
        quantities=tuple(units_of(now.line(one["line"]), one) for one in lines),
        method=request.payment_method_id,
        difference=request.difference,
        currency=request.currency,
        reason=request.reason,
    )


async def difference_for(
    db: Session, now: Situation, kind: str, lines: Sequence[Mapping[str, Any]]
) -> int:
    """What the customer pays more, or gets back where it is below nothing."""
    if kind in (RETURN, REFUND_ONLY):
        return -sum(amount_back(now, one) for one in lines)
    if kind != EXCHANGE:
        for one in lines:
            units_of(now.line(one["line"]), one)
        return 0
    skus = await skus_named(db, {one["sku"] for one in lines if one.get("sku")})
    difference = sum(difference_of(now, one, skus) for one in lines)
    check_changes(now, lines)
    return difference


async def check_left(
    db: Session, now: Situation, kind: str, lines: Sequence[Mapping[str, Any]]
) -> None:
    """What is in a case already is not asked for again."""
    if kind == INSTALLATION:
        return
    taken = await units_in_cases(db, now.order.id)
    for one in lines:
        line = now.line(one["line"])
        left = line.quantity - line.cancelled_quantity - taken.get(line.id, 0)
        if units_of(line, one) > left:
            raise RuleBroken(
                "too_many_units", "So many of this line are not left.", field="lines", limit=left
            )


def check_after_sale(now: Situation, kind: str) -> None:
    rules = now.rules
    if kind in (REFUND_ONLY, INSTALLATION):
        check_paid(now.order)
        return
    allowed = rules.exchange_statuses if kind == EXCHANGE else rules.return_statuses
    if now.order.status not in allowed:
        raise RuleBroken(
            "order_status",
            "Goods are taken back once they were delivered.",
            field="status",
            detail=now.order.status,
        )
    if kind != REPAIR and rules.after_sale_once and now.after_sales:
        raise RuleBroken("order_status", "A return or exchange of this order is under way.")


def check_named_once(lines: Sequence[Mapping[str, Any]]) -> None:
    if not lines:
        raise Invalid("Say which lines.", field="lines")
    if len({one["line"] for one in lines}) < len(lines):
        raise Invalid("Each line stands once in a request.", field="lines")


def units_of(line: OrderLine, one: Mapping[str, Any]) -> int:
    """How many of a line are meant; all that are left unless it is said."""
    left = line.quantity - line.cancelled_quantity - line.returned_quantity
    wanted = left if one.get("quantity") is None else int(one["quantity"])
    if not 1 <= wanted <= left:
        raise RuleBroken(
            "too_many_units", "So many of this line are not left.", field="lines", limit=left
        )
    return wanted


def amount_back(now: Situation, one: Mapping[str, Any]) -> int:
    """What was paid for these units, their part of the order's coupons taken off."""
    line = now.line(one["line"])
    price = sum(each.amount for each in now.lines)
    return share_of(now.order, line, units_of(line, one), price)


def difference_of(now: Situation, one: Mapping[str, Any], skus: Mapping[UUID, Sku]) -> int:
    """What the other option costs more; it is one of the same product, and to be had."""
    line = now.line(one["line"])
    units = units_of(line, one)
    if not one.get("sku"):
        raise Invalid("Say for which option it is exchanged.", field="lines")
    sku = check_sku(now, line, one["sku"], skus)
    if sku.id == line.sku_id:
        return 0
    check_to_be_had(sku, units)
    return sku.price * units - amount_back(now, one)


def check_changes(now: Situation, lines: Sequence[Mapping[str, Any]]) -> None:
    same = all(one.get("sku") == now.line(one["line"]).sku_id for one in lines)
    if same and not now.rules.same_option_stays:
        raise RuleBroken("same_option", "This is the option that the customer has.", field="lines")


def check_method(
    now: Situation, kind: str, given: UUID | None, difference: int
) -> PaymentMethod | None:
    """Where the money goes, or who pays the difference, as the policy allows it."""
    original = now.original_method()
    if given is None and (original is None or original not in now.methods):
        return None
    method = own_method(now, given or original or now.order.id)
    if kind == "exchange":
        check_covers(now, method, difference)
        return method
    to = now.rules.refund_to
    is_original = method.id == original
    fits = {"any_own": True, "original": is_original}.get(
        to, is_original or method.kind == GIFT_CARD
    )
    if not fits:
        raise RuleBroken(
            "not_original_payment",
            "The refund goes to the original way of paying or to a gift card.",
            field="payment_method",
        )
    return method
