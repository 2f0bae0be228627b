"""Caring: everything that can be asked of one order now, for the screen that asks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.changing import methods_of, rules_and_verdicts
from kefu.commerce.model import PaymentMethod, Sku
from kefu.commerce.model_order_care import AfterSaleRequest
from kefu.commerce.model_orders import Order, OrderLine, Payment
from kefu.commerce.offering import Offer, offers_actions
from kefu.commerce.schemas_order_care import (
    AfterSaleShown,
    CareShown,
    MethodShown,
    OptionShown,
    RulesShown,
    VerdictShown,
)
from kefu.commerce.showing_changes import changes_of
from kefu.core.db import Session
from kefu.identity import Actor

OPTIONS = 60


async def care_of(db: Session, order: Order) -> CareShown:
    """Windows, rules, ways of paying, other variants and former requests of an order."""
    rules, verdicts = await rules_and_verdicts(db, order)
    after_sales = await db.scalars(
        select(AfterSaleRequest)
        .where(AfterSaleRequest.order_id == order.id)
        .order_by(AfterSaleRequest.id.desc())
    )
    return CareShown(
        order_id=order.id,
        windows=[VerdictShown(**asdict(one)) for _, one in sorted(verdicts.items())],
        rules=RulesShown(**rules_shown(asdict(rules))),
        methods=await shown_methods(db, order),
        options=await options_of(db, order),
        changes=await changes_of(db, order.id),
        after_sales=[
            AfterSaleShown.model_validate(one, from_attributes=True) for one in after_sales
        ],
    )


def rules_shown(rules: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in rules.items()
    }


async def shown_methods(db: Session, order: Order) -> list[MethodShown]:
    found = await methods_of(db, order)
    original = await db.scalar(
        select(Payment.method_id)
        .where(Payment.order_id == order.id, Payment.status == "paid")
        .order_by(Payment.paid_at.asc().nulls_last(), Payment.id)
        .limit(1)
    )
    return [
        MethodShown(
            id=one.id,
            kind=one.kind,
            label=label_of(one),
            balance=one.balance,
            currency=one.currency,
            original=one.id == original,
        )
        for one in found.values()
    ]


def label_of(method: PaymentMethod) -> str:
    """As much of a card as may be shown."""
    tail = f"·{method.last_four}" if method.last_four else ""
    return f"{method.brand or ''}{tail}"


async def options_of(db: Session, order: Order) -> dict[UUID, list[OptionShown]]:
    """For each line the variants of its product."""
    rows = await db.execute(
        select(OrderLine.id.label("line"), Sku)
        .join(Sku, Sku.product_id == OrderLine.product_id)
        .where(OrderLine.order_id == order.id, Sku.shop_id == order.shop_id)
        .order_by(OrderLine.position, Sku.price, Sku.id)
    )
    found: dict[UUID, list[OptionShown]] = {}
    for row in rows:
        options = found.setdefault(row.line, [])
        if len(options) < OPTIONS:
            options.append(
                OptionShown(
                    id=row.Sku.id,
                    specs=row.Sku.specs,
                    price=row.Sku.price,
                    available=row.Sku.available,
                )
            )
    return found


@offers_actions
async def changes_offered(db: Session, actor: Actor, order: Order) -> list[Offer]:
    """One offer for each kind of change, and for taking goods back."""
    if not actor.may("order.change"):
        return []
    rules, verdicts = await rules_and_verdicts(db, order)
    offers = [
        Offer(
            f"change_{kind}",
            possible=one.is_open or one.special,
            reason=None if one.is_open else ("special" if one.special else f"closed_{one.why}"),
            until=one.closes_at,
        )
        for kind, one in sorted(verdicts.items())
    ]
    for name, statuses in (
        ("return", rules.return_statuses),
        ("exchange", rules.exchange_statuses),
    ):
        fits = order.status in statuses
        offers.append(
            Offer(f"after_sale_{name}", possible=fits, reason=None if fits else "closed_status")
        )
    return offers
